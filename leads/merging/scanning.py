"""The scan in slices: keys of changed leads, values too common to mean anything, pairs and their likeness.

Each slice is a handful of statements over its leads; what finds the pairs is one self-join on the
stored keys. A slice may be done twice and comes out the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from leads.merging.blocking import Kind, keys_of
from leads.merging.likeness import BANDS, Likeness, likely
from leads.merging.models import Candidate, CommonValue, Key, Scanned
from leads.merging.outlines import outline_of, person_in, text_of
from leads.merging.pairing import COMMON, Pair
from leads.merging.reading import people
from leads.models import Lead
from leads.search.store import listed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.merging.features import Person
    from leads.merging.nicknames import Nicknames

#: Weaker pairs are not kept.
LEAST = BANDS[-1][1]
#: So few pairs are compared at once: whoever flags one lead has no need of numpy.
FEW = 500
#: As many rows as one statement takes on every database.
BATCH = 200
#: Of the commonest values as many get an example.
EXAMPLES = 50
_PAIRS = """
SELECT DISTINCT mine.lead_id, theirs.lead_id
FROM {scanned} fresh
JOIN {key} mine ON mine.lead_id = fresh.lead_id
JOIN {key} theirs ON theirs.kind = mine.kind AND theirs.value = mine.value AND theirs.lead_id <> mine.lead_id
  AND theirs.lead_id <= %s
WHERE fresh.lead_id > %s AND fresh.lead_id <= %s AND NOT fresh.is_paired
  AND NOT EXISTS (SELECT 1 FROM {common} c WHERE c.kind = mine.kind AND c.value = mine.value)
  AND (theirs.lead_id < mine.lead_id OR EXISTS (
    SELECT 1 FROM {scanned} other WHERE other.lead_id = theirs.lead_id AND other.is_paired))
"""


# --- keys --------------------------------------------------------------------------------------
def stale() -> QuerySet[Any]:
    """Leads whose keys are not those of their present version, or of their company's."""
    return Lead.objects.exclude(pk__in=_present().values("lead"))


def stale_in(after: int, upto: int) -> QuerySet[Any]:
    known = _present().filter(lead__gt=after, lead__lte=upto)
    return Lead.objects.filter(pk__gt=after, pk__lte=upto).exclude(pk__in=known.values("lead"))


def _present() -> QuerySet[Scanned]:
    rows = Scanned.objects.annotate(company_now=Coalesce("lead__company__version", 0))
    return rows.filter(version=F("lead__version"), company_version=F("company_now"))


def store_keys(rows: QuerySet[Any], nicknames: Nicknames) -> int:
    """The blocking keys and the outline of these leads as they are now; their pairs are to be looked at again."""
    found = list(people(rows))
    Key.objects.filter(lead__in=listed([person.pk for person, _, _ in found])).delete()
    _write(
        [
            (person.pk, kind, value)
            for person, _, _ in found
            for kind, value in keys_of(person, nicknames)
        ]
    )
    Scanned.objects.bulk_create(
        [
            Scanned(
                lead_id=person.pk,
                version=version,
                company_version=company,
                outline=outline_of(person),
                is_paired=False,
            )
            for person, version, company in found
        ],
        update_conflicts=True,
        unique_fields=["lead"],
        update_fields=["version", "company_version", "outline", "is_paired"],
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
    return {person.pk: person for person, _, _ in people(Lead.objects.filter(pk__in=ids))}


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
def last_paired() -> int:
    """No lead with a larger number has been compared."""
    return Scanned.objects.filter(is_paired=True).aggregate(last=Max("lead"))["last"] or 0


def pairs_in(after: int, upto: int, *, last: int) -> list[Pair]:
    """Pairs that share a key and have not been compared since one of the two changed.

    Of two that both wait, the one with the larger number finds the other, so each is found once. ``last``:
    as far as leads had been compared when the scan began; whoever was further on since has found these.
    """
    tables = {"scanned": Scanned, "key": Key, "common": CommonValue}
    names = {name: connection.ops.quote_name(m._meta.db_table) for name, m in tables.items()}
    with connection.cursor() as cursor:
        cursor.execute(_PAIRS.format(**names), [max(upto, last), after, upto])
        return cursor.fetchall()


def compare(pairs: Sequence[Pair], nicknames: Nicknames) -> dict[Pair, Likeness]:
    """The likeness of each pair that is at least possible. Reads each lead once."""
    known: dict[int, Person] = {}
    if len(pairs) > FEW:
        pairs, known = _sifted(pairs, nicknames)
    unread = {pk for pair in pairs for pk in pair} - known.keys()
    if unread:
        rows = people(Lead.objects.filter(pk__in=listed(sorted(unread))))
        known |= {person.pk: person for person, *_ in rows}
    return {
        (min(pair), max(pair)): told
        for pair in pairs
        if pair[0] in known and pair[1] in known
        if (told := likely(known[pair[0]], known[pair[1]], nicknames, least=LEAST)) is not None
    }


def _sifted(
    pairs: Sequence[Pair], nicknames: Nicknames
) -> tuple[Sequence[Pair], dict[int, Person]]:
    """The pairs that outlines do not tell apart, and the people in them."""
    import numpy as np

    from leads.merging.sifting import Sieve

    sides = np.array(pairs, dtype=np.int64)
    ids, places = np.unique(sides, return_inverse=True)
    rows = Scanned.objects.filter(lead__in=listed(ids.tolist())).values_list("lead", "outline")
    outlines = {pk: bytes(outline) for pk, outline in rows}
    sieve = Sieve([outlines.get(pk, b"") for pk in ids.tolist()], nicknames)
    low, high = places.reshape(sides.shape).T
    left = sides[sieve.passed(low, high, least=LEAST)]
    known = {
        pk: person_in(pk, text_of(outline))
        for pk in np.unique(left).tolist()
        if (outline := outlines.get(pk))
    }
    return list(map(tuple, left.tolist())), known


def pair_slice(after: int, upto: int, nicknames: Nicknames, *, last: int) -> tuple[int, int]:
    """Compare the leads of a slice that wait for it; how many pairs were compared and kept."""
    fresh = Scanned.objects.filter(lead__gt=after, lead__lte=upto, is_paired=False)
    waiting = list(fresh.values_list("lead", flat=True))
    if not waiting:
        return 0, 0
    pairs = pairs_in(after, upto, last=last)
    kept = compare(pairs, nicknames)
    known = _known(waiting)
    _forget(known, set(kept), upto)
    store({pair: told for pair, told in kept.items() if _has_changed(known.get(pair), told)})
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
            reasons=_reasons(told),
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


def _reasons(told: Likeness) -> list[list[Any]]:
    return [[reason.text, round(reason.bits, 1)] for reason in told.reasons]


def _has_changed(old: tuple[Any, ...] | None, told: Likeness) -> bool:
    return old is None or old[2:] != (told.strength, told.band, _reasons(told))


def _known(waiting: Sequence[int]) -> dict[Pair, tuple[Any, ...]]:
    """What is written down of the pairs of these leads: key, state, strength, band, reasons."""
    found: dict[Pair, tuple[Any, ...]] = {}
    for side in ("low", "high"):
        rows = Candidate.objects.filter(**{f"{side}__in": listed(waiting)}).order_by()
        for low, high, *told in rows.values_list(
            "low", "high", "pk", "state", "strength", "band", "reasons"
        ):
            found[low, high] = tuple(told)
    return found


def _forget(known: dict[Pair, tuple[Any, ...]], kept: set[Pair], upto: int) -> None:
    """Open pairs that are not alike any longer."""
    gone = [
        pk
        for pair, (pk, state, *_) in known.items()
        if pair not in kept and state == Candidate.State.OPEN
    ]
    if gone:
        # A partner further on that waits itself is compared when its turn comes.
        later = Scanned.objects.filter(lead=OuterRef("high"), lead__gt=upto, is_paired=False)
        Candidate.objects.filter(pk__in=listed(gone)).exclude(Exists(later)).delete()
