"""The agreed stages as everybody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts.decorators import requires
from portal.documents import reading
from portal.funnel.models import FunnelDefinition, Stage

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest


@require_safe
@requires("funnel.view_funneldefinition")
def funnel_definition_list(request: PortalRequest) -> HttpResponse:
    """The definition in force, stage by stage; before there is one, the newest proposal or draft."""
    rows = FunnelDefinition.objects.permitted(request.user, "funnel.view_funneldefinition")
    definitions = list(rows.living().with_document().order_by("-pk")[:20])
    ruling = [d for d in definitions if d.document.in_force_id]
    subject = next(iter(ruling or definitions), None)
    context: dict[str, Any] = {
        "subject": subject,
        "others": [d for d in definitions if d is not subject],
        "stages_in_use": Stage.objects.active(),
        "may_add": request.user.has_perm("funnel.add_funneldefinition"),
    }
    if subject is not None:
        revision = subject.shown_revision
        shown = reading.by_key(reading.read(subject, subject.content))
        context |= {
            "revision": revision,
            "document": subject.document,
            "purpose": shown["purpose"].value,
            "stages": shown["stages"].by_key,
        }
    return render(request, "funnel/funnel.html", context)
