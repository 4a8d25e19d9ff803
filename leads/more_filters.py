"""The filters that the list page of leads does not show at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from campaigns.models import Campaign
from leads.capture import assignable
from leads.models import Tag
from personas.models import Persona
from portal.accounts.models import Team

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User


class MoreFiltersForm(forms.Form):
    """Filters that the list page does not show at first. Sent with GET to the list itself."""

    owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Anybody", label="Owner"
    )
    team: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Any team", label="Team"
    )
    campaign: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="slug", required=False, empty_label="Any campaign", label="Campaign"
    )
    persona: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="slug", required=False, empty_label="Any persona", label="Persona"
    )
    source = forms.CharField(required=False, label="Source", help_text="Exactly as it is written.")
    source__empty = forms.ChoiceField(
        required=False,
        label="Source known",
        choices=[("", "Either"), ("false", "Known"), ("true", "Not known")],
    )
    country = forms.CharField(required=False, label="Country")
    tag: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="name", required=False, empty_label="Any tag", label="Tag"
    )
    created_at__gte = forms.DateField(
        required=False, label="Created from", widget=forms.DateInput(attrs={"type": "date"})
    )
    created_at__lte = forms.DateField(
        required=False, label="Created up to", widget=forms.DateInput(attrs={"type": "date"})
    )
    next_step_on__lte = forms.DateField(
        required=False, label="Next step due by", widget=forms.DateInput(attrs={"type": "date"})
    )

    score__gte = forms.IntegerField(
        required=False, min_value=0, max_value=100, label="Score at least"
    )
    grade = forms.CharField(
        required=False, max_length=40, label="Grade", help_text="A1 to D4; several with commas."
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(initial={name: data[name] for name in data} if data else {})
        choices: dict[str, QuerySet[Any]] = {
            "owner": assignable(user),
            "team": Team.objects.permitted(user, "accounts.view_team"),
            "campaign": Campaign.objects.permitted(user, "campaigns.view_campaign").order_by(
                "title"
            ),
            "persona": Persona.objects.permitted(user, "personas.view_persona").order_by("title"),
            "tag": Tag.objects.permitted(user, "leads.view_tag"),
        }
        for name, rows in choices.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
