"""One's own page, the directory, teams; times and words as the person reads them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db
MINE = {
    "name": "Ada L",
    "title": "Lead",
    "phone": "+44 20",
    "time_zone": "Asia/Tokyo",
    "language": "en",
    "theme": "dark",
}


def test_people_change_what_is_theirs(as_rep):
    assert as_rep.post("/me/", MINE)["Location"] == "/me/"

    person = User.objects.get(pk=as_rep.user.pk)
    assert {name: getattr(person, name) for name in MINE} == MINE
    assert 'data-theme="dark"' in as_rep.get("/me/").content.decode()


def test_a_name_is_one_line(as_rep):
    forged = MINE | {"name": " Kim\r\nBcc: x@evil.example ", "title": "Account\n executive"}

    assert as_rep.post("/me/", forged).status_code == 302
    person = User.objects.get(pk=as_rep.user.pk)
    assert (person.name, person.title) == ("Kim Bcc: x@evil.example", "Account executive")


def test_nobody_raises_themselves(as_rep):
    forged = MINE | {
        "role": "administrator",
        "department": "operations",
        "is_superuser": "on",
        "is_staff": "on",
        "email": "root@accord.example",
        "teams": "1",
        "is_active": "",
        "password": "x",
    }
    before = (
        User.objects.filter(pk=as_rep.user.pk)
        .values("role", "department", "is_superuser", "email", "is_active", "password")
        .get()
    )

    as_rep.post("/me/", forged)

    after = User.objects.filter(pk=as_rep.user.pk).values(*before).get()
    assert after == before


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"theme": "pink"}, {"name": ""}]
)
def test_what_cannot_be_is_refused_with_422(as_rep, wrong):
    assert as_rep.post("/me/", MINE | wrong).status_code == 422


def test_times_are_shown_in_the_persons_zone(as_administrator):
    as_administrator.post("/me/", MINE)
    as_administrator.post(
        "/admin/accounts/team/add/", {"name": "New", "department": "sales", "time_zone": "UTC"}
    )

    page = as_administrator.get("/audit/")

    assert "JST" in page.content.decode()
    assert page.headers["Content-Language"] == "en"


def test_an_unknown_zone_in_the_database_breaks_no_page(as_rep):
    User.objects.filter(pk=as_rep.user.pk).update(time_zone="Gone/Away")

    assert as_rep.get("/people/").status_code == 200


def test_the_directory_finds_people(as_rep):
    north = make_team("North")
    make_user(name="Zoë Quill", title="Account executive", teams=[north])
    make_user(name="Gone Person", is_active=False)

    page = as_rep.get("/people/?q=zoë").content.decode()
    everybody = as_rep.get("/people/").content.decode()

    assert "Zoë Quill" in page
    assert as_rep.user.name not in page.split("<table", 1)[1]
    assert "Gone Person" not in everybody
    assert "Nobody matches" in as_rep.get("/people/?q=qqqq").content.decode()


def test_a_part_of_the_directory_answers_htmx(as_rep):
    part = as_rep.get("/people/", headers={"HX-Request": "true"}).content.decode()

    assert part.lstrip().startswith('<div id="user-table"')


def test_a_persons_page_and_one_that_does_not_exist(as_rep):
    other = make_user(name="Zoë Quill", phone="+49 30 1")

    assert "+49 30 1" in as_rep.get(other.get_absolute_url()).content.decode()
    assert as_rep.get("/people/99999/").status_code == 404


def test_teams_show_who_is_in_them(as_rep):
    make_user(name="Zoë Quill", teams=[make_team("Delta")])

    page = as_rep.get("/teams/").content.decode()

    assert "Delta" in page
    assert "Zoë Quill" in page


@pytest.mark.parametrize("url", ["/people/", "/teams/", "/api/v1/users/"])
def test_lists_cost_the_same_whatever_their_length(as_rep, url):
    make_user(teams=[make_team()])
    with CaptureQueriesContext(connection) as few:
        as_rep.get(url)
    for _ in range(9):
        make_user(teams=[make_team()])
    with CaptureQueriesContext(connection) as many:
        as_rep.get(url)

    assert len(many) == len(few)


def test_the_directory_pages_by_key(as_rep):
    for number in range(60):
        make_user(name=f"Person {number:03}")
    first = as_rep.get("/people/")

    second = as_rep.get("/people/" + first.context["page"].next)

    assert not {p.pk for p in first.context["rows"]} & {p.pk for p in second.context["rows"]}


def test_the_audit_page_is_for_administrators(as_administrator, as_sales_manager):
    as_administrator.post(
        "/admin/accounts/team/add/", {"name": "New", "department": "sales", "time_zone": "UTC"}
    )

    page = as_administrator.get("/audit/?subject_type=accounts.team").content.decode()

    assert "added" in page
    assert as_sales_manager.get("/audit/").status_code == 403
