"""Forms of routing: rules and territories for the admin, absences and the trial for pages."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms

from leads.conditions.asking import read
from leads.conditions.parsing import LONGEST_JSON
from leads.conditions.tree import Wrong
from leads.routing.models import Absence, RoutingRule, Territory
from leads.routing.people import sellers
from leads.segments.models import Segment
from leads.segments.services import check_condition
from portal.accounts.models import User

CONDITION_HELP = (
    "A condition as text. Build it at Leads, Filter, “Write it as text”, and copy it here. "
    "It must mean the same for everybody, so it cannot ask for “me” or “mine”."
)


class ConditionField(forms.CharField):
    """A condition of the one language, as JSON. Who may read it is set by the form."""

    user: User | None = None

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}))
        super().__init__(max_length=LONGEST_JSON, help_text=CONDITION_HELP, **options)

    def prepare_value(self, value: Any) -> Any:
        if value in (None, ""):
            return ""
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return check_condition(text, cast("User", self.user))
        except Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != (data or ""))


class _ReaderForm(forms.ModelForm):
    """A condition is read as the person who writes it may read leads; the admin sets ``user``."""

    user: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("ConditionField", self.fields["condition"]).user = self.user


class TerritoryForm(_ReaderForm):
    condition = ConditionField()

    class Meta:
        model = Territory
        fields = ("name", "condition")


class RuleForm(_ReaderForm):
    """``version`` is the one that was read, so that nobody overrules whom they did not see."""

    condition = ConditionField(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = RoutingRule
        fields = (
            "name", "position", "is_active", "territory", "condition", "team", "strategy",
            "owner_first", "catches_up", "capacity", "calendar", "version",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def clean_version(self) -> int:
        return self.cleaned_data["version"] or 1


class AbsenceForm(forms.ModelForm):
    class Meta:
        model = Absence
        fields = ("person", "first_on", "last_on")
        widgets = {  # noqa: RUF012 - Django's own way
            name: forms.DateInput(attrs={"type": "date"}) for name in ("first_on", "last_on")
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sellers(user)
        if not user.reaches_all("routing.add_absence"):
            people = people.filter(pk=user.pk)
        person = cast("forms.ModelChoiceField[Any]", self.fields["person"])
        person.queryset, person.initial = people, user.pk


class TrialForm(forms.Form):
    """Whose routing is tried: the leads that are ready now, or those of a segment or condition."""

    segment: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None,
        required=False,
        to_field_name="slug",
        label="Segment",
        empty_label="Leads that are ready now",
    )
    filter = forms.CharField(required=False, max_length=LONGEST_JSON, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rows = Segment.objects.permitted(user, "segments.view_segment").in_use()
        cast("forms.ModelChoiceField[Any]", self.fields["segment"]).queryset = rows

    def clean_filter(self) -> Any:
        text = self.cleaned_data.get("filter", "")
        if not text:
            return None
        try:
            return read(text, self.user)
        except Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from None
