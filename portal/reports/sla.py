"""How well what was promised in time is kept: by commitment, team or month [R7, R92]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from portal.accounts.models import Team
from portal.accounts.roles import Department
from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics.adherence import METRICS, grouped, totals
from portal.metrics.metric import TEXT
from portal.reports.cohort import midnight
from portal.reports.forms import ReportForm, grouped_by
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, Column, ReportTable, Row, before, figure
from portal.slas.agreement import COMMITMENTS, TIMED
from portal.slas.models import Clock
from portal.slas.promises import LABELS

BY = {"commitment": "Commitment", "team": "Team", "month": "Month"}
MEANS = {
    "commitment": "What was promised.",
    "team": "The first team of whoever owes it.",
    "month": "The month in which the clock began.",
}
FIGURES = tuple(figure(metric.name) for metric in METRICS)
COMPARED = tuple(
    before(column) for column in FIGURES if column.key in {"clocks_begun", "adherence"}
)
MONTHS = "January February March April May June July August September October November December"
IN_CHART = 12


class SlaForm(ReportForm):
    """Clocks that began in which period, of what, and which side owes it. Never by person."""

    narrowing: ClassVar = ("commitment", "department")
    period: ClassVar = ("Begun from", "Begun to")

    def own_fields(self) -> dict[str, forms.Field]:
        return {"by": grouped_by(BY)}

    def _shared_fields(self) -> dict[str, forms.Field]:
        shared = super()._shared_fields()
        timed = [(kind, _label(kind)) for kind, _ in COMMITMENTS if kind in TIMED]
        sides = [(d.value, d.label) for d in (Department.MARKETING, Department.SALES)]
        return {name: shared[name] for name in ("from", "to", "compare")} | {
            "commitment": forms.ChoiceField(
                label="Commitment", required=False, choices=[("", "Every one"), *timed]
            ),
            "department": forms.ChoiceField(
                label="Owed by", required=False, choices=[("", "Either side"), *sides]
            ),
        }

    def clean_by(self) -> str:
        return self.cleaned_data["by"] or "commitment"

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.narrowing if self.cleaned_data[name]}

    def asked(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        answer = {name: cleaned[name] for name in ("by", "from", "to")}
        answer |= {"compare": cleaned["compare"] or None}
        return answer | {name: self.values().get(name) for name in self.narrowing}


def _label(kind: str) -> str:
    return LABELS.get(kind, kind).rpartition(" (")[0]


def build(form: SlaForm) -> ReportTable:
    """One row a group, in the order of their keys."""
    by, first, last = (form.cleaned_data[name] for name in ("by", "from", "to"))
    now, clocks = timezone.now(), _clocks(form.values(), first, last)
    whole = _row("All", None, totals(clocks, now))
    names = _names(by)
    rows = [
        _row(_name(by, key, names), _public(by, key), figures)
        for key, figures in grouped(clocks, by, now)
    ]
    columns = [Column(by, BY[by], TEXT, MEANS[by]), *FIGURES]
    if form.cleaned_data["compare"] and first and last:
        length = last - first + timedelta(days=1)
        earlier = _clocks(form.values(), first - length, last - length)
        columns += COMPARED
        was: dict[str | None, dict[str, Any]] = {None: totals(earlier, now)}
        was |= {_public(by, key): figures for key, figures in grouped(earlier, by, now)}
        _compare([*rows, whole], was)
    return ReportTable(
        name="sla",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked(),
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=now,
        chart=_chart(rows, whole),
        notes=["By team, never by person. Each clock is judged by what was agreed when it began."],
    )


def _clocks(values: Mapping[str, Any], first: Any, last: Any) -> QuerySet[Any]:
    rows = Clock.objects.filter(**values)
    if first:
        rows = rows.filter(started_at__gte=midnight(first))
    return rows.filter(started_at__lt=midnight(last + timedelta(days=1))) if last else rows


def _row(label: str, key: str | None, figures: dict[str, Any]) -> Row:
    return Row(label, key, figures, sample=figures["clocks_met"] + figures["clocks_missed"])


def _names(by: str) -> dict[Any, str]:
    return dict(Team.objects.values_list("pk", "name")) if by == "team" else {}


def _name(by: str, key: Any, names: Mapping[Any, str]) -> str:
    if by == "commitment":
        return _label(key)
    if by == "month":
        return f"{MONTHS.split()[key % 100 - 1]} {key // 100}"
    return names.get(key, "No team")


def _public(by: str, key: Any) -> str:
    """The key as the API tells it: ``first_contact``, ``2026-03``, an id or none."""
    if by == "month":
        return f"{key // 100}-{key % 100:02d}"
    return "none" if key is None else str(key)


def _compare(rows: Sequence[Row], was: Mapping[str | None, Mapping[str, Any]]) -> None:
    for row in rows:
        old = was.get(row.key, {})
        for column in COMPARED:
            name = column.key.removeprefix(PREVIOUS)
            row.values[column.key] = old.get(name, None if name == "adherence" else 0)


def _finding(whole: Row) -> str:
    """The sentence that the chart stands for."""
    if whole.values["adherence"] is None:
        return "Nothing came due in this period"
    return f"{percent_text(whole.values['adherence'], 0)} of {number_text(whole.sample)} promises were kept in time"


def _chart(rows: Sequence[Row], whole: Row) -> Chart:
    shown = rows[-IN_CHART:]
    series = [
        Series("Kept", [row.values["clocks_met"] for row in shown], kind="good"),
        Series("Missed", [row.values["clocks_missed"] for row in shown], kind="bad"),
    ]
    labels = [row.label for row in shown]
    return hbar_chart(_finding(whole), labels, series, axes=("Commitment", "Clocks"))


SLA = Report(
    name="sla",
    title="Service levels",
    question="How much of what we promised each other in time was kept?",
    icon="timer",
    form=SlaForm,
    build=build,
    noun="clocks",
)
