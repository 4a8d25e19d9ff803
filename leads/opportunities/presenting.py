"""What the pages show of opportunities: the list, the board, sums, chips, the history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone

from leads.chips import DAYS, WORDS, Chip
from leads.opportunities.ageing import Age, age_in_stage
from leads.opportunities.models import (
    Opportunity,
    OpportunityChange,
    OpportunityStage,
    Outcome,
    Status,
)
from portal.activity.services import lines_about
from portal.core.formatting import money_text
from portal.core.listing import Listing, first_of_each
from portal.core.statements import Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from decimal import Decimal

    from django.db.models import QuerySet
    from django.http import QueryDict

    from leads.opportunities.filters import OpportunityFilter
    from portal.accounts.models import User

#: Names of an order in the address → the column of the table, each with an index.
LISTING = Listing(
    {
        "created": "created_at",
        "changed": "updated_at",
        "name": "name",
        "amount": "amount",
        "close": "expected_close_on",
        "next_step": "next_step_on",
    },
    default="-created",
)
#: Cards of a column that the board shows; the list has the rest.
CARDS = 20
MOST_LINES = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One opportunity as a list or the board shows it."""

    opportunity: Opportunity
    age: Age | None


def row_of(opportunity: Opportunity, now: datetime) -> Row:
    """Closed ones do not age."""
    if not opportunity.is_open:
        return Row(opportunity, None)
    stage = opportunity.stage
    age = age_in_stage(
        entered_at=opportunity.stage_entered_at, expected=stage.expected_days, now=now
    )
    return Row(opportunity, age)


def rows_of(opportunities: Iterable[Opportunity]) -> list[Row]:
    now = timezone.now()
    return [row_of(opportunity, now) for opportunity in opportunities]


# --- money ------------------------------------------------------------------------------------
def sums_text(sums: Mapping[str, Decimal]) -> str:
    """Sums of several currencies side by side, largest first, never added up."""
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return " + ".join(money_text(total, code, compact=True) for code, total in ordered)


def sums_of(rows: QuerySet[Any]) -> str:
    """The amounts of these rows by currency. One query; ask it of a bounded number of rows only."""
    found = rows.order_by().filter(amount__isnull=False).values("currency")
    sums: dict[str, Decimal] = {}
    for row in found.annotate(total=Sum("amount")):
        code = row["currency"] or settings.CURRENCY
        sums[code] = sums.get(code, 0) + row["total"]
    return sums_text(sums)


# --- the board --------------------------------------------------------------------------------
@dataclass
class BoardColumn:
    """One stage: how many stand there, what they are worth, and those that stand there longest."""

    stage: OpportunityStage
    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    before: OpportunityStage | None = None
    after: OpportunityStage | None = None
    #: The rows as HTML.
    cards: str = ""

    @property
    def sums_text(self) -> str:
        return sums_text(self.sums)

    @property
    def beyond(self) -> int:
        """How many more there are than the board shows."""
        return self.count - len(self.rows)


def board_of(opportunities: QuerySet[Any], stages: Iterable[OpportunityStage]) -> list[BoardColumn]:
    """One column for every open stage in use, and for others in which something still stands.

    Two queries, however many rows: one counts, one fetches the cards.
    """
    rows = opportunities.order_by().filter(status=Status.OPEN)
    counted: dict[int, dict[str, Any]] = defaultdict(lambda: {"count": 0, "sums": {}})
    for found in rows.values("stage", "currency").annotate(n=Count("pk"), total=Sum("amount")):
        place = counted[found["stage"]]
        place["count"] += found["n"]
        if found["total"] is not None:
            code = found["currency"] or settings.CURRENCY
            place["sums"][code] = place["sums"].get(code, 0) + found["total"]
    columns = [
        BoardColumn(stage, **counted.get(stage.pk, {}))
        for stage in stages
        if (stage.is_open and stage.is_active) or stage.pk in counted
    ]
    _link_neighbours(columns)
    _deal(rows, {column.stage.pk: column for column in columns})
    return columns


def _link_neighbours(columns: list[BoardColumn]) -> None:
    """Where a card may go by one step: stages in use only."""
    for index, column in enumerate(columns):
        earlier = [c.stage for c in columns[:index] if c.stage.is_active]
        later = [c.stage for c in columns[index + 1 :] if c.stage.is_active]
        column.before = earlier[-1] if earlier else None
        column.after = later[0] if later else None


def _deal(rows: QuerySet[Any], columns: Mapping[int, BoardColumn]) -> None:
    top = first_of_each(
        rows.filter(stage=pk).order_by("stage_entered_at", "pk").values("pk")[:CARDS]
        for pk in columns
    )
    cards = Opportunity.objects.filter(pk__in=top).as_cards()
    now = timezone.now()
    for card in cards.order_by("stage_entered_at", "pk"):
        column = columns[card.stage_id]
        card.stage = column.stage
        column.rows.append(row_of(card, now))


# --- chips ------------------------------------------------------------------------------------
NOUNS = {
    "owner_name": "Owner",
    "team_name": "Team",
    "created_at": "Created",
    "updated_at": "Changed",
    "closed_at": "Closed",
    "expected_close_on": "Expected to close",
    "next_step_on": "Next step",
    "external_id": "External id",
    "lead": "Lead no.",
    "company": "Company no.",
}
DAY_FIELDS = ("created_at", "updated_at", "closed_at", "expected_close_on", "next_step_on")
#: Texts that may be asked for being blank.
MAY_BE_BLANK = ("source", "industry", "owner_name", "team_name", "lost_to")


def chips(filters: OpportunityFilter, data: QueryDict) -> list[Chip]:
    """Filters in use, as words that read as a sentence."""
    asked = {
        name: str(data[name]) for name in data if name in filters.filters or name in ("q", "search")
    }
    return [
        Chip(*_words(filters, name, value), _without(data, name))
        for name, value in asked.items()
        if value or name in MAY_BE_BLANK
    ]


def _words(filters: OpportunityFilter, name: str, value: str) -> tuple[str, str]:
    if name in ("q", "search"):
        return "Matches", f"“{value}”"
    key, _, lookup = name.partition("__")
    noun = NOUNS.get(key, key.replace("_", " ").capitalize())
    if lookup == "isnull":
        return noun, "is not known" if value.lower() == "true" else "is known"
    if not value:
        return noun, "is not known"
    if key == "lost_to":
        return "Lost to", str(dict(Outcome.choices).get(value, value))
    words = (DAYS if key in DAY_FIELDS else WORDS).get(lookup, "is")
    return f"{noun} {words}", filters.names.get(name) or value


def _without(data: QueryDict, name: str) -> str:
    rest = data.copy()
    for gone in (name, "after", "before"):
        rest.pop(gone, None)
    return f"?{rest.urlencode()}"


# --- the history ------------------------------------------------------------------------------
@dataclass(frozen=True)
class Entry:
    """One line of the history of an opportunity."""

    icon: str
    text: str
    at: datetime
    actor: User | None
    detail: str = ""

    @property
    def side(self) -> str:
        return self.actor.department if self.actor else ""


ICONS = {
    "opened": "plus",
    "moved": "milestone",
    "valued": "coins",
    "won": "trophy",
    "lost": "circle-x",
    "reopened": "rotate-ccw",
}
#: Acts that stand in the history of stages and amounts already.
TOLD_ELSEWHERE = frozenset({"created", "stage_changed", "won", "lost", "reopened"})


_changes = Statement(
    lambda pk: OpportunityChange.objects.filter(opportunity=pk).select_related(
        "from_stage", "to_stage", "by"
    )[:MOST_LINES]
)


def history_of(opportunity: Opportunity) -> list[Entry]:
    """The newest lines: stages, amounts and what else was changed. Two queries."""
    entries = [_of_change(change, opportunity.currency) for change in _changes(opportunity.pk)]
    entries += [
        Entry("pencil", _changed_words(line.data), line.at, line.actor, line.summary)
        for line in lines_about(opportunity, MOST_LINES)
        if line.verb not in TOLD_ELSEWHERE and set(line.data.get("fields", ())) != {"amount"}
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:MOST_LINES]


def _of_change(change: OpportunityChange, currency: str) -> Entry:
    kind = OpportunityChange.Kind
    text = {
        kind.MOVED: f"Moved from {change.from_stage} to {change.to_stage}",
        kind.VALUED: f"Amount from {money_text(change.amount_before, currency)} to "
        f"{money_text(change.amount_after, currency)}",
        kind.OPENED: f"Opened in {change.to_stage}",
        kind.WON: "Won",
        kind.LOST: "Lost",
        kind.REOPENED: f"Opened again in {change.to_stage}",
    }[kind(change.kind)]
    return Entry(ICONS[change.kind], text, change.at, change.by, change.reason)


def _changed_words(data: Mapping[str, Any]) -> str:
    names = [
        str(name).removeprefix("attributes.").replace("_", " ") for name in data.get("fields", [])
    ]
    return f"Changed {', '.join(names)}"[:200] if names else "Changed"


def is_sum_cheap(page: Any) -> bool:
    """Whether the rows behind a page are few enough to add them up."""
    return bool(page.total) and not page.total_is_estimate
