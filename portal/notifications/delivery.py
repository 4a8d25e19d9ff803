"""Sending the mails that wait. A row says "sending" before the mail server is called, so that
nobody is mailed by two workers, and a worker that dies in between leaves a trace."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import structlog
from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from portal.notifications.models import Notification

if TYPE_CHECKING:
    from django.db.models import Model

log = structlog.get_logger(__name__)

Mail = Notification.Mail

#: Most mails of one run; the next run takes the next ones.
BATCH = 200
#: Waits before the second and the third try. After the last one it is given up.
DELAYS = (timedelta(minutes=5), timedelta(minutes=30))
#: A mail that is being sent for longer was left behind by a worker that died. It is sent again
#: under the same Message-ID: a message twice is a lesser harm than none.
STALE = timedelta(minutes=10)

_VIEW_ACTIONS: dict[str, str] = {}


def register_subject(model: type[Model], view_action: str) -> None:
    """Called in ``AppConfig.ready``: mails about a row of ``model`` (``notify(about=row)``) go only
    to whom ``view_action`` lets in to that row when the mail is sent."""
    _VIEW_ACTIONS[model._meta.label_lower] = view_action


def deliver_due(at: datetime) -> dict[str, int]:
    """Send what waits. Safe to run twice and at the same time; call it outside a transaction."""
    counts = {"mailed": 0, "mail_failed": 0, "mail_withheld": 0}
    due = Notification.objects.to_mail(at, at - STALE).values_list("pk", flat=True)
    for pk in list(due[:BATCH]):
        if claimed := _claim(pk, at):
            counts[_deliver(claimed, at)] += 1
    return counts


def _claim(pk: int, at: datetime) -> Notification | None:
    """Take the row for this worker; None when another one has it already."""
    mine = Notification.objects.to_mail(at, at - STALE).filter(pk=pk)
    if not mine.order_by().update(mail=Mail.SENDING, mail_at=at):
        return None
    return Notification.objects.select_related("recipient", "actor").get(pk=pk)


def _deliver(row: Notification, at: datetime) -> str:
    if not may_still_read(row):
        return _settle(row, Mail.NONE, "mail_withheld")
    row.mail_tries += 1
    try:
        message_for(row).send()
    except Exception as error:  # noqa: BLE001 (each mail backend has its own errors)
        log.warning("mail_not_sent", notification=row.pk, exception={"type": type(error).__name__})
        return _try_later(row, at)
    return _settle(row, Mail.SENT, "mailed", mail_at=at)


def _try_later(row: Notification, at: datetime) -> str:
    if row.mail_tries > len(DELAYS):
        return _settle(row, Mail.FAILED, "mail_failed")
    return _settle(row, Mail.WAITING, "mail_failed", mail_at=at + DELAYS[row.mail_tries - 1])


def _settle(row: Notification, mail: str, outcome: str, mail_at: datetime | None = None) -> str:
    row.mail, row.mail_at = mail, mail_at or row.mail_at
    row.save(update_fields=["mail", "mail_at", "mail_tries"])
    return outcome


def may_still_read(row: Notification) -> bool:
    """Whether the recipient is still here and may still read what the message is about."""
    if not row.recipient.is_active:
        return False
    label, _, pk = row.about.partition(":")
    action = _VIEW_ACTIONS.get(label)
    if action is None:
        return True
    rows: Any = apps.get_model(label)._default_manager
    return rows.permitted(row.recipient, action).filter(pk=int(pk)).exists()


def message_for(row: Notification) -> EmailMultiAlternatives:
    """The mail, as text and as HTML. The same row always makes the same Message-ID."""
    base = settings.BASE_URL.rstrip("/")
    host = urlsplit(base).hostname or "localhost"
    context = {
        "notification": row,
        "heading": row.text,
        "button_url": base + row.get_absolute_url() if row.url else "",
        "preferences": base + reverse("notifications:preference-list"),
    }
    message = EmailMultiAlternatives(
        subject=" ".join(row.text.split())[:150],
        body=render_to_string("email/notification.txt", context),
        to=[row.recipient.email],
        headers={
            "Message-ID": f"<notification-{row.pk}@{host}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("email/notification.html", context), "text/html")
    return message
