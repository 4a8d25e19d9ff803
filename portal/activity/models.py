"""History and audit. A line outlives what it speaks of, so it points by label and id."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.activity.querysets import ActivityQuerySet


class Activity(models.Model):
    """One thing that somebody did (or the portal did, when ``actor`` is empty).

    ``data`` holds names of fields, ids and words for the reader, never contact data: the subject
    may be erased and its history stays.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    summary = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            # The timeline of one record, newest first.
            models.Index(
                fields=["subject_type", "subject_id", "-at", "-id"], name="activity_of_subject"
            ),
            models.Index(fields=["actor", "-at"], name="activity_of_actor"),
        ]
        verbose_name_plural = "activity"

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"
