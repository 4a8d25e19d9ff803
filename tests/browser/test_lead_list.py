"""The list of leads with the keyboard alone: move, tick, look, act on many, take it back [R57]."""

from __future__ import annotations

import pytest

from leads.models import Lead
from portal.accounts.roles import Role
from tests.browser.asking import assert_accessible
from tests.browser.keyboard import Keyboard
from tests.factories import make_lead, make_stages, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def leads(transactional_db):
    make_stages()
    return [make_lead(full_name=f"Person {number:02}") for number in range(60)]


def settled(page):
    page.wait_for_load_state("networkidle")


def count(page):
    return page.inner_text("[data-bulk-count]")


def test_looking_into_leads_and_tagging_them(page, sign_in, leads):
    sign_in(make_user(Role.MARKETER, name="Maya Marketer"))
    keys = Keyboard(page)
    keys.open("/leads/")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#lead-drawer")
    assert page.inner_text("#lead-drawer h2") == "Person 59"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.innerText") == "Person 59"

    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert count(page) == "2 selected"
    keys.press("Next")
    assert count(page) == "2 selected, 2 of them on other pages"
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert count(page) == "3 selected, 2 of them on other pages"

    page.keyboard.press("t")
    page.wait_for_url("**/leads/bulk/")
    assert "Tag: 3 leads" in page.inner_text("h1")
    keys.write("Tag", "Spring fair")
    keys.press("Tag", tag=("button",))
    assert Lead.objects.filter(tags__name="Spring fair").count() == 3
    assert "3 leads." in page.inner_text("#toasts")
    assert not page.locator(".bulk.on").count()

    keys.press("Undo")
    assert "Put back" in page.inner_text("main")
    assert Lead.objects.filter(tags__name="Spring fair").count() == 0


def test_a_key_takes_the_row_where_one_is(page, sign_in, leads):
    sign_in(make_user(Role.MARKETER, name="Maya Marketer"))
    Keyboard(page).open("/leads/")
    page.keyboard.press("s")
    assert "Choose a row first" in page.inner_text("#toasts")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.wait_for_url("**/leads/bulk/")
    assert "1 lead" in page.inner_text("h1")


def test_the_bar_and_the_act_are_accessible(page, sign_in, leads):
    sign_in(make_user(Role.MARKETER, name="Maya Marketer"))
    Keyboard(page).open("/leads/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert_accessible(page)
    page.keyboard.press("a")
    page.wait_for_url("**/leads/bulk/")
    settled(page)
    assert_accessible(page)


def test_everything_works_without_scripts(chromium, live_server, leads):
    user = make_user(Role.MARKETER, name="Maya Marketer", password="a-long-enough-password")
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/login/")
    page.fill("[name=login]", user.email)
    page.fill("[name=password]", "a-long-enough-password")
    page.press("[name=password]", "Enter")
    page.goto(f"{live_server.url}/leads/")
    page.check("[aria-label='Select Person 59']")
    page.click("button[value=tag]")
    page.fill("[name=tag]", "Fair")
    page.click("button.primary")
    assert Lead.objects.get(tags__name="Fair").full_name == "Person 59"
    page.click("text=Undo")
    assert not Lead.objects.filter(tags__name="Fair").exists()
    context.close()
