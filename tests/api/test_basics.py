"""What every resource of the API has in common [contract]."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.accounts.roles import Department
from tests.conftest import signed_in
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["/api/v1/", "/api/v1/users/", "/api/schema/"])
def test_a_stranger_is_asked_who_they_are(client, url):
    answer = client.get(url)

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "errors"}


def test_the_root_lists_the_resources(as_rep):
    resources = as_rep.get("/api/v1/").json()

    assert {"users", "teams", "audit", "tokens", "personas"} <= set(resources)


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("get", "/api/v1/nothing/", 404),
        ("get", "/api/nothing", 404),
        ("get", "/api/v1/users/999999/", 404),
        ("get", "/api/v1/users/12345678901234567890123/", 404),
        ("get", "/api/v1/users/one/", 404),
        ("delete", "/api/v1/users/", 405),
        ("post", "/api/v1/teams/", 405),
        ("get", "/api/v1/audit/", 403),
    ],
)
def test_every_error_is_a_problem(as_rep, method, url, status):
    answer = getattr(as_rep, method)(url)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_what_cannot_be_shown_or_read_is_refused_as_a_problem(as_marketer):
    not_shown = as_marketer.get("/api/v1/users/", headers={"Accept": "application/xml"})
    not_read = as_marketer.post("/api/v1/personas/", "<a/>", content_type="application/xml")
    broken = as_marketer.post("/api/v1/personas/", "{", content_type="application/json")

    assert [a.status_code for a in (not_shown, not_read, broken)] == [406, 415, 400]
    assert {a["Content-Type"] for a in (not_shown, not_read, broken)} == {
        "application/problem+json"
    }


def test_a_crash_is_a_problem_too(rep, monkeypatch):
    monkeypatch.setattr("portal.accounts.api.UserViewSet.list", lambda *a, **k: 1 / 0)
    client = Client(raise_request_exception=False)
    client.force_login(rep)

    answer = client.get("/api/v1/users/")

    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "ZeroDivision" not in answer.content.decode()


def test_a_session_needs_the_csrf_token(marketer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(marketer)

    answer = client.post("/api/v1/personas/", {"title": "x"}, content_type="application/json")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("colour=red", "colour"),
        ("q__icontains=x", "q__icontains"),
        ("password__startswith=a", "password__startswith"),
        ("role=king", "role"),
        ("ordering=password", "ordering"),
        ("format=xml", "format"),
    ],
)
def test_an_unknown_filter_is_named(as_rep, query, field):
    for path in ("/api/v1/users/", "/api/v1/users/count/"):
        answer = as_rep.get(f"{path}?{query}")
        if field == "ordering" and path.endswith("count/"):
            continue
        if field == "format":
            assert answer.status_code in {400, 404}
            continue
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == field


def test_a_list_without_filters_names_unknown_ones_too(as_rep):
    assert as_rep.get("/api/v1/tokens/?x=1").json()["errors"][0]["field"] == "x"


def test_pages_follow_each_other_and_lose_nobody(as_rep):
    for number in range(7):
        make_user(name=f"Colleague {number % 2}")
    expected = as_rep.get("/api/v1/users/count/").json()
    seen, url = [], "/api/v1/users/?page_size=3"

    while url:
        page = as_rep.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]

    assert expected == {"count": len(seen), "exact": True}
    assert len(seen) == len(set(seen))


def test_a_page_holds_at_most_two_hundred(as_rep, django_user_model):
    django_user_model.objects.bulk_create(
        django_user_model(
            email=f"p{n}@accord.example", name=f"P{n}", role="rep", department="sales"
        )
        for n in range(205)
    )

    assert len(as_rep.get("/api/v1/users/?page_size=1000").json()["results"]) == 200


def test_search_and_filters_find_people(as_rep):
    team = make_team("Searchers", Department.SALES)
    wanted = make_user(name="Zoë Quill", title="Account executive", teams=[team])

    for query in (
        "search=quill account",
        f"team={team.pk}",
        "q=zoë quill",
        f"email={wanted.email.upper()}",
    ):
        found = as_rep.get(f"/api/v1/users/?{query}").json()["results"]
        assert wanted.pk in [row["id"] for row in found], query
    assert as_rep.get("/api/v1/users/?search=nobody-here").json()["results"] == []


@pytest.mark.parametrize("url", ["/api/v1/users/", "/api/v1/teams/"])
def test_a_list_costs_the_same_whatever_its_length(as_rep, url, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    as_rep.get(url)
    with CaptureQueriesContext(connection) as few:
        as_rep.get(url)
    for _ in range(9):
        make_user(teams=[make_team()])
    with CaptureQueriesContext(connection) as many:
        as_rep.get(url)

    assert len(many) == len(few)


def test_the_audit_trail_is_for_administrators(as_administrator, as_sales_manager):
    as_administrator.post(
        "/admin/accounts/team/add/", {"name": "New", "department": "sales", "time_zone": "UTC"}
    )

    lines = as_administrator.get("/api/v1/audit/?subject_type=accounts.team").json()["results"]

    assert [line["verb"] for line in lines] == ["added"]
    assert as_sales_manager.get("/api/v1/audit/").status_code == 403
    assert as_administrator.get(f"/api/v1/audit/{lines[0]['id']}/").status_code == 200
    assert as_administrator.delete(f"/api/v1/audit/{lines[0]['id']}/").status_code == 405


def test_a_deactivated_person_is_out_at_the_next_click(rep, as_rep):
    type(rep).objects.filter(pk=rep.pk).update(is_active=False)

    assert as_rep.get("/api/v1/users/").status_code == 401


def test_no_password_or_secret_is_ever_shown(as_administrator, rep):
    body = as_administrator.get(f"/api/v1/users/{rep.pk}/").json()

    assert not {"password", "is_superuser", "last_login", "groups"} & set(body)
    assert signed_in(rep).get(f"/api/v1/users/{rep.pk}/").json() == body
