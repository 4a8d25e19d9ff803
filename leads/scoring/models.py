"""Scoring models as agreed documents, and the scores that they give [R50, R51]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from leads.scoring.definition import SCHEMA, faults
from leads.scoring.querysets import (
    ScoreChangeQuerySet,
    ScoreEntryQuerySet,
    ScoringModelQuerySet,
    TrialQuerySet,
)
from leads.scoring.reading import problem
from portal.core.errors import RuleViolation
from portal.core.routes import row_address
from portal.documents.models import AgreedDocument

if TYPE_CHECKING:
    from datetime import datetime

    from portal.documents.schema import Content


class ScoringModel(AgreedDocument):
    """How a lead is scored. Several may be agreed; one is in use (see ``Standing``)."""

    schema = SCHEMA
    review_after_days = 90

    objects = ScoringModelQuerySet.as_manager()

    class Meta(AgreedDocument.Meta):
        verbose_name = "scoring model"

    def check_proposal(self, content: Content) -> None:
        if wrong := faults(content, problem(None)):
            raise RuleViolation(f"This cannot be proposed yet. {' '.join(wrong)}")


class Standing(models.Model):
    """Which revision gives the scores that everybody sees: the one row of this table.

    ``preparing`` is the revision whose scores are being worked out; nobody sees them until all are
    there. ``daily_on`` is the day for which everything was last scored anew, because what people do
    counts less from day to day; ``seen_at`` and ``touch`` say what has been followed since.
    """

    active = models.ForeignKey(
        "documents.Revision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    preparing = models.ForeignKey(
        "documents.Revision", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    active_since = models.DateTimeField(null=True)
    daily_on = models.DateField(null=True)
    seen_at = models.DateTimeField(null=True)
    touch = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "standing"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(pk=1), name="scoring_one_standing")
        ]

    def __str__(self) -> str:
        return "Scoring model in use"


class ScoreEntry(models.Model):
    """The score of one lead by one revision. Written only where it changes.

    ``fit`` and ``engagement`` are percent of full marks; ``known`` says how much of the fit could be
    judged at all.
    """

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="score_entries", db_index=False
    )
    revision = models.ForeignKey(
        "documents.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    score = models.SmallIntegerField()
    fit = models.SmallIntegerField()
    engagement = models.SmallIntegerField()
    grade = models.CharField(max_length=2)
    known = models.SmallIntegerField()
    is_ready = models.BooleanField()
    is_ruled_out = models.BooleanField()
    scored_at = models.DateTimeField()

    objects = ScoreEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-score", "pk"]
        verbose_name_plural = "score entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lead", "revision"], name="scoring_one_score_a_lead")
        ]
        indexes: ClassVar = [
            models.Index(fields=["revision", "-score", "lead"], name="scoring_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.grade} ({self.score})"


class ScoreChange(models.Model):
    """A lead came into another band: its grade, its readiness or being ruled out changed, and why."""

    class Cause(models.TextChoices):
        TOUCH = "touch", "What they did"
        LEAD = "lead", "What is known of them"
        MERGE = "merge", "Two records became one"
        TIME = "time", "Time passed"
        MODEL = "model", "Another model came into use"

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="score_changes", db_index=False
    )
    revision = models.ForeignKey(
        "documents.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    cause = models.CharField(max_length=5, choices=Cause.choices)
    score = models.SmallIntegerField()
    grade = models.CharField(max_length=2)
    is_ready = models.BooleanField()
    is_ruled_out = models.BooleanField()
    former_score = models.SmallIntegerField()
    former_grade = models.CharField(max_length=2)
    was_ready = models.BooleanField()
    reasons = models.JSONField(default=list)

    objects = ScoreChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-at", "-id"], name="scoring_changes_of"),
        ]

    def __str__(self) -> str:
        return f"{self.former_grade} → {self.grade}"


class Trial(models.Model):
    """A model, or points suggested from outcomes, tried on leads whose outcome is known. Changes nothing."""

    class Kind(models.TextChoices):
        TRY = "try", "The model"
        SUGGEST = "suggest", "Points suggested from outcomes"

    subject = models.ForeignKey(ScoringModel, on_delete=models.CASCADE, related_name="trials")
    revision = models.ForeignKey(
        "documents.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.TRY)
    train = models.CharField("leads to learn from", max_length=2000, blank=True)
    test = models.CharField("leads to try on", max_length=2000, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Trial {self.pk}"

    def get_absolute_url(self) -> str:
        return row_address("scoring:trial-detail", self.pk)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    # --- transitions; none of them saves -------------------------------------------------------
    def end(self, result: dict[str, Any] | None, *, error: str = "", at: datetime) -> None:
        self.result, self.error, self.ended_at = result, error[:500], at
