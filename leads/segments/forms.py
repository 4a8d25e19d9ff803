"""Forms of segments."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from leads.conditions.parsing import LONGEST_JSON
from leads.conditions.tree import Wrong
from leads.segments.models import Segment
from leads.segments.services import check_condition
from portal.accounts.models import User
from portal.core.once import TokenForm


class SegmentForm(TokenForm):
    """What a segment is called, what it is for, and whether it stays current."""

    name = forms.CharField(max_length=80, label="Name")
    purpose = forms.CharField(
        max_length=300,
        required=False,
        label="What it is for",
        help_text="So that colleagues know when to use it.",
    )
    kind = forms.ChoiceField(choices=Segment.Kind.choices, label="Kind", initial="live")
    is_shared = forms.BooleanField(required=False, initial=True, label="Everybody may use it")
    filter = forms.CharField(
        required=False, max_length=LONGEST_JSON, widget=forms.HiddenInput, label="Condition"
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31
    )

    def __init__(
        self, *args: Any, user: User, segment: Segment | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.segment = user, segment
        if segment is not None:
            del self.fields["kind"]
            self.initial.update(
                name=segment.name,
                purpose=segment.purpose,
                is_shared=segment.is_shared,
                version=segment.version,
            )

    def clean_filter(self) -> dict[str, Any] | None:
        """The condition, checked; stored as JSON."""
        text = self.cleaned_data.get("filter", "")
        if not text:
            return None
        try:
            return check_condition(text, self.user)
        except Wrong as wrong:
            raise forms.ValidationError(str(wrong)) from None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = self.segment.kind if self.segment else cleaned.get("kind")
        needed = self.segment is None and kind == Segment.Kind.LIVE
        if needed and not cleaned.get("filter") and not self.errors.get("filter"):
            self.add_error(None, "Say who is in it: a live segment needs a condition.")
        self.version_read = cleaned.pop("version", None)
        return cleaned


def as_text(condition: dict[str, Any] | None) -> str:
    """A stored condition as it stands in an address."""
    if condition is None:
        return ""
    return json.dumps(condition, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class AddLeadsForm(forms.Form):
    """Which static segment the ticked leads join."""

    segment: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="Segment", empty_label="Choose a static segment"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Segment.objects.permitted(user, "segments.fill_segment").in_use()
        self.fields["segment"].queryset = mine.filter(kind=Segment.Kind.STATIC)  # type: ignore[attr-defined]
