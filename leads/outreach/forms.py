"""Forms of outreach."""

from __future__ import annotations

from django import forms

from leads.outreach.models import Use


class UseForm(forms.Form):
    """Through which channel, which revision was read, and a token against double clicks."""

    channel = forms.ChoiceField(choices=Use.Channel.choices)
    revision = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    form_token = forms.CharField(required=False, max_length=40)


class RateForm(forms.Form):
    """How it went."""

    rating = forms.TypedChoiceField(
        label="How did it go?",
        choices=[
            ("", "Not rated"),
            ("5", "5, very well"),
            ("4", "4"),
            ("3", "3"),
            ("2", "2"),
            ("1", "1, badly"),
        ],
        coerce=int,
        empty_value=None,
        required=False,
    )
    changed_because = forms.CharField(
        label="I changed it because…",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
