"""Reads of what people were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


class NotificationQuerySet(PermittedQuerySet):
    def permitted(self, user: User, action: str) -> Self:
        """One's own, whatever the role: not even an administrator reads other people's."""
        return super().permitted(user, action).filter(recipient=user, in_portal=True)

    def owned_by(self, user: User) -> Q:
        return Q(recipient=user)

    def owned_by_team(self, user: User) -> Q:
        return self.owned_by(user)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def for_list(self) -> Self:
        return self.select_related("actor")

    def to_mail(self, at: datetime, stale_before: datetime) -> Self:
        """Mails that are due, and those whose sender died while sending."""
        waiting = Q(mail="waiting") & (Q(mail_at=None) | Q(mail_at__lte=at))
        uncertain = Q(mail="sending", mail_at__lte=stale_before)
        return self.filter(waiting | uncertain).order_by("pk")
