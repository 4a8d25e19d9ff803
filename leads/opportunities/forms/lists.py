"""The form of the further filters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from campaigns.competitors.models import Competitor
from campaigns.models import Campaign
from leads.opportunities.forms.choices import amount_field, day_field, offer, row_choice
from leads.opportunities.models import Outcome, Product
from leads.opportunities.services import sellers
from portal.accounts.models import Team

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User


class MoreFiltersForm(forms.Form):
    """Filters that the list does not show at first. Sent with GET to the list or the board."""

    owner = row_choice("Owner", "Anybody")
    team = row_choice("Team", "Any team")
    product = row_choice("Product", "Any product")
    competitor = row_choice("Competitor", "Any or none")
    campaign = row_choice("Campaign", "Any campaign", slug=True)
    lost_to = forms.ChoiceField(
        required=False, label="Lost to", choices=[("", "Anybody"), *Outcome.choices]
    )
    source = forms.CharField(required=False, label="Source", help_text="Exactly as it is written.")
    currency = forms.CharField(required=False, label="Currency", max_length=3)
    amount__gte = amount_field("Amount from")
    amount__lte = amount_field("Amount up to")
    expected_close_on__gte = day_field("Expected to close from")
    expected_close_on__lte = day_field("Expected to close up to")
    closed_at__gte = day_field("Closed from")
    closed_at__lte = day_field("Closed up to")

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(initial={name: data[name] for name in data} if data else {})
        offer(self, "owner", sellers(user))
        offer(self, "team", Team.objects.permitted(user, "accounts.view_team"))
        rows: QuerySet[Any] = Product.objects.permitted(user, "opportunities.view_product")
        offer(self, "product", rows)
        offer(self, "competitor", Competitor.objects.permitted(user, "competitors.view_competitor"))
        campaigns = Campaign.objects.permitted(user, "campaigns.view_campaign")
        offer(self, "campaign", campaigns.order_by("title"))
