"""A rep works the queue by keyboard alone: accept, call, note, next [R66, R71]."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads.handoffs.models import Handoff
from portal.accounts.roles import Department, Role
from tests.factories import (
    make_commitment,
    make_handoff,
    make_lead,
    make_opportunity,
    make_sales_stages,
    make_sla,
    make_stages,
    make_team,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rep(transactional_db):
    make_stages(), make_sales_stages()
    make_user(Role.MANAGER, Department.MARKETING), make_user(Role.MANAGER, Department.SALES)
    make_sla(
        commitments=[
            make_commitment("handoff_answer", "sales", "8"),
            make_commitment("first_contact", "sales", "8"),
        ],
        agreed=True,
    )
    return make_user(Role.REP, name="Rita Rep", teams=[make_team("North", Department.SALES)])


def first(page):
    return page.inner_text("#queue-rows li.current .row-link")


def submit(page):
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")


def test_a_morning_by_keyboard(page, sign_in, rep):
    offered = make_lead(stage="mql", source="Web", full_name="Olga Offered")
    handoff = make_handoff(offered, to=rep, by=make_user(Role.MARKETER))
    planned = make_lead(
        owner=rep, full_name="Paul Planned", next_step="Call", next_step_on=timezone.localdate()
    )
    make_opportunity(name="Large sale", owner=rep, amount=50_000)
    sign_in(rep)
    page.goto("/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/queue/")
    page.wait_for_load_state("networkidle")
    assert first(page) == "Olga Offered"

    page.keyboard.press("a")
    page.wait_for_selector("text=is yours")
    page.wait_for_load_state("networkidle")
    assert Handoff.objects.get(pk=handoff.pk).state == "accepted"
    assert first(page) == "Olga Offered"  # the first contact is owed now

    page.keyboard.press("l")
    page.wait_for_selector("#lead-act form")
    page.wait_for_timeout(50)
    page.focus("#lead-act button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/queue/")
    assert offered.touchpoints.get().kind == "call"
    assert first(page) == "Large sale"

    page.keyboard.press("j")
    assert first(page) == "Paul Planned"
    page.keyboard.press("m")
    page.wait_for_selector("#lead-act textarea")
    page.focus("#lead-act textarea")
    page.keyboard.type("Asked for Thursday")
    page.focus("#lead-act button[type=submit]")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    assert planned.notes_written.get().body == "Asked for Thursday"
    assert page.url.endswith("/queue/")
