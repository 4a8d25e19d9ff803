"""What makes a form that is sent twice do its work once."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

TOKEN_LENGTH = 40


def new_token() -> str:
    """Marks one filling-in of a form; the row that it makes keeps the mark under a constraint."""
    return uuid.uuid4().hex


class TokenForm(forms.Form):
    """A form that carries such a mark, hidden."""

    form_token = forms.CharField(widget=forms.HiddenInput, max_length=TOKEN_LENGTH, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["form_token"].initial = new_token
