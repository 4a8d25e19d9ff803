"""Shape of input: a request of a person, a tombstone to lift."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms

from leads.normalising import email_key
from leads.privacy.models import PersonRequest, RetentionRule


class RequestForm(forms.Form):
    """What the person wants. The token makes a second click the same request."""

    kind = forms.ChoiceField(label="They want", choices=PersonRequest.Kind.choices)
    email = forms.CharField(
        label="E-mail of the person",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label="How they asked",
        max_length=300,
        help_text="For example: mail of 3 March, identity checked by phone.",
    )
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_token", secrets.token_hex(16))

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not email_key(email):
            raise forms.ValidationError("This is not an e-mail address.")
        return email


class LiftForm(forms.Form):
    """Somebody who was erased comes back by their own wish."""

    email = forms.CharField(label="E-mail of the person", max_length=254)
    reason = forms.CharField(label="Why they may be taken in again", max_length=300)


class RuleForm(forms.ModelForm):
    class Meta:
        model = RetentionRule
        fields = ("days", "is_active")
