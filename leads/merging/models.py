"""Blocking keys, pairs that may be one person, and merges that were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from leads.merging.blocking import LABELS, LONGEST, Kind
from leads.merging.likeness import Band
from leads.merging.querysets import CandidateQuerySet, MergeQuerySet
from leads.normalising import folded
from portal.accounts.querysets import PermittedQuerySet
from portal.core.errors import RuleViolation
from portal.core.routes import row_address

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User

KINDS = [(int(kind), LABELS[kind]) for kind in Kind]


class Nickname(models.Model):
    """A name and what its bearers are called. Managers keep the table."""

    name = models.CharField(max_length=60, unique=True)
    short_forms = models.CharField(
        max_length=400, help_text="Separated by spaces or commas: bob, rob, robbie."
    )

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(folded(self.short_forms).replace(",", " ").split())


class Key(models.Model):
    """One blocking key of one lead; leads that share one are compared."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    kind = models.PositiveSmallIntegerField(choices=KINDS)
    value = models.CharField(max_length=LONGEST)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "value", "lead"], name="merging_same_key"),
            models.Index(fields=["lead"], name="merging_keys_of"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class Scanned(models.Model):
    """The version of a lead and of its company whose keys and outline are stored, and whether its pairs
    have been looked at since."""

    lead = models.OneToOneField(
        "leads.Lead", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.PositiveIntegerField()
    company_version = models.PositiveIntegerField(default=0)
    outline = models.BinaryField(default=bytes)
    is_paired = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "scanned leads"
        indexes: ClassVar = [
            models.Index(fields=["lead"], condition=Q(is_paired=False), name="merging_to_be_paired")
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}, version {self.version}"


class CommonValue(models.Model):
    """A key that too many leads share to mean anything; it is left out, and the page says so."""

    kind = models.PositiveSmallIntegerField(choices=KINDS)
    value = models.CharField(max_length=LONGEST)
    leads = models.PositiveIntegerField()
    example = models.CharField(max_length=120, blank=True)
    counted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-leads", "kind", "value"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "value"], name="merging_common_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}: {self.leads}"

    @property
    def sentence(self) -> str:
        """What the page says about it. Names are kept as they sound, so an example stands for them."""
        what = f"The {self.get_kind_display()} {self.example or self.value}"
        return f"{what} is shared by {self.leads:,} leads and was ignored."


class Candidate(models.Model):
    """Two leads that may be one person. ``strength`` is how likely; ``reasons`` say why.

    Of a pair, ``low`` is the lead with the smaller number, so that a pair stands here once.
    """

    class State(models.TextChoices):
        OPEN = "open", "To be looked at"
        APART = "not_duplicate", "Not a duplicate"

    low = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    high = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="+")
    strength = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1)])
    band = models.CharField(max_length=8, choices=[(band, band.capitalize()) for band in Band])
    reasons = models.JSONField(default=list)
    state = models.CharField(max_length=13, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-strength", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["low", "high"], name="merging_a_pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="merging_pair_in_order"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "-strength", "-id"], name="merging_strongest"),
        ]

    def __str__(self) -> str:
        return f"{self.low} and {self.high}"

    def get_absolute_url(self) -> str:
        return reverse("merging:pair-detail", args=[self.low_id, self.high_id])

    @property
    def told(self) -> str:
        """The reasons in one line, the heaviest first."""
        return ", ".join(
            text if index == 0 else text[:1].lower() + text[1:]
            for index, (text, _) in enumerate(self.reasons)
        )

    @property
    def shown_strength(self) -> str:
        """In per cent, rounded down: what is not known for certain is never shown as 100."""
        return f"{int(self.strength * 100)} %"

    @property
    def kind(self) -> str:
        return {"certain": "bad", "likely": "warn"}.get(self.band, "neutral")

    def tell_apart(self, *, by: User | None, reason: str, at: datetime) -> None:
        """Two people. It is never asked again."""
        if self.state == self.State.APART:
            raise RuleViolation("These two were told apart already.")
        if not reason.strip():
            raise RuleViolation("Say how you know that these are two people.")
        self.state, self.reason = self.State.APART, reason.strip()[:300]
        self.decided_by, self.decided_at = by, at

    def ask_again(self) -> None:
        """Somebody was wrong: the pair is to be looked at once more."""
        if self.state != self.State.APART:
            raise RuleViolation("These two are still to be looked at.")
        self.state, self.reason = self.State.OPEN, ""
        self.decided_by, self.decided_at = None, None


class Merge(models.Model):
    """Two leads became one: who, when, what was chosen, and all that is needed to undo it.

    ``lead`` is where everything is today, ``kept`` the number it had then: they differ once the lead
    that stayed was itself absorbed. ``manifest`` names every row that moved; ``report`` what an
    undoing could not bring back. Both may hold contact data, and go with the lead when it is erased.
    """

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="merges")
    kept = models.PositiveBigIntegerField()
    lost = models.PositiveBigIntegerField(db_index=True)
    lost_name = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    strength = models.FloatField(null=True, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    manifest = models.JSONField(default=dict)
    form_token = models.CharField(max_length=40, blank=True, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    report = models.JSONField(default=list, blank=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        constraints: ClassVar = [
            # A lead is lost once at a time, and a double click merges once.
            models.UniqueConstraint(
                fields=["lost"], condition=Q(undone_at=None), name="merging_lost_once"
            ),
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="merging_once_a_form"
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lost} into lead {self.kept}"

    def get_absolute_url(self) -> str:
        return row_address("merging:merge-detail", self.pk)

    @property
    def moved(self) -> list[tuple[str, int]]:
        """What went along, counted by kind."""
        found: dict[str, int] = {}
        for label, ids in self.manifest.get("rows", {}).items():
            model = apps.get_model(label.rpartition(".")[0])
            noun = str(model._meta.verbose_name_plural).capitalize()
            found[noun] = found.get(noun, 0) + len(ids)
        history = len(self.manifest.get("pointers", {}).get("activity.activity", []))
        return sorted({**found, "Lines of history": history}.items())

    def undo(self, *, by: User, at: datetime) -> None:
        if self.undone_at is not None:
            raise RuleViolation("This merge was undone already.")
        if self.lead_id != self.kept:
            raise RuleViolation(
                "The lead that stayed was itself merged into another. Undo that merge first."
            )
        self.undone_at, self.undone_by = at, by
