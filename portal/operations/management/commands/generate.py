"""``generate``: bulk data for trials and benchmarks."""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.core.errors import RuleViolation
from portal.operations.generating.service import generate

TOUCHPOINTS_A_LEAD, LEADS_AN_OPPORTUNITY = 3, 10


class Command(BaseCommand):
    help = "Fills an empty or test database with believable, reproducible bulk data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leads", type=_number, required=True, help="how many leads")
        parser.add_argument(
            "--touchpoints", type=_number, help="how many in all; three a lead when not given"
        )
        parser.add_argument(
            "--opportunities",
            type=_number,
            help="how many in all; one for every ten leads when not given",
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="the same seed gives the same data on the same day"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        leads, touchpoints, sales = (
            options[name] for name in ("leads", "touchpoints", "opportunities")
        )
        started = time.monotonic()
        try:
            made = generate(
                leads=leads,
                touchpoints=leads * TOUCHPOINTS_A_LEAD if touchpoints is None else touchpoints,
                opportunities=leads // LEADS_AN_OPPORTUNITY if sales is None else sales,
                seed=options["seed"],
            )
        except RuleViolation as refusal:
            raise CommandError(refusal.message) from refusal
        answer = {**asdict(made), "seconds": round(time.monotonic() - started, 2)}
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(
                f"{made.leads:,} leads, {made.touchpoints:,} touchpoints and {made.opportunities:,} opportunities "
                f"in {answer['seconds']} s."
            )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 100_000_000:
        raise ArgumentTypeError("must be a whole number from 0 to 100 million")
    return int(text)
