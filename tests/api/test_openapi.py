"""The API describes itself, without a warning, and its page works offline."""

from __future__ import annotations

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from tests.factories import make_lead, make_thread
from tests.factories.documents import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def document():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(public=True)


def test_there_is_no_warning(document):
    warnings = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]

    assert [str(w) for w in warnings] == []


def test_every_post_takes_an_idempotency_key_and_every_call_may_fail_as_a_problem(document):
    calls = [
        (path, verb, call)
        for path, verbs in document["paths"].items()
        for verb, call in verbs.items()
    ]
    assert len(calls) > 40
    for path, verb, call in calls:
        names = {parameter["name"] for parameter in call.get("parameters", [])}
        assert "default" in call["responses"], path
        if verb == "post":
            assert "Idempotency-Key" in names, path
    assert "Problem" in document["components"]["schemas"]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Lead", "owner"),
        ("Lead", "campaign"),
        ("Lead", "team"),
        ("BulkAct", "stage"),
        ("Thread", "revision"),
        ("Thread", "due_at"),
        ("Notification", "actor"),
        ("Company", "parent"),
    ],
)
def test_what_may_be_missing_is_said(document, name, field):
    shapes = document["components"]["schemas"]

    assert shapes[name]["properties"][field]["nullable"] is True
    assert "nullable" not in shapes[name]["properties"]["id"]


@pytest.mark.parametrize(
    ("name", "field"), [("Company", "tier"), ("Handoff", "verdict"), ("Touchpoint", "left_out")]
)
def test_a_choice_that_may_be_blank_says_so(document, name, field):
    offered = document["components"]["schemas"][name]["properties"][field]["oneOf"]

    assert {"$ref": "#/components/schemas/BlankEnum"} in offered


def test_watching_a_document_answers_with_nothing(document):
    assert set(document["paths"]["/api/v1/personas/{id}/watch/"]["post"]["responses"]) == {
        "204",
        "default",
    }


@pytest.mark.parametrize(
    "path",
    [
        "personas/{id}/decisions/",
        "personas/{id}/revisions/",
        "personas/{id}/diff/?from=1&to=1",
        "feedback/{id}/posts/",
        "leads/{id}/timeline/",
        "reports/",
    ],
)
def test_an_answer_with_rows_is_told_as_it_comes(document, as_marketer, path):
    persona = make_persona("Petra", agreed=True)
    ids = {"personas": persona.pk, "feedback": make_thread(persona).pk, "leads": make_lead().pk}
    call = document["paths"][f"/api/v1/{path.partition('?')[0]}"]["get"]
    told = call["responses"]["200"]["content"]["application/json"]["schema"]
    shape = document["components"]["schemas"][told["$ref"].rpartition("/")[2]]

    answer = as_marketer.get(f"/api/v1/{path.format(id=ids.get(path.split('/')[0]))}")

    assert answer.status_code == 200
    assert answer.json().keys() == shape["properties"].keys()


def test_an_address_that_may_be_blank_is_no_address(document):
    website = document["components"]["schemas"]["Competitor"]["properties"]["website"]

    assert "format" not in website


def test_it_is_served(as_rep):
    answer = as_rep.get("/api/schema/", headers={"Accept": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


def test_the_page_asks_nothing_of_other_hosts_and_needs_no_inline_code(as_rep, client):
    page = as_rep.get("/api/docs/")
    script = as_rep.get("/api/docs/?script=")

    assert page.status_code == script.status_code == 200
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "//" not in page.content.decode().replace("<!DOCTYPE html>", "").replace(
        "http://testserver", ""
    )
    assert script["Content-Type"].startswith("application/javascript")
    assert client.get("/api/docs/")["Location"] == "/login/?next=/api/docs/"
    as_json = as_rep.get("/api/docs/", headers={"Accept": "application/json"})
    assert (as_json.status_code, as_json["Content-Type"]) == (200, "text/html; charset=utf-8")
