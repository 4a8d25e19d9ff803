"""The scan in slices: keys of changed leads, values too common to mean anything, pairs and their likeness.

Each slice is a handful of statements over its leads; what finds the pairs is one self-join on the
stored keys. A slice may be done twice and comes out the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, F, Min, OuterRef, Q
from django.utils import timezone

from leads.merging.blocking import Kind, keys_of
from leads.merging.likeness import BANDS, Likeness, likely
from leads.merging.models import Candidate, CommonValue, Key, Scanned
from leads.merging.pairing import COMMON, Pair
from leads.merging.reading import people
from leads.models import Lead

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.merging.features import Person
    from leads.merging.nicknames import Nicknames

#: Weaker pairs are not kept.
LEAST = BANDS[-1][1]
#: As many rows as one statement takes on every database.
BATCH = 200
#: Of the commonest values as many get an example.
EXAMPLES = 50
_PAIRS = """
SELECT DISTINCT mine.lead_id, theirs.lead_id
FROM {scanned} fresh
JOIN {key} mine ON mine.lead_id = fresh.lead_id
JOIN {key} theirs ON theirs.kind = mine.kind AND theirs.value = mine.value AND theirs.lead_id <> mine.lead_id
JOIN {scanned} other ON other.lead_id = theirs.lead_id
WHERE fresh.lead_id > %s AND fresh.lead_id <= %s AND NOT fresh.is_paired
  AND (other.is_paired OR other.lead_id < fresh.lead_id)
  AND NOT EXISTS (SELECT 1 FROM {common} c WHERE c.kind = mine.kind AND c.value = mine.value)
"""


# --- keys --------------------------------------------------------------------------------------
def stale() -> QuerySet[Any]:
    """Leads whose keys are not those of their present version."""
    fresh = Scanned.objects.filter(version=F("lead__version")).values("lead")
    return Lead.objects.exclude(pk__in=fresh)


def stale_in(after: int, upto: int) -> QuerySet[Any]:
    known = Scanned.objects.filter(lead__gt=after, lead__lte=upto, version=F("lead__version"))
    return Lead.objects.filter(pk__gt=after, pk__lte=upto).exclude(pk__in=known.values("lead"))


def store_keys(rows: QuerySet[Any], nicknames: Nicknames) -> int:
    """The blocking keys of these leads as they are now; their pairs are to be looked at again."""
    found = list(people(rows))
    ids = [person.pk for person, _ in found]
    for some in _batches(ids):
        Key.objects.filter(lead__in=some).delete()
    _write(
        [
            (person.pk, kind, value)
            for person, _ in found
            for kind, value in keys_of(person, nicknames)
        ]
    )
    Scanned.objects.bulk_create(
        [Scanned(lead_id=person.pk, version=version, is_paired=False) for person, version in found],
        update_conflicts=True,
        unique_fields=["lead"],
        update_fields=["version", "is_paired"],
        batch_size=BATCH,
    )
    return len(found)


def _write(keys: Sequence[tuple[int, int, str]]) -> None:
    """Ten keys a lead: to make an object of each takes longer than to write them."""
    table = connection.ops.quote_name(Key._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} (lead_id, kind, value) FROM STDIN") as copy:
                for key in keys:
                    copy.write_row(key)
        else:
            statement = f"INSERT INTO {table} (lead_id, kind, value) VALUES (%s, %s, %s)"  # noqa: S608
            cursor.executemany(statement, keys)


def count_common(most: int = COMMON) -> int:
    """Write down which values more than ``most`` leads share. One statement reads, one writes."""
    at = timezone.now()
    groups = (
        Key.objects.order_by()
        .values("kind", "value")
        .annotate(leads=Count("pk"), first=Min("lead"))
        .filter(leads__gt=most)
    )
    found = sorted(groups, key=lambda row: -row["leads"])
    examples = _examples([row["first"] for row in found[:EXAMPLES]])
    rows = [
        CommonValue(
            kind=row["kind"],
            value=row["value"],
            leads=row["leads"],
            counted_at=at,
            example=_example(row["kind"], row["value"], examples.get(row["first"])),
        )
        for row in found
    ]
    CommonValue.objects.all().delete()
    CommonValue.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def _examples(ids: Sequence[int]) -> dict[int, Person]:
    return {person.pk: person for person, _ in people(Lead.objects.filter(pk__in=ids))}


def _example(kind: int, value: str, one: Person | None) -> str:
    """Keys of names and letters cannot be read; a lead that has the key shows what is meant."""
    if one is None or kind in (Kind.MAILBOX, Kind.PHONE, Kind.LOCAL):
        return ""
    if kind == Kind.LETTERS:
        return one.email[:120]
    if kind in (Kind.STREET, Kind.PLACE_STREET):
        return one.street[:120]
    return f"like “{' '.join(word.capitalize() for word in one.words)}”"[:120]


# --- pairs -------------------------------------------------------------------------------------
def pairs_in(after: int, upto: int) -> set[Pair]:
    """Pairs that share a key and have not been compared since one of the two changed.

    Of two that both wait, the one with the larger number finds the other, so each is found once.
    """
    tables = {"scanned": Scanned, "key": Key, "common": CommonValue}
    names = {name: connection.ops.quote_name(m._meta.db_table) for name, m in tables.items()}
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(**names), [after, upto])
        return {(min(pair), max(pair)) for pair in cursor.fetchall()}


def compare(pairs: Iterable[Pair], nicknames: Nicknames) -> dict[Pair, Likeness]:
    """The likeness of each pair that is at least possible. Reads each lead once."""
    wanted = sorted(pairs)
    ids = sorted({pk for pair in wanted for pk in pair})
    known: dict[int, Person] = {}
    for some in _batches(ids):
        known |= {person.pk: person for person, _ in people(Lead.objects.filter(pk__in=some))}
    return {
        (low, high): told
        for low, high in wanted
        if low in known and high in known
        if (told := likely(known[low], known[high], nicknames, least=LEAST)) is not None
    }


def pair_slice(after: int, upto: int, nicknames: Nicknames) -> tuple[int, int]:
    """Compare the leads of a slice that wait for it; how many pairs were compared and kept."""
    fresh = Scanned.objects.filter(lead__gt=after, lead__lte=upto, is_paired=False)
    waiting = list(fresh.values_list("lead", flat=True))
    if not waiting:
        return 0, 0
    pairs = pairs_in(after, upto)
    kept = compare(pairs, nicknames)
    _forget(waiting, set(kept), upto)
    store(kept)
    fresh.update(is_paired=True)
    return len(pairs), len(kept)


def store(kept: dict[Pair, Likeness]) -> None:
    """New pairs, and new strength of known ones; what people have decided stays."""
    at = timezone.now()
    rows = [
        Candidate(
            low_id=low,
            high_id=high,
            strength=told.strength,
            band=told.band,
            reasons=[[reason.text, round(reason.bits, 1)] for reason in told.reasons],
            found_at=at,
        )
        for (low, high), told in kept.items()
    ]
    Candidate.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["low", "high"],
        update_fields=["strength", "band", "reasons"],
        batch_size=BATCH // 2,
    )


def _forget(waiting: Sequence[int], kept: set[Pair], upto: int) -> None:
    """Open pairs of these leads that are not alike any longer."""
    for some in _batches(waiting):
        old = Candidate.objects.open().filter(Q(low__in=some) | Q(high__in=some))
        # A partner further on that waits itself is compared when its turn comes.
        later = Scanned.objects.filter(lead=OuterRef("high"), lead__gt=upto, is_paired=False)
        rows = old.exclude(Exists(later)).values_list("pk", "low", "high")
        gone = [pk for pk, low, high in rows if (low, high) not in kept]
        Candidate.objects.filter(pk__in=gone).delete()


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
