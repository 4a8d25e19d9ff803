"""Forms of things that are known by their name."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.core.naming import name_key


class KeyedNameForm(forms.ModelForm):
    """Refuses a second row with the same name, written however; keeps the key with the name."""

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        key = name_key(name, longest=self._meta.model._meta.get_field("key").max_length or 200)
        if not key:
            raise forms.ValidationError("Write a name with at least one letter or digit.")
        same = self._meta.model._default_manager.filter(key=key).exclude(pk=self.instance.pk)
        if (other := same.first()) is not None:
            raise forms.ValidationError(f"There is “{other}” already.")
        return name

    def save(self, commit: bool = True) -> Any:
        self.instance.know()
        return super().save(commit)


class CompetitorForm(KeyedNameForm):
    website = forms.URLField(max_length=300, required=False, assume_scheme="https")
