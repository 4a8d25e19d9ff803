"""Choices that come from the database."""

from __future__ import annotations

from typing import Any

from django import forms

#: Digits of the largest key that a database can hold; it refuses to compare longer ones.
LONGEST_KEY = 18


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows by their keys. A number that can be no key is a wrong choice like any other."""

    def clean(self, value: Any) -> Any:
        for key in value if isinstance(value, list | tuple) else ():
            if len(str(key)) > LONGEST_KEY:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:LONGEST_KEY]},
                )
        return super().clean(value)
