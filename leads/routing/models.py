"""Ordered rules by which ready leads go to people, and when people are away [R52]."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from leads.routing.querysets import AbsenceQuerySet, RuleQuerySet
from leads.routing.rules import LEAST_OPEN, ROUND_ROBIN
from portal.accounts.querysets import PermittedQuerySet
from portal.core.models import TimeStamped

#: More would mean nothing that a smaller number does not.
LARGEST_WEIGHT = 100


class Territory(models.Model):
    """A part of the market under a name, so that several rules mean the same by it."""

    name = models.CharField(max_length=80, unique=True)
    condition = models.JSONField()

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name_plural = "territories"

    def __str__(self) -> str:
        return self.name


class RoutingRule(TimeStamped):
    """Which leads it takes (territory and condition; neither: all), and to whom they go.

    Everybody in ``team`` takes part, and everybody who has a seat. ``capacity`` is how many open
    leads a person may have; a seat's own counts before it.
    """

    class Strategy(models.TextChoices):
        ROUND_ROBIN = ROUND_ROBIN, "In turn, by weight"
        LEAST_OPEN = LEAST_OPEN, "Whoever has the least open work"

    name = models.CharField(max_length=80, unique=True)
    position = models.PositiveSmallIntegerField(
        default=100, help_text="Rules are asked from the smallest number on."
    )
    is_active = models.BooleanField(default=True)
    territory = models.ForeignKey(
        Territory, null=True, blank=True, on_delete=models.PROTECT, related_name="rules"
    )
    condition = models.JSONField(null=True, blank=True)
    team = models.ForeignKey(
        "accounts.Team", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    strategy = models.CharField(
        max_length=12, choices=Strategy.choices, default=Strategy.ROUND_ROBIN
    )
    owner_first = models.BooleanField(
        "the owner of the company first",
        default=True,
        help_text="Whoever has the company gets its leads, unless they are away or full.",
    )
    catches_up = models.BooleanField(
        "people who were away catch up",
        default=False,
        help_text="Otherwise they go on where the others are when they come back.",
    )
    capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Open leads a person at most; empty: no limit."
    )
    calendar = models.ForeignKey(
        "slas.Calendar",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Working hours; people at work are asked before the others.",
    )
    version = models.PositiveIntegerField(default=1)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('routing:rule-list')}#rule-{self.pk}"


class Seat(models.Model):
    """One person under one rule: how much of it is theirs, and how many leads it has given them."""

    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    weight = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(LARGEST_WEIGHT)]
    )
    capacity = models.PositiveIntegerField(null=True, blank=True)
    calendar = models.ForeignKey(
        "slas.Calendar", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    dealt = models.PositiveIntegerField(default=0, editable=False)
    #: Named by a manager; others sit here because they are in the rule's team.
    is_named = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering: ClassVar = ["rule", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["rule", "person"], name="routing_one_seat_a_person"),
            models.CheckConstraint(
                condition=Q(weight__gte=1, weight__lte=LARGEST_WEIGHT), name="routing_weight"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} under {self.rule}"


class Absence(models.Model):
    """Days on which somebody gets no new leads, first and last included, in their own time zone."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences"
    )
    first_on = models.DateField("first day")
    last_on = models.DateField("last day")

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["first_on", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_on__gte=F("first_on")), name="routing_absence_ends_after_it_begins"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["last_on"], name="routing_absences")]

    def __str__(self) -> str:
        return f"{self.person}: {self.first_on} to {self.last_on}"

    def clean(self) -> None:
        if self.first_on and self.last_on and self.last_on < self.first_on:
            raise ValidationError({"last_on": "An absence ends on or after its first day."})
