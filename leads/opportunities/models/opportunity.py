"""The opportunity: a possible sale."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leads.opportunities.models.catalogue import Status
from leads.opportunities.querysets import OpportunityQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address
from portal.topics.models import HasTopic

if TYPE_CHECKING:
    from datetime import datetime

    from leads.opportunities.models.catalogue import OpportunityStage


class Outcome(models.TextChoices):
    """To whom a sale was lost. No decision and not knowing are kept apart, or rates lie."""

    COMPETITOR = "competitor", "A competitor"
    NO_DECISION = "no_decision", "No decision"
    IN_HOUSE = "in_house", "Done in-house"
    UNKNOWN = "unknown", "Not known"


class Opportunity(HasTopic):
    """A possible sale, open, won or lost, with or without a lead behind it.

    Files name people and teams whom the portal does not know: their texts stay in ``owner_name``
    and ``team_name`` beside the references. ``is_created_known`` is False where a file said nothing
    about the day it began, so that no cycle is counted from the day of the import.
    ``competitors`` are those who were in it; ``competitor`` is the one it was lost to.
    """

    Status = Status
    Outcome = Outcome

    external_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200)
    lead = models.ForeignKey(
        "leads.Lead", null=True, blank=True, on_delete=models.PROTECT, related_name="opportunities"
    )
    company = models.ForeignKey(
        "leads.Company",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
        db_index=False,
    )
    owner_name = models.CharField("owner's name", max_length=120, blank=True)
    team = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    team_name = models.CharField("team's name", max_length=120, blank=True)
    product = models.ForeignKey(
        "opportunities.Product",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    source = models.CharField(max_length=120, blank=True, db_index=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    stage = models.ForeignKey(
        "opportunities.OpportunityStage",
        on_delete=models.PROTECT,
        related_name="opportunities",
        db_index=False,
    )
    stage_entered_at = models.DateTimeField(default=timezone.now)
    status = models.CharField(max_length=4, choices=Status.choices, default=Status.OPEN)
    expected_close_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    lost_reason = models.CharField(max_length=300, blank=True)
    outcome_to = models.CharField("lost to", max_length=11, choices=Outcome.choices, blank=True)
    competitor = models.ForeignKey(
        "competitors.Competitor",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="wins_over_us",
    )
    competitors = models.ManyToManyField(
        "competitors.Competitor", blank=True, related_name="opportunities"
    )
    won_reason = models.CharField(max_length=300, blank=True)
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)

    # What was true when it was closed; see the lead for what is true now.
    persona = models.ForeignKey(
        "personas.Persona",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="opportunities",
    )
    # The revision of the funnel definition by which it was called an opportunity.
    revision = models.ForeignKey(
        "documents.Revision",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    created_at = models.DateTimeField(default=timezone.now)
    is_created_known = models.BooleanField(default=True, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = OpportunityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        verbose_name_plural = "opportunities"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="opportunities_one_external_id",
            ),
            # A double click makes one opportunity.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="opportunities_one_a_form"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0),
                name="opportunities_amount_not_negative",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(closed_at=None),
                name="opportunities_open_is_not_closed",
            ),
            models.CheckConstraint(
                condition=Q(status="lost") | Q(outcome_to="", competitor=None),
                name="opportunities_lost_to_when_lost",
            ),
            models.CheckConstraint(
                condition=Q(competitor=None) | Q(outcome_to="competitor"),
                name="opportunities_lost_to_a_competitor",
            ),
        ]
        indexes: ClassVar = [
            # One index an offered order; the primary key closes each for keyset paging.
            models.Index(fields=["-created_at", "-id"], name="opportunities_newest"),
            models.Index(fields=["-updated_at", "-id"], name="opportunities_changed"),
            models.Index(fields=["name", "id"], name="opportunities_by_name"),
            models.Index(fields=["amount", "id"], name="opportunities_by_amount"),
            models.Index(fields=["expected_close_on", "id"], name="opportunities_by_close"),
            models.Index(fields=["next_step_on", "id"], name="opportunities_by_next_step"),
            models.Index(fields=["owner", "-created_at", "-id"], name="opportunities_of_owner"),
            # The columns of the board: who stands there longest comes first.
            models.Index(fields=["stage", "stage_entered_at", "id"], name="opportunities_in_stage"),
            models.Index(fields=["status", "closed_at", "id"], name="opportunities_by_status"),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id or f"Opportunity {self.pk}"

    def get_absolute_url(self) -> str:
        return row_address("opportunities:opportunity-detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN

    @property
    def owner_label(self) -> str:
        """Who has it: a person of the portal, or the name that a file brought."""
        return str(self.owner) if self.owner_id else self.owner_name

    @property
    def team_label(self) -> str:
        return str(self.team) if self.team_id else self.team_name

    @property
    def subtitle(self) -> str:
        """The company, unless the name begins with it."""
        company = str(self.company) if self.company_id else ""
        return "" if self.name.startswith(company) else company

    @property
    def has_overdue_step(self) -> bool:
        return bool(self.next_step_on and self.next_step_on < timezone.localdate() and self.is_open)

    # --- transitions; none of them saves -------------------------------------------------------
    def enter(self, stage: OpportunityStage, *, at: datetime) -> None:
        """Move to another open stage. Closing is an act of its own, with reasons."""
        if not self.is_open:
            raise RuleViolation("This opportunity is closed. Reopen it before you move it.")
        if not stage.is_open:
            raise RuleViolation(f"Close the opportunity to put it into {stage.name}.", code="close")
        if not stage.is_active:
            raise RuleViolation(f"The stage {stage.name} is no longer used.")
        if stage.pk == self.stage_id:
            raise RuleViolation(f"This opportunity is already in the stage {stage.name}.")
        self.stage, self.stage_entered_at = stage, at

    def close(self, stage: OpportunityStage, *, at: datetime) -> None:
        """Won or lost, as the stage says."""
        if not self.is_open:
            done = self.get_status_display().lower()
            raise RuleViolation(f"This opportunity is already {done}. Reopen it to change that.")
        self.stage, self.stage_entered_at = stage, at
        self.status, self.closed_at = Status(stage.status), at

    def reopen(self, stage: OpportunityStage, *, at: datetime) -> None:
        """Open again in a stage; what was said about its end goes, the history keeps it."""
        if self.is_open:
            raise RuleViolation("This opportunity is open already.")
        self.stage, self.stage_entered_at = stage, at
        self.status, self.closed_at = Status.OPEN, None
        self.lost_reason = self.won_reason = self.outcome_to = ""
        self.competitor = self.persona = None
