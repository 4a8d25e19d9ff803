"""From a lead to the right words: found while typing, copied as written, sent by mail [R40–R44]."""

from __future__ import annotations

import pytest

from leads.outreach.models import Use
from portal.accounts.roles import Department, Role
from portal.documents import services as documents
from portal.operations.demo.talking_points import TEXTS
from tests.factories import agree, make_lead, make_stages, make_talking_point, make_team, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BODY = "Good morning {{ lead.first_name }},\n\nhow was Monday?\n\n{{ sender.name }}"


@pytest.fixture
def rep(transactional_db):
    make_stages()
    return make_user(Role.REP, name="Rita Rep", teams=[make_team("North", Department.SALES)])


@pytest.fixture
def lead(rep):
    return make_lead(owner=rep, first_name="Ana", email="ana@buyer.example")


@pytest.fixture
def point(lead):
    return make_talking_point(
        "Monday opening", body=BODY, subject="Monday, {{ lead.first_name }}", agreed=True
    )


def opened(page, lead, point):
    page.goto(f"/leads/{lead.pk}/talking-points/{point.slug}/")
    page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("is_first", [False, True])
def test_two_letters_and_enter_however_quick(page, sign_in, rep, lead, is_first):
    """Also where something else on the page settles first."""
    for text in TEXTS[:12]:
        make_talking_point(text.title, body=text.body, kind=text.kind, agreed=True)
    sign_in(rep)
    page.goto(f"/leads/{lead.pk}/")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("w")
    page.wait_for_function("() => document.activeElement.closest('#recommendation-panel form')")
    page.keyboard.type("vo")
    page.keyboard.press("Enter")  # before what was typed has been looked for
    if is_first:
        page.evaluate("document.body.append(document.createElement('i'))")
        page.evaluate(
            "document.body.lastChild.dispatchEvent(new CustomEvent('htmx:afterSettle', {bubbles: true}))"
        )
    page.wait_for_url("**/talking-points/voicemail-overtime/", wait_until="networkidle")


def test_typing_keeps_the_place_and_an_arrow_goes_down(page, sign_in, rep, lead, point):
    make_talking_point("Monday question", agreed=True)
    sign_in(rep)
    page.goto(f"/leads/{lead.pk}/talking-points/")
    page.wait_for_load_state("networkidle")
    page.focus("#recommendation-panel input[type=search]")
    for letter in "mq":
        page.keyboard.type(letter)
        page.wait_for_selector(f'#recommendation-rows[data-for$="{letter}"]')
    assert page.evaluate("document.activeElement.value") == "mq"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.innerText") == "Monday question"


@pytest.mark.parametrize("is_secure", [True, False])
def test_what_is_copied_is_what_was_written(page, sign_in, rep, lead, point, is_secure):
    """Also where the browser has no clipboard to ask, as on an intranet without https."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    if not is_secure:
        page.add_init_script(
            "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});"
        )
    sign_in(rep)
    opened(page, lead, point)
    page.keyboard.press("c")
    page.wait_for_selector("#use-done")
    page.evaluate(
        "() => { document.body.innerHTML = '<textarea id=there></textarea>'; there.focus(); }"
    )
    page.keyboard.press("Control+V")
    assert page.input_value("#there") == "Good morning Ana,\n\nhow was Monday?\n\nRita Rep"
    assert Use.objects.get().channel == "copy"


def test_nothing_is_logged_when_nothing_could_be_copied(page, sign_in, rep, lead, point):
    page.add_init_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true});"
        "document.execCommand = () => false;"
    )
    sign_in(rep)
    opened(page, lead, point)
    page.keyboard.press("c")
    page.wait_for_selector(".toast.warn")
    assert "press Ctrl+C" in page.inner_text("#toasts")
    assert not Use.objects.exists()


def test_the_mail_client_is_called_and_the_use_logged(page, sign_in, rep, lead, point):
    """The page may not send a form outside; what opens the client is a link."""
    asked = []
    page.context.new_cdp_session(page).on(
        "Page.frameRequestedNavigation", lambda event: asked.append(event["url"])
    )
    session = page.context.new_cdp_session(page)
    session.on("Page.frameRequestedNavigation", lambda event: asked.append(event["url"]))
    session.send("Page.enable")
    sign_in(rep)
    opened(page, lead, point)
    page.keyboard.press("m")
    page.wait_for_selector("#use-done")
    page.wait_for_timeout(300)
    mails = [url for url in asked if url.startswith("mailto:")]
    assert mails
    assert mails[0].startswith("mailto:ana@buyer.example?subject=Monday%2C%20Ana&body=Good%20")
    assert Use.objects.get().channel == "mail"


def test_who_has_an_older_text_open_is_told(page, sign_in, rep, lead, point):
    sign_in(rep)
    opened(page, lead, point)
    draft = documents.start_draft(subject=point, by=point.document.owner)
    documents.edit_draft(
        subject=point, revision=draft, changes={"body": "New words"}, by=point.document.owner
    )
    agree(point, draft)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    page.wait_for_selector("#use-changed")
    assert "Revision 2 is in force" in page.inner_text("#use-changed")
    page.click("#use-changed a")
    page.wait_for_load_state("networkidle")
    assert "New words" in page.inner_text("main")


def test_without_a_script_it_is_logged_as_well(chromium, live_server, rep, lead, point):
    from django.conf import settings

    from tests.conftest import signed_in

    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    cookie = signed_in(rep).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/leads/{lead.pk}/talking-points/{point.slug}/")
    page.click("button[value=mail]")
    assert page.get_attribute("a[href^=mailto]", "href").startswith("mailto:ana@buyer.example?")
    context.close()
    assert Use.objects.get().channel == "mail"
