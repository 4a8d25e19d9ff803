"""A file is brought in by keyboard and mouse, on a screen and on a phone."""

from __future__ import annotations

import pytest

from leads.models import Lead
from portal.accounts.roles import Role
from tests.browser.asking import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.factories import csv_of, make_stages, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEADS = csv_of(
    "Record ID,First Name,Last Name,Email,Company,Lead Source,Converted,Create Date,Shoe size",
    *(f"r{n},Ana,Smith {n},ana{n}@x.example,Acme,{'Google' if n % 3 else 'google'},{n % 2},0{n % 9 + 1}/0{n % 7 + 1}/2026,{n}" for n in range(30)),
    "r99,Udo,Uhl,not an address,,Select,0,01/02/2026,44",
)  # fmt: skip


def look(page, name):
    for width, theme in ((1280, "light"), (360, "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert_no_sideways_scroll(page)
        assert_accessible(page)
        screenshot(page, f"import-{name}-{width}")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_marketer_brings_a_file_in(sign_in, live_server):
    make_stages()
    page = sign_in(make_user(Role.MARKETER))

    page.goto("/leads/import/")
    look(page, "list")
    page.get_by_label("File", exact=True).set_input_files(
        files=[{"name": "leads of may.csv", "mimeType": "text/csv", "buffer": LEADS}]
    )
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("heading", name="What the columns mean").wait_for()
    look(page, "mapping")

    page.get_by_role("button", name="Bring the rows in").click()
    page.get_by_text("Please look at this again").wait_for()
    assert [text for text in page.problems if "422" not in text] == []
    page.problems.clear()  # the browser reports the answer 422 as an error of its own
    assert Lead.objects.count() == 0
    page.locator("select[name=d7]").select_option("%d/%m/%Y")
    page.get_by_role("button", name="Try it without").click()
    page.get_by_role("heading", name="What would happen").wait_for()
    look(page, "trial")
    assert Lead.objects.count() == 0

    page.get_by_role("button", name="Bring the rows in").click()
    page.get_by_role("heading", name="What happened").wait_for()
    look(page, "result")
    assert Lead.objects.count() == 30
    with page.expect_download() as download:
        page.get_by_role("link", name="Rows not brought in").click()
    assert "refused" in download.value.suggested_filename
