"""How often we ask "How did you hear about us?", and whether what people tell is what was tracked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from leads.fields import attribute_name
from portal.accounts.models import Team
from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics import told
from portal.metrics.metric import LEADS, TEXT, share
from portal.metrics.told import Pair
from portal.reports.cohort import NOBODY, Cohort
from portal.reports.forms import ToldForm
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, Column, ReportTable, Row, before, figure

TEAM = Column("team", "Team", TEXT, "The team to which the leads belong today.")
ANSWER = Column("answer", "They say", TEXT, "The answers that are offered, in their order.")
OF_TEAMS = tuple(
    figure(name)
    for name in (
        "leads",
        "contacted",
        "asked",
        "ask_rate",
        "told",
        "cannot_recall",
        "compared",
        "disagreeing",
        "disagreement",
    )
)
OF_ANSWERS = tuple(figure(name) for name in ("told", "compared", "disagreeing", "disagreement"))
BEFORE = {"team": ("asked", "ask_rate", "disagreement"), "answer": ("told", "disagreement")}
NO_TEAM, OWN_WORDS = "No team", "In their own words"
#: Tracked sources with a column of their own; the others share one.
MOST_SOURCES = 12
OTHERS = "tracked_others"
LINKS: dict[str, dict[str, str]] = {
    "leads": {},
    "contacted": {"contacted": "true"},
    "asked": {"contacted": "true", "asked": "true"},
    "told": {"heard_state": "told"},
    "cannot_recall": {"heard_state": "cannot_recall"},
}


def build(form: ToldForm) -> ReportTable:
    """By team: how often is asked. By answer: the matrix of what is told against what was tracked."""
    by, cohort = form.cleaned_data["by"], form.cohort()
    make = _teams if by == "team" else _answers
    columns, rows, whole = make(cohort)
    if form.cleaned_data["compare"] and (earlier := cohort.before()):
        columns = [*columns, *_compare(by, columns, [*rows, whole], make(earlier))]
    return ReportTable(
        name="self-reported",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked(),
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=timezone.now(),
        chart=_chart(by, rows, whole, columns[0].label),
        notes=_notes(),
    )


Parts = tuple[list[Column], list[Row], Row]


# --- by team --------------------------------------------------------------------------------------
def _teams(cohort: Cohort) -> Parts:
    leads = cohort.leads()
    counts = told.asked_by(leads, "team")
    found = told.pairs(leads, "team")
    groups = told.by_group(found)
    names = dict(Team.objects.values_list("pk", "name"))
    rows = [
        _team_row(
            names.get(team, NO_TEAM),
            str(team or NOBODY),
            counts[team],
            groups.get(team, []),
            _links(cohort, team=team or NOBODY),
        )
        for team in sorted(counts, key=lambda pk: (pk is None, names.get(pk, "")))
    ]
    whole = _team_row("All", None, told.in_all(counts.values()), found, _links(cohort))
    return [TEAM, *OF_TEAMS], rows, whole


def _team_row(
    label: str,
    key: str | None,
    counts: dict[str, int],
    found: Sequence[Pair],
    links: dict[str, str],
) -> Row:
    values: dict[str, Any] = dict(counts)
    values |= {"ask_rate": share(counts["asked"], counts["contacted"])} | _disagreement(found)
    samples = {"ask_rate": counts["contacted"], "disagreement": values["compared"]}
    return Row(label, key, values, links, sample=counts["contacted"], samples=samples)


def _disagreement(found: Sequence[Pair]) -> dict[str, Any]:
    compared, disagreeing = told.compared_in(found), told.disagreeing_in(found)
    return {
        "compared": compared,
        "disagreeing": disagreeing,
        "disagreement": share(disagreeing, compared),
    }


def _links(cohort: Cohort, **group: Any) -> dict[str, str]:
    return {name: cohort.link(**group, **asked) for name, asked in LINKS.items()}


# --- told against tracked -------------------------------------------------------------------------
def _answers(cohort: Cohort) -> Parts:
    leads = cohort.leads()
    found = told.pairs(leads)
    sources = _largest_sources(found)
    rows = [
        _answer_row(name, answered, sources, cohort) for name, answered in _by_answer(found).items()
    ]
    in_all = leads.filter(told.IS_TOLD).count()
    own = in_all - sum(pair.leads for pair in found)
    if own:
        rows.append(Row(OWN_WORDS, None, _blank(sources) | {"told": own}, sample=own))
    whole = _answer_row("All", found, sources, cohort)
    whole.key, whole.values["told"] = None, in_all
    whole.links = {"told": cohort.link(heard_state="told")}
    return [ANSWER, *OF_ANSWERS, *_source_columns(sources)], rows, whole


def _by_answer(found: Sequence[Pair]) -> dict[str, list[Pair]]:
    """In the order in which the answers are offered."""
    answers = sorted({pair.answer for pair in found}, key=lambda a: (a.position, a.name))
    return {answer.name: [pair for pair in found if pair.answer == answer] for answer in answers}


def _largest_sources(found: Sequence[Pair]) -> dict[str, str]:
    """Tracked source → the key of its column; the largest first."""
    sizes: dict[str, int] = {}
    for pair in found:
        sizes[pair.source] = sizes.get(pair.source, 0) + pair.leads
    keys: dict[str, str] = {}
    for source in sorted(sizes, key=lambda source: (-sizes[source], source))[:MOST_SOURCES]:
        key = f"tracked_{attribute_name(source)}" if source else "tracked_nowhere"
        keys[source] = f"{key}_{len(keys)}" if key in keys.values() else key
    return keys


def _source_columns(sources: Mapping[str, str]) -> list[Column]:
    named = [
        Column(
            key,
            source or "Not tracked",
            LEADS,
            f"Leads who gave this answer and whose first tracked touch is “{source}”."
            if source
            else "Leads who gave this answer and have no tracked touch.",
        )
        for source, key in sources.items()
    ]
    if len(sources) < MOST_SOURCES:
        return named
    rest = Column(OTHERS, "Other sources", LEADS, "The same for all other sources together.")
    return [*named, rest]


def _blank(sources: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(sources.values(), 0)
    if len(sources) == MOST_SOURCES:
        values[OTHERS] = 0
    return values | {"compared": 0, "disagreeing": 0, "disagreement": None}


def _answer_row(
    name: str, found: Sequence[Pair], sources: Mapping[str, str], cohort: Cohort
) -> Row:
    values = _blank(sources) | {"told": sum(pair.leads for pair in found)} | _disagreement(found)
    for pair in found:
        values[sources.get(pair.source, OTHERS)] += pair.leads
    links: dict[str, str] = {}
    # One spelling is a filter of the list; several are not.
    if len(texts := {pair.text for pair in found}) == 1:
        said = {"heard_about_us": texts.pop(), "heard_state": "told"}
        links = {"told": cohort.link(**said)}
        links |= {
            sources[pair.source]: cohort.link(**said, source=pair.source)
            for pair in found
            if pair.source in sources
        }
    samples = {"disagreement": values["compared"]}
    return Row(name, name, values, links, sample=values["told"], samples=samples)


# --- the period before, the picture, the words ------------------------------------------------------
def _compare(
    by: str, columns: Sequence[Column], rows: Sequence[Row], earlier: Parts
) -> list[Column]:
    _, old_rows, old_whole = earlier
    was = {row.key: row for row in old_rows} | {None: old_whole}
    compared = [before(column) for column in columns if column.key in BEFORE[by]]
    for row in rows:
        old = was.get(row.key) if row.label != OWN_WORDS else None
        for column in compared:
            name = column.key.removeprefix(PREVIOUS)
            row.values[column.key] = old.values.get(name) if old else None
    return compared


def _notes() -> list[str]:
    return [
        "Which tracked sources agree with which answer is set by managers in the admin. "
        "These figures are about teams; there are none about a person."
    ]


def _finding(by: str, whole: Row) -> str:
    values = whole.values
    parts = []
    if by == "team" and values["ask_rate"] is not None:
        rate, number = percent_text(values["ask_rate"], 0), number_text(values["contacted"])
        parts.append(f"We asked {rate} of {number} contacted leads")
    if values["disagreement"] is not None:
        part, number = percent_text(values["disagreement"], 0), number_text(values["compared"])
        parts.append(f"told and tracked differ for {part} of {number} compared")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] if text else "Nobody has been asked yet"


def _chart(by: str, rows: Sequence[Row], whole: Row, named: str) -> Chart:
    first, second = ("contacted", "asked") if by == "team" else ("compared", "disagreeing")
    shown = [row for row in rows if row.label != OWN_WORDS][: MOST_SOURCES + 1]
    series = [
        Series(_label(first), [row.values[first] for row in shown], kind="sales"),
        Series(_label(second), [row.values[second] for row in shown], kind="joint"),
    ]
    return hbar_chart(
        _finding(by, whole),
        [row.label for row in shown],
        series,
        axes=(named, "Leads"),
        links=[row.links.get(first, "") for row in shown],
    )


def _label(name: str) -> str:
    return figure(name).label


SELF_REPORTED = Report(
    name="self-reported",
    title="Told and tracked",
    question="Do we ask people how they heard about us, and does it agree with what was tracked?",
    icon="ear",
    form=ToldForm,
    build=build,
)
