"""The form of the record. What a person left as it was is not sent on, so that edits can be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from campaigns.competitors.models import Competitor
from campaigns.competitors.services import competitors_named
from campaigns.models import Campaign
from leads.capture import company_of
from leads.models import Lead
from leads.normalising import company_key
from leads.opportunities.forms.choices import (
    amount_field,
    day_field,
    is_said,
    offer,
    open_stages,
    products,
    row_choice,
)
from leads.opportunities.models import Opportunity
from leads.opportunities.naming import outcome_named
from leads.opportunities.services import sellers
from portal.accounts.models import Team
from portal.core.choices import RowsField
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.accounts.models import User

#: Fields of the form that are put together before the service sees them.
COMPANY, NEW_COMPETITORS = "company_name", "new_competitors"


class OpportunityForm(TokenForm):
    """Create and edit. ``values`` holds what the person changed, and nothing else."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    lead: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, widget=forms.HiddenInput
    )
    name = forms.CharField(
        max_length=200, label="Name", help_text="What colleagues call this sale."
    )
    company_name = forms.CharField(
        max_length=200, required=False, label="Company", help_text="A new name is a new company."
    )
    product = row_choice("Main product", "Not known yet")
    amount = amount_field()
    currency = forms.RegexField(
        r"\A[A-Za-z]{3}\Z",
        required=False,
        max_length=3,
        label="Currency",
        help_text="Three letters.",
        error_messages={"invalid": "Write a currency with three letters, like EUR."},
    )
    stage = row_choice("Stage", "The first one", slug=True)
    expected_close_on = day_field("Expected to close on")
    competitors = RowsField(
        None,
        required=False,
        label="Competitors",
        help_text="Everybody the buyer looks at besides us.",
        widget=forms.CheckboxSelectMultiple,
    )
    new_competitors = forms.CharField(
        max_length=300, required=False, label="Other competitors", help_text="Names, with commas."
    )
    owner = row_choice("Owner", "Nobody yet")
    team = row_choice("Team", "No team")
    campaign = row_choice("Campaign", slug=True)
    source = forms.CharField(max_length=120, required=False, label="Source")
    next_step = forms.CharField(max_length=200, required=False, label="Next step")
    next_step_on = day_field("On")
    external_id = forms.CharField(
        max_length=120,
        required=False,
        label="External id",
        help_text="Its number in another system.",
    )

    GROUPS: ClassVar = {
        "The sale": (
            "name",
            COMPANY,
            "product",
            "amount",
            "currency",
            "stage",
            "expected_close_on",
        ),
        "Who else is in it": ("competitors", NEW_COMPETITORS),
        "Who works on it": ("owner", "team", "next_step", "next_step_on"),
        "Where it came from": ("source", "campaign", "external_id"),
    }

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        opportunity: Opportunity | None = None,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.user, self.opportunity = user, opportunity
        super().__init__(data, initial=_values(opportunity) if opportunity else initial or {})
        self.set_rows(user, opportunity)
        if opportunity is not None:
            del self.fields["stage"], self.fields["lead"]
            for name in self.fields:
                if name not in {"version", "form_token"}:
                    self.fields[name].show_hidden_initial = True
        if not user.reaches_all("opportunities.assign_opportunity"):
            self.fields["owner"].help_text = "Yourself, or nobody; a manager can choose."
        self.values: dict[str, Any] = {}

    def set_rows(self, user: User, opportunity: Opportunity | None) -> None:
        stored = opportunity or Opportunity()
        people = sellers(user)
        if not user.reaches_all("opportunities.assign_opportunity"):
            people = people.filter(pk__in=[user.pk, stored.owner_id or user.pk])
        competitors = Competitor.objects.permitted(user, "competitors.view_competitor")
        # Edits leave the lead alone: the person need not be able to see it.
        offer(self, "lead", Lead.objects.permitted(user, "leads.view_lead"))
        offer(self, "product", products(user, besides=stored.product_id))
        offer(self, "stage", open_stages(user))
        offer(self, "competitors", competitors)
        offer(self, "owner", people)
        offer(self, "team", Team.objects.permitted(user, "accounts.view_team"))
        campaigns = Campaign.objects.permitted(user, "campaigns.view_campaign")
        offer(self, "campaign", campaigns.order_by("title"))

    @property
    def groups(self) -> Iterable[tuple[str, list[forms.BoundField]]]:
        for legend, names in self.GROUPS.items():
            yield legend, [self[name] for name in names if name in self.fields]

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.opportunity is None:
            changed = [name for name, value in given.items() if is_said(value)]
        else:
            changed = [name for name in self.changed_data if self.keeps_mine(name)]
        self.values = {
            name: given[name]
            for name in changed
            if name in given and name not in {"version", "form_token", COMPANY, NEW_COMPETITORS}
        }
        if COMPANY in changed and COMPANY in given:
            self.values["company"] = given[COMPANY]
        if NEW_COMPETITORS in changed and given.get(NEW_COMPETITORS):
            known = self.values.get("competitors", given.get("competitors", ()))
            self.values["competitors"] = [*known, *self._new_names(given[NEW_COMPETITORS])]
        return given

    def _new_names(self, text: str) -> list[str]:
        names = [part.strip() for part in text.split(",") if part.strip()]
        for name in names:
            if outcome_named(name):
                self.add_error(NEW_COMPETITORS, f"“{name}” names no competitor.")
        return names

    def found(self) -> dict[str, Any]:
        """The values with the rows that names stand for; new companies and competitors are made."""
        values = dict(self.values)
        if "company" in values:
            name = values["company"]
            values["company"] = company_of({"name": name, "name_key": company_key(name)})
        if "competitors" in values:
            rows = list(values["competitors"])
            named = competitors_named(row for row in rows if isinstance(row, str))
            values["competitors"] = [
                named.get(row, row) if isinstance(row, str) else row for row in rows
            ]
        return values

    def keeps_mine(self, name: str) -> bool:
        """After a conflict: whether the person chose their own text for a field."""
        asked = "company" if name == COMPANY else name
        return self.data.get(f"keep_{asked}") != "theirs"

    def rebase(self, opportunity: Opportunity) -> None:
        """After a conflict: measure the next save against what is stored now.

        What the person wrote stays; what they did not touch shows what others wrote meanwhile.
        """
        mine = set(self.changed_data)
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # what a browser sent
        self.initial = _values(opportunity)
        for name in self.fields:
            shown = self[name].field.prepare_value(self.initial.get(name))
            values = shown if isinstance(shown, list) else ["" if shown is None else str(shown)]
            if name in mine or name in {"form_token", "version"}:
                continue
            data.setlist(name, [str(value) for value in values])
        for name in list(data):
            if name.startswith("initial-"):
                del data[name]
        for name, value in self.initial.items():
            field = self.fields.get(name)
            if field is not None and field.show_hidden_initial:
                shown = field.prepare_value(value)
                parts = shown if isinstance(shown, list) else ["" if shown is None else shown]
                data.setlist(f"initial-{name}", [str(part) for part in parts])
        data["version"] = str(opportunity.version)
        self.data = data

    def show_errors(self, errors: dict[str, str]) -> None:
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)


def _values(opportunity: Opportunity) -> dict[str, Any]:
    """The opportunity as the form shows it."""
    plain = (
        "version", "name", "amount", "currency", "expected_close_on", "source", "next_step", "next_step_on",
        "external_id",
    )  # fmt: skip
    values = {name: getattr(opportunity, name) for name in plain}
    return values | {
        "lead": opportunity.lead_id,
        COMPANY: opportunity.company.name if opportunity.company else "",
        "product": opportunity.product_id,
        "owner": opportunity.owner_id,
        "team": opportunity.team_id,
        "campaign": opportunity.campaign.slug if opportunity.campaign else "",
        "competitors": sorted(opportunity.competitors.values_list("pk", flat=True)),
        NEW_COMPETITORS: "",
    }
