"""Where leads come from, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from campaigns.models import Campaign
from portal.accounts.models import User
from portal.accounts.policy import masked_fields
from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics.groups import ATTRIBUTE, Group, Tabulated, combined, tabulated
from portal.metrics.metric import TEXT
from portal.metrics.rollups import reading
from portal.reports.cohort import Cohort
from portal.reports.forms import SourcesForm
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, SMALL_SAMPLE, Column, ReportTable, Row, before, figure

FIGURES = tuple(
    figure(name)
    for name in ("leads", "mql", "sql", "opportunities", "won", "conversion", "median_days")
)
COMPARED = tuple(
    before(column) for column in FIGURES if column.key in {"leads", "won", "conversion"}
)
#: Grouping → column of the lead.
COLUMNS = {"source": "source", "campaign": "campaign__slug", "landing_page": "landing_page"}
NOT_RECORDED = "Not recorded"
IN_CHART = 12
#: Values of custom attributes are shown to people who may not see every lead only where so many
#: leads share one, because a rare value is as good as a name.
SHARED_BY = 5
REACHED = {"mql": "mql", "sql": "sql", "opportunities": "opportunity"}


def build(form: SourcesForm) -> ReportTable:
    """One row a group, the largest first; blank is a group of its own."""
    by, cohort = form.cleaned_data["by"], form.cohort()
    rows, whole = _table(cohort, by, form.user)
    columns = [_key_column(form), *FIGURES]
    if form.cleaned_data["compare"] and (earlier := cohort.before()):
        columns += COMPARED
        old_rows, old_whole = _table(earlier, by, form.user)
        _compare(rows, old_rows)
        _add_before(whole, old_whole.values)
    return ReportTable(
        name="sources",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked(),
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=timezone.now(),
        chart=_chart(rows, whole, columns[0].label),
        notes=_notes(rows),
    )


def _table(cohort: Cohort, by: str, reader: User) -> tuple[list[Row], Row]:
    """One row a group, and the row of all."""
    found = _from_rollups(cohort, by) or tabulated(cohort.leads(), COLUMNS.get(by, by))
    groups = found.groups
    if _hides_rare(reader, by):
        groups = _rare_combined(groups)
    titles = _titles(by)
    may_open = not (by.startswith(ATTRIBUTE) and _sees_no_attributes(reader))
    rows = [_row(group, cohort, by, titles, may_open=may_open) for group in groups]
    return rows, Row("All", None, found.whole, _links(cohort), sample=found.whole["leads"])


def _from_rollups(cohort: Cohort, by: str) -> Tabulated | None:
    asked = cohort.question()
    question = asked.by(by) if asked and by in reading.LABELS else None
    return reading.tabulated(question) if question and reading.is_open() else None


def _sees_no_attributes(reader: User) -> bool:
    return "attributes" in masked_fields(reader, "leads.lead")


def _hides_rare(reader: User, by: str) -> bool:
    sees_all = reader.reaches_all("leads.view_lead") and not _sees_no_attributes(reader)
    return by.startswith(ATTRIBUTE) and not sees_all


def _rare_combined(groups: Sequence[Group]) -> list[Group]:
    shown = [g for g in groups if g.key == "" or g.figures["leads"] >= SHARED_BY]
    rare = [g for g in groups if g not in shown]
    return [*shown, combined(rare)] if rare else shown


def _titles(by: str) -> dict[str, str]:
    """Campaigns are grouped by their short names and shown by their titles."""
    return dict(Campaign.objects.values_list("slug", "title")) if by == "campaign" else {}


def _row(group: Group, cohort: Cohort, by: str, titles: dict[str, str], *, may_open: bool) -> Row:
    sample = int(group.figures["leads"] or 0)
    if group.size:
        return Row(f"{number_text(group.size)} other values", None, group.figures, sample=sample)
    key = group.key or ""
    label = titles.get(key, key) or NOT_RECORDED
    links = _links(cohort, **_condition(by, key)) if may_open else {}
    return Row(label, key, group.figures, links, sample)


def _condition(by: str, key: str) -> dict[str, str]:
    """The filter of the lead list that holds one group."""
    if key:
        return {by: key}
    if by.startswith(ATTRIBUTE):
        return {f"{by}__isnull": "true"}
    return {by: "none" if by == "campaign" else ""}


def _links(cohort: Cohort, **group: Any) -> dict[str, str]:
    links = {name: cohort.link(**group, reached__gte=kind) for name, kind in REACHED.items()}
    won = cohort.link(**group, status="won")
    return {"leads": cohort.link(**group), "won": won, "conversion": won, **links}


NOTHING: dict[str, Any] = {column.key: 0 for column in FIGURES} | {
    "conversion": None,
    "median_days": None,
}


def _compare(rows: list[Row], earlier: Sequence[Row]) -> None:
    """Set what each group was before beside what it is; groups that are gone come last."""
    was = {row.key: row for row in earlier}
    for row in rows:
        old = was.pop(row.key, None)
        _add_before(row, old.values if old else NOTHING)
    for gone in was.values():
        row = Row(gone.label, gone.key, dict(NOTHING))
        _add_before(row, gone.values)
        rows.append(row)


def _add_before(row: Row, values: Mapping[str, Any]) -> None:
    row.values |= {column.key: values[column.key.removeprefix(PREVIOUS)] for column in COMPARED}


def _key_column(form: SourcesForm) -> Column:
    label = form.by_label()
    meaning = f"What is recorded as “{label}” of each lead. Blank is shown as “{NOT_RECORDED}”."
    return Column(form.cleaned_data["by"], label, TEXT, meaning)


def _notes(rows: Sequence[Row]) -> list[str]:
    notes = []
    if any(row.key is None for row in rows):
        notes.append(
            f"Values that fewer than {SHARED_BY} leads share are shown together to people who may not "
            "see every lead; so is what lies beyond the ten thousand largest groups."
        )
    return notes


# --- the picture --------------------------------------------------------------------------------
def _finding(rows: Sequence[Row], whole: Row) -> str:
    """The sentence that the chart stands for."""
    if not rows or not whole.values["leads"]:
        return "No leads in this period"
    first = rows[0]
    part = percent_text(first.values["leads"] / whole.values["leads"], 0)
    text = f"{first.label}: {number_text(first.values['leads'])} of {number_text(whole.values['leads'])} leads ({part})"
    solid = [row for row in rows if row.values["won"] and row.sample >= SMALL_SAMPLE]
    if len(rows) < 2 or not solid:
        return text
    best = max(solid, key=lambda row: row.values["conversion"])
    return f"{text}; {best.label} converts best at {percent_text(best.values['conversion'])}"


def _chart(rows: Sequence[Row], whole: Row, named: str) -> Chart:
    """The largest groups, the rest as one bar; the table has them all."""
    most = IN_CHART if len(rows) > IN_CHART + 1 else IN_CHART + 1
    shown, rest = rows[:most], rows[most:]
    labels = [row.label for row in shown]
    leads = [row.values["leads"] for row in shown]
    won = [row.values["won"] for row in shown]
    if rest:
        labels.append(f"{number_text(len(rest))} others")
        leads.append(whole.values["leads"] - sum(leads))
        won.append(whole.values["won"] - sum(won))
    series = [Series("Leads", leads, kind="marketing"), Series("Won", won, kind="sales")]
    links = [row.links.get("leads", "") for row in shown]
    return hbar_chart(_finding(rows, whole), labels, series, axes=(named, "Leads"), links=links)


SOURCES = Report(
    name="sources",
    title="Sources",
    question="Where do our leads come from, and which sources bring customers?",
    icon="signpost",
    form=SourcesForm,
    build=build,
)
