"""Roll-ups: what reports would count again and again, counted once. See decision 11.

Nobody writes these rows but ``portal.metrics.rollups`` and the triggers that it installs. They hold keys of
other tables without references to them, so that no record has to be looked at before it goes.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

#: The day of those who are not won, or of whom no day is known. No two days lie so far apart.
NO_DAYS = -2_000_000_000


class LeadChange(models.Model):
    """So many leads more (or fewer) with these values. Written by triggers, never changed, taken
    away when it is folded into the tallies."""

    created_at = models.DateTimeField()
    converted_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=120)
    campaign_id = models.BigIntegerField(null=True)
    stage_id = models.BigIntegerField()
    status = models.CharField(max_length=5)
    reached = models.SmallIntegerField()
    n = models.SmallIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.n:+d} of {self.source or 'no source'}"


class LeadTally(models.Model):
    """How many leads created in a span of time have one key of a dimension and stand alike.

    ``begins_on`` is the first day of the span where the deployment is; ``key`` is the source or the
    campaign's id as text, empty for none; ``days`` are those from creation to won, or ``NO_DAYS``.
    """

    class Dimension(models.TextChoices):
        ALL = "all", "All leads"
        SOURCE = "source", "Source"
        CAMPAIGN = "campaign", "Campaign"

    class Span(models.TextChoices):
        DAY = "day", "Day"
        MONTH = "month", "Month"
        EVER = "ever", "All time"

    dimension = models.CharField(max_length=8, choices=Dimension.choices)
    span = models.CharField(max_length=5, choices=Span.choices)
    begins_on = models.DateField()
    key = models.CharField(max_length=120)
    stage_id = models.BigIntegerField()
    status = models.CharField(max_length=5)
    reached = models.SmallIntegerField()
    days = models.IntegerField()
    n = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "dimension",
                    "span",
                    "begins_on",
                    "key",
                    "stage_id",
                    "status",
                    "reached",
                    "days",
                ],
                name="metrics_one_tally",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(n=0), name="metrics_empty_tallies")
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.key}, {self.span} of {self.begins_on}: {self.n}"


class StaleLead(models.Model):
    """Something in the history of a lead changed, so its stays are to be told anew."""

    lead_id = models.BigIntegerField(db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}"


class Stay(models.Model):
    """How many days a lead was in a stage before a change took it to another one."""

    change_id = models.BigIntegerField(primary_key=True)
    lead_id = models.BigIntegerField(db_index=True)
    created_at = models.DateTimeField(help_text="Of the lead.")
    from_stage_id = models.BigIntegerField()
    to_stage_id = models.BigIntegerField()
    days = models.IntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.days} days of lead {self.lead_id}"


class StayTally(models.Model):
    """How many stays of so many days leads created in a span of time had, between two stages."""

    span = models.CharField(max_length=5, choices=LeadTally.Span.choices)
    begins_on = models.DateField()
    from_stage_id = models.BigIntegerField()
    to_stage_id = models.BigIntegerField()
    days = models.IntegerField()
    n = models.BigIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["span", "begins_on", "from_stage_id", "to_stage_id", "days"],
                name="metrics_one_stay_tally",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=Q(n=0), name="metrics_empty_stay_tallies")
        ]

    def __str__(self) -> str:
        return f"{self.n} stays of {self.days} days, {self.span} of {self.begins_on}"


class Rollup(models.Model):
    """The roll-ups hold everything, by the days of this time zone. Without its row nobody reads them."""

    name = models.CharField(max_length=20, primary_key=True)
    zone = models.CharField(max_length=60)
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} in {self.zone}"
