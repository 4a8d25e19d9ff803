"""Touches as callers of the API give them, in somebody's name: found, checked, recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils import timezone
from rest_framework import exceptions

from leads.capture import References
from leads.models import Lead, Touchpoint
from leads.services import Recorded, record_touchpoints
from leads.targets import Targets, contact_of
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from datetime import datetime

    from campaigns.models import Campaign
    from portal.accounts.models import User

MOST_AT_ONCE = 1_000
LOG = "leads.log_touchpoint"
NOBODY = "Name the lead (its id, external id or e-mail address) or the visitor."
UNKNOWN = "There is no such lead that you may log contacts on."
ELSEWHERE = "A contact with this external id is already logged on another lead."


@transaction.atomic
def log_given(items: Sequence[Mapping[str, Any]], *, by: User) -> list[Recorded]:
    """Record what ``TouchpointInput`` has read, on leads in ``by``'s reach. All or nothing."""
    mine = Lead.objects.permitted(by, LOG)
    targets = Targets([item["touch"] for item in items], mine)
    keys = {item["lead"] for item in items} - {None}
    reachable = set(mine.filter(pk__in=keys).order_by().values_list("pk", flat=True))
    rows, at = _Rows(by, targets, reachable), timezone.now()
    wrong: dict[str, list[str]] = {}
    touches = []
    for place, item in enumerate(items):
        touch, errors = rows.row(item, at)
        touches.append(touch)
        prefix = f"{place}." if len(items) > 1 else ""
        wrong |= {f"{prefix}{name}": [text] for name, text in errors.items()}
    if wrong:
        raise exceptions.ValidationError(wrong)
    asked = [touch.lead_id for touch in touches]
    logged = record_touchpoints(touches=touches)
    # An external id that another lead has says nothing about whose it is.
    if any(
        lead and lead != kept.touchpoint.lead_id for lead, kept in zip(asked, logged, strict=True)
    ):
        raise RuleViolation(ELSEWHERE, code="duplicate")
    return logged


class _Rows:
    """Rows out of what was read, with what is wrong about whom they name."""

    def __init__(self, by: User, targets: Targets, reachable: set[int]) -> None:
        self.by, self.targets, self.reachable = by, targets, reachable
        self.references = References(by)
        self.may_be_anonymous = by.reaches_all(LOG)

    def row(self, item: Mapping[str, Any], at: datetime) -> tuple[Touchpoint, dict[str, str]]:
        touch, errors = item["touch"], {}
        lead = item["lead"] if item["lead"] in self.reachable else None
        if lead is None and item["lead"] is None:
            lead = self.targets.find(touch)
        if lead is None and (item["lead"] or touch.names_somebody):
            errors["lead"] = UNKNOWN
        elif lead is None and not (self.may_be_anonymous and touch.columns.get("visitor")):
            errors["lead"] = NOBODY
        campaign = self._campaign(touch.campaign) if touch.campaign else None
        if touch.campaign and campaign is None:
            errors["campaign"] = f"There is no campaign “{touch.campaign[:80]}”."
        contact = contact_of(touch, campaign, system=item["system"])
        row = contact.touchpoint(None, by=self.by, at=at)
        row.lead_id = lead
        return row, errors

    def _campaign(self, text: str) -> Campaign | None:
        return cast("Campaign | None", self.references.find("campaign", text))
