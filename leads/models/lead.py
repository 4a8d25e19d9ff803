"""The lead: one record per person."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

from leads.identity import keys_of
from leads.querysets import LeadQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address
from portal.topics.models import HasTopic

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User
    from portal.funnel.models import Stage

#: How far along the funnel each standard kind of stage is. Gaps leave room between them.
REACH = {"lead": 10, "mql": 20, "sal": 30, "sql": 40, "opportunity": 50, "customer": 60}


class Lead(HasTopic):
    """A person who may buy.

    Where they came from stands in three separate fields: ``source`` (first tracked touch),
    ``converting_source`` (the touch that made them known) and ``heard_about_us`` (what they say)
    [R59]. ``reached`` is the furthest the lead ever came (see ``REACH``), so that reports count
    lost leads in the stages they reached.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    class Consent(models.TextChoices):
        UNKNOWN = "unknown", "Unknown"
        GRANTED = "granted", "Granted"
        DENIED = "denied", "Denied"

    class Heard(models.TextChoices):
        NOT_ASKED = "not_asked", "Not asked yet"
        TOLD = "told", "Told us"
        CANNOT_RECALL = "cannot_recall", "Cannot recall"

    external_id = models.CharField(max_length=120, blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    full_name = models.CharField(max_length=240, blank=True)
    email = models.CharField(max_length=254, blank=True)
    # What the person is known by; see leads.identity.
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    email_canonical = models.CharField(max_length=254, blank=True, editable=False)
    phone_key = models.CharField(max_length=40, blank=True, editable=False)
    name_key = models.CharField(max_length=240, blank=True, editable=False)
    phone = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=160, blank=True)
    seniority = models.CharField(max_length=60, blank=True)
    company = models.ForeignKey(
        "leads.Company", null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    country = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=20, blank=True)

    source = models.CharField(max_length=120, blank=True)
    source_detail = models.CharField(max_length=300, blank=True)
    converting_source = models.CharField(max_length=120, blank=True)
    # What the touchpoints say. The two above follow them until somebody says otherwise.
    tracked_source = models.CharField(max_length=120, blank=True, editable=False)
    tracked_converting_source = models.CharField(max_length=120, blank=True, editable=False)
    heard_about_us = models.CharField(max_length=300, blank=True)
    heard_detail = models.CharField(max_length=300, blank=True)
    heard_state = models.CharField(max_length=14, choices=Heard.choices, default=Heard.NOT_ASKED)
    heard_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    heard_asked_at = models.DateTimeField(null=True, blank=True)
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
    )
    landing_page = models.CharField(max_length=500, blank=True)
    utm_source = models.CharField(max_length=120, blank=True)
    utm_medium = models.CharField(max_length=120, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    consent = models.CharField(max_length=8, choices=Consent.choices, default=Consent.UNKNOWN)
    consent_source = models.CharField(max_length=120, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField("leads.Tag", blank=True, related_name="leads")

    persona = models.ForeignKey(
        "personas.Persona",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
    )
    persona_revision = models.ForeignKey(
        "documents.Revision",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    persona_chosen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    stage = models.ForeignKey(
        "funnel.Stage", on_delete=models.PROTECT, related_name="leads", db_index=False
    )
    stage_revision = models.ForeignKey(
        "documents.Revision",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    stage_entered_at = models.DateTimeField(default=timezone.now)
    reached = models.PositiveSmallIntegerField(default=10, editable=False)
    status = models.CharField(max_length=5, choices=Status.choices, default=Status.OPEN)
    lost_reason = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
    )
    team = models.ForeignKey(
        "accounts.Team",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="leads",
        db_index=False,
    )
    next_step = models.CharField(max_length=200, blank=True)
    next_step_on = models.DateField(null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    converted_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["external_id"], condition=~Q(external_id=""), name="leads_one_external_id"
            ),
            # A person exists once: two imports at once end with one row.
            models.UniqueConstraint(
                fields=["email_key"], condition=~Q(email_key=""), name="leads_one_email"
            ),
            # A double click makes one lead.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="leads_one_a_form"
            ),
        ]
        indexes: ClassVar = [
            # One index an offered order; the primary key closes each for keyset paging.
            # They serve their foreign keys too, which have none of their own (db_index=False), nor
            # have those that nobody asks by: each index slows an import of a million leads.
            models.Index(fields=["-created_at", "-id"], name="leads_newest"),
            models.Index(fields=["-updated_at", "-id"], name="leads_changed"),
            models.Index(fields=["full_name", "id"], name="leads_by_name"),
            models.Index(fields=["next_step_on", "id"], name="leads_by_next_step"),
            models.Index(fields=["owner", "-created_at", "-id"], name="leads_of_owner"),
            models.Index(fields=["stage", "-created_at", "-id"], name="leads_in_stage"),
            models.Index(fields=["source", "-created_at", "-id"], name="leads_from_source"),
            models.Index(fields=["campaign", "-created_at", "-id"], name="leads_of_campaign"),
            models.Index(fields=["persona", "-created_at", "-id"], name="leads_of_persona"),
            # With the owner, by whom teams see their leads: so they are counted without reading them.
            models.Index(fields=["team", "-created_at", "-id", "owner"], name="leads_of_team"),
            models.Index(fields=["status", "-created_at", "-id"], name="leads_by_status"),
            models.Index(fields=["landing_page", "-created_at", "-id"], name="leads_by_page"),
            models.Index(
                Upper("country"), F("created_at").desc(), F("id").desc(), name="leads_in_country"
            ),
            models.Index(
                Upper("language"), F("created_at").desc(), F("id").desc(), name="leads_by_language"
            ),
            # Who may be the same person.
            models.Index(
                fields=["email_canonical"],
                condition=~Q(email_canonical=""),
                name="leads_same_mailbox",
            ),
            models.Index(fields=["phone_key"], condition=~Q(phone_key=""), name="leads_same_phone"),
            models.Index(
                fields=["name_key", "company"], condition=~Q(name_key=""), name="leads_same_name"
            ),
            # What few leads have costs an import nothing.
            models.Index(
                fields=["reached", "-created_at", "-id"],
                condition=Q(reached__gt=10),
                name="leads_that_reached",
            ),
            models.Index(
                fields=["converted_at", "id"],
                condition=Q(converted_at__isnull=False),
                name="leads_by_conversion",
            ),
            models.Index(
                fields=["lost_at", "id"], condition=Q(lost_at__isnull=False), name="leads_by_loss"
            ),
            models.Index(
                fields=["heard_state", "-created_at", "-id"],
                condition=~Q(heard_state="not_asked"),
                name="leads_that_were_asked",
            ),
            models.Index(
                fields=["heard_about_us", "-created_at", "-id"],
                condition=~Q(heard_about_us=""),
                name="leads_that_told",
            ),
            # What each person has promised, the oldest first.
            models.Index(
                fields=["owner", "next_step_on", "id"],
                condition=Q(next_step_on__isnull=False),
                name="leads_due_of_owner",
            ),
            # Data that says a lead changed before it came; see leads.moment_filters.
            models.Index(
                fields=["id"], condition=Q(created_at__gt=F("updated_at")), name="leads_out_of_time"
            ),
            # The unassigned pool of a team, with all that its count looks at.
            models.Index(
                fields=["team", "status", "-created_at", "-id", "owner"],
                condition=Q(owner=None),
                name="leads_pool",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id or f"Lead {self.pk}"

    @property
    def name(self) -> str:
        return self.full_name or f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return row_address("leads:lead-detail", self.pk)

    @staticmethod
    def reach_of(stage: Stage) -> int:
        return REACH[stage.kind]

    @property
    def reached_label(self) -> str:
        """The standard term of the furthest stage ever reached."""
        kinds = {reach: kind for kind, reach in REACH.items()}
        return kinds.get(self.reached, "lead")

    @property
    def is_lost(self) -> bool:
        return self.status == self.Status.LOST

    @property
    def has_overdue_step(self) -> bool:
        return bool(
            self.next_step_on
            and self.next_step_on < timezone.localdate()
            and self.status == self.Status.OPEN
        )

    def know(self) -> None:
        """Bring the keys by which the person is known up to what is stored. Does not save."""
        keys = keys_of(
            email=self.email, phone=self.phone, full_name=self.name, country=self.country
        )
        for column, value in keys.items():
            setattr(self, column, value)

    # --- transitions; none of them saves -------------------------------------------------------
    def start(self, stage: Stage, *, at: datetime, revision_id: int | None) -> None:
        """The first stage of a new lead, wherever in the funnel it comes in."""
        self._put_in(stage, at=at, revision_id=revision_id)
        self.reached = self.reach_of(stage)
        if self.lost_at or self.lost_reason:
            self.status, self.lost_at = self.Status.LOST, self.lost_at or at

    def enter(self, stage: Stage, *, at: datetime, revision_id: int | None) -> None:
        """Move to another stage, forward or back. ``reached`` only ever grows."""
        if self.is_lost:
            raise RuleViolation("This lead is lost. Reopen it before you change its stage.")
        if not stage.is_active:
            raise RuleViolation(f"The stage {stage.name} is not part of the funnel in force.")
        if stage.pk == self.stage_id:
            raise RuleViolation(f"This lead is already in the stage {stage.name}.")
        if self.status == self.Status.WON and stage.kind != "customer":
            self.status, self.converted_at = self.Status.OPEN, None
        self._put_in(stage, at=at, revision_id=revision_id)
        self.reached = max(self.reached, self.reach_of(stage))

    def _put_in(self, stage: Stage, *, at: datetime, revision_id: int | None) -> None:
        self.stage, self.stage_revision_id, self.stage_entered_at = stage, revision_id, at
        if stage.kind == "customer" and self.status != self.Status.WON:
            self.status, self.converted_at = self.Status.WON, self.converted_at or at

    def lose(self, reason: str, *, at: datetime) -> None:
        """Nobody works on this lead any longer; it stays in the stages that it reached."""
        if self.status == self.Status.LOST:
            raise RuleViolation("This lead is already marked as lost.")
        if self.status == self.Status.WON:
            raise RuleViolation("This lead has become a customer, so it cannot be lost here.")
        if not reason:
            raise RuleViolation("Say why the lead is lost.")
        self.status, self.lost_reason, self.lost_at = self.Status.LOST, reason[:300], at

    def reopen(self) -> None:
        if self.status != self.Status.LOST:
            raise RuleViolation("Only a lost lead can be reopened.")
        self.status, self.lost_reason, self.lost_at = self.Status.OPEN, "", None

    def give_to(self, owner: User | None) -> None:
        """Another owner, or nobody: then the lead waits in the pool of its team."""
        if owner is not None and owner.pk == self.owner_id:
            raise RuleViolation(f"This lead already belongs to {owner}.")
        if owner is None and self.owner_id is None:
            raise RuleViolation("This lead already waits for an owner.")
        self.owner = owner
        if owner is not None and owner.team_ids and self.team_id not in owner.team_ids:
            self.team_id = min(owner.team_ids)
