"""Reads of hooks and of what came in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from leads.models import FormerKey, Lead
from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.webhooks.models import Hook


class HookQuerySet(PermittedQuerySet):
    def known_by(self, digest: str, at: datetime) -> Hook | None:
        """The active hook of a token: the present one, or the one before during its grace."""
        taking = self.filter(is_active=True)
        before = taking.filter(old_digest=digest, old_until__gt=at).exclude(old_digest="")
        found: Any = taking.filter(digest=digest).first() or before.first()
        return found

    def for_list(self) -> Self:
        """Hooks with what waits in them and what failed; each count reads its own part of one index."""
        return self.select_related("acts_for", "campaign").annotate(
            open_count=_count_of("new", "waiting"), failed_count=_count_of("failed")
        )


def _count_of(*states: str) -> Coalesce:
    deliveries = apps.get_model("webhooks", "Delivery").objects
    counted = (
        deliveries.filter(hook=OuterRef("pk"), state__in=states)
        .order_by()
        .values("hook")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(counted), 0)


class DeliveryQuerySet(PermittedQuerySet):
    def to_apply(self) -> Self:
        """What nobody has looked at yet, in the order in which it came."""
        return self.filter(state="new").order_by("pk")

    def for_applying(self) -> Self:
        return self.select_related("hook__acts_for", "hook__campaign")

    def waiting(self) -> Self:
        return self.filter(state="waiting").order_by()

    def whose_lead_came(self) -> Self:
        """Waiting touchpoints whose lead is here now, also under the name of whoever absorbed it."""
        by_id = Lead.objects.filter(external_id=OuterRef("lead_external_id")).exclude(
            external_id=""
        )
        by_email = Lead.objects.filter(email_key=OuterRef("lead_email_key")).exclude(email_key="")
        return self.waiting().filter(
            (Q(Exists(by_id.order_by())) | _was_absorbed("external_id", "lead_external_id"))
            & ~Q(lead_external_id="")
            | (Q(Exists(by_email.order_by())) | _was_absorbed("email", "lead_email_key"))
            & ~Q(lead_email_key="")
        )


def _was_absorbed(kind: str, column: str) -> Q:
    return Q(Exists(FormerKey.objects.filter(kind=kind, value=OuterRef(column)).order_by()))
