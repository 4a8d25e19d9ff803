"""How well the score in use foretold what happened, in tenths of the leads."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from leads.scoring import measuring, trying
from leads.scoring.models import Standing
from leads.scoring.reading import open_model
from portal.core.charts import Chart, Series, bar_chart
from portal.core.formatting import percent_text
from portal.funnel.models import Stage
from portal.metrics.metric import LEADS, SHARE, TEXT
from portal.reports.forms import ReportForm
from portal.reports.report import Report
from portal.reports.table import Column, ReportTable, Row

#: The newest leads of the period up to here: what happened to older ones teaches no more.
MOST = 20_000
#: Spreads keys over two halves by no pattern that the leads have.
SPREAD = 2_654_435_761
DECILE = Column(
    "decile", "Tenth", TEXT, "The leads of the period, best scores first, in ten parts."
)
COLUMNS = (
    DECILE,
    Column("leads", "Leads", LEADS, "Leads in this tenth."),
    Column("converted", "Converted", LEADS, "Those that came to what the model is measured by. Equal scores share theirs."),
    Column("rate", "Rate", SHARE, "Converted ÷ leads."),
    Column("lift", "Lift", TEXT, "Rate ÷ rate of all: 2 means twice as many as by chance."),
)  # fmt: skip
NOBODY = "No scoring model is in use, so there is nothing to measure."


def build(form: ReportForm) -> ReportTable:
    """One row a tenth, best scores first; the other figures stand beside them."""
    standing = Standing.objects.filter(pk=1).select_related("active").first()
    active = standing.active if standing else None
    found = _measured(form, active.content) if active else _nothing()
    rows = [_row(part) for part in found["deciles"]]
    return ReportTable(
        name="scoring",
        columns=list(COLUMNS),
        rows=rows,
        totals=_whole(found),
        filters=form.asked(),
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=timezone.now(),
        chart=_chart(found),
        notes=_notes(found, active),
        extra={name: found[name] for name in ("auc", "interval", "brier", "base_rate", "signal", "deciles", "calibration", "bands")},
    )  # fmt: skip


def _measured(form: ReportForm, content: dict[str, Any]) -> dict[str, Any]:
    """Each half of the leads is foretold by what the other half taught."""
    opened = open_model(content)
    leads = form.cohort().leads()
    newest = leads.order_by("-created_at", "-pk").values("pk")[:MOST]
    rows = leads.filter(pk__in=list(newest.values_list("pk", flat=True)))
    tried = trying.score_rows(opened, rows, opened.model.shape.goal)
    sides = [(lead * SPREAD >> 16) & 1 for lead in tried.leads]
    halves = [
        measuring.learned(
            [score for score, side in zip(tried.scores, sides, strict=True) if side != n],
            [won for won, side in zip(tried.outcomes, sides, strict=True) if side != n],
        )
        for n in (0, 1)
    ]
    chances = [halves[side].at(score) for score, side in zip(tried.scores, sides, strict=True)]
    return trying.measured_by(tried, chances)


def _nothing() -> dict[str, Any]:
    return trying.measured_by(trying.Tried(), [])


def _row(part: dict[str, Any]) -> Row:
    return Row(f"Tenth {part['decile']}", str(part["decile"]), dict(part), sample=part["leads"])


def _whole(found: dict[str, Any]) -> Row:
    leads = sum(part["leads"] for part in found["deciles"])
    converted = round(sum(part["converted"] for part in found["deciles"]))
    values = {"leads": leads, "converted": converted, "rate": found["base_rate"], "lift": 1}
    return Row("All", None, values, sample=leads)


def _chart(found: dict[str, Any]) -> Chart:
    parts = found["deciles"]
    best = percent_text(parts[0]["rate"], 0) if parts else "nothing"
    title = f"The best tenth converts at {best}" if parts else "Nothing to measure yet"
    series = [Series("Converted", [round(100 * part["rate"], 1) for part in parts], kind="joint")]
    labels = [str(part["decile"]) for part in parts]
    return bar_chart(
        title, labels, series, unit="%", x_label="Tenth, best scores first", y_label="Converted"
    )


def _notes(found: dict[str, Any], active: Any) -> list[str]:
    if active is None:
        return [NOBODY]
    notes = [found["said"]]
    if found["brier"] is not None:
        notes.append(f"Brier score {found['brier']:.4f}; 0 is perfect.")
    told = (f"{b['band']}: {b['converted']} of {b['leads']}" for b in found["bands"])
    notes.append(f"Converted by grade: {', '.join(told) or 'none'}.")
    return [
        *notes,
        f"At most the newest {MOST:,} leads of the period are measured, each as of its own end.",
    ]


SCORING = Report(
    name="scoring",
    title="Scoring",
    question="Does the score tell the leads that are worth a call?",
    icon="gauge",
    form=ReportForm,
    build=build,
)
