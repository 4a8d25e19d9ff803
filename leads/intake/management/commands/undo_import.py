"""``undo_import ID``: take one import back as a whole, now, in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.intake import services
from leads.intake.management.commands.import_records import WRONG_USAGE, Progress
from leads.intake.models import Import
from portal.core.errors import RuleViolation

#: What was kept is listed up to here; the count is exact, and the page shows more.
LISTED = 1_000


class Command(BaseCommand):
    help = "Takes an import back: deletes what it made, puts back what it changed; lists what people changed since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="number of the import")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        run = Import.objects.filter(pk=options["id"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['id']}.", returncode=WRONG_USAGE)
        try:
            run = services.begin_undo(run=run, by=None)
            run = services.take_back(
                run=run, by=None, checkpoint=Progress(self, run.created + run.updated)
            )
        except RuleViolation as error:
            raise CommandError(str(error), returncode=1) from None
        self._answer(run, as_json=options["json"])

    def _answer(self, run: Import, *, as_json: bool) -> None:
        left = [
            {"type": row.record_type, "id": row.record_id, "name": row.name, "reason": row.reason}
            for row in run.left.all()[:LISTED]
        ]
        counts = {
            name: run.undone[name] for name in ("deleted", "reverted", "companies", "attributes")
        }
        if as_json:
            self.stdout.write(
                json.dumps(
                    {"import": run.pk, **counts, "kept": left, "kept_count": run.undone["kept"]}
                )
            )
            return
        self.stdout.write(
            f"Import {run.pk} is undone: {counts['deleted']:,} {run.kind} deleted, {counts['reverted']:,} put back, "
            f"{run.undone['kept']:,} kept."
        )
        for row in left:
            self.stdout.write(f"  kept {row['name']}: {row['reason']}")
