"""Forms of the acts on handoffs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from leads.fields import FIELDS, Place
from leads.handoffs.models import Handoff
from leads.routing.people import sellers
from portal.accounts.models import Team
from portal.accounts.roles import Department

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leads.handoffs.criteria import Check
    from portal.accounts.models import User

#: What sales may name as missing or wrong, in the order of the record.
NAMEABLE = [
    (name, known.label)
    for name, known in FIELDS.items()
    if known.place in (Place.LEAD, Place.COMPANY)
    and name in {
        "first_name", "last_name", "email", "phone", "title", "seniority", "country", "city",
        "language", "source", "company.name", "company.domain", "company.industry",
        "company.employees",
    }
]  # fmt: skip


class OfferForm(forms.Form):
    """Empty: the routing rules choose. What the portal cannot check, whoever offers confirms."""

    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, label="To", empty_label="Whoever the routing rules choose"
    )
    team: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, label="Or to a whole team", empty_label="No team"
    )
    note = forms.CharField(
        required=False, max_length=300, label="Why now", help_text="What they should know first."
    )

    def __init__(self, data: Any = None, *, user: User, vouched: Sequence[Check] = ()) -> None:
        super().__init__(data)
        teams = Team.objects.permitted(user, "accounts.view_team").filter(
            department=Department.SALES
        )
        for name, rows in (("to", sellers(user)), ("team", teams)):
            cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows
        for number, check in enumerate(vouched):
            self.fields[f"vouch_{number}"] = forms.BooleanField(label=check.line)

    @property
    def offer(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("to", "team", "note")}


class RejectForm(forms.Form):
    """One of the agreed grounds; each leads somewhere else."""

    reason = forms.ChoiceField(
        choices=Handoff.Ground.choices, widget=forms.RadioSelect, label="What is wrong?"
    )
    fields_named = forms.MultipleChoiceField(
        choices=NAMEABLE,
        required=False,
        label="If data: which?",
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(max_length=300, label="In a sentence", required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        named = given.get("fields_named") and given.get("reason") == Handoff.Ground.CLERICAL
        if not given.get("comment") and not named:
            self.add_error("comment", "Say what is wrong, so that it can be put right.")
        return given

    @property
    def answer(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "reason": given["reason"],
            "comment": given["comment"],
            "fields": given["fields_named"],
        }


class WithdrawForm(forms.Form):
    reason = forms.CharField(max_length=300, label="Why is it taken back?")


class PassOnForm(forms.Form):
    to: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="To", empty_label="Choose somebody in sales"
    )
    reason = forms.CharField(max_length=300, label="Why")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        cast("forms.ModelChoiceField[Any]", self.fields["to"]).queryset = sellers(user)


class ReviewForm(forms.Form):
    verdict = forms.ChoiceField(
        choices=Handoff.Verdict.choices, widget=forms.RadioSelect, label="What did you find?"
    )
    conclusion = forms.CharField(max_length=300, label="Why, in a sentence")
