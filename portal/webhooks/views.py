"""Pages of administrators: hooks, what came in through them, and what failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.decorators import requires
from portal.core.htmx import render_page
from portal.core.listing import Listing
from portal.webhooks import services
from portal.webhooks.forms import HookForm
from portal.webhooks.models import Delivery, Hook

if TYPE_CHECKING:
    from django.http import HttpResponse

    from portal.accounts.requests import PortalRequest

DELIVERIES = Listing({"received": "id"}, default="-received")
step_up = reauthentication_required(allow_get=True, app="portal.accounts")


@require_safe
@requires("webhooks.view_hook")
def hook_list(request: PortalRequest) -> HttpResponse:
    hooks = Hook.objects.permitted(request.user, "webhooks.view_hook").for_list()
    return render(request, "webhooks/hook_list.html", {"hooks": hooks})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("webhooks.add_hook")
@step_up
def hook_create(request: PortalRequest) -> HttpResponse:
    if hook := services.made_by_form(request.POST.get("form_token", "")):
        return _made_before(request, hook)
    form = HookForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        hook, token = services.create_hook(by=request.user, **form.cleaned_data)
        return _shown_once(request, hook, token=token) if token else _made_before(request, hook)
    status = 422 if form.is_bound else 200
    return render(request, "webhooks/hook_form.html", {"form": form}, status=status)


def _made_before(request: PortalRequest, hook: Hook) -> HttpResponse:
    messages.info(
        request,
        "This webhook was made when the form was sent the first time, and its address was shown "
        "then. If you did not see it, give it a new token.",
    )
    return redirect(hook)


def _shown_once(
    request: PortalRequest, hook: Hook, *, token: str = "", secret: str = ""
) -> HttpResponse:
    """The only page that ever shows a token or a secret; kept by no cache and no history."""
    address = request.build_absolute_uri(f"/hooks/in/{token}/") if token else ""
    context = {"hook": hook, "address": address, "secret": secret}
    response = render(request, "webhooks/hook_token.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires("webhooks.view_hook")
def hook_detail(request: PortalRequest, pk: int) -> HttpResponse:
    hooks = Hook.objects.permitted(request.user, "webhooks.view_hook")
    hook = get_object_or_404(hooks.select_related("acts_for", "campaign"), pk=pk)
    deliveries = Delivery.objects.permitted(request.user, "webhooks.view_delivery")
    state = request.GET.get("state", "")
    rows = deliveries.filter(hook=hook).defer("data")
    if state in Delivery.State.values:
        rows = rows.filter(state=state)
    page = DELIVERIES.page(request, rows)
    context: dict[str, Any] = {"hook": hook, "page": page, "rows": page.rows, "tabs": _tabs(state)}
    return render_page(
        request, "webhooks/hook_detail.html", "webhooks/_delivery_table.html", context
    )


def _tabs(chosen: str) -> list[dict[str, Any]]:
    offered = [("", "All"), *Delivery.State.choices]
    return [
        {"label": label, "url": f"?state={value}", "active": value == chosen}
        for value, label in offered
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("webhooks.change_hook")
def hook_edit(request: PortalRequest, pk: int) -> HttpResponse:
    hook = get_object_or_404(Hook.objects.permitted(request.user, "webhooks.change_hook"), pk=pk)
    form = HookForm(request.POST or None, user=request.user, instance=Hook.objects.get(pk=hook.pk))
    if request.method == "POST" and form.is_valid():
        services.change_hook(hook=hook, by=request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect(hook)
    context = {"form": form, "hook": hook}
    return render(request, "webhooks/hook_form.html", context, status=422 if form.is_bound else 200)


@require_POST
@requires("webhooks.rotate_hook")
@step_up
def hook_rotate(request: PortalRequest, pk: int) -> HttpResponse:
    hook = get_object_or_404(Hook.objects.permitted(request.user, "webhooks.rotate_hook"), pk=pk)
    seen = request.POST.get("seen", "")
    hook, token = services.rotate_hook(hook=hook, by=request.user, seen=seen)
    return _shown_once(request, hook, token=token)


@require_POST
@requires("webhooks.rotate_hook")
@step_up
def hook_secret(request: PortalRequest, pk: int) -> HttpResponse:
    hook = get_object_or_404(Hook.objects.permitted(request.user, "webhooks.rotate_hook"), pk=pk)
    return _shown_once(request, hook, secret=services.make_secret(hook=hook, by=request.user))


@require_POST
@requires("webhooks.rotate_hook")
@step_up
def hook_unsigned(request: PortalRequest, pk: int) -> HttpResponse:
    hook = get_object_or_404(Hook.objects.permitted(request.user, "webhooks.rotate_hook"), pk=pk)
    services.drop_secret(hook=hook, by=request.user)
    messages.success(request, "Events need no signature any longer; the token is enough.")
    return redirect(hook)


@require_safe
@requires("webhooks.view_delivery")
def delivery_detail(request: PortalRequest, pk: int) -> HttpResponse:
    deliveries = Delivery.objects.permitted(request.user, "webhooks.view_delivery")
    delivery = get_object_or_404(deliveries.select_related("hook", "lead"), pk=pk)
    shown = json.dumps(delivery.data, indent=2, ensure_ascii=False)
    context = {"delivery": delivery, "data": shown}
    return render(request, "webhooks/delivery_detail.html", context)


@require_POST
@requires("webhooks.apply_delivery")
def delivery_apply(request: PortalRequest, pk: int) -> HttpResponse:
    mine = Delivery.objects.permitted(request.user, "webhooks.apply_delivery")
    delivery = services.apply_again(delivery=get_object_or_404(mine, pk=pk), by=request.user)
    messages.success(request, "The event is applied again in the background.")
    return redirect("webhooks:delivery-detail", delivery.pk)
