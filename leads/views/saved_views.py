"""The pages of saved views: keep a list, share it, pin it, copy it, take it away again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.conditions.asking import read
from leads.conditions.tree import Wrong
from leads.models import SavedView, ViewPin
from leads.saved_view_form import SavedViewForm
from leads.saving_views import asked_by, is_closed_to
from leads.services import saved_views as services
from portal.accounts.decorators import requires

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

get_or_post = require_http_methods(["GET", "HEAD", "POST"])
MOST_SHOWN = 500
VIEW, CHANGE = "leads.view_savedview", "leads.change_savedview"


def _view(request: PortalRequest, pk: int, action: str) -> SavedView:
    return get_object_or_404(SavedView.objects.permitted(request.user, action).for_list(), pk=pk)


@require_safe
@requires(VIEW)
def saved_view_list(request: PortalRequest) -> HttpResponse:
    """One's own views and those that others share, with what each asks."""
    user = request.user
    pins = {pin.view_id: pin for pin in ViewPin.objects.filter(user=user)}
    views = SavedView.objects.permitted(user, VIEW).for_list()[:MOST_SHOWN]
    rows: list[dict[str, Any]] = [
        {
            "view": view,
            "pin": pins.get(view.pk),
            "is_mine": view.owner_id == user.pk,
            "is_closed": is_closed_to(view, user),
        }
        for view in views
    ]
    rows.sort(key=lambda row: (not row["is_mine"], row["view"].name.casefold()))
    return render(
        request, "leads/saved_view_list.html", {"rows": rows, "deleted": _deleted(request)}
    )


def _deleted(request: PortalRequest) -> SavedView | None:
    """The view that was just taken away, so that it can be brought back."""
    pk = request.GET.get("deleted", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        return None
    return SavedView.objects.deleted_of(request.user).filter(pk=int(pk)).first()


@get_or_post
@requires("leads.add_savedview")
def saved_view_create(request: PortalRequest) -> HttpResponse:
    """Keep the list of the address under a name."""
    query = request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
    problem, asked = _asked(query, request.user)
    form = SavedViewForm(request.POST or None, user=request.user)
    if request.method == "POST" and not problem and form.is_valid():
        view = services.create_view(owner=request.user, asked=asked, **form.cleaned_data)
        messages.success(request, f"Saved. {view} now stands among your tabs.")
        return redirect(view)
    context = {
        "form": form,
        "query": query,
        "problem": problem,
        "said": said(asked, request.user) if not problem else [],
    }
    status = 422 if request.method == "POST" else 400 if problem else 200
    return render(request, "leads/saved_view_create.html", context, status=status)


def _asked(query: str, user: User) -> tuple[str, dict[str, Any]]:
    try:
        return "", asked_by(QueryDict(query[:20_000]), user)
    except ValidationError as error:
        return " ".join(error.messages), {}


def said(asked: dict[str, Any], user: User) -> list[str]:
    """What a view asks, line by line."""
    lines = []
    if asked["condition"]:
        try:
            lines.append(read(asked["condition"], user).sentence)
        except Wrong as wrong:
            lines.append(f"This condition can no longer be asked. {wrong}")
    lines += [
        f"{name.replace('_', ' ').capitalize()}: {value}"
        for name, value in asked["filters"].items()
    ]
    return lines or ["All leads"]


@get_or_post
@requires(CHANGE)
def saved_view_edit(request: PortalRequest, pk: int) -> HttpResponse:
    """Rename and share. With an address (``query``) it also asks what that list shows."""
    view = _view(request, pk, CHANGE)
    initial = {"name": view.name, "sharing": view.sharing, "team": view.team_id}
    form = SavedViewForm(
        request.POST or None, user=request.user, initial=initial | {"version": view.version}
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given.pop("form_token")
        services.change_view(view=view, by=request.user, changes=given, version=form.version_read)
        messages.success(request, "Saved.")
        return redirect("leads:saved-view-list")
    stored = {name: getattr(view, name) for name in services.ASKED}
    context = {"form": form, "view": view, "said": said(stored, request.user)}
    status = 422 if request.method == "POST" else 200
    return render(request, "leads/saved_view_edit.html", context, status=status)


@require_POST
@requires(CHANGE)
def saved_view_update(request: PortalRequest, pk: int) -> HttpResponse:
    """The view asks from now on what the list shows."""
    view = _view(request, pk, CHANGE)
    problem, asked = _asked(request.POST.get("query", ""), request.user)
    if problem:
        messages.error(request, f"The view was not changed. {problem}")
        return redirect(view)
    view = services.change_view(view=view, by=request.user, changes=asked)
    messages.success(request, f"{view} now shows this list.")
    return redirect(view)


@require_POST
@requires("leads.delete_savedview")
def saved_view_delete(request: PortalRequest, pk: int) -> HttpResponse:
    view = _view(request, pk, "leads.delete_savedview")
    services.delete_view(view=view, by=request.user)
    return redirect(f"{reverse('leads:saved-view-list')}?deleted={view.pk}")


@require_POST
@requires("leads.delete_savedview")
def saved_view_restore(request: PortalRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.deleted_of(request.user), pk=pk)
    services.restore_view(view=view, by=request.user)
    messages.success(request, f"{view} is back.")
    return redirect("leads:saved-view-list")


@require_POST
@requires(VIEW)
def saved_view_copy(request: PortalRequest, pk: int) -> HttpResponse:
    view = services.copy_view(view=_open_view(request, pk), by=request.user)
    messages.success(request, f"{view} is yours now. Change it as you like.")
    return redirect("leads:saved-view-list")


def _open_view(request: PortalRequest, pk: int) -> SavedView:
    """A view that the reader's role can ask; one that it cannot does not exist for them."""
    view = _view(request, pk, VIEW)
    if is_closed_to(view, request.user):
        raise Http404
    return view


# --- tabs -------------------------------------------------------------------------------------
@require_POST
@requires("leads.pin_savedview")
def saved_view_pin(request: PortalRequest, pk: int) -> HttpResponse:
    services.pin_view(view=_open_view(request, pk), user=request.user)
    return redirect("leads:saved-view-list")


@require_POST
@requires("leads.pin_savedview")
def saved_view_unpin(request: PortalRequest, pk: int) -> HttpResponse:
    services.unpin_view(view=_view(request, pk, VIEW), user=request.user)
    return redirect("leads:saved-view-list")


@require_POST
@requires("leads.pin_savedview")
def saved_view_default(request: PortalRequest, pk: int) -> HttpResponse:
    """The list opens with it; said again, with all leads."""
    services.open_first(view=_open_view(request, pk), user=request.user)
    return redirect("leads:saved-view-list")


@require_POST
@requires("leads.pin_savedview")
def saved_view_move(request: PortalRequest, pk: int) -> HttpResponse:
    """One place to the left or to the right."""
    view = _view(request, pk, VIEW)
    services.move_view(view=view, user=request.user, earlier=request.POST.get("to") != "right")
    return redirect("leads:saved-view-list")
