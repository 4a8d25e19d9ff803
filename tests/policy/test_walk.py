"""Every address × every role × what the policy says, on real rows.

Never allowed: 403 (strangers: the sign-in page, or 401 in the API), whatever the row. Allowed, but
somebody else's row: 404. Allowed: anything but 401, 403, 404 and 5xx. Refused calls and all GETs
leave the database unchanged. A route that declares no action, or whose address nobody can fill,
fails.
"""

from __future__ import annotations

import json
import logging
import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client

from portal.accounts.decorators import PUBLIC
from portal.accounts.policy import GRANTS, scope_of
from portal.accounts.roles import Scope
from portal.accounts.routes import ADMIN_VERBS, COLUMNS, STRANGER, walk
from tests.conftest import signed_in
from tests.policy.objects import World, rows_for

ROUTES = walk()
BY_NAME = {f"{route.method} {route.path}": route for route in ROUTES}


def area_of(route):
    """The part of the site that an address belongs to: /leads, /api/v1/leads, /admin/slas."""
    parts = route.path.strip("/").split("/")
    return "/".join(parts[: {"api": 3, "admin": 2}.get(parts[0], 1)])


AREAS = {
    area: [n for n, r in BY_NAME.items() if area_of(r) == area]
    for area in {area_of(r) for r in ROUTES}
}
every_route = pytest.mark.parametrize("name", sorted(BY_NAME))

#: Tables that belong to the machinery of being signed in, not to anybody's work.
MACHINERY = re.compile(r'"?(django_session|usersessions_usersession)"?')
#: Answers that would be wrong for somebody who is allowed.
WRONG = {401, 403, 404, 500}
#: A package or the route itself answers these to everybody, because there is nothing to show.
EMPTY = {
    "GET /admin/<url>": 404,
    "POST /admin/<url>": 404,
    "GET /admin/jsi18n/": 200,
    "GET /admin/autocomplete/": 403,
    "POST /admin/autocomplete/": 403,
    "GET /login/with/<slug:provider_id>/": 404,
    "POST /login/with/<slug:provider_id>/": 404,
    "GET /login/with/<slug:provider_id>/callback/": 404,
    "POST /login/with/<slug:provider_id>/callback/": 404,
    "GET /second-factor/again/": 403,
    "POST /second-factor/again/": 403,
    "GET /second-factor/recovery-codes/": 404,
    "POST /second-factor/recovery-codes/": 405,
    "GET /second-factor/recovery-codes/download/": 404,
    "POST /second-factor/recovery-codes/download/": 404,
    "GET /second-factor/app/deactivate/": 404,
    "POST /second-factor/app/deactivate/": 404,
}
#: Reading these leaves a trace on purpose.
LEAVES_A_TRACE = {
    "GET /notifications/<int:pk>/open/": "following a message marks it as read",
    "GET /leads/export/": "an export of contact data is written into the audit trail",
    "GET /api/v1/leads/export/": "an export of contact data is written into the audit trail",
    "GET /opportunities/export/": "an export of sales is written into the audit trail",
    "GET /api/v1/opportunities/export/": "an export of sales is written into the audit trail",
    "GET /companies/export/": "an export is written into the audit trail",
    "GET /api/v1/companies/export/": "an export is written into the audit trail",
    "GET /readyz": "whether the database takes writes is found out by a write",
}
#: Pages that are about what the person finds, so that an empty answer may be a 404.
MAY_BE_EMPTY = {"GET /admin/<app_label>/", "POST /admin/<app_label>/"}


@pytest.fixture(autouse=True, scope="module")
def _quiet():
    """Thousands of refusals are expected here; their log lines only cost time."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def world(db):
    """People of every column, signed in; what they meet is made when it is needed."""
    built = World()
    built.clients = {column: signed_in(person) for column, person in built.people.items()}
    built.clients[STRANGER] = Client()
    for client in built.clients.values():
        client.raise_request_exception = False
    return built


@contextmanager
def watched():
    """Collects writes, and takes them back."""
    writes = []

    def note(execute, sql, params, many, context):
        if re.match(
            r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", sql, re.IGNORECASE
        ) and not MACHINERY.search(sql):
            writes.append(sql[:200])
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            yield writes
        transaction.set_rollback(True)


def address(route, parts, query=""):
    def fill(hole):
        name = hole.group(0).strip("<>").rpartition(":")[2]
        return str(parts[name])

    path = re.sub(r"<[^>]+>", fill, route.path)
    return f"{path}?{query.format(**parts)}" if query else path


def call(client, route, path, parts, **headers):
    options = {"headers": headers} if headers else {}
    rows = rows_for(route.path)
    data = {key: str(value).format(**parts) for key, value in rows.data.items()} if rows else {}
    if route.kind == "api" and route.method != "GET":
        options |= {"data": json.dumps(data), "content_type": "application/json"}
    elif route.method == "POST":
        options |= {"data": data}
    return getattr(client, route.method.lower())(path, **options)


def parts_of(route, filler, world, user):
    return filler(world, user) if filler else {}


def reach(route, column):
    """How far the policy lets this column reach here; None when never."""
    role, department = COLUMNS[column]
    if route.kind == "admin":
        return Scope.ALL if route.admits(type_user(role, department)) else None
    return scope_of(role, department, route.action)


def type_user(role, department):
    from portal.accounts.models import User

    return User(role=role, department=department, is_active=True)


@every_route
def test_it_declares_what_it_needs(name):
    route = BY_NAME[name]

    assert route.action, "declare an action with @requires, or in the viewset's policy"
    assert route.action in GRANTS or route.is_open or route.kind == "admin"
    assert "<" not in route.path or rows_for(route.path), (
        "say what fills it in tests/policy/objects.py"
    )


@pytest.mark.parametrize("area", sorted(AREAS))
def test_everybody_gets_what_the_policy_says(world, area):
    faults = []
    for name in AREAS[area]:
        route = BY_NAME[name]
        faults += [fault for column in COLUMNS for fault in faults_of(world, route, name, column)]
        faults += faults_of_stranger(world, route, name)

    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults)


def faults_of(world, route, name, column):
    """What is wrong for one role: with a row within its reach, one outside, and as a fragment."""
    if route.is_open or name in EMPTY:
        return
    rows, far = rows_for(route.path), reach(route, column)
    mine = request(world, route, column, rows and rows.mine)
    yield from wrong_answers(route, name, column, far, *mine)
    if far in {Scope.OWN, Scope.TEAM} and rows and rows.theirs:
        status, writes, path = request(world, route, column, rows.theirs)
        if status != 404 or writes:
            yield f"{column} {path}: somebody else's row answered {status}, wrote {writes}"
    if route.method == "GET" and route.kind == "page":
        part = request(world, route, column, rows and rows.mine, **{"HX-Request": "true"})
        yield from wrong_answers(route, name, f"{column} (fragment)", far, *part)


def wrong_answers(route, name, who, far, status, writes, path):
    if far is None:
        if status != 403 or writes:
            yield f"{who} {path}: may never, but got {status}, wrote {writes}"
        return
    if status in (WRONG - {404} if name in MAY_BE_EMPTY else WRONG):
        yield f"{who} {path}: allowed, but got {status}"
    if route.method == "GET" and writes and name not in LEAVES_A_TRACE:
        yield f"{who} {path}: a GET wrote {writes}"


def faults_of_stranger(world, route, name):
    rows = rows_for(route.path)
    parts = parts_of(route, rows and rows.mine, world, world.people["rep"])
    path = address(route, parts, rows.query if rows else "")
    with watched() as writes:
        answer = call(world.clients[STRANGER], route, path, parts)
    target = answer.get("Location", "")
    if route.is_open:
        good = (
            answer.status_code in {200, 503}
            if name == "GET /readyz"
            else answer.status_code < 500
            and (answer.status_code not in {401, 403} or name in EMPTY)
        )
    elif route.kind == "api" and not target.startswith("/login/"):
        good = answer.status_code == 401 and answer["WWW-Authenticate"] == "Bearer" and not writes
    else:
        good = (
            answer.status_code == 302
            and target.startswith(("/login/", "/admin/login/"))
            and not writes
        )
    if not good:
        yield f"stranger {path}: got {answer.status_code} {target}, wrote {writes}"


def request(world, route, column, filler, **headers):
    """Make the call, take back what it did; the status, what it wrote, and the address."""
    rows = rows_for(route.path)
    parts = parts_of(route, filler, world, world.people[column])
    path = address(route, parts, rows.query if rows else "")
    with watched() as writes:
        status = call(world.clients[column], route, path, parts, **headers).status_code
    return status, writes, path


def test_nothing_that_is_open_is_forgotten():
    """The list of what needs no account is short; a new entry is a decision."""
    opened = {route.name for route in ROUTES if route.action == PUBLIC}

    assert opened <= {
        "operations:healthz",
        "operations:readyz",
        "operations:metrics",
        "webhooks:hook-in",
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "admin:login",
    }


def test_every_model_in_the_admin_stands_under_the_policy():
    from django.contrib import admin

    from portal.accounts.admin_base import PermittedModelAdmin

    assert all(isinstance(each, PermittedModelAdmin) for each in admin.site._registry.values())
    assert ADMIN_VERBS["change_view"] == "view"
