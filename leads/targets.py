"""Whom a touch is about: the lead that its external id or its e-mail address names, asked at once for many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leads.former import Kind, leads_named
from leads.normalising import email_key
from leads.services.journal import Contact

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.models import Campaign
    from leads.models import Lead
    from leads.touches import PreparedTouch


class Targets:
    """The leads among ``rows`` that these touches name, or that have absorbed whom they name. The external
    id counts before the address.
    """

    def __init__(self, touches: Sequence[PreparedTouch], rows: QuerySet[Lead]) -> None:
        ids = {t.lead_external_id for t in touches} - {""}
        keys = {email_key(t.lead_email) for t in touches if t.lead_email} - {""}
        self.by_id = leads_named(rows, Kind.EXTERNAL_ID, ids)
        self.by_email = leads_named(rows, Kind.EMAIL, keys)

    def find(self, touch: PreparedTouch) -> int | None:
        found = self.by_id.get(touch.lead_external_id)
        return found or self.by_email.get(email_key(touch.lead_email) if touch.lead_email else "")


def contact_of(touch: PreparedTouch, campaign: Campaign | None, *, system: str = "") -> Contact:
    """What is logged, out of what was given."""
    given: dict[str, Any] = dict(touch.columns)
    return Contact(
        **given, campaign=campaign, utm=touch.utm, attributes=touch.attributes, system=system
    )
