"""``kill_imports``: kill -9 the process of an import at random moments, again and again, and count.

For an empty database, to prove that no row is lost and none comes in twice.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from leads.intake import services
from leads.intake.management.commands.import_records import WRONG_USAGE
from leads.intake.models import COUNTS, Import, ImportRow
from leads.intake.services import work
from leads.models import Lead, StageChange
from portal.jobs.models import Job
from portal.jobs.running import run_job

COLUMNS = {
    "Id": "external_id", "E-mail": "email", "Company": "company.name", "City": "city", "Visits": "attributes.visits:number",
}  # fmt: skip
#: Every so many rows one that says nothing new, and one that cannot be stored.
DUPLICATE_EVERY, REJECTED_EVERY = 97, 89
#: Within so many seconds after it has come so far, or after its start, a process is killed.
SOON, STARTING = 0.3, 4.0
LAST = 0.7
#: Batches as small as this part of the way from kill to kill, or the file would end before the kills do.
BATCHES_A_KILL = 10
PATIENCE = 300.0


@dataclass
class File:
    """A file of so many rows, and what must become of them."""

    rows: int
    duplicates: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)

    def content(self) -> bytes:
        out = BytesIO()
        out.write(f"{','.join(COLUMNS)}\r\n".encode())
        for number in range(1, self.rows + 1):
            out.write(f"{self._row(number)}\r\n".encode())
        return out.getvalue()

    def _row(self, number: int) -> str:
        line = number + 1
        if number > DUPLICATE_EVERY and number % DUPLICATE_EVERY == 0:
            self.duplicates.append(line)
            return "k1,again@kill.example,,,"
        if number % REJECTED_EVERY == 0:
            self.rejected.append(line)
            return f"k{number},nonsense,,,"
        return f"k{number},k{number}@kill.example,Firm {number % 500},Bonn,{number % 40}"

    @property
    def created(self) -> int:
        return self.rows - len(self.duplicates) - len(self.rejected)


class Command(BaseCommand):
    help = "Kills the process of an import at random moments and counts what is lost or doubled (empty database)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rows", type=int, default=100_000)
        parser.add_argument("--kills", type=int, default=50)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--work", type=int, help="the job to work on; used by the command itself"
        )
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["work"]:
            work.BATCH = max(options["rows"] // (options["kills"] * BATCHES_A_KILL), 1)
            run_job(options["work"])
            return
        if Lead.objects.exists():
            raise CommandError(
                "There are leads in this database; it must be empty.", returncode=WRONG_USAGE
            )
        began = time.monotonic()
        file = File(options["rows"])
        run = self._started(file)
        chance = random.Random(options["seed"])  # noqa: S311 - moments, not secrets
        # The last batches are left for the process that may live.
        self.kills = options["kills"]
        goals = sorted(chance.randrange(int(run.rows * LAST)) for _ in range(self.kills))
        for goal in goals:
            self._killed(run, goal, chance)
        self._worked(run)
        answer = {
            "database": connection.vendor,
            "kills": len(goals),
            "seconds": round(time.monotonic() - began, 1),
        }
        answer |= found_out(Import.objects.get(pk=run.pk), file)
        wrong = answer["lost"] or answer["doubled"] or answer["differences"]
        self.stdout.write(json.dumps(answer) if options["json"] else str(answer))
        if wrong:
            raise CommandError("Rows were lost or came in twice.", returncode=1)

    @staticmethod
    def _started(file: File) -> Import:
        content = ContentFile(file.content())
        run, _ = services.receive_file(
            content=content, filename="kill.csv", kind="leads", by=None, is_anew=True
        )
        run = services.read_file(run=run)
        mapping = services.read_mapping(run=run, written={"columns": COLUMNS})
        run = services.save_mapping(run=run, mapping=mapping, by=None)
        return services.start_import(run=run, by=None)

    def _spawn(self, run: Import) -> subprocess.Popen[bytes]:
        Job.objects.filter(pk=run.job_id, state="running").update(
            lease_until=timezone.now() - timedelta(seconds=1)
        )
        Job.objects.filter(pk=run.job_id).update(attempts=0, run_after=timezone.now())
        manage = str(settings.BASE_DIR / "manage.py")
        size = ("--rows", str(run.rows), "--kills", str(self.kills))
        return subprocess.Popen(
            [sys.executable, manage, "kill_imports", "--work", str(run.job_id), *size],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def _killed(self, run: Import, goal: int, chance: random.Random) -> None:
        """Let a process get to a row, then kill it in the middle of what it does; one that begins beyond
        that row is killed while it starts or brings in its first batch.
        """
        before = _position(run)
        is_starting = before >= goal
        process = self._spawn(run)
        ends = time.monotonic() + (chance.random() * STARTING if is_starting else PATIENCE)
        while _position(run) <= max(goal, before) and time.monotonic() < ends:
            if process.poll() is not None:
                raise CommandError("The process of the import ended by itself.", returncode=1)
            time.sleep(0.02)
        if not is_starting and _position(run) <= goal:
            raise CommandError("The import does not move.", returncode=1)
        time.sleep(0 if is_starting else chance.random() * SOON)
        process.kill()
        process.wait()
        self.stderr.write(f"killed at {_position(run):,} of {run.rows:,} rows")

    def _worked(self, run: Import) -> None:
        self._spawn(run).wait()
        if Import.objects.get(pk=run.pk).state != Import.State.DONE:
            raise CommandError("The import did not come to its end.", returncode=1)


def _position(run: Import) -> int:
    return Import.objects.values_list("position", flat=True).get(pk=run.pk)


def found_out(run: Import, file: File) -> dict[str, Any]:
    """What is there against what must be there."""
    ids = list(Lead.objects.values_list("external_id", flat=True))
    told = [key for batch in run.batches.all() for key in batch.keys_made()]
    lines = {
        outcome: list(
            run.outcomes.filter(outcome=outcome).order_by("line").values_list("line", flat=True)
        )
        for outcome in ImportRow.REFUSED
    }
    differences = [
        name
        for name, is_same in {
            "counts": sum(getattr(run, name) for name in COUNTS) == run.rows == file.rows,
            "created": run.created == file.created,
            "duplicates": lines[ImportRow.Outcome.DUPLICATE] == file.duplicates,
            "rejected": lines[ImportRow.Outcome.REJECTED] == file.rejected,
            "told": len(told) == len(set(told)) == len(ids),
            "history": StageChange.objects.count() == len(ids),
        }.items()
        if not is_same
    ]
    return {
        "rows": run.rows,
        "created": run.created,
        "duplicates": run.duplicates,
        "rejected": run.rejected,
        "lost": file.created - len(set(ids)),
        "doubled": len(ids) - len(set(ids)),
        "differences": differences,
    }
