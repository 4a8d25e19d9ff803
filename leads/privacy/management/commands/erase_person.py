"""``erase_person EMAIL --reason TEXT [--json]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.privacy import services
from portal.core.errors import RuleViolation


class Command(BaseCommand):
    help = "Erases everything about the person behind an e-mail address, files included."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="how the person asked")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = services.erase_now(email=options["email"], reason=options["reason"])
        except RuleViolation as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            answer = {"objects": done.objects_count, "request": done.pk, "places": done.result}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for name, number in done.result.items():
            self.stdout.write(f"{number:>9,}  {name}")
        self.stdout.write(f"Erased. This is request {done.pk} under Privacy.")
