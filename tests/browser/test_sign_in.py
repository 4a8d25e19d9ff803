"""Signing in by keyboard, in both themes and on a phone."""

from __future__ import annotations

import pytest

from tests.browser.asking import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
GUEST_PAGES = ["/login/", "/password/reset/", "/password/reset/sent/"]
OWN_PAGES = ["/password/change/", "/second-factor/", "/logout/"]


@pytest.mark.parametrize("address", GUEST_PAGES)
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 360)])
def test_pages_for_guests(page, address, theme, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.goto(address)

    assert_no_sideways_scroll(page)
    assert_accessible(page)


@pytest.mark.parametrize("address", OWN_PAGES)
@pytest.mark.parametrize(("theme", "width"), [("light", 360), ("dark", 1280)])
def test_pages_about_ones_own_sign_in(page, sign_in, address, theme, width):
    sign_in(make_user(password=PASSWORD))
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    page.goto(address)

    assert_no_sideways_scroll(page)
    assert_accessible(page)


def test_a_wrong_password_is_told_and_the_name_is_kept(page):
    user = make_user(password=PASSWORD)
    page.goto("/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")

    assert page.wait_for_selector(".alert.bad, .errorlist")
    assert page.get_by_label("Email").input_value() == user.email
    screenshot(page, "wrong-password", full=False)
    assert_accessible(page)


def test_the_right_password_opens_the_portal(page):
    user = make_user(password=PASSWORD)
    page.goto("/login/?next=/personas/")
    page.get_by_label("Email").fill(user.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation(url="**/personas/"):
        page.keyboard.press("Enter")

    assert page.inner_text("h1") == "Personas"
