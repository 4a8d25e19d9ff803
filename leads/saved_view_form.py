"""The form of saved views."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from leads.models import SavedView
from portal.accounts.models import Team
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from portal.accounts.models import User


class SavedViewForm(TokenForm):
    """What a saved view is called, and who sees it."""

    name = forms.CharField(max_length=80, label="Name")
    sharing = forms.ChoiceField(
        choices=SavedView.Sharing.choices, label="Who sees it", initial="private"
    )
    team: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None,
        required=False,
        empty_label="Choose a team",
        label="Which team",
        help_text="Where it is shared with a team. Each person sees the leads that they may see.",
    )
    version = forms.IntegerField(
        required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.permitted(user, "accounts.view_team")
        self.fields["team"].queryset = teams.filter(pk__in=user.team_ids)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("sharing") == SavedView.Sharing.TEAM and not cleaned.get("team"):
            self.add_error("team", "Choose the team that sees it.")
        self.version_read = cleaned.pop("version", None)
        return cleaned
