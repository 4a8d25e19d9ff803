"""How many opportunities were won and lost, for how much, and how long the won ones took [R63].

A deal that was lost to nobody (no decision, done in-house) is lost all the same; against a
competitor only the deals count in which that competitor took part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import (
    Aggregate,
    Case,
    CharField,
    Count,
    Expression,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat, ExtractQuarter, ExtractYear
from django.utils import timezone

from leads.opportunities import origins
from leads.opportunities.models import Opportunity
from portal.metrics.expressions import Aside, DaysBetween
from portal.metrics.medians import Medians, medians, medians_and_whole
from portal.metrics.metric import (
    DAYS,
    JOINT,
    MONEY,
    OPPORTUNITIES,
    SALES,
    SHARE,
    Metric,
    share,
)

IS_WON = Q(status=Opportunity.Status.WON)
IS_LOST = Q(status=Opportunity.Status.LOST)
IS_OPEN = Q(status=Opportunity.Status.OPEN)
#: Won ones of which both days are known.
HAS_CYCLE = IS_WON & Q(is_created_known=True, closed_at__isnull=False)
#: Closed ones of which both days are known.
HAS_ENDED = (IS_WON | IS_LOST) & Q(is_created_known=True, closed_at__isnull=False)
CYCLE = DaysBetween("created_at", "closed_at")
#: Groups told apart; the smallest beyond are one group. Keeps memory flat whatever the data.
MOST_GROUPS = 10_000
#: How a key says whether it is somebody of the portal or a name out of a file.
HERE, NAMED = "id:", "name:"


# --- one function a figure ----------------------------------------------------------------------
def _count(condition: Q) -> Count:
    return Count("pk", filter=condition)


def won(opportunities: QuerySet[Any]) -> int:
    return opportunities.filter(IS_WON).count()


def lost(opportunities: QuerySet[Any]) -> int:
    return opportunities.filter(IS_LOST).count()


def still_open(opportunities: QuerySet[Any]) -> int:
    return opportunities.filter(IS_OPEN).count()


def win_rate(opportunities: QuerySet[Any]) -> float | None:
    """Won ÷ (won + lost); None where nothing is closed."""
    ended = won(opportunities)
    return share(ended, ended + lost(opportunities))


def amount_won(opportunities: QuerySet[Any], *, currency: str = "") -> float:
    """The sum of the won amounts in one currency; the deployment's where none is named."""
    wanted = amount_in(currency or settings.CURRENCY)
    return _amount(opportunities.order_by().aggregate(sum=wanted)["sum"])


def median_cycle(opportunities: QuerySet[Any]) -> float | None:
    """Days from creation to close of the won ones; None while nothing is won."""
    rows = opportunities.order_by().filter(HAS_CYCLE).annotate(k=Value(1), v=CYCLE)
    return medians(rows.values("k", "v")).get(1)


def median_lost(opportunities: QuerySet[Any]) -> float | None:
    """Days from creation to close of the lost ones; None while nothing is lost."""
    return _cycles(opportunities).by_group.get(Opportunity.Status.LOST)


def median_closed(opportunities: QuerySet[Any]) -> float | None:
    """Days from creation to close, won or lost; None while nothing is closed."""
    return _cycles(opportunities).whole


def _cycles(opportunities: QuerySet[Any]) -> Medians:
    """The days of the won, of the lost, and of both together."""
    rows = opportunities.order_by().filter(HAS_ENDED).annotate(k=F("status"), v=CYCLE)
    return medians_and_whole(rows.values("k", "v"))


def median_amount(opportunities: QuerySet[Any], *, currency: str = "") -> float | int | None:
    """The middle of the won amounts in one currency; the deployment's where none is named."""
    priced = IS_WON & Q(amount__isnull=False) & origins.in_currency(currency or settings.CURRENCY)
    rows = opportunities.order_by().filter(priced).annotate(k=Value(1), v=F("amount"))
    middle = medians(rows.values("k", "v")).get(1)
    return None if middle is None else _amount(middle)


def endings(opportunities: QuerySet[Any], currency: str) -> dict[str, Any]:
    """What is told of all of them and of no group: how long losses and closings took, what the
    middle win was worth. Two passes over the closed ones."""
    cycles = _cycles(opportunities)
    return {
        "median_days_lost": cycles.by_group.get(Opportunity.Status.LOST),
        "median_days_closed": cycles.whole,
        "median_amount": median_amount(opportunities, currency=currency),
    }


def amount_in(currency: str) -> Aggregate:
    return Sum("amount", filter=IS_WON & origins.in_currency(currency))


METRICS = (
    Metric(
        "opportunities_won",
        "Won",
        OPPORTUNITIES,
        "Opportunities that were closed as won in the period.",
        SALES,
        won,
        _count(IS_WON),
    ),
    Metric(
        "opportunities_lost",
        "Lost",
        OPPORTUNITIES,
        "Opportunities that were closed as lost in the period: to a competitor, to no decision, to "
        "the buyer's own work, or to somebody we do not know.",
        SALES,
        lost,
        _count(IS_LOST),
    ),
    Metric(
        "opportunities_open",
        "Open",
        OPPORTUNITIES,
        "Opportunities that are open today and were created before the end of the period.",
        SALES,
        still_open,
        _count(IS_OPEN),
    ),
    Metric(
        "win_rate",
        "Win rate",
        SHARE,
        "Won ÷ (won + lost). Open opportunities do not count. Nothing is said where nothing is closed.",
        JOINT,
        win_rate,
    ),
    Metric(
        "amount_won",
        "Amount won",
        MONEY,
        "The sum of the amounts of the won opportunities, in one currency; amounts in other "
        "currencies are never added to it.",
        SALES,
        amount_won,
    ),
    Metric(
        "median_cycle",
        "Median days to won",
        DAYS,
        "The middle number of days, by calendar date, from the creation of an opportunity to the day "
        "it was won. Opportunities of which the first day is not known are left out.",
        SALES,
        median_cycle,
    ),
    Metric(
        "median_cycle_lost",
        "Median days to lost",
        DAYS,
        "The same for the lost ones: how long we work on what we do not win.",
        SALES,
        median_lost,
    ),
    Metric(
        "median_cycle_closed",
        "Median days to close",
        DAYS,
        "The middle number of days from the creation of an opportunity to its close, won or lost.",
        SALES,
        median_closed,
    ),
    Metric(
        "median_amount_won",
        "Median amount won",
        MONEY,
        "The middle of the won amounts in one currency; half of the wins were worth more, half less.",
        SALES,
        median_amount,
    ),
)


# --- by group -----------------------------------------------------------------------------------
def _person(row: str, name: str) -> Case:
    """Somebody of the portal by id, else the name that a file brought; empty for nobody."""
    return Case(
        When(
            **{f"{row}__isnull": False},
            then=Concat(Value(HERE), Cast(row, CharField()), output_field=CharField()),
        ),
        When(~Q(**{name: ""}), then=Concat(Value(NAMED), F(name), output_field=CharField())),
        default=Value(""),
        output_field=CharField(),
    )


def _quarter() -> Expression:
    """The quarter of the close as a number: 20171 is the first of 2017."""
    zone = timezone.get_default_timezone()
    year = ExtractYear("closed_at", tzinfo=zone) * Value(10)
    return Cast(year + ExtractQuarter("closed_at", tzinfo=zone), IntegerField())


DIMENSIONS: dict[str, Any] = {
    "source": lambda: origins.SOURCE,
    "campaign": lambda: origins.CAMPAIGN,
    "persona": lambda: origins.PERSONA,
    "competitor": lambda: F("competitors"),
    "owner": lambda: _person("owner", "owner_name"),
    "team": lambda: _person("team", "team_name"),
    "product": lambda: F("product"),
    "industry": lambda: origins.INDUSTRY,
    "quarter": _quarter,
}
#: An opportunity may be in several of these groups.
REPEATED = frozenset({"competitor"})


@dataclass(slots=True)
class Group:
    """One group and its figures. ``size`` counts the groups in a group of groups."""

    key: Any
    figures: dict[str, Any] = field(default_factory=dict)
    size: int = 0


def _counts(currency: str) -> dict[str, Aggregate]:
    return {
        "won": _count(IS_WON),
        "lost": _count(IS_LOST),
        "open": _count(IS_OPEN),
        "amount_won": amount_in(currency),
    }


@dataclass(frozen=True, slots=True)
class Ledger:
    """What all of them come to, told apart by currency only: amounts of two are never added up."""

    lines: list[dict[str, Any]]

    def currency(self) -> str:
        """In which most were won; the deployment's where it is as frequent."""
        counts: dict[str, int] = {settings.CURRENCY: 0}
        for line in self.lines:
            code = line["code"] or settings.CURRENCY
            counts[code] = counts.get(code, 0) + line["priced"]
        return max(counts, key=lambda code: (counts[code], code == settings.CURRENCY, code))

    def counts(self, currency: str) -> dict[str, Any]:
        """Won, lost, open and the amount won in a currency."""
        counted = {name: self._sum(name) for name in ("won", "lost", "open")}
        amounts = (line["sum"] or 0 for line in self.lines if _is_in(line["code"], currency))
        return {**counted, "amount_won": sum(amounts)}

    def elsewhere(self, currency: str) -> int:
        """How many have an amount in another currency."""
        lines = (line for line in self.lines if not _is_in(line["code"], currency))
        return sum(line["priced"] for line in lines)

    def undated(self) -> int:
        """How many were won on a day, or began on one, that nobody knows."""
        return self._sum("won") - self._sum("dated")

    def _sum(self, name: str) -> int:
        return sum(line[name] for line in self.lines)


def ledger(opportunities: QuerySet[Any]) -> Ledger:
    """One pass, as many rows as there are currencies."""
    rows = opportunities.order_by().annotate(code=F("currency")).values("code")
    found = rows.annotate(
        won=_count(IS_WON),
        lost=_count(IS_LOST),
        open=_count(IS_OPEN),
        priced=_count(IS_WON & Q(amount__isnull=False)),
        dated=_count(HAS_CYCLE),
        sum=Sum("amount", filter=IS_WON),
    )
    return Ledger(list(found))


def _is_in(code: str, currency: str) -> bool:
    """The twin of ``origins.in_currency``: an amount without a currency is in the deployment's."""
    return code == currency or (code == "" and currency == settings.CURRENCY)


@dataclass(frozen=True, slots=True)
class Tabulated:
    """The figures of each group, those with most closed ones first, and of all of them."""

    groups: list[Group]
    whole: dict[str, Any]


def tabulated(
    opportunities: QuerySet[Any], by: str, currency: str, all_of_them: Ledger
) -> Tabulated:
    """The figures by group in one pass, and the medians in another.

    A deal with several competitors counts for each of them, so groups may add up to more than all.
    """
    keyed = opportunities.order_by().annotate(k=Aside(DIMENSIONS[by]()))
    counted = {f"n_{name}": found for name, found in _counts(currency).items()}
    rows = keyed.values("k").annotate(**counted).order_by("-n_won", "-n_lost", "-n_open", "k")
    days = medians_and_whole(keyed.filter(HAS_CYCLE).annotate(v=CYCLE).values("k", "v"))
    groups = [
        Group(
            row["k"],
            _finished({n: row[f"n_{n}"] for n in _counts(currency)}, days.by_group.get(row["k"])),
        )
        for row in rows[:MOST_GROUPS]
    ]
    middle = median_cycle(opportunities) if by in REPEATED else days.whole
    whole = _finished(all_of_them.counts(currency), middle)
    if len(groups) == MOST_GROUPS:
        groups += _remainder(whole, keyed, groups, currency)
    groups.sort(key=lambda group: -(group.figures["won"] + group.figures["lost"]))
    return Tabulated(groups, whole)


def _remainder(
    whole: Mapping[str, Any], keyed: QuerySet[Any], groups: list[Group], currency: str
) -> list[Group]:
    """What lies beyond the groups told apart, as one group without a median."""
    rest = {
        name: whole[name] - sum(group.figures[name] for group in groups)
        for name in _counts(currency)
    }
    number = keyed.aggregate(number=Count("k", distinct=True))["number"] - len(groups)
    return [Group(None, _finished(rest, None), size=number)] if number > 0 else []


def _finished(counts: Mapping[str, Any], days: float | None) -> dict[str, Any]:
    ended = counts["won"] + counts["lost"]
    return {
        "won": counts["won"],
        "lost": counts["lost"],
        "open": counts["open"],
        "win_rate": share(counts["won"], ended),
        "amount_won": _amount(counts["amount_won"]),
        "median_days": days,
    }


def _amount(total: Any) -> float | int:
    """A sum as a plain number: whole where it is whole, else with its cents."""
    number = round(float(total or 0), 2)
    return int(number) if number == int(number) else number
