"""Forms of this room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from leads.merging.choosing import ATTRIBUTE, Side, part_named
from leads.merging.services import Wish
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from leads.models import Lead


class ApartForm(forms.Form):
    """Why two records are two people."""

    reason = forms.CharField(
        label="How do you know that these are two people?",
        max_length=300,
        help_text="It is kept, and nobody is asked about these two again.",
    )


class MergeForm(TokenForm):
    """Which record stays, whose value is kept in each field, and why.

    A choice names the lead whose value is kept, so that it means the same whichever record stays.
    """

    kept = forms.TypedChoiceField(label="Which record stays?", coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(label="Reason", required=False, max_length=300)
    assign = forms.BooleanField(
        label="Give both to the owner chosen above, although their team will then read both histories",
        required=False,
    )

    def __init__(self, data: Any = None, *, leads: tuple[Lead, Lead], stays: int) -> None:
        super().__init__(data)
        self.leads = leads
        kept: Any = self.fields["kept"]
        kept.choices = [(lead.pk, str(lead)) for lead in leads]
        kept.initial = stays

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "kept" in found:
            found["choices"] = self._choices(found["kept"])
        return found

    def _choices(self, kept: int) -> dict[str, Side]:
        choices: dict[str, Side] = {}
        for name, value in self.data.items():
            if not name.startswith("keep-"):
                continue
            key = name.removeprefix("keep-")
            if value not in {str(lead.pk) for lead in self.leads} or not _is_choosable(key):
                self.add_error(None, "Choose one of the two records for each field.")
                continue
            choices[key] = Side.KEPT if value == str(kept) else Side.LOST
        return choices

    @property
    def pair(self) -> tuple[Lead, Lead]:
        """The lead that goes and the one that stays."""
        one, other = self.leads
        return (other, one) if self.cleaned_data["kept"] == one.pk else (one, other)

    @property
    def wish(self) -> Wish:
        given = self.cleaned_data
        return Wish(
            choices=given["choices"],
            reason=given["reason"],
            assign=given["assign"],
            form_token=given["form_token"],
        )


def _is_choosable(name: str) -> bool:
    part = part_named(name)
    return name.startswith(ATTRIBUTE) or (part is not None and part.name == name)
