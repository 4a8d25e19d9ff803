"""A rep and the buying centre, with the keyboard alone; the pages of companies fit and read well [R22, R23]."""

from __future__ import annotations

import pytest

from leads.companies.models import Member
from portal.accounts.roles import Department, Role
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll
from tests.browser.keyboard import Keyboard
from tests.factories import (
    make_company,
    make_lead,
    make_member,
    make_stages,
    make_target_list,
    make_team,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def rep(transactional_db):
    make_stages()
    return make_user(Role.REP, name="Rita Rep", teams=[make_team("North", Department.SALES)])


def test_a_person_is_put_into_the_buying_centre(page, sign_in, rep):
    company = make_company("Acme")
    make_lead(owner=rep, full_name="Ana Cruz", company=company)
    sign_in(rep)
    keys = Keyboard(page)
    keys.open(f"/companies/{company.pk}/")
    page.wait_for_selector("#buying-centre")
    assert "Nobody is in the buying centre yet" in keys.text()
    keys.reach("Add a person", tag=("a",))
    page.keyboard.press("Enter")
    page.wait_for_selector("#member-form form")
    keys.choose("Person", "Ana")
    keys.tick("Decider")
    keys.tick("Buyer")
    keys.choose("Where they stand", "Champion")
    keys.choose("Influence", "High")
    keys.write("What hurts", "Overtime in December")
    keys.press("Add person", tag=("button",))
    page.wait_for_url("**/buying-centre/")
    assert "Overtime in December" in keys.text()
    assert page.locator("svg.people-map").count() == 1
    member = Member.objects.get()
    assert (member.roles, member.stance, member.influence) == (
        ["decider", "buyer"],
        "champion",
        "high",
    )


def test_what_holds_people_is_accessible_and_fits_a_phone(page, sign_in, rep):
    """The walk over every page meets these without anybody in them."""
    company = make_company("Acme", domain="acme.com", tier="A", parent=make_company("Top"))
    make_lead(company=company)
    for roles in (["decider"], ["champion", "user"], ["gatekeeper"]):
        make_member(company, roles=roles, stance="blocker" if "gatekeeper" in roles else "champion")
    target_list = make_target_list(companies=[company])
    sign_in(make_user(Role.MARKETER))
    addresses = [
        "/companies/",
        f"/companies/{company.pk}/",
        f"/companies/{company.pk}/buying-centre/",
        f"/companies/targets/{target_list.pk}/",
    ]
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for scheme, width in (("light", 1280), ("dark", 360)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            assert_accessible(page)
            assert_no_sideways_scroll(page)
