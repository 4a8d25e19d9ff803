"""Forms of the acts on an opportunity, and of making a lead one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from campaigns.competitors.models import Competitor
from leads.opportunities.forms.choices import (
    amount_field,
    day_field,
    is_said,
    offer,
    open_stages,
    products,
    row_choice,
)
from leads.opportunities.models import Opportunity, Outcome, Product, Status
from leads.opportunities.services import Ending
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from portal.accounts.models import User


class ConvertForm(TokenForm):
    """What is known already when a lead becomes an opportunity. Nothing of it is needed."""

    name = forms.CharField(
        max_length=200,
        required=False,
        label="Name",
        help_text="Empty: the company, and the product where you name one.",
    )
    product = row_choice("Main product", "Not known yet")
    amount = amount_field()
    currency = forms.RegexField(r"\A[A-Za-z]{3}\Z", required=False, max_length=3, label="Currency")
    expected_close_on = day_field("Expected to close on")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data, initial={"currency": settings.CURRENCY})
        offer(self, "product", products(user))

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].upper()

    @property
    def values(self) -> dict[str, Any]:
        given = {k: v for k, v in self.cleaned_data.items() if k != "form_token" and is_said(v)}
        if "amount" not in given:
            given.pop("currency", None)
        return given


class MoveForm(forms.Form):
    """``next`` and ``seen`` come from the board."""

    stage: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="slug", label="Stage", empty_label=None
    )
    reason = forms.CharField(max_length=300, required=False, label="Why")
    seen = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, user: User, opportunity: Opportunity) -> None:
        slug = opportunity.stage.slug
        super().__init__(data, initial={"stage": slug, "seen": slug})
        offer(self, "stage", open_stages(user))


class CloseForm(forms.Form):
    """How it ended. Reasons are asked for; nothing of it keeps anybody from closing."""

    status = forms.ChoiceField(
        choices=[("won", "Won"), ("lost", "Lost")],
        widget=forms.RadioSelect,
        label="How did it end?",
    )
    outcome_to = forms.ChoiceField(
        choices=[("", "Not asked yet"), *Outcome.choices],
        required=False,
        label="If lost: to whom?",
        help_text="No decision and in-house are kept apart from competitors, or the win rate lies.",
    )
    competitor: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Not known", label="Competitor"
    )
    new_competitor = forms.CharField(
        max_length=200, required=False, label="Another competitor", help_text="If it is not listed."
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        label="What persuaded them, or why was it lost?",
        help_text="In their words, if you can.",
    )

    def __init__(
        self, data: Any = None, *, user: User, opportunity: Opportunity, status: str = ""
    ) -> None:
        super().__init__(data, initial={"status": status if status in {"won", "lost"} else ""})
        rows = Competitor.objects.permitted(user, "competitors.view_competitor").active()
        offer(self, "competitor", rows)

    @property
    def ending(self) -> Ending:
        given = self.cleaned_data
        return Ending(
            status=given["status"],
            reason=given["reason"],
            outcome_to=given["outcome_to"] if given["status"] == Status.LOST else "",
            competitor=given["new_competitor"] or given["competitor"],
        )


class ReopenForm(forms.Form):
    reason = forms.CharField(max_length=300, label="What has changed?")

    def __init__(self, data: Any = None, *, user: User, opportunity: Opportunity) -> None:
        super().__init__(data)


class NextStepForm(forms.Form):
    next_step = forms.CharField(
        max_length=200,
        required=False,
        label="Next step",
        help_text="Empty when nothing is planned.",
    )
    next_step_on = day_field("On")

    def __init__(self, data: Any = None, *, user: User, opportunity: Opportunity) -> None:
        planned = {"next_step": opportunity.next_step, "next_step_on": opportunity.next_step_on}
        super().__init__(data, initial=planned)


class LineForm(forms.Form):
    product = row_choice("Product", "Choose")
    quantity = forms.DecimalField(
        required=False, label="How many", min_value=Decimal("0.01"), max_digits=10, decimal_places=2
    )
    price = forms.DecimalField(
        required=False, label="Price each", min_value=Decimal(0), max_digits=14, decimal_places=2
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "product", Product.objects.permitted(user, "opportunities.view_product"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("product") and (given.get("quantity") or given.get("price") is not None):
            self.add_error("product", "Choose the product, or empty the row.")
        return given


class BaseLines(forms.BaseFormSet):
    def clean(self) -> None:
        chosen = [row["product"].pk for row in self.lines]
        if len(set(chosen)) != len(chosen):
            raise forms.ValidationError("Each product stands in one row; write how many there.")

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The rows that name a product."""
        return [
            form.cleaned_data
            for form in self.forms
            if getattr(form, "cleaned_data", {}).get("product")
        ]


Lines = forms.formset_factory(LineForm, formset=BaseLines, extra=1, max_num=50, absolute_max=60)


def _as_typed(number: Decimal | None) -> str:
    """12.50 stays; 1.00 is shown as a person would type it."""
    if number is None:
        return ""
    return str(int(number)) if number == int(number) else str(number)


def lines_form(opportunity: Opportunity, user: User, data: Any = None) -> Any:
    """The products of an opportunity, as rows of a form."""
    rows = opportunity.lines.select_related("product")
    stored = [
        {
            "product": line.product_id,
            "quantity": _as_typed(line.quantity),
            "price": _as_typed(line.price),
        }
        for line in rows
    ]
    return Lines(data, initial=stored, form_kwargs={"user": user}, prefix="lines")
