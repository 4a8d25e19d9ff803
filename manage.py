#!/usr/bin/env python3
"""Django's entry point. On a fresh machine it hands over to portal/bootstrap.py first."""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path


def main() -> None:
    # By path, not by import: importing the package needs Celery, which may not be there yet.
    bootstrap = runpy.run_path(str(Path(__file__).resolve().parent / "portal" / "bootstrap.py"))
    bootstrap["ensure_ready"](sys.argv)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)  # As a shell reports Ctrl-C; it needs no explanation.
