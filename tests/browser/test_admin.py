"""The admin's pages that a manager works on, asked in both themes and at both widths."""

from __future__ import annotations

import pytest

from portal.accounts.roles import Department, Role
from portal.slas.models import Calendar
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll
from tests.factories import make_lead, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = [
    "/admin/",
    "/admin/slas/sla/",
    "/admin/slas/sla/add/",
    "/admin/slas/calendar/",
    "/admin/slas/calendar/add/",
    "/admin/leads/attributedefinition/",
    "/admin/funnel/funneldefinition/",
]
#: What only administrators work on.
OWN_PAGES = [
    "/admin/",
    "/admin/accounts/user/",
    "/admin/accounts/user/add/",
    "/admin/leads/lead/",
    "/audit/",
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_admin_is_accessible_and_fits(page, sign_in, address):
    Calendar.objects.get_or_create(name="London office")
    sign_in(make_user(Role.MANAGER, Department.SALES, name="Sam Manager"))
    ask(page, address)


@pytest.mark.parametrize("address", OWN_PAGES)
def test_a_page_of_administrators_is_accessible_and_fits(page, sign_in, address):
    make_lead()
    sign_in(make_user(Role.ADMINISTRATOR, name="Robin Achterberg"))
    ask(page, address)


def ask(page, address):
    assert page.goto(address).status == 200
    page.wait_for_load_state("networkidle")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            assert_accessible(page)
            assert_no_sideways_scroll(page)
