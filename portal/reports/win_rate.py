"""How often we win: by source, campaign, persona, competitor, person, team, product, industry, quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from campaigns.competitors.models import Competitor
from campaigns.models import Campaign
from leads.opportunities.models import Product
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.core.charts import Chart, Series, hbar_chart
from portal.core.formatting import money_text, number_text, percent_text
from portal.funnel.models import Stage
from portal.metrics.metric import TEXT
from portal.metrics.win_rate import HERE, NAMED, Group, Ledger, endings, ledger, tabulated
from portal.reports.closings import CONDITIONS, Closings
from portal.reports.forms import ReportForm, grouped_by
from portal.reports.report import Report
from portal.reports.table import PREVIOUS, SMALL_SAMPLE, Column, ReportTable, Row, before, figure

BY = {
    "source": "Source",
    "campaign": "Campaign",
    "persona": "Persona",
    "competitor": "Competitor",
    "owner": "Owner",
    "team": "Team",
    "product": "Product",
    "industry": "Industry",
    "quarter": "Quarter",
}
FIGURES = (
    figure("won", "opportunities_won"),
    figure("lost", "opportunities_lost"),
    figure("open", "opportunities_open"),
    figure("win_rate"),
    figure("amount_won"),
    figure("median_days", "median_cycle"),
)
COMPARED = tuple(before(column) for column in FIGURES if column.key in {"won", "win_rate"})
#: What a row is called in which nothing is recorded.
BLANK = {
    "owner": "Nobody",
    "competitor": "No competitor recorded",
    "quarter": "Not closed yet",
}
NOT_RECORDED = "Not recorded"
IN_CHART = 12


class WinRateForm(ReportForm):
    """Closed in which period, by what, and which opportunities."""

    narrowing: ClassVar = (*CONDITIONS, "currency")
    period: ClassVar = ("Closed from", "Closed to")

    def own_fields(self) -> dict[str, forms.Field]:
        return {"by": grouped_by(BY)}

    def _shared_fields(self) -> dict[str, forms.Field]:
        products = Product.objects.permitted(self.user, "opportunities.view_product")
        competitors = Competitor.objects.permitted(self.user, "competitors.view_competitor")
        return super()._shared_fields() | {
            "product": _choice("Product", products, "Every product"),
            "competitor": _choice("Competitor", competitors, "Every competitor"),
            "industry": forms.CharField(label="Industry", required=False, max_length=120),
            "owner_name": forms.CharField(
                label="Owner who is no user", required=False, max_length=120
            ),
            "team_name": forms.CharField(
                label="Team that is not here", required=False, max_length=120
            ),
            "currency": forms.RegexField(
                r"\A[A-Za-z]{3}\Z", label="Currency", required=False, max_length=3
            ),
        }

    def clean_by(self) -> str:
        return self.cleaned_data["by"] or "source"

    def closings(self) -> Closings:
        asked = self.cleaned_data
        values: dict[str, Any] = {}
        for name in CONDITIONS:
            value = asked[name]
            value = value.slug if name in {"campaign", "persona"} and value else value
            if value:
                values[name] = getattr(value, "pk", value)
        return Closings(asked["from"], asked["to"], values)

    def asked(self) -> dict[str, Any]:
        """Every filter and its value in force, as the API tells it; None where none is set."""
        closings, cleaned = self.closings(), self.cleaned_data
        answer = {"by": cleaned["by"], "from": closings.first, "to": closings.last}
        answer |= {"compare": cleaned["compare"] or None}
        return answer | {name: closings.values.get(name) for name in CONDITIONS}


def _choice(label: str, rows: Any, empty: str) -> forms.Field:
    return forms.ModelChoiceField(rows, label=label, empty_label=empty, required=False)


# --- the table ----------------------------------------------------------------------------------
def build(form: WinRateForm) -> ReportTable:
    """One row a group, those with most closed opportunities first; quarters in their order."""
    by, closings = form.cleaned_data["by"], form.closings()
    all_of_them = ledger(closings.opportunities())
    currency = (form.cleaned_data["currency"] or all_of_them.currency()).upper()
    rows, whole = _table(closings, by, currency, all_of_them)
    columns = [_key_column(by), *FIGURES]
    if form.cleaned_data["compare"] and (earlier := closings.before()):
        columns += COMPARED
        old = _table(earlier, by, currency, ledger(earlier.opportunities()))
        _compare(rows, old[0])
        _add_before(whole, old[1].values)
    whole.values |= endings(closings.opportunities(), currency)
    return ReportTable(
        name="win-rate",
        columns=columns,
        rows=rows,
        totals=whole,
        filters=form.asked() | {"currency": currency},
        funnel_revision=Stage.objects.revision_in_force(),
        as_of=timezone.now(),
        chart=_chart(rows, whole, by),
        notes=[
            *_endings_told(whole.values, currency),
            *_notes(closings, by, currency, all_of_them),
        ],
        currency=currency,
    )


def _closed(figures: Mapping[str, Any]) -> int:
    return int(figures["won"] + figures["lost"])


def _table(
    closings: Closings, by: str, currency: str, all_of_them: Ledger
) -> tuple[list[Row], Row]:
    """One row a group, and the row of all."""
    found = tabulated(closings.opportunities(), by, currency, all_of_them)
    groups = found.groups
    if by == "quarter":
        groups.sort(key=lambda group: group.key or 99_999)
    titles = _titles(by, groups)
    rows = [_row(group, closings, by, currency, titles) for group in groups]
    links, sample = _links(closings, currency), _closed(found.whole)
    return rows, Row("All", None, found.whole, links, sample=sample)


def _titles(by: str, groups: Sequence[Group]) -> dict[Any, str]:
    """What people call the groups that are known by a key. One query."""
    keys = [group.key for group in groups if group.key not in (None, "")]
    if by in {"campaign", "persona"}:
        model: Any = Campaign if by == "campaign" else Persona
        return dict(model.objects.filter(slug__in=keys).values_list("slug", "title"))
    if by in {"product", "competitor"}:
        named: Any = Product if by == "product" else Competitor
        return dict(named.objects.filter(pk__in=keys).values_list("pk", "name"))
    if by in {"owner", "team"}:
        people: Any = User if by == "owner" else Team
        pks = [int(key.removeprefix(HERE)) for key in keys if key.startswith(HERE)]
        found = people.objects.filter(pk__in=pks).values_list("pk", "name")
        return {f"{HERE}{pk}": name for pk, name in found}
    if by == "quarter":
        return {key: f"Q{key % 10} {key // 10}" for key in keys}
    return {}


def _row(
    group: Group, closings: Closings, by: str, currency: str, titles: Mapping[Any, str]
) -> Row:
    sample = _closed(group.figures)
    if group.size:
        label = f"{number_text(group.size)} other values"
        return Row(label, None, group.figures, sample=sample)
    key = group.key
    if key in (None, ""):
        label = BLANK.get(by, NOT_RECORDED)
    else:
        label = titles.get(key, "") or str(key).removeprefix(HERE).removeprefix(NAMED)
    links = _links(*_narrowed(closings, by, key, currency))
    if by == "quarter":
        links = {n: a for n, a in links.items() if (n == "open") == (key is None)}
    return Row(label, _public_key(by, key), group.figures, links, sample)


def _public_key(by: str, key: Any) -> str:
    """The key as the API tells it: an id or a slug, a name, ``2017-Q1``, or nothing."""
    if key in (None, ""):
        return ""
    if by == "quarter":
        return f"{key // 10}-Q{key % 10}"
    return str(key).removeprefix(HERE).removeprefix(NAMED)


def _narrowed(
    closings: Closings, by: str, key: Any, currency: str
) -> tuple[Closings, str, dict[str, str]]:
    """The period and the filter of the list that hold one group."""
    if by == "quarter":
        if key is None:
            return closings, currency, {}
        first = date(key // 10, 3 * (key % 10) - 2, 1)
        last = (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)
        return closings.within(first, last), currency, {}
    return closings, currency, _condition(by, key)


def _condition(by: str, key: Any) -> dict[str, str]:
    if by in {"owner", "team"}:
        if not key:
            return {by: "none", f"{by}_name": ""}
        if key.startswith(NAMED):
            return {f"{by}_name": key.removeprefix(NAMED)}
        return {by: key.removeprefix(HERE)}
    if key in (None, ""):
        return {by: "" if by in {"source", "industry"} else "none"}
    return {by: str(key)}


def _links(
    closings: Closings, currency: str, group: Mapping[str, str] | None = None
) -> dict[str, str]:
    chosen = dict(group or {})
    won = closings.link("won", **chosen)
    return {
        "won": won,
        "lost": closings.link("lost", **chosen),
        "open": closings.link("open", **chosen),
        "win_rate": closings.link("won,lost", **chosen),
        "amount_won": closings.link("won", currency=currency, **chosen),
        "median_days": won,
    }


NOTHING: dict[str, Any] = {column.key: 0 for column in FIGURES} | {
    "win_rate": None,
    "median_days": None,
}


def _compare(rows: list[Row], earlier: Sequence[Row]) -> None:
    """Set what each group was before beside what it is; groups that are gone come last."""
    was = {(row.key, row.label): row for row in earlier}
    for row in rows:
        old = was.pop((row.key, row.label), None)
        _add_before(row, old.values if old else NOTHING)
    for gone in was.values():
        row = Row(gone.label, gone.key, dict(NOTHING))
        _add_before(row, gone.values)
        rows.append(row)


def _add_before(row: Row, values: Mapping[str, Any]) -> None:
    row.values |= {column.key: values[column.key.removeprefix(PREVIOUS)] for column in COMPARED}


def _key_column(by: str) -> Column:
    meaning = {
        "quarter": "The quarter in which an opportunity was closed.",
        "competitor": "Everybody who took part, so one opportunity may stand in several rows.",
        "owner": "Who has it, or the name that a file brought.",
        "team": "The team that has it, or the name that a file brought.",
    }.get(
        by, "What is recorded of the opportunity; where nothing is, what is recorded of its lead."
    )
    return Column(by, BY[by], TEXT, meaning)


def _endings_told(found: Mapping[str, Any], currency: str) -> list[str]:
    """What the totals hold beyond the columns, as a sentence."""
    if found["median_days_closed"] is None:
        return []
    each = [
        f"{word} {number_text(found[name])}"
        for word, name in (("won", "median_days"), ("lost", "median_days_lost"))
        if found[name] is not None
    ]
    text = f"Half of the closed ones took up to {number_text(found['median_days_closed'])} days ({', '.join(each)})"
    if found["median_amount"] is not None:
        text += (
            f"; half of the wins were worth up to {money_text(found['median_amount'], currency)}"
        )
    return [f"{text}."]


def _notes(closings: Closings, by: str, currency: str, all_of_them: Ledger) -> list[str]:
    elsewhere, undated = all_of_them.elsewhere(currency), all_of_them.undated()
    is_period = closings.first is not None or closings.last is not None
    lost_days = closings.without_day() if is_period else 0
    notes = [
        (
            elsewhere,
            f"won in other currencies than {currency}: not in the amount. Choose a currency to see them.",
        ),
        (undated, "won without a known first or last day: not in the median."),
        (lost_days, "closed on a day that nobody knows: in no period."),
    ]
    told = [f"{number_text(number)} {text}" for number, text in notes if number]
    if by == "competitor":
        told.append(
            "An opportunity with several competitors counts for each, so rows may add up to more than all."
        )
    return told


# --- the picture --------------------------------------------------------------------------------
def _finding(rows: Sequence[Row], whole: Row) -> str:
    """The sentence that the chart stands for."""
    if not whole.sample:
        return "No opportunity was closed in this period"
    rate = percent_text(whole.values["win_rate"])
    text = f"{rate} of {number_text(whole.sample)} closed opportunities were won"
    solid = [row for row in rows if row.sample >= SMALL_SAMPLE and row.key]
    if len(solid) < 2:
        return text
    best = max(solid, key=lambda row: row.values["win_rate"])
    return f"{text}; {best.label} most often, at {percent_text(best.values['win_rate'])}"


def _chart(rows: Sequence[Row], whole: Row, by: str) -> Chart:
    """The groups with most closed ones; the table has them all."""
    closed = [row for row in rows if row.sample]
    shown = closed[-IN_CHART:] if by == "quarter" else closed[:IN_CHART]
    series = [
        Series("Won", [row.values["won"] for row in shown], kind="good"),
        Series("Lost", [row.values["lost"] for row in shown], kind="bad"),
    ]
    links = [row.links.get("win_rate", "") for row in shown]
    labels = [row.label for row in shown]
    return hbar_chart(
        _finding(rows, whole),
        labels,
        series,
        axes=(BY[by], "Closed opportunities"),
        links=links,
    )


WIN_RATE = Report(
    name="win-rate",
    title="Win rate",
    question="How often do we win, against whom, and for how much?",
    icon="trophy",
    form=WinRateForm,
    build=build,
    noun="opportunities",
)
