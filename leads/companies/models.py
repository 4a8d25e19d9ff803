"""Who decides at a company, and which companies both departments go after [R22, R23]."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from leads.companies.querysets import (
    MemberQuerySet,
    RelationQuerySet,
    TargetAccountQuerySet,
    TargetListQuerySet,
)
from leads.models import Company
from portal.core.errors import RuleViolation
from portal.core.models import TimeStamped
from portal.core.routes import row_address

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from portal.accounts.models import User

#: Parts that a person plays in the decision, and what each means. The field's usual seven.
ROLES = {
    "initiator": ("Initiator", "Noticed the need and set things going"),
    "user": ("User", "Will work with it"),
    "influencer": ("Influencer", "Is listened to"),
    "champion": ("Champion", "Argues for us when we are not in the room"),
    "decider": ("Decider", "Says yes or no"),
    "buyer": ("Buyer", "Negotiates and signs the order"),
    "gatekeeper": ("Gatekeeper", "Decides who and what gets through"),
}


class TargetList(TimeStamped):
    """Companies that both departments want, with one named owner in each."""

    name = models.CharField(max_length=120)
    name_key = models.CharField(max_length=120, unique=True, editable=False)
    purpose = models.TextField(max_length=2000)
    marketing_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    sales_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = TargetListQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name = "target list"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(marketing_owner=F("sales_owner")), name="companies_list_two_owners"
            ),
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="companies_list_a_form"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["name", "id"], name="companies_lists_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return row_address("companies:target-list-detail", self.pk)


class TargetAccount(models.Model):
    """A company on a list. Taken off, it stays in the history of the list."""

    target_list = models.ForeignKey(TargetList, on_delete=models.CASCADE, related_name="accounts")
    company = models.ForeignKey(
        "leads.Company", on_delete=models.PROTECT, related_name="target_accounts"
    )
    tier = models.CharField(max_length=1, choices=Company.Tier.choices, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField()
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = TargetAccountQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-added_at", "-pk"]
        verbose_name = "target account"
        constraints: ClassVar = [
            # Two people who add the same company at once end with one line.
            models.UniqueConstraint(
                fields=["target_list", "company"],
                condition=Q(removed_at=None),
                name="companies_account_once",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["target_list", "-added_at", "-id"], name="companies_accounts_newest"
            ),
            models.Index(fields=["target_list", "tier", "id"], name="companies_accounts_by_tier"),
        ]

    def __str__(self) -> str:
        return f"{self.company} on {self.target_list}"


class Member(models.Model):
    """A person's part in the decision of a company. One row a person and company.

    ``answer`` is what we do about the objection of somebody who stands against us. ``verified_at``
    is when a colleague last said that all of this is still so.
    """

    class Stance(models.TextChoices):
        CHAMPION = "champion", "Champion"
        SUPPORTER = "supporter", "Supporter"
        NEUTRAL = "neutral", "Neutral"
        SCEPTIC = "sceptic", "Sceptic"
        BLOCKER = "blocker", "Blocker"
        UNKNOWN = "unknown", "Not known"

    class Influence(models.TextChoices):
        HIGH = "high", "High"
        MEDIUM = "medium", "Medium"
        LOW = "low", "Low"
        UNKNOWN = "unknown", "Not known"

    company = models.ForeignKey("leads.Company", on_delete=models.PROTECT, related_name="members")
    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="memberships")
    is_initiator = models.BooleanField(default=False)
    is_user = models.BooleanField(default=False)
    is_influencer = models.BooleanField(default=False)
    is_champion = models.BooleanField(default=False)
    is_decider = models.BooleanField(default=False)
    is_buyer = models.BooleanField(default=False)
    is_gatekeeper = models.BooleanField(default=False)
    stance = models.CharField(max_length=9, choices=Stance.choices, default=Stance.UNKNOWN)
    influence = models.CharField(max_length=7, choices=Influence.choices, default=Influence.UNKNOWN)
    pains = models.TextField(max_length=2000, blank=True)
    answer = models.TextField(max_length=2000, blank=True)
    note = models.TextField(max_length=2000, blank=True)
    verified_at = models.DateTimeField()
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        verbose_name = "part in a buying centre"
        verbose_name_plural = "parts in buying centres"
        constraints: ClassVar = [
            # A double click puts a person in once.
            models.UniqueConstraint(fields=["company", "lead"], name="companies_member_once")
        ]

    def __str__(self) -> str:
        return f"{self.lead} at {self.company}"

    def get_absolute_url(self) -> str:
        return f"{self.company.get_absolute_url()}#member-row-{self.pk}"

    @property
    def roles(self) -> list[str]:
        """Keys of ``ROLES``, in their usual order."""
        return [role for role in ROLES if getattr(self, f"is_{role}")]

    @property
    def role_labels(self) -> list[str]:
        return [ROLES[role][0] for role in self.roles]

    def play(self, roles: Collection[str]) -> None:
        """Take these parts and no others."""
        for role in ROLES:
            setattr(self, f"is_{role}", role in roles)

    def verify(self, *, by: User, at: datetime) -> None:
        """What stands here is so, says a colleague."""
        self.verified_by, self.verified_at = by, at


class Relation(models.Model):
    """How two people of one buying centre stand to each other.

    ``close_to`` and ``conflicts_with`` hold in both directions and are stored once, the smaller
    key first.
    """

    class Kind(models.TextChoices):
        REPORTS_TO = "reports_to", "Reports to"
        INFLUENCES = "influences", "Influences"
        CLOSE_TO = "close_to", "Is close to"
        CONFLICTS_WITH = "conflicts", "Is in conflict with"

    MUTUAL: ClassVar = frozenset({Kind.CLOSE_TO, Kind.CONFLICTS_WITH})

    source = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="relations")
    target = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="relations_to")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()

    objects = RelationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "target", "kind"], name="companies_relation_once"
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(kind="reports_to"),
                name="companies_one_superior",
                violation_error_message="This person already reports to somebody.",
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="companies_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.source.lead} {self.get_kind_display().lower()} {self.target.lead}"

    def check_ends(self) -> None:
        """Two people of one company, and not one person twice."""
        if self.source_id == self.target_id:
            raise RuleViolation("A person cannot stand in a relation to themselves.")
        if self.source.company_id != self.target.company_id:
            raise RuleViolation("Both people must be in the buying centre of the same company.")

    def put_in_order(self) -> None:
        """Store what holds both ways under its smaller key, so that it is stored once."""
        if self.kind in self.MUTUAL and self.source_id > self.target_id:
            self.source, self.target = self.target, self.source
