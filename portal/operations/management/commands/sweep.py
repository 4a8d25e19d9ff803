"""``sweep``: do by hand what the scheduler does every minute."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from portal.operations.sweeping import sweep


class Command(BaseCommand):
    help = "Everything the clock does: warnings, breaches, escalations, nurture steps, reminders."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=_moment, help="as if it were this time (ISO 8601)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep(options["at"] or timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(swept.counts))
        else:
            for name, count in swept.counts.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {count}")
        if swept.failed:
            raise CommandError(
                f"These did not finish; the log says why: {', '.join(swept.failed)}."
            )


def _moment(raw: str) -> datetime:
    """A time without zone is meant in the portal's own zone."""
    try:
        at = parse_datetime(raw)
    except ValueError:
        at = None
    if at is None:
        raise ArgumentTypeError("must be a time of ISO 8601, such as 2026-03-01T09:00:00+01:00")
    return at if timezone.is_aware(at) else timezone.make_aware(at)
