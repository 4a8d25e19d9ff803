"""``prepare``: what ``start`` does before it starts, for those who run the processes themselves."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal.operations import runtime


class Command(BaseCommand):
    help = "Make folders, migrate the database and gather static files."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            runtime.prepare()
        except runtime.CannotStart as error:
            self.stderr.write(str(error))
            sys.exit(1)
        self.stdout.write("The database, the folders and the static files are ready.")
