"""The gallery in both themes and on both sizes: every component at once."""

from __future__ import annotations

import pytest

from portal.accounts.roles import Role
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.factories import make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def gallery(sign_in):
    return sign_in(make_user(Role.ADMINISTRATOR, name="Ada Okafor"))


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_component_is_accessible_and_fits(gallery, theme, width):
    gallery.set_viewport_size({"width": width, "height": 900})
    gallery.goto(f"/gallery/?theme={theme}")
    screenshot(gallery, f"gallery-{theme}-{width}")

    assert_no_sideways_scroll(gallery)
    assert_accessible(gallery)
