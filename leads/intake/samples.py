"""Some rows of a file to look at: its first lines as they stand, the first rows, and odd ones. Plain Python."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, BinaryIO

from leads.intake.aliases import bare
from leads.intake.dates import is_iso
from leads.intake.profiling import Column, Profile
from leads.intake.reading import Dialect, Record, raw_records
from leads.intake.recognising import MERGED
from leads.intake.sniffing import PATTERNS

TOP, FIRST, ODD, ODD_ALIKE = 12, 5, 12, 3
#: Rows in which odd ones are looked for; a long file would take too long otherwise.
LOOKED_AT = 20_000
CELL, CELLS = 300, 400
LONG = 1_000
MOST_MERGED = 50_000


def top(handle: BinaryIO, dialect: Dialect) -> list[list[str]]:
    """The first lines of the file, cut in cells, title lines and headings included."""
    handle.seek(0)
    return [
        [cell[:60] for cell in record.cells[:8]]
        for record in islice(raw_records(handle, dialect), TOP)
    ]


def rows(records: Iterable[Record], profile: Profile) -> dict[str, list[dict[str, Any]]]:
    """The first rows, and odd ones with what is odd about each."""
    first: list[dict[str, Any]] = []
    odd: list[dict[str, Any]] = []
    alike: Counter[str] = Counter()
    checks = _checks(profile.columns)
    for number, record in enumerate(records):
        if number >= LOOKED_AT or (len(odd) >= ODD and number >= FIRST):
            break
        if number < FIRST:
            first.append(_kept(record))
        why = next(_oddities(record, checks, alike), "")
        if why and len(odd) < ODD:
            odd.append(_kept(record) | {"why": why})
    return {"first": first, "odd": odd}


def _kept(record: Record) -> dict[str, Any]:
    return {
        "line": record.line,
        "cells": [cell[:CELL] for cell in record.cells[:CELLS]],
        "problem": record.problem,
    }


Check = tuple[int, str, str, re.Pattern[str], frozenset[str]]


def _checks(columns: list[Column]) -> list[Check]:
    """For each column of one look: its place, its name, the look, and what nearly all cells match."""
    checks: list[Check] = []
    for place, column in enumerate(columns):
        if not column.filled or "yes_no" in column.looks:
            continue
        look = next((name for name in ("email", "number", "url") if name in column.looks), "")
        if look:
            checks.append(
                (place, column.name, _WORDS[look], PATTERNS[look], frozenset(column.placeholders))
            )
        elif column.mostly_dates:
            checks.append((place, column.name, "date", _DATE, frozenset(column.placeholders)))
    return checks


_WORDS = {"email": "e-mail address", "number": "number", "url": "link"}
_DATE = re.compile(r"\s*\d[\d./: T-]{5,}.*|.*\d{1,2},? \d{4}.*|\d{1,2}[ .-]\w{3,9}[ .,-]*\d{2,4}.*")


def _oddities(record: Record, checks: list[Check], alike: Counter[str]) -> Iterator[str]:
    """What is odd about a row, each kind of oddity a few times only."""
    for kind, why in _found(record, checks):
        alike[kind] += 1
        if alike[kind] <= ODD_ALIKE:
            yield why


def _found(record: Record, checks: list[Check]) -> Iterator[tuple[str, str]]:
    if record.problem:
        yield "problem", record.problem
        return
    cells = record.cells
    for place, name, words, pattern, nothing in checks:
        text = cells[place].strip()
        if text and text not in nothing and not pattern.fullmatch(text) and not is_iso(text):
            yield name, f"{name}: “{text[:60]}” is no {words}, as nearly all others there are."
    filled = sum(1 for cell in cells if cell.strip())
    if filled <= 1 and len(cells) > 3:
        yield "blank", f"Only {filled} of {len(cells)} cells is filled."
    longest = max(cells, key=len, default="")
    if len(longest) > LONG:
        yield "long", f"A cell has {len(longest):,} characters."


def merged(records: Iterable[Record], columns: tuple[str, ...]) -> dict[str, str]:
    """Ids that another row says it has taken in → the id of that row (``76340251;46897301``)."""
    places = [place for place, name in enumerate(columns) if bare(name) in MERGED]
    ids = [place for place, name in enumerate(columns) if bare(name) in _IDS]
    if not places or not ids:
        return {}
    found: dict[str, str] = {}
    for record in records:
        if record.problem or not record.cells[places[0]].strip():
            continue
        keeper = record.cells[ids[0]].strip()
        for old in re.split(r"[;,\s]+", record.cells[places[0]]):
            absorbed = old.partition(":")[0].strip()
            if absorbed and absorbed != keeper and len(found) < MOST_MERGED:
                found[absorbed] = keeper
    return found


_IDS = frozenset({"id", "recordid", "hsobjectid", "vid", "contactid", "recordidcontact"})
