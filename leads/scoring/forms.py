"""Forms of scoring models: a trial, and one rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django import forms

from leads.conditions.parsing import LONGEST_JSON
from leads.scoring.definition import EVENT, KINDS, POINTS, SCHEMA
from leads.scoring.models import Trial
from leads.scoring.reading import problem
from portal.documents import references
from portal.documents.schema import new_item_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.accounts.models import User

FILTERS = (
    "Filters as in the address of the list of leads, such as created_at__lt=2026-01-01&country=IN."
)


class TrialForm(forms.Form):
    """What is tried, and on which leads."""

    kind = forms.ChoiceField(choices=Trial.Kind.choices, label="Try", initial=Trial.Kind.TRY)
    train = forms.CharField(
        required=False,
        max_length=2000,
        label="Learn from",
        help_text=f"{FILTERS} Empty: the oldest four fifths, or all that are not tried on.",
    )
    test = forms.CharField(
        required=False,
        max_length=2000,
        label="Try on",
        help_text="Empty: the newest fifth, or all that are not learned from.",
    )


class RuleForm(forms.Form):
    """One rule of a draft. Its condition comes out of the editor of conditions."""

    name = forms.CharField(max_length=120, label="Name")
    kind = forms.ChoiceField(choices=KINDS, label="Effect", initial=POINTS)
    group = forms.ChoiceField(
        required=False, label="Group", help_text="Not needed for a rule that rules the lead out."
    )
    points = forms.IntegerField(
        required=False,
        min_value=-1000,
        max_value=1000,
        label="Points",
        help_text="Negative ones take away.",
    )
    per_day = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=100,
        label="At most so often a day",
        help_text="For points each time.",
    )
    segment = forms.ChoiceField(required=False, label="Only in the segment")
    filter = forms.CharField(required=False, max_length=LONGEST_JSON, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)
    #: The key of a new rule, chosen with the form, so that sending it twice makes one.
    form_token = forms.RegexField(
        r"\A[0-9a-f]{8}\Z", required=False, widget=forms.HiddenInput, initial=new_item_id
    )

    def __init__(self, *args: Any, user: User, content: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        names = [(row["name"], row["name"]) for row in content["groups"]]
        self.fields["group"].choices = [("", "—"), *names]  # type: ignore[attr-defined]
        part = SCHEMA["rules"].item_fields["segment"]
        self.fields["segment"].choices = [("", "—"), *references.choices(user, part)]  # type: ignore[attr-defined]

    def clean_filter(self) -> str:
        """The condition as a revision keeps it; one that cannot be used is refused with its reason."""
        text = self.cleaned_data.get("filter", "")
        if not text:
            return ""
        try:
            value = json.loads(text)
        except ValueError:
            raise forms.ValidationError("The condition is not JSON.") from None
        if said := problem(self.user)(value, self.data.get("kind") == EVENT):
            raise forms.ValidationError(said)
        return json.dumps(value, ensure_ascii=False, sort_keys=True)

    def row(self, key: str) -> dict[str, Any]:
        """The rule as the document holds it."""
        given = self.cleaned_data
        return {
            "id": key,
            "name": given["name"],
            "kind": given["kind"],
            "group": given["group"],
            "points": "" if given["points"] is None else str(given["points"]),
            "per_day": "" if given["per_day"] is None else str(given["per_day"]),
            "segment": given["segment"] or None,
            "condition": given["filter"],
        }
