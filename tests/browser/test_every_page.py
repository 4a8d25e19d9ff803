"""Every page that a link leads to, asked the same questions in both themes and at both widths.

The walk starts at the menu and opens one address of each route, so a new page is walked as soon
as something links to it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve

from portal.accounts.roles import Role
from portal.core.navigation import ENTRIES
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.factories import make_user
from tests.factories.documents import make_campaign, make_persona, make_talking_point
from tests.factories.feedback import make_thread
from tests.factories.leads import make_lead

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

START = [entry.address for entry in ENTRIES] + [
    "/me/",
    "/tasks/",
    "/notifications/",
    "/search/?q=a",
]
#: Not ours to style, not a page, or the end of the walk.
SKIPPED = ("/admin/", "/api/", "/logout/", "/login/", "/static/", "/healthz", "/readyz", "/metrics")


@pytest.fixture
def company(transactional_db):
    """A little of everything that pages show."""
    persona = make_persona("Plant manager Petra", agreed=True)
    make_campaign("Spring webinar", personas=[persona])
    make_talking_point("Opening for plant managers")
    make_thread(persona)
    make_lead(first_name="Ada", last_name="Okafor")


def route_of(address):
    """The name of the route, or None for what is not walked."""
    path = urlsplit(address).path
    if path.startswith(SKIPPED):
        return None
    try:
        return resolve(path).view_name
    except Resolver404:
        return None


def links_of(page):
    return page.evaluate(
        """() => [...document.querySelectorAll("a[href]")]
             .filter((a) => a.origin === location.origin && !a.hasAttribute("download"))
             .map((a) => a.pathname + a.search)"""
    )


def ask(page, address, name):
    """Opens the page and returns what is wrong with it: both themes, on a screen and on a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(address)
    page.wait_for_load_state("networkidle")
    wrong = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            for question in (assert_accessible, assert_no_sideways_scroll):
                try:
                    question(page)
                except AssertionError as error:
                    screenshot(page, f"walk-{name.replace(':', '-')}-{theme}-{width}")
                    wrong.append(f"{address}, {theme}, {width} px: {error}")
    return wrong


def test_every_page_is_accessible_and_fits(page, sign_in, company):
    sign_in(make_user(Role.ADMINISTRATOR, name="Robin Achterberg"))
    waiting, walked, wrong = list(START), set(), []
    while waiting:
        address = waiting.pop(0)
        name = route_of(address)
        if name is None or name in walked:
            continue
        walked.add(name)
        answer = page.request.get(address)
        if answer.status != 200:
            wrong.append(f"{address} answers {answer.status}")
        elif "text/html" in answer.headers["content-type"]:
            wrong += ask(page, address, name)
            waiting += links_of(page)

    assert wrong == [], "\n\n".join(wrong)
    assert len(walked) > 20, walked
