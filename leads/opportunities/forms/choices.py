"""Fields that several forms of opportunities have, and what a person may choose in them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from django import forms

from leads.opportunities.models import OpportunityStage, Product, Status

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User

LARGEST = Decimal(10) ** 14 - Decimal("0.01")


def row_choice(
    label: str, empty: str = "None", *, slug: bool = False, **options: Any
) -> forms.Field:
    """A select whose rows are set for the person; see ``offer``."""
    if slug:
        options["to_field_name"] = "slug"
    return forms.ModelChoiceField(None, required=False, empty_label=empty, label=label, **options)


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Only what the person may choose, and what is stored already."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def day_field(label: str) -> forms.DateField:
    return forms.DateField(
        required=False, label=label, widget=forms.DateInput(attrs={"type": "date"})
    )


def amount_field(label: str = "Amount") -> forms.DecimalField:
    return forms.DecimalField(
        required=False,
        label=label,
        min_value=Decimal(0),
        max_value=LARGEST,
        max_digits=16,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )


def products(user: User, *, besides: int | None = None) -> QuerySet[Any]:
    rows = Product.objects.permitted(user, "opportunities.view_product")
    return rows.active() | rows.filter(pk=besides or 0)


def open_stages(user: User) -> QuerySet[Any]:
    rows = OpportunityStage.objects.permitted(user, "opportunities.view_opportunitystage")
    return rows.active().filter(status=Status.OPEN)


def is_said(value: Any) -> bool:
    """Whether a person filled a field in."""
    return value not in (None, "") and not (hasattr(value, "exists") and not value)
