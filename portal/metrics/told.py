"""What people say about where they heard of us, how often we ask, and whether tracking agrees [R59].

For teams, never for a person [R92].
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Lower

from leads.models import HeardAnswer, Lead
from leads.normalising import folded
from leads.reach import was_contacted
from portal.metrics import conversion
from portal.metrics.expressions import Aside
from portal.metrics.metric import JOINT, LEADS, SALES, SHARE, Metric, counted, share

IS_ASKED = ~Q(heard_state=Lead.Heard.NOT_ASKED)
IS_TOLD = Q(heard_state=Lead.Heard.TOLD)
#: The figure of all leads, beside those of the ones who were asked.
ALL = conversion.LEADS.name


@dataclass(frozen=True, slots=True)
class Pair:
    """How many leads gave an answer of the list and have a tracked source."""

    group: Any
    answer: HeardAnswer
    source: str
    leads: int
    text: str

    @property
    def is_compared(self) -> bool:
        return bool(self.source and self.answer.sources)

    @property
    def disagrees(self) -> bool:
        return self.is_compared and folded(self.source) not in self.answer.sources


def pairs(leads: QuerySet[Any], by: str = "") -> list[Pair]:
    """Told × tracked, over answers of the list, and by a column of the lead if asked. One query.

    As many rows as there are answers × sources × groups, however many leads there are.
    """
    answers = list(HeardAnswer.objects.all())
    named = {folded(answer.name): answer for answer in answers}
    texts = {text for answer in answers for text in (answer.name, answer.name.lower())}
    told = leads.order_by().filter(IS_TOLD).annotate(said=Lower("heard_about_us"))
    columns = ["heard_about_us", "source", *([by] if by else [])]
    rows = (
        told.filter(Q(said__in=texts) | Q(heard_about_us__in=texts))
        .values(*columns)
        .annotate(leads=Count("pk"))
        .order_by(*columns)
    )
    return [
        Pair(row[by] if by else None, answer, row["source"], row["leads"], row["heard_about_us"])
        for row in rows
        if (answer := named.get(folded(row["heard_about_us"])))
    ]


def compared_in(found: Iterable[Pair]) -> int:
    return sum(pair.leads for pair in found if pair.is_compared)


def disagreeing_in(found: Iterable[Pair]) -> int:
    return sum(pair.leads for pair in found if pair.disagrees)


def asked_by(leads: QuerySet[Any], by: str) -> dict[Any, dict[str, int]]:
    """The counts of each group of a column, in one query that looks for conversations once a lead."""
    rows = leads.order_by().annotate(k=Aside(F(by))).values("k", "heard_state")
    groups: dict[Any, dict[str, int]] = {}
    for row in rows.annotate(number=Count("*"), talked=Count("pk", filter=was_contacted())):
        counts = groups.setdefault(row["k"], dict.fromkeys((ALL, *NAMES), 0))
        _count_in(counts, row["heard_state"], row["number"], row["talked"])
    return groups


def _count_in(counts: dict[str, int], state: str, leads: int, contacted: int) -> None:
    """So many leads more in one state of asking, of whom so many were contacted."""
    counts[ALL] += leads
    counts[CONTACTED.name] += contacted
    if state != Lead.Heard.NOT_ASKED:
        counts[ASKED.name] += contacted
    if state in {Lead.Heard.TOLD, Lead.Heard.CANNOT_RECALL}:
        counts[state] += leads


def in_all(groups: Iterable[dict[str, int]]) -> dict[str, int]:
    """What the groups come to together; every lead is in one."""
    counts = dict.fromkeys((ALL, *NAMES), 0)
    for group in groups:
        for name, number in group.items():
            counts[name] += number
    return counts


def by_group(found: Iterable[Pair]) -> dict[Any, list[Pair]]:
    groups: dict[Any, list[Pair]] = defaultdict(list)
    for pair in found:
        groups[pair.group].append(pair)
    return groups


# --- one function a figure ------------------------------------------------------------------------
def ask_rate(leads: QuerySet[Any]) -> float | None:
    counts = leads.order_by().aggregate(asked=ASKED.aggregate, contacted=CONTACTED.aggregate)
    return share(counts["asked"], counts["contacted"])


def compared(leads: QuerySet[Any]) -> int:
    return compared_in(pairs(leads))


def disagreeing(leads: QuerySet[Any]) -> int:
    return disagreeing_in(pairs(leads))


def disagreement(leads: QuerySet[Any]) -> float | None:
    found = pairs(leads)
    return share(disagreeing_in(found), compared_in(found))


CONTACTED = counted(
    "contacted",
    "Contacted",
    "Of these leads, those with whom somebody has spoken or written: a call, mail, meeting or chat "
    "is logged.",
    SALES,
    Count("pk", filter=was_contacted()),
)
ASKED = counted(
    "asked",
    "Asked",
    "Of the contacted leads, those who were asked how they heard about us, whatever they answered.",
    SALES,
    Count("pk", filter=was_contacted() & IS_ASKED),
)
TOLD = counted(
    "told",
    "Told us",
    "Of these leads, those who told us how they heard about us, contacted or not: a form asks too.",
    JOINT,
    Count("pk", filter=IS_TOLD),
)
CANNOT_RECALL = counted(
    "cannot_recall",
    "Cannot recall",
    "Of these leads, those who were asked and cannot recall.",
    JOINT,
    Count("pk", filter=Q(heard_state=Lead.Heard.CANNOT_RECALL)),
)
ASK_RATE = Metric(
    "ask_rate",
    "Ask rate",
    SHARE,
    "Asked ÷ contacted: of the leads with whom somebody has spoken or written, the share who were "
    "asked how they heard about us.",
    SALES,
    ask_rate,
)
COMPARED = Metric(
    "compared",
    "Compared",
    LEADS,
    "Of the leads who told us, those whose answer is one of the list that stands for tracked "
    "sources, and who have a first tracked touch. Own words, and answers that tracking cannot see, "
    "are compared with nothing.",
    JOINT,
    compared,
)
DISAGREEING = Metric(
    "disagreeing",
    "Disagree",
    LEADS,
    "Of the compared leads, those whose first tracked touch is none of the sources that their "
    "answer stands for.",
    JOINT,
    disagreeing,
)
DISAGREEMENT = Metric(
    "disagreement",
    "Disagreement",
    SHARE,
    "Disagree ÷ compared: how often what people tell and what was tracked are two different things. "
    "Neither is the truth by itself; a high share means that tracking misses what moves people.",
    JOINT,
    disagreement,
)
COUNTS = (CONTACTED, ASKED, TOLD, CANNOT_RECALL)
NAMES = tuple(figure.name for figure in COUNTS)
METRICS = (*COUNTS, ASK_RATE, COMPARED, DISAGREEING, DISAGREEMENT)
