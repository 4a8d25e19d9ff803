"""How fast a pipeline becomes money: open opportunities × win rate × average amount ÷ days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import money_text
from portal.metrics.velocity import figures_of
from portal.reports import win_rate
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, ReportTable, Row, before, figure
from portal.reports.win_rate import BY, IN_CHART, WinRateForm

FIGURES = (
    figure("open", "opportunities_open"),
    figure("win_rate"),
    figure("mean_amount_won"),
    figure("median_days", "median_cycle"),
    figure("velocity", "sales_velocity"),
)
COMPARED = (before(figure("win_rate")),)


def build(form: WinRateForm) -> ReportTable:
    """The groups of the win rate, those that turn most money a day first; quarters in their order."""
    by = form.cleaned_data["by"]
    closed = win_rate.build(form)
    rows = [_row(row) for row in closed.rows]
    if by != "quarter":
        rows.sort(key=lambda row: -(row.values["velocity"] or 0))
    whole = _row(closed.totals)
    columns = [closed.columns[0], *FIGURES]
    if any(column.key.startswith(PREVIOUS) for column in closed.columns):
        columns += COMPARED
    return replace(
        closed,
        name="velocity",
        columns=columns,
        rows=rows,
        totals=whole,
        chart=_chart(rows, whole, by, closed.currency),
    )


def _row(closed: Row) -> Row:
    kept = {column.key for column in (*FIGURES, *COMPARED)}
    values = closed.values | figures_of(closed.values)
    links = {key: link for key, link in closed.links.items() if key in kept}
    if "amount_won" in closed.links:
        links["mean_amount_won"] = closed.links["amount_won"]
    return replace(
        closed,
        values={key: value for key, value in values.items() if key in kept},
        links=links,
    )


def _finding(whole: Row, currency: str) -> str:
    speed = whole.values["velocity"]
    if speed is None:
        return "Nothing was won in this period of which both days are known"
    return f"The pipeline turns {money_text(speed, currency, compact=True)} a day into sales"


def _chart(rows: Sequence[Row], whole: Row, by: str, currency: str) -> Chart:
    known = [row for row in rows if row.values["velocity"] is not None]
    shown = known[-IN_CHART:] if by == "quarter" else known[:IN_CHART]
    return hbar_chart(
        _finding(whole, currency),
        [row.label for row in shown],
        [Series("Velocity", [row.values["velocity"] for row in shown], kind="joint")],
        axes=(BY[by], f"{currency} a day"),
    )


VELOCITY = Report(
    name="velocity",
    title="Velocity",
    question="How fast does the pipeline become money, and what holds it up?",
    icon="zap",
    form=WinRateForm,
    build=build,
    noun="opportunities",
)
