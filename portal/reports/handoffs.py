"""What becomes of offered leads: by ground, campaign, source or team [R11]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign
from leads.handoffs.models import Handoff
from portal.accounts.models import Team
from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics.handoffs import METRICS, answered_in, grouped, totals
from portal.metrics.metric import TEXT
from portal.reports.cohort import midnight
from portal.reports.forms import ReportForm, grouped_by
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, Column, ReportTable, Row, before, figure

BY = {"ground": "Ground", "campaign": "Campaign", "source": "Source", "team": "Team"}
MEANS = {
    "ground": "Why sales rejected it; blank for what was not rejected.",
    "campaign": "The campaign of the lead.",
    "source": "The first tracked source of the lead.",
    "team": "The team that was asked, or that of the person.",
}
BLANK = {"ground": "Not rejected", "team": "Anybody in sales", "campaign": "No campaign"}
FIGURES = tuple(figure(metric.name) for metric in METRICS)
COMPARED = tuple(before(c) for c in FIGURES if c.key in {"handoffs_offered", "acceptance_rate"})
#: Filter → condition. The list of handoffs has filters of the same names.
LOOKUPS = {
    "source": "lead__source",
    "campaign": "lead__campaign__slug",
    "persona": "lead__persona__slug",
    "team": "team",
}
LINKS = {
    "handoffs_offered": {},
    "handoffs_accepted": {"state": "accepted"},
    "handoffs_procedural": {"ground": "procedural"},
    "handoffs_clerical": {"ground": "clerical"},
    "handoffs_definitional": {"ground": "definitional"},
    "handoffs_expired": {"state": "expired"},
    "handoffs_open": {"state": "offered"},
}
IN_CHART = 12


class HandoffsForm(ReportForm):
    """Offered in which period, grouped by what, and which leads. Never by person [R92]."""

    narrowing: ClassVar = tuple(LOOKUPS)
    period: ClassVar = ("Offered from", "Offered to")

    def own_fields(self) -> dict[str, forms.Field]:
        return {"by": grouped_by(BY)}

    def _shared_fields(self) -> dict[str, forms.Field]:
        kept = {"from", "to", "compare", *LOOKUPS}
        return {name: field for name, field in super()._shared_fields().items() if name in kept}

    def clean_by(self) -> str:
        return self.cleaned_data["by"] or "ground"

    def values(self) -> dict[str, Any]:
        asked = self.cleaned_data
        slugs = {name: asked[name] and asked[name].slug for name in ("campaign", "persona")}
        found = {"source": asked["source"], **slugs, "team": asked["team"] and asked["team"].pk}
        return {name: value for name, value in found.items() if value}

    def asked(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        answer = {"by": cleaned["by"], "from": cleaned["from"], "to": cleaned["to"]}
        answer |= {"compare": cleaned["compare"] or None}
        return answer | {name: self.values().get(name) for name in LOOKUPS}


def build(form: HandoffsForm) -> ReportTable:
    """One row a group, those with most offers first."""
    by, first, last = (form.cleaned_data[name] for name in ("by", "from", "to"))
    handoffs = _rows_of(form.values(), first, last)
    found = totals(handoffs)
    whole = Row("All", None, found, _links(form, {}), sample=answered_in(found))
    rows = _groups(form, handoffs, by)
    columns = [Column(by, BY[by], TEXT, MEANS[by]), *FIGURES]
    if form.cleaned_data["compare"] and first and last:
        length = last - first + timedelta(days=1)
        earlier = _rows_of(form.values(), first - length, last - length)
        columns += COMPARED
        _compare([*rows, whole], _keyed(earlier, by))
    return ReportTable(
        name="handoffs",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked(),
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=timezone.now(),
        chart=_chart(rows, whole),
        notes=["All handoffs of the company: figures are open, records are not."],
    )


def _rows_of(values: Mapping[str, Any], first: Any, last: Any) -> QuerySet[Any]:
    rows = Handoff.objects.filter(**{LOOKUPS[name]: value for name, value in values.items()})
    if first:
        rows = rows.filter(offered_at__gte=midnight(first))
    return rows.filter(offered_at__lt=midnight(last + timedelta(days=1))) if last else rows


def _public(by: str, key: Any) -> str:
    return ("none" if by in {"team", "campaign"} else "") if key in (None, "") else str(key)


def _keyed(handoffs: QuerySet[Any], by: str) -> dict[str | None, dict[str, Any]]:
    """Of the whole under None, of each group under its public key."""
    found: dict[str | None, dict[str, Any]] = {None: totals(handoffs)}
    return found | {_public(by, key): figures for key, figures in grouped(handoffs, by)}


def _groups(form: HandoffsForm, handoffs: QuerySet[Any], by: str) -> list[Row]:
    names = _names(by)
    return [
        Row(
            names.get(key, "") or str(key or "") or BLANK.get(by, "Not recorded"),
            _public(by, key),
            figures,
            _links(form, {by: _public(by, key)}),
            sample=answered_in(figures),
        )
        for key, figures in grouped(handoffs, by)
    ]


def _names(by: str) -> dict[Any, str]:
    """What people call the groups that are known by a key."""
    if by == "campaign":
        return dict(Campaign.objects.values_list("slug", "title"))
    if by == "team":
        return dict(Team.objects.values_list("pk", "name"))
    return dict(Handoff.Ground.choices) if by == "ground" else {}


def _links(form: HandoffsForm, group: Mapping[str, str]) -> dict[str, str]:
    """The list behind each number, as far as the reader may see it."""
    asked: dict[str, Any] = {"box": "all", **form.values(), **group}
    first, last = form.cleaned_data["from"], form.cleaned_data["to"]
    if first:
        asked["offered_at__gte"] = midnight(first).isoformat()
    if last:
        asked["offered_at__lt"] = midnight(last + timedelta(days=1)).isoformat()
    address = reverse("handoffs:handoff-list")
    return {
        name: f"{address}?{urlencode(asked | more)}"
        for name, more in LINKS.items()
        if not ("ground" in more and group.get("ground", more["ground"]) != more["ground"])
    }


def _compare(rows: Sequence[Row], was: Mapping[str | None, Mapping[str, Any]]) -> None:
    for row in rows:
        old = was.get(row.key, {})
        for column in COMPARED:
            name = column.key.removeprefix(PREVIOUS)
            row.values[column.key] = old.get(name, None if name == "acceptance_rate" else 0)


def _finding(whole: Row) -> str:
    """The sentence that the chart stands for."""
    if whole.values["acceptance_rate"] is None:
        return "Nothing was answered in this period"
    rate, number = percent_text(whole.values["acceptance_rate"], 0), number_text(whole.sample)
    return f"Sales accepted {rate} of {number} offers that it answered"


def _chart(rows: Sequence[Row], whole: Row) -> Chart:
    shown = rows[:IN_CHART]
    accepted = [row.values["handoffs_accepted"] for row in shown]
    rejected = [row.sample - row.values["handoffs_accepted"] for row in shown]
    series = [
        Series("Accepted", accepted, kind="good"),
        Series("Rejected", rejected, kind="bad"),
    ]
    links = [row.links.get("handoffs_offered", "") for row in shown]
    labels = [row.label for row in shown]
    return hbar_chart(_finding(whole), labels, series, axes=("", "Handoffs"), links=links)


HANDOFFS = Report(
    name="handoffs",
    title="Handoffs",
    question="What becomes of the leads that marketing offers, and why does sales give them back?",
    icon="arrow-right-left",
    form=HandoffsForm,
    build=build,
    noun="handoffs",
)
