from __future__ import annotations

from django.apps import AppConfig


class HandoffsConfig(AppConfig):
    """Marketing offers a lead, sales takes it on or gives it back on agreed grounds."""

    name = "leads.handoffs"
    label = "handoffs"

    def ready(self) -> None:
        from leads import following, moving, timeline
        from leads.handoffs.models import Handoff
        from leads.handoffs.querysets import waiting_for
        from leads.handoffs.services import (
            after_merge,
            contact_made,
            offer_when_ready,
            refuse_claim,
        )
        from leads.routing.load import add_load
        from portal.notifications import delivery

        moving.declare("handoffs.handoff.lead")
        moving.afterwards(after_merge)
        timeline.add_verbs(
            handed_over=("handshake", "Offered to sales"),
            handoff_accepted=("circle-check", "Accepted by sales"),
            handoff_rejected=("undo-2", "Given back by sales"),
            handoff_withdrawn=("circle-x", "Offer taken back"),
            handoff_passed_on=("arrow-right", "Offer passed on"),
            handoff_incomplete=("circle-alert", "Not offered to sales yet"),
            handoff_reviewed=("messages-square", "Rejection looked at together"),
            first_contacted=("phone", "First contact after acceptance"),
        )
        following.when_stage_entered(offer_when_ready)
        following.when_touched(contact_made)
        following.when_claimed(refuse_claim)
        add_load(waiting_for)
        delivery.register_subject(Handoff, "handoffs.view_handoff")
