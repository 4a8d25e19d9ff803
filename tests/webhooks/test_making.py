"""A webhook is made once and gets a new token once, however often the button is pressed."""

from __future__ import annotations

import re

import pytest

from portal.webhooks.models import Hook
from tests.conftest import signed_in
from tests.factories import lead_event, make_hook
from tests.webhooks.test_receive import post

pytestmark = pytest.mark.django_db


def test_a_form_that_is_sent_twice_makes_one_webhook(administrator):
    client = signed_in(administrator)
    page = client.get("/hooks/new/").content.decode()
    mark = re.search(r'name="form_token" value="([^"]+)"', page).group(1)
    form = {"name": "Form", "system": "site", "per_minute": 100, "form_token": mark}

    first = client.post("/hooks/new/", form).content.decode()
    second = client.post("/hooks/new/", form, follow=True)

    hook = Hook.objects.get()
    assert "/hooks/in/" in first
    assert second.redirect_chain == [(f"/hooks/{hook.pk}/", 302)]
    assert "/hooks/in/" not in second.content.decode()
    assert client.post("/hooks/new/", form | {"form_token": ""}).status_code == 422
    assert Hook.objects.count() == 1


def test_a_second_click_on_new_token_takes_no_time_from_the_one_in_use(administrator):
    hook, path = make_hook()
    client = signed_in(administrator)
    page = client.get(f"/hooks/{hook.pk}/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)

    first = client.post(f"/hooks/{hook.pk}/rotate/", {"seen": seen})
    second = client.post(f"/hooks/{hook.pk}/rotate/", {"seen": seen})

    assert [first.status_code, second.status_code] == [200, 409]
    assert post(path, lead_event("a")).status_code == 202
