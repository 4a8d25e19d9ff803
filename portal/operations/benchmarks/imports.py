"""The import against its bare path: rows into a staging table, one set-based merge."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterable, Iterator
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Max
from python_calamine import CalamineWorkbook

from leads.models import Lead
from portal.core.spreadsheets import write_xlsx
from portal.funnel.models import Stage
from portal.operations.benchmarks.measuring import Duel

#: Rows of a file: as many as there are leads, within these bounds; and those of the large one.
FEWEST, MOST, LARGE = 5_000, 100_000, 1_000_000
RUNS, LARGE_RUNS = 5, 3
CSV, WORKBOOK, AGAIN, LARGE_CSV = "import", "import-xlsx", "import-again", "import-large"
IMPORTS = (CSV, WORKBOOK, AGAIN, LARGE_CSV)
HEADER = ("Id", "First name", "Last name", "E-mail", "Phone", "Source", "Landing page", "Created")
FIELDS = (
    "external_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "source",
    "landing_page",
    "created_at",
)
MAPPING = {"columns": dict(zip(HEADER, FIELDS, strict=True)), "key": "external_id"}
STAGED = "CREATE TEMPORARY TABLE staged (external_id text, first_name text, last_name text, email text, phone text, source text, landing_page text, created_at {moment})"
MERGE = """
INSERT INTO leads_lead ({columns})
SELECT {values} FROM staged WHERE true ON CONFLICT DO NOTHING
"""
#: The stage in which each new lead begins, as the history keeps it.
HISTORY = """
INSERT INTO leads_stagechange (lead_id, to_stage_id, at, reason)
SELECT id, stage_id, created_at, '' FROM leads_lead WHERE id > {last}
"""
AGAINST = "staging, one merge and the first stages of the same rows"


def import_duels(wanted: frozenset[str]) -> list[Duel]:
    folder, numbers = Path(settings.MEDIA_ROOT), itertools.count(1)
    rows = max(FEWEST, min(MOST, Lead.objects.count()))
    files = _Files(folder, rows, numbers)
    large = _Files(folder, LARGE, numbers)
    once = partial(Duel, once=True, runs=RUNS)
    found = [
        once(CSV, 1.5, AGAINST, files.bring, files.merge, prepare=files.write),
        once(
            WORKBOOK, 1.2, "calamine reading alone, and the CSV of as many rows",
            files.bring_workbook, files.read_and_bring, prepare=files.write_both,
        ),
        once(
            AGAIN, 0.7, "the first import of the file", files.again, files.bring,
            prepare=files.write_after_another,
        ),
        Duel(
            LARGE_CSV, 1.5, AGAINST, large.bring, large.merge,
            once=True, runs=LARGE_RUNS, prepare=large.write,
        ),
    ]  # fmt: skip
    return [duel for duel in found if duel.name in wanted]


class _Files:
    """Files of people whom nobody knows, and the ways to bring them in."""

    def __init__(self, folder: Path, rows: int, numbers: Iterator[int]) -> None:
        self.folder, self.rows, self.numbers = folder, rows, numbers
        self.mapping = folder / "mapping.json"
        self.mapping.write_text(json.dumps(MAPPING), encoding="utf-8")
        self.file = self.known = self.book = folder / "none"

    # --- outside of the time that is measured ----------------------------------------------------
    def write(self) -> None:
        self.file.unlink(missing_ok=True)
        self.file = written_to(self.folder / f"leads-{next(self.numbers)}.csv", self.rows)

    def write_both(self) -> None:
        self.write()
        self.book.unlink(missing_ok=True)
        self.book = self.folder / f"leads-{next(self.numbers)}.xlsx"
        with self.book.open("wb") as file:
            write_xlsx(file, HEADER, _people(self.rows, self.book.stem))

    def write_after_another(self) -> None:
        """One file that is known by the time it comes again, and one that is new."""
        self.write()
        self.bring()
        self.known, self.file = self.file, self.folder / "none"
        self.write()

    # --- what is measured ------------------------------------------------------------------------
    def bring(self) -> None:
        self._bring(self.file, created=self.rows)

    def again(self) -> None:
        self._bring(self.known, created=0)

    def bring_workbook(self) -> None:
        self._bring(self.book, created=self.rows)

    def read_and_bring(self) -> None:
        for _ in CalamineWorkbook.from_path(str(self.book)).get_sheet_by_index(0).iter_rows():
            pass
        self.bring()

    def merge(self) -> None:
        _merge(_people(self.rows, f"bare-{next(self.numbers)}"))

    def _bring(self, file: Path, *, created: int) -> None:
        out = StringIO()
        call_command(
            "import_records",
            "leads",
            str(file),
            mapping=str(self.mapping),
            json=True,
            stdout=out,
            stderr=StringIO(),
        )
        answer = json.loads(out.getvalue())
        if answer["created"] != created:
            raise AssertionError(f"The import made {answer['created']} of {created} leads.")


def written_to(path: Path, rows: int) -> Path:
    """A file of people whom nobody knows; its name tells them apart from those of others."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_people(rows, path.stem))
    return path


def _people(rows: int, mark: str) -> Iterator[tuple[str, ...]]:
    for at in range(rows):
        yield (
            f"{mark}-{at}", f"First{at % 997}", f"Last{at % 1999}", f"{mark}.{at}@bench.example",
            f"+49 40 {6_000_000 + at}" if at % 3 else "", f"Source {at % 12}", f"/page/{at % 300}",
            f"2026-0{at % 9 + 1}-{at % 28 + 1:02}",
        )  # fmt: skip


@transaction.atomic
def _merge(people: Iterable[tuple[str, ...]]) -> None:
    """Write the same columns with the same indexes: nothing is read from a file, checked or told."""
    columns, values = _merge_columns()
    last = Lead.objects.aggregate(last=Max("pk"))["last"] or 0
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged")
        if connection.vendor == "postgresql":
            cursor.execute(STAGED.format(moment="timestamptz"))
            with cursor.copy("COPY staged FROM STDIN") as copy:
                for row in people:
                    copy.write_row(row)
        else:
            cursor.execute(STAGED.format(moment="text"))
            cursor.executemany("INSERT INTO staged VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", people)  # type: ignore[arg-type]  # a generator streams
        cursor.execute(MERGE.format(columns=columns, values=values))
        cursor.execute(HISTORY.format(last=last))


def _merge_columns() -> tuple[str, str]:
    """Every column of the lead: from the file, or as a constant of the database."""
    given: dict[str, str] = {name: name for name in FIELDS}
    given |= {
        "full_name": "first_name || ' ' || last_name",
        "email_key": "email",
        "email_canonical": "email",
        "phone_key": "replace(phone, ' ', '')",
        "name_key": "lower(first_name || ' ' || last_name)",
        "stage_id": str(Stage.objects.active()[0].pk),
    }
    given |= {"stage_entered_at": "created_at", "updated_at": "created_at"}
    fields = [field for field in Lead._meta.concrete_fields if not field.primary_key]
    parts = [given.get(field.attname) or _constant(field) for field in fields]
    quoted = [connection.ops.quote_name(str(field.column)) for field in fields]
    return ", ".join(quoted), ", ".join(parts)


def _constant(field: Any) -> str:
    value = None if field.null else field.get_default()
    if value is None:
        return "NULL"
    if isinstance(value, dict | list):
        return f"'{json.dumps(value)}'"
    return str(value) if isinstance(value, int) else f"'{value}'"
