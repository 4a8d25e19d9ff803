"""A saved view: a list of leads that somebody keeps, alone or for others [R57]."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from leads.querysets import SavedViewQuerySet
from portal.core.models import TimeStamped

if TYPE_CHECKING:
    from portal.accounts.models import Team


class SavedView(TimeStamped):
    """What a list of leads asks and shows, under a name. It never says whose leads are seen.

    ``condition`` is the stored form of ``leads.conditions``, ``filters`` are the simple filters of the
    address (name → value). A deleted view is kept for a while, so that deleting can be undone.
    """

    class Sharing(models.TextChoices):
        PRIVATE = "private", "Only me"
        TEAM = "team", "My team"
        EVERYBODY = "everybody", "Everybody"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views"
    )
    name = models.CharField(max_length=80)
    condition = models.JSONField(null=True, blank=True)
    filters = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)
    ordering = models.CharField(max_length=40, blank=True)
    sharing = models.CharField(max_length=9, choices=Sharing.choices, default=Sharing.PRIVATE)
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True, blank=True)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(deleted_at=None),
                name="leads_one_view_a_name",
            ),
            # A double click saves one view.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="leads_one_view_a_form"
            ),
            models.CheckConstraint(
                condition=Q(sharing="team", team__isnull=False)
                | ~Q(sharing="team") & Q(team__isnull=True),
                name="leads_view_shared_with_a_team",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def query(self) -> str:
        """The address of the list, from its question mark on."""
        asked: dict[str, str] = dict(self.filters)
        if self.condition:
            # Sorted, since PostgreSQL keeps no order of keys: one view, one address.
            asked["filter"] = json.dumps(
                self.condition, ensure_ascii=False, separators=(",", ":"), sort_keys=True
            )
        if self.columns:
            asked["columns"] = ",".join(self.columns)
        if self.ordering:
            asked["ordering"] = self.ordering
        return urlencode({**asked, "saved": str(self.pk)})

    def get_absolute_url(self) -> str:
        return f"{reverse('leads:lead-list')}?{self.query}"

    def same_as(self, asked: dict[str, Any]) -> bool:
        """Whether a list asks and shows exactly this."""
        return all(getattr(self, name) == value for name, value in asked.items())

    # --- transitions; none of them saves -------------------------------------------------------
    def share(self, sharing: str, team: Team | None) -> None:
        self.sharing = sharing
        self.team = team if sharing == self.Sharing.TEAM else None


class ViewPin(models.Model):
    """A view that somebody keeps as a tab of their list; at most one opens by itself."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="view_pins"
    )
    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="pins")
    position = models.PositiveSmallIntegerField(default=0)
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "view"], name="leads_pinned_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="leads_one_default_view"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view} for {self.user}"
