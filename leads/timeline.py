"""Everything that happened to a lead, newest first, from as many tables as there are.

Rooms above add their own sources at start-up (``add_source``), so that the noun need not know them.
Paging is by keyset over (moment, source, key): each source is asked for one page and no more.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from leads.channels import origin_text, tells_source
from leads.fields import FIELDS
from leads.models import Assignment, ConsentChange, Lead, Note, StageChange
from leads.services.sources import facts_of_touch
from leads.timeline_newest import speaking
from leads.touched import ICONS, LEFT_OUT, text_of, touch_rows
from portal.accounts.policy import masked_fields
from portal.activity.models import Activity
from portal.core.moments import is_possible
from portal.core.statements import Statement

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.activity.querysets import ActivityQuerySet

PAGE_SIZE = 50


@dataclass(slots=True)
class Entry:
    """One line of the timeline. ``detail`` is Markdown when ``is_prose``.

    ``lead_id`` says whose line it is where several people share a timeline. ``source`` is the channel
    that a touch tells; ``left_out`` says why it counts in no figure, and ``key`` names the touch that a
    manager may restore.
    """

    kind: str
    icon: str
    text: str
    at: datetime
    actor: str = ""
    detail: str = ""
    is_prose: bool = False
    url: str = ""
    side: str = ""
    lead_id: int | None = None
    source: str = ""
    left_out: str = ""
    key: int = 0


@dataclass(frozen=True)
class Source:
    """One table. ``rows`` takes the lead. ``action`` is what a reader needs beside seeing the lead; empty: nothing more.

    ``rows_of_many`` asks the same of many leads at once (a queryset of them); a source without it
    stands on the timeline of a lead and not on that of a company. ``lead_column`` names the lead.
    ``is_long``: there are many, in wide rows; the newest are found by an index first.
    """

    name: str
    rows: Callable[[Any], QuerySet[Any]]
    entry: Callable[[Any], Entry]
    moment: str = "at"
    action: str = ""
    rows_of_many: Callable[[QuerySet[Lead]], QuerySet[Any]] | None = None
    lead_column: str = "lead_id"
    is_long: bool = False


@dataclass(frozen=True)
class Cursor:
    at: datetime
    rank: int
    pk: int

    def encoded(self) -> str:
        raw = json.dumps([self.at.isoformat(), self.rank, self.pk])
        return urlsafe_b64encode(raw.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class TimelinePage:
    entries: Sequence[Entry]
    next: str = ""


def _cursor(text: str) -> Cursor | None:
    try:
        at, rank, pk = json.loads(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        if not (isinstance(rank, int) and isinstance(pk, int) and 0 <= pk < 2**63):
            return None
        moment = datetime.fromisoformat(at)
        return Cursor(moment, rank, pk) if moment.tzinfo and is_possible(moment) else None
    except (ValueError, TypeError, RecursionError, OverflowError):
        return None


# --- sources ----------------------------------------------------------------------------------
#: Acts that have a table of their own say more there than in the history.
TOLD_ELSEWHERE = ("assigned", "claimed", "stage_changed", "followed_sale", "noted", "logged")
#: For what has no picture of its own.
PLAIN = "circle-dot"
VERBS = {
    "created": ("user-plus", "Added"),
    "imported": ("upload", "Imported"),
    "changed": ("pencil", "Changed"),
    "lost": ("circle-x", "Marked as lost"),
    "reopened": ("rotate-ccw", "Reopened"),
    "next_step_set": ("calendar-clock", "Next step"),
    "source_tracked": ("signpost", "Source as tracked"),
    "touchpoint_restored": ("undo-2", "A touch that was left out counts again"),
    "source_told": ("ear", "Asked how they heard about us"),
    "persona_chosen": ("user-check", "Persona chosen"),
    "merged": ("merge", "Merged with another record"),
    "merge_undone": ("undo-2", "Merge undone"),
    "told_apart": ("split", "Not a duplicate"),
    "tagged": ("tag", "Tagged"),
    "untagged": ("tag", "Tag taken off"),
    "bulk_undone": ("undo-2", "A bulk change was undone"),
    "used a talking point": ("message-square-quote", "Used a talking point"),
    "raised feedback": ("messages-square", "Raised feedback"),
}


def _who(person: Any) -> tuple[str, str]:
    return (str(person), person.department) if person else ("Accord", "")


def _of_activity(line: Activity) -> Entry:
    icon, text = VERBS.get(line.verb, (PLAIN, line.verb.replace("_", " ").capitalize()))
    if line.verb == "changed":
        names = [
            FIELDS[name].label.lower() if name in FIELDS else name.partition(".")[2] or name
            for name in line.data.get("fields", [])
        ]
        text = f"Changed {', '.join(names)}"[:200] if names else text
    actor, side = _who(line.actor)
    return Entry(line.verb, icon, text, line.at, actor, line.summary, side=side)


def _of_touchpoint(touch: Any) -> Entry:
    facts = facts_of_touch(touch)
    return Entry(
        touch.kind,
        ICONS.get(touch.kind, PLAIN),
        text_of(touch),
        touch.occurred_at,
        touch.by__name or touch.by__email or "",
        touch.body,
        True,
        side=touch.by__department or "",
        source=origin_text(facts) if tells_source(facts) else "",
        left_out=str(LEFT_OUT.get(touch.left_out, touch.left_out)),
        key=touch.pk,
    )


def _of_note(note: Note) -> Entry:
    actor, side = _who(note.author)
    return Entry("note", "sticky-note", "Note", note.created_at, actor, note.body, True, side=side)


def _of_stage_change(change: StageChange) -> Entry:
    text = (
        f"{change.from_stage} → {change.to_stage}"
        if change.from_stage
        else f"Came in as {change.to_stage}"
    )
    if change.revision:
        text += f" (definition, revision {change.revision.number})"
    actor, side = _who(change.by)
    return Entry("stage", "milestone", text, change.at, actor, change.reason, side=side)


def _of_assignment(change: Assignment) -> Entry:
    text = f"Given to {change.to_owner}" if change.to_owner else "Given back to the pool"
    if change.from_owner:
        text += (
            f" by {change.from_owner}"
            if change.from_owner == change.by
            else f", was with {change.from_owner}"
        )
    actor, side = _who(change.by)
    return Entry("assignment", "hand", text, change.at, actor, change.reason, side=side)


def _lines() -> ActivityQuerySet:
    return Activity.objects.exclude(verb__in=TOLD_ELSEWHERE).select_related("actor")


def _stage_changes() -> QuerySet[Any]:
    rows = StageChange.objects.select_related("by", "from_stage", "to_stage", "revision")
    return rows.defer("revision__content")


def _assignments() -> QuerySet[Any]:
    return Assignment.objects.select_related("by", "from_owner", "to_owner")


def _consents() -> QuerySet[Any]:
    return ConsentChange.objects.select_related("by")


def _of_consent(change: ConsentChange) -> Entry:
    words = dict(Lead.Consent.choices)
    text = f"Consent: {words.get(change.to_state, change.to_state).lower()}"
    if change.from_state and change.from_state != Lead.Consent.UNKNOWN:
        text += f", was {words.get(change.from_state, change.from_state).lower()}"
    actor, side = _who(change.by)
    detail = ". ".join(part for part in (change.source, change.wording) if part)
    return Entry("consent", "shield-check", text, change.at, actor, detail, side=side)


_SOURCES: list[Source] = [
    Source(
        "activity",
        lambda lead: _lines().of(lead),
        _of_activity,
        rows_of_many=lambda leads: _lines().filter(
            subject_type="leads.lead", subject_id__in=leads.values("pk")
        ),
        lead_column="subject_id",
    ),
    Source(
        "touchpoint",
        lambda lead: touch_rows().filter(lead=lead),
        _of_touchpoint,
        "occurred_at",
        "leads.view_touchpoint",
        lambda leads: touch_rows().filter(lead__in=leads.values("pk")),
        is_long=True,
    ),
    Source(
        "note",
        lambda lead: Note.objects.filter(lead=lead).select_related("author"),
        _of_note,
        "created_at",
        "leads.view_touchpoint",
        lambda leads: Note.objects.filter(lead__in=leads.values("pk")).select_related("author"),
    ),
    Source(
        "stage",
        lambda lead: _stage_changes().filter(lead=lead),
        _of_stage_change,
        rows_of_many=lambda leads: _stage_changes().filter(lead__in=leads.values("pk")),
    ),
    Source(
        "assignment",
        lambda lead: _assignments().filter(lead=lead),
        _of_assignment,
        rows_of_many=lambda leads: _assignments().filter(lead__in=leads.values("pk")),
    ),
    Source(
        "consent",
        lambda lead: _consents().filter(lead=lead),
        _of_consent,
        rows_of_many=lambda leads: _consents().filter(lead__in=leads.values("pk")),
    ),
]


def add_verbs(**verbs: tuple[str, str]) -> None:
    """Acts that a room writes into the history of a lead: verb → icon and words."""
    VERBS.update(verbs)


def add_source(source: Source) -> None:
    """Called in ``AppConfig.ready`` by rooms that stand on leads."""
    if source.name not in {known.name for known in _SOURCES}:
        _SOURCES.append(source)


# --- reading ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Part:
    """What one source holds for this timeline. ``rank`` orders what happened at the same moment."""

    rank: int
    source: Source
    rows: QuerySet[Any]


@dataclass(frozen=True)
class Found:
    """A row, and where it stands: newest first, then by source and key."""

    at: datetime
    rank: int
    pk: int
    source: Source
    row: Any

    @property
    def place(self) -> tuple[datetime, int, int]:
        return self.at, -self.rank, self.pk

    def entry(self) -> Entry:
        entry = self.source.entry(self.row)
        entry.lead_id = getattr(self.row, self.source.lead_column, None)
        return entry


def readable_sources(reader: User) -> list[tuple[int, Source]]:
    """The sources that ``reader`` may see, each with its rank."""
    return [
        (rank, source)
        for rank, source in enumerate(_SOURCES)
        if not source.action or reader.may(source.action)
    ]


def timeline_of(lead: Lead, reader: User, after: str = "", size: int = PAGE_SIZE) -> TimelinePage:
    """One page of what ``reader`` may know about a lead that they have been let in to."""
    sources = readable_sources(reader)
    if edge := _cursor(after) if after else None:
        parts = [Part(rank, source, source.rows(lead)) for rank, source in sources]
        return _page(_beyond(parts, edge, size + 1), reader, size)
    sources = speaking(sources, lead.pk, size + 1)
    found = [_found(rank, source, _newest(source, size + 1)(lead.pk)) for rank, source in sources]
    return _page(found, reader, size)


def page_of(parts: Sequence[Part], reader: User, after: str, size: int = PAGE_SIZE) -> TimelinePage:
    """Newest first, out of all parts."""
    return _page(_beyond(parts, _cursor(after) if after else None, size + 1), reader, size)


def _page(streams: Iterable[Iterable[Found]], reader: User, size: int) -> TimelinePage:
    """Out of streams that hold one more than a page, where there is as much.

    Who sees contact data hidden sees that something happened, not the words that people wrote.
    """
    found = sorted(chain.from_iterable(streams), key=attrgetter("place"), reverse=True)[: size + 1]
    entries = [one.entry() for one in found[:size]]
    if masked_fields(reader, "leads.lead"):
        for entry in entries:
            entry.detail = ""
    if len(found) <= size:
        return TimelinePage(entries)
    last = found[size - 1]
    return TimelinePage(entries, Cursor(last.at, last.rank, last.pk).encoded())


@cache
def _newest(source: Source, size: int) -> Statement[Any]:
    """The first page of one source. Every record asks it, so its text is kept."""
    return Statement(lambda key: _ordered(source, source.rows(Lead(pk=key)), size))


def _beyond(parts: Iterable[Part], edge: Cursor | None, size: int) -> Iterator[list[Found]]:
    """What stands behind the edge: each part is asked for one page and no more."""
    for part in parts:
        rows = part.rows.filter(_older(part, edge)) if edge else part.rows
        if part.source.is_long:
            rows = _of_newest_keys(part.source, rows, size)
        yield _found(part.rank, part.source, _ordered(part.source, rows, size))


def newest_rows(source: Source, rows: QuerySet[Any], size: int = PAGE_SIZE) -> QuerySet[Any]:
    """The first page of one source, and one row more, which says that there is another page."""
    return _ordered(source, _of_newest_keys(source, rows, size + 1), size + 1)


def first_page(found: Iterable[tuple[int, Source, list[Any]]], reader: User) -> TimelinePage:
    """Newest first, out of the ``newest_rows`` of each source, with its rank."""
    return _page((_found(rank, source, rows) for rank, source, rows in found), reader, PAGE_SIZE)


def _of_newest_keys(source: Source, rows: QuerySet[Any], size: int) -> QuerySet[Any]:
    """Keys are sorted within an index; whole rows, and what is joined to them, would have to be read."""
    return rows.filter(pk__in=_ordered(source, rows, size).values("pk"))


def _ordered(source: Source, rows: QuerySet[Any], size: int) -> QuerySet[Any]:
    return rows.order_by(f"-{source.moment}", "-pk")[:size]


def _found(rank: int, source: Source, rows: Iterable[Any]) -> list[Found]:
    return [Found(getattr(row, source.moment), rank, row.pk, source, row) for row in rows]


def _older(part: Part, edge: Cursor) -> Q:
    moment, rank = part.source.moment, part.rank
    older = Q(**{f"{moment}__lt": edge.at})
    same = Q(**{moment: edge.at})
    if rank == edge.rank:
        return Q(**{f"{moment}__lte": edge.at}) & (older | Q(pk__lt=edge.pk))
    return older | same if rank > edge.rank else older
