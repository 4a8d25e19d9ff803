"""The mails of the door: what people need who cannot get in."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from portal.accounts.adapter import AccountAdapter
from portal.accounts.models import User
from portal.jobs.services import enqueue

RESET_LINK = "notifications.send_reset_link"


class PostingAdapter(AccountAdapter):
    """Leaves mails to a worker: what the mail server says, and how long it takes, must not tell a
    stranger who is known here, and one that is away must not lose the mail."""

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        enqueue(kind=RESET_LINK, args={"user": user.pk}, unique_key=f"{RESET_LINK} {user.pk}")


def send_reset_link(user_id: int) -> None:
    """Mail a fresh link; nothing to whom has been deactivated meanwhile. The hour that the link
    lives begins here, and its secret is never stored."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    context = {
        "user": user,
        "heading": "Choose a new password",
        "button_url": get_adapter().get_reset_password_from_key_url(key),
        "button_label": "Choose a new password",
    }
    message = EmailMultiAlternatives(
        subject="Your link to a new password",
        body=render_to_string("email/reset_link.txt", context),
        to=[user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string("email/reset_link.html", context), "text/html")
    message.send()
