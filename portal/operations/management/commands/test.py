"""``test``: run the suite. Everything after the word goes to pytest as it is."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, ClassVar

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run the tests with pytest; arguments are pytest's own."
    requires_system_checks: ClassVar[list[str]] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Past Django's parser, which does not know pytest's options. The whole suite, asked for
        without any, runs on all cores."""
        chosen = argv[2:] or ["-n", "logical", "--dist", "worksteal", "-q"]
        command = [sys.executable, "-m", "pytest", *chosen]
        sys.exit(subprocess.run(command, cwd=settings.BASE_DIR, check=False).returncode)

    def handle(self, *args: Any, **options: Any) -> None:
        raise CommandError("Tests run from the command line only.")
