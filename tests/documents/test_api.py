"""The API of every kind of agreed document, walked on personas and campaigns."""

from __future__ import annotations

import pytest

from portal.documents import services
from tests.factories import make_campaign, make_persona

pytestmark = pytest.mark.django_db

JSON = "application/json"


def post(client, url, body=None):
    return client.post(url, body or {}, content_type=JSON)


def test_the_whole_life(as_marketer, as_marketing_manager, as_sales_manager, marketer):
    persona = make_persona(by=marketer)
    url = f"/api/v1/personas/{persona.pk}/"
    changed = as_marketer.patch(url, {"content": {"essence": "Changed"}}, content_type=JSON)
    assert changed.status_code == 200
    assert changed.json()["content"]["essence"] == "Changed"
    assert post(as_marketer, f"{url}propose/", {"note": "Ready"}).json()["status"] == "in_review"
    assert post(as_marketing_manager, f"{url}sign/").json()["status"] == "in_review"
    assert post(as_sales_manager, f"{url}sign/").json()["status"] == "agreed"
    again = post(as_sales_manager, f"{url}sign/")
    assert (again.status_code, "in review" in again.json()["detail"]) == (409, True)
    assert post(as_sales_manager, f"{url}sign/", {"revision": 9}).status_code == 404
    assert as_marketer.get(f"{url}revisions/").json()["results"][0]["state"] == "agreed"


def test_a_stale_write_is_refused(as_marketer, marketer):
    persona = make_persona(by=marketer)
    url = f"/api/v1/personas/{persona.pk}/"
    etag = as_marketer.get(url).headers["ETag"]
    first = as_marketer.patch(
        url, {"content": {"quote": "One"}}, content_type=JSON, headers={"If-Match": etag}
    )
    second = as_marketer.patch(
        url, {"content": {"quote": "Two"}}, content_type=JSON, headers={"If-Match": etag}
    )
    assert (first.status_code, second.status_code) == (200, 412)
    assert second["Content-Type"].startswith("application/problem+json")
    assert as_marketer.get(url).json()["content"]["quote"] == "One"


def test_wrong_content_names_the_fields(as_marketer):
    body = {"title": "X", "content": {"essense": "typo", "roles": "not a list"}}
    answer = post(as_marketer, "/api/v1/personas/", body)
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {
        "content.essense",
        "content.roles",
    }


def test_a_reference_to_something_that_is_not_there_is_refused(as_marketer):
    answer = post(as_marketer, "/api/v1/campaigns/", {"title": "X", "content": {"personas": [999]}})
    assert answer.status_code == 400
    assert "not available" in answer.json()["errors"][0]["message"]


def test_lists_filters_and_counts(as_rep, marketer):
    for _ in range(3):
        make_persona(by=marketer)
    listing = as_rep.get("/api/v1/personas/?page_size=2").json()
    assert len(listing["results"]) == 2
    assert as_rep.get(listing["next"]).json()["results"]
    assert as_rep.get("/api/v1/personas/count/?status=draft").json() == {"count": 3, "exact": True}
    unknown = as_rep.get("/api/v1/personas/?stauts=draft")
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["field"] == "stauts"


def test_a_rep_may_not_write(as_rep, marketer):
    persona = make_persona(by=marketer)
    assert post(as_rep, "/api/v1/personas/", {"title": "X"}).status_code == 403
    assert post(as_rep, f"/api/v1/personas/{persona.pk}/sign/").status_code == 403


def test_strangers_and_the_unknown(client, as_rep):
    assert client.get("/api/v1/personas/").status_code == 401
    assert as_rep.get("/api/v1/personas/999/").status_code == 404


def test_diff(as_marketer, marketer, sales_manager, marketing_manager):
    persona = make_persona(by=marketer, agreed=True)
    draft = services.start_draft(subject=persona, by=marketer)
    services.edit_draft(subject=persona, revision=draft, changes={"essence": "Other"}, by=marketer)
    body = as_marketer.get(f"/api/v1/personas/{persona.pk}/diff/?from=1&to=2").json()
    assert [(d["key"], d["after"]) for d in body["fields"]] == [("essence", "Other")]


def test_a_campaign_projects_its_dates_and_personas(marketer, sales_manager, marketing_manager):
    campaign = make_campaign(by=marketer, agreed=True)
    assert str(campaign.starts_on) == "2026-05-04"
    assert campaign.personas.count() == 1
