"""How far leads come, stage by stage of the definition in force."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from leads.reach import reaching
from portal.core.charts import Chart, FunnelStep, funnel_chart
from portal.core.formatting import number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics.funnel import Funnel, StageFigures, funnel
from portal.metrics.metric import TEXT
from portal.metrics.rollups import reading
from portal.reports.cohort import Cohort
from portal.reports.forms import ReportForm
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, SMALL_SAMPLE, Column, ReportTable, Row, before, figure

STAGE = Column("stage", "Stage", TEXT, "The stages of the funnel definition in force, in order.")
FIGURES = (
    figure("entered"),
    figure("current"),
    figure("lost", "lost_here"),
    figure("converted"),
    figure("conversion", "stage_conversion"),
    figure("median_days", "stage_days"),
)
COMPARED = tuple(before(column) for column in FIGURES if column.key in {"entered", "conversion"})


def build(form: ReportForm) -> ReportTable:
    """One row a stage; the totals tell the whole way, from creation to won."""
    cohort, stages = form.cohort(), list(Stage.objects.active().select_related("revision"))
    found = _found(cohort, stages)
    rows = [_row(figures, cohort, stages) for figures in found.stages]
    whole = _whole(found, cohort)
    columns = [STAGE, *FIGURES]
    if form.cleaned_data["compare"] and (earlier := cohort.before()):
        columns += COMPARED
        _compare([*rows, whole], earlier, stages)
    revision = stages[0].revision if stages else None
    return ReportTable(
        name="funnel",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked(),
        funnel_revision=revision.number if revision else None,
        as_of=timezone.now(),
        chart=_chart(rows, whole),
        notes=_notes(rows, whole),
    )


def _found(cohort: Cohort, stages: Sequence[Stage]) -> Funnel:
    question = cohort.question()
    leads = cohort.leads()
    if question and reading.is_open() and (found := reading.funnel(question, stages, leads)):
        return found
    return funnel(leads, stages)


def _row(found: StageFigures, cohort: Cohort, stages: Sequence[Stage]) -> Row:
    stage = found.stage
    following = next((other for other in stages if other.position > stage.position), None)
    standing = "won" if stage.kind == Stage.Kind.CUSTOMER else "open"
    links = {
        "entered": _reached(cohort, stage, stages),
        "current": cohort.link(stage=stage.slug, status=standing),
        "lost": cohort.link(stage=stage.slug, status="lost"),
    }
    if following:
        links["converted"] = links["conversion"] = _reached(cohort, following, stages)
    return Row(stage.name, stage.slug, _values(found), links, sample=found.entered)


def _reached(cohort: Cohort, stage: Stage, stages: Sequence[Stage]) -> str:
    """The list of leads that got there; none where the list cannot tell two stages of a kind apart."""
    kind = reaching(stage, stages)
    return cohort.link(reached__gte=kind) if kind else ""


def _values(found: StageFigures) -> dict[str, Any]:
    return {
        "entered": found.entered,
        "current": found.current,
        "lost": found.lost,
        "converted": found.converted,
        "conversion": found.conversion,
        "median_days": found.median_days,
    }


def _whole(found: Funnel, cohort: Cohort) -> Row:
    """All leads of the cohort: how many are underway, lost, won, and how long the won ones took."""
    values = {
        "entered": found.leads,
        "current": sum(figures.current for figures in found.stages),
        "lost": sum(figures.lost for figures in found.stages),
        "converted": found.won,
        "conversion": found.conversion,
        "median_days": found.median_days,
    }
    won = cohort.link(status="won")
    links = {"entered": cohort.link(), "converted": won, "conversion": won}
    return Row("Created to won", None, values, links, sample=found.leads)


def _compare(rows: Sequence[Row], earlier: Cohort, stages: Sequence[Stage]) -> None:
    found = _found(earlier, stages)
    old: dict[str | None, dict[str, Any]] = {
        figures.stage.slug: _values(figures) for figures in found.stages
    }
    old[None] = _whole(found, earlier).values
    for row in rows:
        was = old[row.key]
        row.values |= {column.key: was[column.key.removeprefix(PREVIOUS)] for column in COMPARED}


def _notes(rows: Sequence[Row], whole: Row) -> list[str]:
    if not rows:
        return [
            "No funnel definition is in force. The stages appear here once both departments have signed one."
        ]
    elsewhere = whole.values["entered"] - whole.values["current"] - whole.values["lost"]
    if not elsewhere:
        return []
    return [
        f"{number_text(elsewhere)} of these leads stand in stages that the definition in force does not have."
    ]


def _chart(rows: Sequence[Row], whole: Row) -> Chart:
    steps = [
        FunnelStep(
            row.label,
            row.values["entered"],
            f"{number_text(row.values['current'])} here now",
            row.links["entered"],
        )
        for row in rows
    ]
    return funnel_chart(_finding(rows, whole), steps, counted="Leads")


def _finding(rows: Sequence[Row], whole: Row) -> str:
    """The sentence that the chart stands for."""
    if not whole.values["entered"] or not rows:
        return "No leads in this period"
    text = f"{percent_text(whole.values['conversion'])} of {number_text(whole.values['entered'])} leads became customers"
    solid = [
        row for row in rows if row.values["conversion"] is not None and row.sample >= SMALL_SAMPLE
    ]
    if len(solid) < 2:
        return text
    tight = min(solid, key=lambda row: row.values["conversion"])
    return f"{text}; fewest go on from {tight.label} ({percent_text(tight.values['conversion'])})"


FUNNEL = Report(
    name="funnel",
    title="Funnel",
    question="How far do leads come, where do they stop, and how long does each stage take?",
    icon="funnel",
    form=ReportForm,
    build=build,
)
