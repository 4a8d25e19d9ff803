"""Fixtures of every test: who is signed in, and which tests this machine can run."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from leads.scoring.ready import forget
from portal.accounts.roles import Department, Role
from tests import parts
from tests.factories import make_team, make_user

# Playwright keeps an event loop running, and Django then refuses the test's own queries.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: Whether a test of this process has emptied the tables.
EMPTIED = pytest.StashKey[bool]()
RESTORE = pytest.StashKey[Callable[[], None]]()


def pytest_sessionstart(session: pytest.Session) -> None:
    lacking = {name: why for name, why in parts.missing().items() if name in parts.required()}
    if lacking:
        raise pytest.UsageError(
            "\n".join(f"{name} tests are required here: {why}" for name, why in lacking.items())
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = parts.missing()
    for item in items:
        if parts.is_plain(item):
            item.add_marker(pytest.mark.plain)
        for name, why in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, request):
    """The usual databases; what migrations wrote into this one is kept to be written again."""
    with django_db_blocker.unblock():
        rows = connection.creation.serialize_db_to_string()

    def restore():
        with django_db_blocker.unblock():
            call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
            connection.creation.deserialize_db_from_string(rows)
            ContentType.objects.clear_cache()

    request.config.stash[RESTORE] = restore


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Tests that commit empty every table behind them. They come last, but a process that has done
    its share of them takes others over, and those count on what migrations wrote.
    """
    stash = item.config.stash
    if parts.commits(item):
        stash[EMPTIED] = True
    elif stash.get(EMPTIED, False) and not parts.is_plain(item):
        stash[RESTORE]()
        stash[EMPTIED] = False


@pytest.fixture(autouse=True)
def _alone_with_the_broker(request):
    """Tests that share a broker take turns: each has its own database, and a worker of one would take
    the messages about rows of the other.
    """
    with parts.turn_with_broker() if request.node.get_closest_marker("broker") else nullcontext():
        yield


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()
    forget()


def signed_in(user):
    client = Client()
    client.force_login(user, backend="portal.accounts.backends.RoleBackend")
    client.user = user
    return client


@pytest.fixture
def north(db):
    return make_team("Sales north", Department.SALES)


@pytest.fixture
def south(db):
    return make_team("Sales south", Department.SALES)


@pytest.fixture
def rep(north):
    return make_user(Role.REP, teams=[north])


@pytest.fixture
def other_rep(south):
    """A rep of another team."""
    return make_user(Role.REP, teams=[south])


@pytest.fixture
def marketer(db):
    return make_user(Role.MARKETER)


@pytest.fixture
def sales_manager(north, south):
    return make_user(Role.MANAGER, Department.SALES, teams=[north, south])


@pytest.fixture
def marketing_manager(db):
    return make_user(Role.MANAGER, Department.MARKETING)


@pytest.fixture
def executive(db):
    return make_user(Role.EXECUTIVE)


@pytest.fixture
def administrator(db):
    return make_user(Role.ADMINISTRATOR)


@pytest.fixture
def as_rep(rep):
    return signed_in(rep)


@pytest.fixture
def as_other_rep(other_rep):
    return signed_in(other_rep)


@pytest.fixture
def as_marketer(marketer):
    return signed_in(marketer)


@pytest.fixture
def as_sales_manager(sales_manager):
    return signed_in(sales_manager)


@pytest.fixture
def as_marketing_manager(marketing_manager):
    return signed_in(marketing_manager)


@pytest.fixture
def as_executive(executive):
    return signed_in(executive)


@pytest.fixture
def as_administrator(administrator):
    return signed_in(administrator)
