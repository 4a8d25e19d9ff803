"""What people are told. The row is the truth; the mail is sent from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.core.routes import row_address
from portal.notifications.kinds import kind_of
from portal.notifications.querysets import NotificationQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class Notification(models.Model):
    """One message to one person, in the portal and, if they want it, by mail.

    ``key`` makes it unique for its recipient, so that what runs twice tells once. ``about`` names
    what it speaks of ("feedback.thread:12"), so that the mail is sent only to somebody who may
    still read that. ``mail_at`` is when to try next while waiting, and since when while sending.
    """

    class Mail(models.TextChoices):
        NONE = "none", "Not by mail"
        WAITING = "waiting", "To be sent"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        FAILED = "failed", "Could not be sent"

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=160, blank=True)
    about = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    in_portal = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=10, choices=Mail.choices, default=Mail.NONE)
    mail_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipient", "key"], condition=~Q(key=""), name="notifications_told_once"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "read_at", "-created_at", "-id"],
                name="notifications_of_person",
            ),
            # What the sender asks each minute: what waits, and what somebody began to send.
            models.Index(
                fields=["id"],
                condition=Q(mail__in=["waiting", "sending"]),
                name="notifications_to_mail",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return row_address("notifications:notification-open", self.pk)

    @property
    def kind_label(self) -> str:
        return kind_of(self.kind).label

    def read(self, *, at: datetime) -> None:
        """Seen. A second look changes nothing."""
        self.read_at = self.read_at or at


class Preference(models.Model):
    """How a person wants to hear of one kind of thing. No row: in the portal only."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="preferences"
    )
    kind = models.CharField(max_length=40)
    in_portal = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["kind"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "kind"], name="notifications_one_preference_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
