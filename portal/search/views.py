"""The search page, and the few hits below the field in the top bar."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.htmx import is_fragment
from portal.search.providers import PROVIDERS
from portal.search.reading import question
from portal.search.reading import search as find

#: The element in the top bar into which the hits go while somebody types.
TOP = "top-results"


@require_safe
@requires("search.search")
def search(request: PortalRequest) -> HttpResponse:
    words = question(request.GET.get("q", ""))
    known = {provider.key for provider in PROVIDERS}
    kind = request.GET.get("kind", "")
    kind = kind if kind in known else ""
    context = {"words": words, "kind": kind, "groups": find(request, words, kind)}
    response = render(request, _template(request), context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _template(request: PortalRequest) -> str:
    if not is_fragment(request):
        return "search/search.html"
    return (
        "search/_top_results_list.html"
        if request.htmx.target == TOP
        else "search/_search_results.html"
    )
