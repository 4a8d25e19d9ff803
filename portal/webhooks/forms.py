"""Making and changing a hook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms

from campaigns.models import Campaign
from portal.core.once import TokenForm
from portal.webhooks.models import Hook

if TYPE_CHECKING:
    from portal.accounts.models import User

#: What nobody sends by hand in a minute, and no machine here can take.
MOST_PER_MINUTE = 1_000_000


class HookForm(TokenForm, forms.ModelForm):
    class Meta:
        model = Hook
        fields: ClassVar = ["name", "system", "campaign", "source", "per_minute"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campaigns = Campaign.objects.permitted(user, "campaigns.view_campaign").living()
        if self.instance.campaign_id:
            campaigns = campaigns | Campaign.objects.filter(pk=self.instance.campaign_id)
        self.fields["campaign"].queryset = campaigns.order_by("title")  # type: ignore[attr-defined]
        self.fields["campaign"].empty_label = "None"  # type: ignore[attr-defined]
        if self.instance.pk:
            self.fields["is_active"] = forms.BooleanField(
                required=False, initial=self.instance.is_active, label="Takes events"
            )

    def clean_per_minute(self) -> int:
        number: int = self.cleaned_data["per_minute"]
        if not 1 <= number <= MOST_PER_MINUTE:
            raise forms.ValidationError(f"Give a number from 1 to {MOST_PER_MINUTE:,}.")
        return number
