"""One's own page, people, teams, tokens, sessions, and the form that a lapsed session kept."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.accounts import lapsed, services
from portal.accounts.browsers import browser_in_words
from portal.accounts.decorators import requires
from portal.accounts.filters import PeopleFilter
from portal.accounts.forms import ApiTokenForm, MeForm
from portal.accounts.models import ApiToken, Team, User
from portal.accounts.requests import PortalRequest
from portal.core.htmx import render_page
from portal.core.listing import Listing

PEOPLE = Listing({"name": "name", "email": "email", "role": "role"}, default="name")


# --- myself ------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("accounts.change_me")
def me(request: PortalRequest) -> HttpResponse:
    form = MeForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("accounts:me")
    context = {"form": form, "has_password": request.user.has_usable_password()}
    return render(request, "accounts/me.html", context, status=422 if form.is_bound else 200)


# --- people and teams --------------------------------------------------------------------------
@require_GET
@requires("accounts.view_user")
def user_list(request: PortalRequest) -> HttpResponse:
    people = (
        User.objects.permitted(request.user, "accounts.view_user")
        .active()
        .prefetch_related("teams")
    )
    found = PeopleFilter(request.GET, queryset=people, request=request)
    page = PEOPLE.page(request, found.qs if found.is_valid() else people.none())
    context = {"form": found.form, "page": page, "rows": page.rows}
    return render_page(request, "accounts/user_list.html", "accounts/_user_table.html", context)


@require_GET
@requires("accounts.view_user")
def user_detail(request: PortalRequest, pk: int) -> HttpResponse:
    people = User.objects.permitted(request.user, "accounts.view_user").prefetch_related("teams")
    return render(
        request, "accounts/user_detail.html", {"person": get_object_or_404(people, pk=pk)}
    )


@require_GET
@requires("accounts.view_team")
def team_list(request: PortalRequest) -> HttpResponse:
    teams = Team.objects.permitted(request.user, "accounts.view_team").with_people()
    return render(request, "accounts/team_list.html", {"teams": teams})


# --- tokens ------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("accounts.add_apitoken")
@reauthentication_required(allow_get=True, app="portal.accounts")
def token_list(request: PortalRequest) -> HttpResponse:
    form = ApiTokenForm(request.POST or None)
    secret, status = None, 200
    if request.method == "POST" and form.is_valid():
        token, secret = services.create_token(
            user=request.user, by=request.user, **form.cleaned_data
        )
        if not secret:
            return _made_before(request, token)
        form = ApiTokenForm()
    elif request.method == "POST":
        status = 422
    context = {"form": form, "secret": secret, "tokens": _my_tokens(request), "now": timezone.now()}
    return render(request, "accounts/token_list.html", context, status=status)


def _made_before(request: PortalRequest, token: ApiToken) -> HttpResponse:
    messages.info(
        request,
        f"“{token.name}” was made when this form was sent the first time, and shown then. If you "
        "did not see it, revoke it and make another.",
    )
    return redirect("accounts:token-list")


@require_POST
@requires("accounts.delete_apitoken")
def token_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    token = get_object_or_404(_my_tokens(request), pk=pk)
    services.revoke_token(token=token, by=request.user)
    messages.success(request, f"“{token.name}” no longer opens the API.")
    return redirect("accounts:token-list")


def _my_tokens(request: PortalRequest) -> QuerySet[ApiToken]:
    return ApiToken.objects.permitted(request.user, "accounts.view_apitoken").filter(
        user=request.user
    )


# --- sessions ----------------------------------------------------------------------------------
@require_GET
@requires("accounts.change_me")
def session_list(request: PortalRequest) -> HttpResponse:
    sessions = UserSession.objects.purge_and_list(request.user)
    sessions.sort(key=lambda each: each.last_seen_at, reverse=True)
    rows = [(each, browser_in_words(each.user_agent)) for each in sessions]
    return render(request, "accounts/session_list.html", {"rows": rows})


@require_POST
@requires("accounts.change_me")
def session_end(request: PortalRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(UserSession, user=request.user, pk=pk)
    services.end_session(session=session, by=request.user)
    messages.success(request, "That browser is signed out.")
    return redirect("usersessions_list")


@require_POST
@requires("accounts.change_me")
def session_end_others(request: PortalRequest) -> HttpResponse:
    ended = services.end_other_sessions(user=request.user, keep=request.session.session_key)
    messages.success(request, f"Signed out elsewhere: {ended}.")
    return redirect("usersessions_list")


# --- what a lapsed session kept ----------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@requires("accounts.change_me")
def resume(request: PortalRequest) -> HttpResponse:
    """Show the kept form; a POST throws it away. Sending it goes straight to its own address."""
    kept = lapsed.kept_for(request)
    if request.method == "POST" or kept is None:
        lapsed.discard(request)
        return redirect("/")
    return render(request, "accounts/resume.html", {"kept": kept})
