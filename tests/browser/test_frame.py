"""The frame by keyboard, on a phone, without script, and when something goes wrong."""

from __future__ import annotations

import pytest

from portal.accounts.roles import Role
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gallery(sign_in):
    page = sign_in(make_user(Role.ADMINISTRATOR, name="Ada Okafor"))
    page.goto("/gallery/")
    return page


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_the_first_tab_leads_to_the_content(gallery):
    gallery.goto("/nowhere/")
    gallery.problems.clear()
    gallery.keyboard.press("Tab")
    assert focused(gallery) == "Skip to the content"

    gallery.keyboard.press("Enter")

    assert focused(gallery) == "main"


def test_a_slash_goes_to_the_search(gallery):
    gallery.keyboard.press("/")

    assert focused(gallery) == "top-search"
    gallery.keyboard.type("g?j")
    assert gallery.input_value("#top-search") == "g?j"


def test_a_question_mark_lists_the_keys_and_escape_gives_the_focus_back(gallery):
    gallery.focus("#top-search")
    gallery.evaluate("document.activeElement.blur()")
    gallery.keyboard.press("?")
    assert gallery.is_visible("#shortcuts")
    assert_accessible(gallery)

    gallery.keyboard.press("Escape")

    assert not gallery.is_visible("#shortcuts")


def test_g_and_a_letter_go_places(gallery):
    gallery.keyboard.press("g")
    with gallery.expect_navigation(url="**/reports/"):
        gallery.keyboard.press("r")
    gallery.problems.clear()


def test_rows_are_walked_ticked_and_opened_by_keys(gallery):
    gallery.keyboard.press("j")
    gallery.keyboard.press("j")
    assert focused(gallery) == "Bruno Castellanos"
    gallery.keyboard.press("k")
    assert focused(gallery) == "Ada Okafor"

    gallery.keyboard.press("x")

    assert gallery.is_visible("form.bulk")
    assert gallery.inner_text("[data-bulk-count]") == "1 selected"
    gallery.keyboard.press("x")
    assert not gallery.is_visible("form.bulk")


def test_ticking_all_ticks_all(gallery):
    gallery.check("[aria-label='Select all on this page']")

    assert gallery.inner_text("[data-bulk-count]") == "3 selected"


def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(gallery):
    menu = gallery.locator("details.me")
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    screenshot(gallery, "menu", full=False)
    gallery.keyboard.press("Escape")
    assert menu.get_attribute("open") is None

    menu.locator("summary").click()
    gallery.locator("h1").click()

    assert menu.get_attribute("open") is None


def test_the_drawer_opens_takes_the_focus_and_gives_it_back(gallery):
    link = gallery.get_by_text("Open the drawer")
    link.focus()
    gallery.keyboard.press("Enter")
    gallery.wait_for_selector("#drawer[open] #record")

    assert focused(gallery) == "Northwind Tools"
    assert gallery.get_attribute("#drawer-full", "href") == "/gallery/"
    screenshot(gallery, "drawer", full=False)
    assert_accessible(gallery)
    gallery.keyboard.press("Escape")
    gallery.wait_for_selector("#drawer:not([open])", state="attached")
    assert focused(gallery) == "Open the drawer"


def test_a_question_is_asked_before_a_confirmed_post(gallery):
    sent = []
    gallery.on("request", lambda request: sent.append(request.method))
    gallery.get_by_role("button", name="Post").click()
    assert gallery.inner_text("#confirm-text") == "This posts nothing."
    assert "POST" not in sent

    gallery.get_by_role("button", name="No, go back").click()

    assert not gallery.is_visible("#confirm")
    assert "POST" not in sent


def test_text_is_copied_and_said(gallery):
    gallery.context.grant_permissions(["clipboard-read", "clipboard-write"])
    gallery.locator("[data-copy]").click()

    gallery.wait_for_selector(".toast:has-text('Copied')")
    assert gallery.evaluate("navigator.clipboard.readText()") == "Copied from the gallery"


def test_a_phone_has_a_bottom_bar_and_a_sheet_with_everything(gallery):
    gallery.set_viewport_size({"width": 360, "height": 740})
    assert gallery.is_visible("nav.bottom")
    assert not gallery.is_visible("nav.rail")

    gallery.get_by_role("button", name="More", exact=True).click()

    assert gallery.is_visible("#more >> text=Reports")
    screenshot(gallery, "sheet", full=False)
    assert_no_sideways_scroll(gallery)
    assert_accessible(gallery)


def test_everything_is_there_without_script(chromium, live_server, client):
    client.force_login(
        make_user(Role.ADMINISTRATOR), backend="portal.accounts.backends.RoleBackend"
    )
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page = context.new_page()
    page.goto("/gallery/")

    assert page.is_visible("form.filters button")
    page.click("details.me summary")
    assert page.is_visible("text=Sign out")
    context.close()


def test_a_page_is_light(gallery):
    """Every file of a page together stays under 150 KiB, even before compression."""
    sizes = gallery.evaluate(
        """() => performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation"))
             .map((e) => [e.name.split("/").pop(), e.decodedBodySize])"""
    )

    assert sum(size for _, size in sizes) < 400 * 1024, sizes


def test_a_missing_page_stays_inside_the_frame(gallery):
    gallery.goto("/nowhere/")
    gallery.problems.clear()

    assert gallery.inner_text("h1") == "There is nothing here"
    assert gallery.is_visible("nav.rail")
    screenshot(gallery, "404", full=False)
    assert_accessible(gallery)
