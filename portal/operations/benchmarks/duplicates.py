"""The duplicate scan against one self-join on its keys, and how good its suggestions are on public data.

``duplicate-scan`` finds, compares and writes down every pair anew, with the keys in place. Precision and
recall are read on public data whose true pairs are known, where it is at hand.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from leads.merging import scanning
from leads.merging.features import Person, person_of
from leads.merging.likeness import BANDS
from leads.merging.models import CommonValue, Key, Scanned
from leads.merging.nicknames import Nicknames
from leads.merging.pairing import found
from leads.merging.reading import nicknames
from leads.merging.services.scans import SLICE
from leads.models import Lead
from portal.operations.benchmarks.measuring import Duel

SCAN = "duplicate-scan"
SELF_JOIN = """
SELECT DISTINCT one.lead_id, other.lead_id FROM {key} one
JOIN {key} other ON other.kind = one.kind AND other.value = one.value AND other.lead_id > one.lead_id
WHERE NOT EXISTS (SELECT 1 FROM {common} c WHERE c.kind = one.kind AND c.value = one.value)
"""


def duplicate_duels(wanted: frozenset[str]) -> list[Duel]:
    if SCAN not in wanted:
        return []
    last = Lead.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    known = nicknames()

    def keys() -> None:
        for after in range(0, last, SLICE):
            with transaction.atomic():
                scanning.store_keys(Lead.objects.filter(pk__gt=after, pk__lte=after + SLICE), known)
        scanning.count_common()

    def pairs() -> None:
        Scanned.objects.update(is_paired=False)
        compared = scanning.last_paired()
        for after in range(0, last, SLICE):
            with transaction.atomic():
                scanning.pair_slice(after, after + SLICE, known, last=compared)

    def join() -> None:
        names = {"key": Key._meta.db_table, "common": CommonValue._meta.db_table}
        with connection.cursor() as cursor:
            cursor.execute(SELF_JOIN.format(**names))
            while cursor.fetchmany(10_000):
                pass

    keys()
    return [Duel(SCAN, 5.0, "one self-join on the blocking keys", pairs, join, once=True)]


# --- how good the suggestions are ----------------------------------------------------------------
#: What a simple public method reaches on the same columns: recall, and the precision it has there.
BASELINES = {
    "duplicates-febrl1": (0.9720, 1.0),
    "duplicates-febrl2": (0.9385, 0.9973),
    "duplicates-contact-typos": (0.8491, 1.0),
}


@dataclass(frozen=True)
class Quality:
    """Of the true pairs of one data set, how many are suggested, and how many suggestions are true."""

    name: str
    bands: dict[str, tuple[float, float]]
    compared: int
    true: int

    @property
    def ratio(self) -> float:
        """The recall to reach by ours; below 1 ours is better."""
        recall = self.bands[BANDS[-1][0]][1]
        return BASELINES[self.name][0] / recall if recall else float("inf")

    def as_dict(self) -> dict[str, Any]:
        recall, precision = BASELINES[self.name]
        ours = self.bands[BANDS[-1][0]]
        return {
            "name": self.name,
            "ratio": round(self.ratio, 3),
            "goal": 1.0,
            "met": self.ratio <= 1.0 and ours[0] >= precision,
            "baseline": recall,
            "baseline_precision": precision,
            "against": "the recall of a simple public method",
            "unit": "recall",
            "runs": [round(self.ratio, 3)],
            "precision": round(ours[0], 4),
            "recall": round(ours[1], 4),
            "pairs_compared": self.compared,
            "true_pairs": self.true,
            "bands": {
                band: {"precision": round(right, 4), "recall": round(share, 4)}
                for band, (right, share) in self.bands.items()
            },
        }

    def line(self) -> str:
        told = self.as_dict()
        verdict = "met" if told["met"] else "missed"
        return (
            f"{self.name:<24} precision {told['precision']:.4f}, recall {told['recall']:.4f} (baseline "
            f"{told['baseline_precision']:.4f} and {told['baseline']:.4f}; {verdict}); "
            f"{self.compared:,} pairs compared for {self.true:,} true ones"
        )


def qualities(folder: Path, names: Collection[str]) -> Iterator[Quality]:
    """The quality on every wanted set that is in ``folder``."""
    sets: dict[str, Callable[[], tuple[list[Person], list[str]]]] = {
        "duplicates-febrl1": lambda: _febrl(folder / "febrl" / "dataset1.csv"),
        "duplicates-febrl2": lambda: _febrl(folder / "febrl" / "dataset2.csv"),
        "duplicates-contact-typos": lambda: _contacts(folder / "contact_typos" / "contacts.csv"),
    }
    for name, read in sets.items():
        if name in names:
            try:
                yield quality(name, *read())
            except FileNotFoundError:
                continue


def quality(name: str, people: list[Person], groups: list[str]) -> Quality:
    likely, compared = found(people, Nicknames())
    members: dict[str, list[int]] = {}
    for person, group in zip(people, groups, strict=True):
        members.setdefault(group, []).append(person.pk)
    true = {pair for some in members.values() for pair in combinations(sorted(some), 2)}
    bands: dict[str, tuple[float, float]] = {}
    for band, least in BANDS:
        suggested = {pair for pair, told in likely.items() if told.strength >= least}
        right = len(suggested & true)
        bands[band] = (right / len(suggested) if suggested else 1.0, right / len(true))
    return Quality(name, bands, compared, len(true))


def _rows(file: Path) -> Iterable[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, skipinitialspace=True)


def _febrl(file: Path) -> tuple[list[Person], list[str]]:
    """Name, address, suburb, postcode and state: what a portal would know. No birth date, no id."""
    wanted = ("street_number", "address_1", "address_2", "suburb", "postcode", "state")
    people, groups = [], []
    for place, row in enumerate(_rows(file)):
        facts = {
            "first_name": row["given_name"],
            "last_name": row["surname"],
            "attributes": {name: row[name] for name in wanted},
        }
        people.append(person_of(place, facts))
        groups.append(row["rec_id"].split("-")[1])
    return people, groups


def _contacts(file: Path) -> tuple[list[Person], list[str]]:
    people, groups = [], []
    for place, row in enumerate(_rows(file)):
        facts = {
            "first_name": row["first_name"],
            "last_name": row["surname"],
            "email": row["email"],
            "city": row["city"],
            "attributes": {"dob": row["dob"]},
        }
        people.append(person_of(place, facts))
        groups.append(row["group"])
    return people, groups
