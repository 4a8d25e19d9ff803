"""Forms for the acts on campaigns."""

from __future__ import annotations

from django import forms


class PostponeForm(forms.Form):
    """The new dates."""

    starts_on = forms.DateField(label="Starts on", widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label="Ends on", widget=forms.DateInput(attrs={"type": "date"}))


class CancelForm(forms.Form):
    """Why it ends before its time."""

    reason = forms.CharField(
        label="Why, and what happens to its leads",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
