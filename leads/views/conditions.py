"""The filter editor: one page, one round trip a change, a fragment for htmx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from leads.conditions import editing
from leads.conditions.asking import Condition, read, vocabulary_for
from leads.conditions.parsing import LONGEST_JSON
from leads.conditions.tree import Wrong
from leads.models import Lead
from portal.accounts.decorators import requires
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import counted, counts_with_patience

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

#: Where a finished condition can go: the form's button → the address that takes ``filter``.
SEGMENTS = "/segments/"
SENDING = ("show", "view", "segment", "use", "back")
#: Pages of rooms above that ask for a condition and take it back as ``filter``.
BACK = re.compile(r"/[a-z0-9/_-]{1,300}/")


@require_safe
@requires("leads.view_lead")
def condition_edit(request: PortalRequest) -> HttpResponse:
    """Add, change and remove conditions; the sentence and the count follow."""
    data, user = request.GET, request.user
    vocabulary = vocabulary_for(user)
    act = data.get("do", "")
    condition, draft = _asked(data, request, vocabulary, is_typed="how" in data)
    if act in SENDING and not editing.has_errors(draft):
        return _sent(request, act, condition)
    draft = editing.changed(draft, act)
    context = {
        "draft": draft,
        "groups": editing.shown(draft, vocabulary, user),
        "fields": vocabulary.fields(),
        "field_names": [
            (editing.shown_name(spec, vocabulary), spec.group) for spec in vocabulary.fields()
        ],
        "behaviour": (editing.DID, editing.DID_NOT) if vocabulary.sees_touchpoints else (),
        "condition": condition,
        "asked": urlencode({"filter": condition.text}) if condition else "",
        "rest": data.get("rest", "")[:LONGEST_JSON],
        "segment": _segment(data),
        "back": _back(data),
        "campaigns": editing.campaigns_for(user) if _has_behaviour(draft) else (),
    }
    status = 400 if act in SENDING else 200
    return render_page(
        request,
        "leads/condition_edit.html",
        "leads/_condition_editor.html",
        context,
        status=status if not is_fragment(request) else 200,
    )


def _has_behaviour(draft: editing.Draft) -> bool:
    return any(row.is_behaviour for part in draft.groups for row in part.rows)


def _asked(
    data: QueryDict, request: PortalRequest, vocabulary: Any, *, is_typed: bool
) -> tuple[Condition | None, editing.Draft]:
    """The condition that stands in the address or in the form, and its draft with what is wrong."""
    draft = editing.draft_from(data)
    value: Any = data.get("filter") or None
    if is_typed:
        value, draft = editing.value_of(draft, vocabulary)
    if value is None:
        return None, draft
    try:
        condition = read(value, request.user)
    except Wrong as wrong:
        return None, editing.with_error(draft, str(wrong))
    is_new = not is_typed or bool(draft.text)
    return condition, editing.draft_of(condition.node, vocabulary) if is_new else draft


def _sent(request: PortalRequest, act: str, condition: Condition | None) -> HttpResponse:
    """On to the list, to a view or to a segment, with everything else that was asked."""
    asked = QueryDict(request.GET.get("rest", "")[:LONGEST_JSON], mutable=True)
    for name in ("filter", "after", "before", "saved" if act == "show" and not condition else ""):
        asked.pop(name, None)
    if condition:
        asked["filter"] = condition.text
    address = {
        "show": reverse("leads:lead-list"),
        "view": reverse("leads:saved-view-create"),
        "segment": f"{SEGMENTS}new/",
        "use": f"{SEGMENTS}{_segment(request.GET)}/edit/",
        "back": _back(request.GET) or reverse("leads:lead-list"),
    }[act]
    target = f"{address}?{asked.urlencode()}".rstrip("?")
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _back(data: QueryDict) -> str:
    """Our own page that asked for the condition; never another place."""
    text = data.get("back", "")
    return text if BACK.fullmatch(text) and "//" not in text else ""


def _segment(data: QueryDict) -> str:
    """The number of the segment whose condition is edited, if it is one."""
    text = data.get("segment", "")
    return text if text.isascii() and text.isdigit() and len(text) < 19 else ""


@require_safe
@requires("leads.view_lead")
def condition_count(request: PortalRequest) -> HttpResponse:
    """How many of the reader's leads a condition finds; many, or what takes long, are an estimate."""
    count, is_estimate, error = None, False, ""
    try:
        condition = read(request.GET.get("filter", ""), request.user)
    except Wrong as wrong:
        error = str(wrong)
    else:
        rows = Lead.objects.permitted(request.user, "leads.view_lead").filter(condition.q)
        count, is_estimate = counted(counts_with_patience(rows))
    context = {"count": count, "is_estimate": is_estimate, "error": error}
    return render(
        request,
        "leads/_condition_count.html" if is_fragment(request) else "leads/condition_count.html",
        context,
        status=400 if error else 200,
    )
