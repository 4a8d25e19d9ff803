"""A real browser against the live server, and the questions every page is asked."""

from __future__ import annotations

import os
import shutil

import pytest

#: Playwright's own loop must not make Django refuse the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium_path() -> str | None:
    """Where Chromium is: the environment says, else the usual names."""
    named = os.environ.get("ACCORD_CHROMIUM")
    if named:
        return named
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None)


@pytest.fixture(scope="session")
def chromium():
    path = chromium_path()
    if path is None:
        pytest.skip("Chromium is not here; name it in ACCORD_CHROMIUM to run the browser tests.")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def _told(entry):
    return f"{entry.text} {entry.location.get('url', '')}"


@pytest.fixture
def page(chromium, live_server):
    """A page of its own context. Every error in its console fails the test."""
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console",
        lambda entry: page.problems.append(_told(entry)) if entry.type == "error" else None,
    )
    yield page
    context.close()
    assert page.problems == [], f"The browser complained: {page.problems}"


@pytest.fixture
def sign_in(page, live_server):
    """``sign_in(user)``: the page's browser carries that person's session."""
    from django.conf import settings
    from django.test import Client

    def signed(user):
        client = Client()
        client.force_login(user, backend="portal.accounts.backends.RoleBackend")
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        return page

    return signed
