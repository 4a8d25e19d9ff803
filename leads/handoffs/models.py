"""A lead that marketing offers to sales [R9, R11]."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from leads.handoffs.querysets import HandoffQuerySet
from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.core.routes import row_address

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from portal.accounts.models import User

ANSWERED = "This handoff has already been answered."


class Handoff(models.Model):
    """One offer of one lead to one person, to a team, or to whoever of sales takes it first.

    ``checks`` is what was known of the agreed criteria when it was offered, judged by ``revision``.
    ``follows`` is the offer that this one carries on from, after silence or a wrong address.
    """

    class State(models.TextChoices):
        OFFERED = "offered", "Waiting for an answer"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Taken back"
        EXPIRED = "expired", "Not answered in time"

    class Ground(models.TextChoices):
        PROCEDURAL = "procedural", "Wrong person or team"
        CLERICAL = "clerical", "Data missing or wrong"
        DEFINITIONAL = "definitional", "Misses the agreed criteria"

    class Verdict(models.TextChoices):
        STANDS = "stands", "Rightly rejected: it does not meet the definition"
        OVERRULED = "overruled", "It does meet the definition"
        REWORD = "reword", "The definition must be clearer"

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="handoffs")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="handoffs",
    )
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    offered_at = models.DateTimeField()
    why = models.CharField("why this person", max_length=300)
    note = models.CharField("why now", max_length=300, blank=True)
    revision = models.ForeignKey(
        "documents.Revision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    checks = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ground = models.CharField(max_length=12, choices=Ground.choices, blank=True)
    comment = models.CharField(max_length=300, blank=True)
    fields = models.JSONField("fields named", default=list)
    clock = models.OneToOneField(
        "slas.Clock", null=True, on_delete=models.PROTECT, related_name="handoff"
    )
    contact_clock = models.OneToOneField(
        "slas.Clock", null=True, on_delete=models.PROTECT, related_name="accepted_handoff"
    )
    contacted_at = models.DateTimeField(null=True, blank=True)
    follows = models.OneToOneField(
        "self", null=True, on_delete=models.CASCADE, related_name="followed_by"
    )
    passed_on = models.PositiveSmallIntegerField(
        default=0, help_text="How often silence has passed it on."
    )
    verdict = models.CharField(max_length=9, choices=Verdict.choices, blank=True)
    conclusion = models.CharField(max_length=300, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HandoffQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-offered_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(state="offered"), name="handoffs_one_open_a_lead"
            ),
            models.CheckConstraint(
                condition=Q(ground="") | Q(state="rejected"), name="handoffs_ground_of_rejected"
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(ground=""), name="handoffs_rejected_has_ground"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_at__gte=F("offered_at")),
                name="handoffs_answered_after_offered",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-offered_at", "-id"], name="handoffs_of_lead"),
            models.Index(fields=["-offered_at", "-id"], name="handoffs_newest"),
            models.Index(fields=["state", "-offered_at", "-id"], name="handoffs_by_state"),
            models.Index(fields=["to", "state"], name="handoffs_to_answer"),
        ]

    def __str__(self) -> str:
        return f"Handoff {self.pk}"

    def get_absolute_url(self) -> str:
        return row_address("handoffs:handoff-detail", self.pk)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OFFERED

    @property
    def addressee(self) -> str:
        """Who is asked, in words."""
        if self.to is not None:
            return str(self.to)
        return f"anybody in {self.team}" if self.team is not None else "anybody in sales"

    @property
    def waits_for_review(self) -> bool:
        return self.ground == self.Ground.DEFINITIONAL and self.reviewed_at is None

    # --- transitions; none of them saves -------------------------------------------------------
    def _answer(self, state: State, *, by: User | None, at: datetime) -> None:
        if not self.is_open:
            raise RuleViolation(ANSWERED, code="answered")
        self.state, self.answered_by, self.answered_at = state, by, at

    def accept(self, *, by: User, at: datetime) -> None:
        """Sales takes the lead on; this stops the response clock."""
        if by.department != Department.SALES:
            raise RuleViolation("Only somebody in sales can take this lead on.")
        self._answer(self.State.ACCEPTED, by=by, at=at)

    def reject(
        self, *, by: User, at: datetime, ground: str, comment: str, fields: Sequence[str] = ()
    ) -> None:
        """Sales gives the lead back on one of the agreed grounds, before anybody has contacted them."""
        if ground not in self.Ground.values:
            raise RuleViolation("Choose one of the agreed grounds.")
        if not (comment or (fields and ground == self.Ground.CLERICAL)):
            raise RuleViolation("Say in a sentence what is wrong, so that it can be put right.")
        self._answer(self.State.REJECTED, by=by, at=at)
        self.ground, self.comment = ground, comment[:300]
        self.fields = list(fields) if ground == self.Ground.CLERICAL else []

    def withdraw(self, *, by: User | None, at: datetime, reason: str) -> None:
        """The offer no longer stands: something changed on the side of marketing."""
        if not reason:
            raise RuleViolation("Say why the offer is taken back.")
        self._answer(self.State.WITHDRAWN, by=by, at=at)
        self.comment = reason[:300]

    def expire(self, *, by: User | None, at: datetime, reason: str) -> None:
        """Somebody else is asked now."""
        self._answer(self.State.EXPIRED, by=by, at=at)
        self.comment = reason[:300]

    def contact(self, *, at: datetime) -> None:
        """The first contact after acceptance; later ones change nothing."""
        if self.state != self.State.ACCEPTED:
            raise RuleViolation("First contact counts from the moment the lead is accepted.")
        if self.contacted_at is None:
            self.contacted_at = max(at, self.answered_at or at)

    def review(self, *, by: User, at: datetime, verdict: str, conclusion: str) -> None:
        """Both sides have looked at a rejection by the definition."""
        if self.ground != self.Ground.DEFINITIONAL:
            raise RuleViolation("Only a rejection by the agreed criteria is looked at together.")
        if self.reviewed_at is not None:
            raise RuleViolation(f"{self.reviewed_by} has concluded this already.")
        if verdict not in self.Verdict.values or not conclusion:
            raise RuleViolation("Choose what you found, and say why in a sentence.")
        self.verdict, self.conclusion = verdict, conclusion[:300]
        self.reviewed_by, self.reviewed_at = by, at
