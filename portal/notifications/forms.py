"""How a person wants to hear of things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from portal.notifications.kinds import Kind, offered
from portal.notifications.models import Notification, Preference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.forms.boundfield import BoundField

    from portal.accounts.models import User


class PreferencesForm(forms.Form):
    """Two ticks a kind: in the portal, by mail."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = {wish.kind: wish for wish in Preference.objects.filter(user=user)}
        met = set(
            Notification.objects.filter(recipient=user)
            .order_by()
            .values_list("kind", flat=True)
            .distinct()
        )
        self.kinds: list[Kind] = offered(met | set(chosen))
        for kind in self.kinds:
            wish = chosen.get(kind.name)
            self._add(
                f"portal_{kind.name}",
                f"{kind.label}: in the portal",
                wish.in_portal if wish else True,
            )
            self._add(
                f"mail_{kind.name}", f"{kind.label}: by mail", wish.by_mail if wish else False
            )

    def _add(self, name: str, label: str, initial: bool) -> None:
        self.fields[name] = forms.BooleanField(label=label, required=False, initial=initial)

    def groups(self) -> Iterator[tuple[str, list[tuple[Kind, BoundField, BoundField]]]]:
        """Heading → its kinds with their two fields, in the order of the page."""
        for heading in dict.fromkeys(kind.group for kind in self.kinds):
            rows = [
                (k, self[f"portal_{k.name}"], self[f"mail_{k.name}"])
                for k in self.kinds
                if k.group == heading
            ]
            yield heading, rows

    @property
    def wishes(self) -> dict[str, tuple[bool, bool]]:
        """Kind → (in the portal, by mail), of a valid form."""
        given = self.cleaned_data
        return {k.name: (given[f"portal_{k.name}"], given[f"mail_{k.name}"]) for k in self.kinds}
