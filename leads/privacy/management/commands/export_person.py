"""``export_person EMAIL [--output FILE] [--json]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.privacy import services
from portal.core.errors import RuleViolation


class Command(BaseCommand):
    help = (
        "Writes a copy of everything about the person behind an e-mail address, as a ZIP archive."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--reason", default="Asked on the command line.", metavar="TEXT")
        parser.add_argument("--output", metavar="FILE", help="where to write it as well")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = services.export_now(email=options["email"], reason=options["reason"])
        except RuleViolation as error:
            raise CommandError(str(error)) from None
        target = done.file.name
        if options["output"]:
            target = options["output"]
            with done.file.open("rb") as copy:
                Path(target).write_bytes(copy.read())
        if options["json"]:
            answer = {
                "objects": done.objects_count, "request": done.pk, "places": done.result, "file": target,
            }  # fmt: skip
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for name, number in done.result.items():
            self.stdout.write(f"{number:>9,}  {name}")
        self.stdout.write(f"Written to {target}; also under Privacy as request {done.pk}.")
