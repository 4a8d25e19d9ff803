"""What one was told: list, badge, reading, choosing; page and API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.notifications.models import Notification
from portal.notifications.services import notify
from portal.todo.models import Task
from portal.todo.services import ask
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def tell(person, text="A thread was answered", **options):
    notify(person, text, **({"kind": "feedback_reply", "url": "/feedback/"} | options))
    return Notification.objects.order_by("-pk").first()


def test_unread_first_and_all(as_rep, rep):
    tell(rep, "First")
    as_rep.post(f"/notifications/{tell(rep, 'Second').pk}/read/")
    assert [n.text for n in as_rep.get("/notifications/").context["rows"]] == ["First"]
    assert [n.text for n in as_rep.get("/notifications/?view=all").context["rows"]] == [
        "Second",
        "First",
    ]


def test_opening_goes_there_and_counts_as_read(as_rep, rep):
    told = tell(rep)
    answer = as_rep.get(f"/notifications/{told.pk}/open/")
    assert answer.headers["Location"] == "/feedback/"
    told.refresh_from_db()
    first = told.read_at
    assert first is not None
    as_rep.get(f"/notifications/{told.pk}/open/")
    told.refresh_from_db()
    assert told.read_at == first


@pytest.mark.parametrize(
    "url", ["", "https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_opening_never_leaves_the_portal(as_rep, rep, url):
    answer = as_rep.get(f"/notifications/{tell(rep, url=url).pk}/open/")
    assert answer.headers["Location"] == "/notifications/"


@pytest.mark.parametrize("url", ["/notifications/{pk}/read/", "/api/v1/notifications/{pk}/read/"])
@pytest.mark.parametrize("who", ["as_other_rep", "as_administrator"])
def test_nobody_reads_what_others_were_told(request, rep, url, who):
    told = tell(rep)
    client = request.getfixturevalue(who)
    assert client.post(url.format(pk=told.pk)).status_code == 404
    assert client.get(f"/notifications/{told.pk}/open/").status_code == 404
    assert client.get("/api/v1/notifications/").json()["results"] == []
    told.refresh_from_db()
    assert told.read_at is None


@pytest.mark.parametrize("url", ["/notifications/read-all/", "/api/v1/notifications/read-all/"])
def test_everything_read_at_once(as_rep, rep, other_rep, url):
    for person in (rep, rep, other_rep):
        tell(person)
    assert as_rep.post(url).status_code in {200, 302}
    assert Notification.objects.unread().get().recipient == other_rep


def test_the_api_lists_and_filters(as_rep, rep):
    tell(rep, "One")
    as_rep.post(f"/api/v1/notifications/{tell(rep, 'Two').pk}/read/")
    listed = as_rep.get("/api/v1/notifications/?is_read=false").json()["results"]
    assert [row["text"] for row in listed] == ["One"]
    assert as_rep.get("/api/v1/notifications/count/").json()["count"] == 2
    assert as_rep.get("/api/v1/notifications/?colour=red").status_code == 400


def test_a_read_row_answers_htmx_and_wakes_the_badge(as_rep, rep):
    answer = as_rep.post(f"/notifications/{tell(rep).pk}/read/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "badges"
    assert answer.content.decode().strip().startswith('<li id="notification-row-')


def test_the_badge_counts_with_two_queries(as_rep, rep, other_rep):
    for _ in range(3):
        tell(rep)
    tell(other_rep)
    ask([rep, other_rep], kind=Task.Kind.SIGN, title="Sign", key="k")
    as_rep.get("/notifications/badge/")
    with CaptureQueriesContext(connection) as queries:
        html = as_rep.get("/notifications/badge/").content.decode()
    counted = [q for q in queries if "COUNT(" in q["sql"]]
    others = [
        q
        for q in queries
        if "COUNT(" not in q["sql"]
        and "session" not in q["sql"]
        and "accounts_user" not in q["sql"]
    ]
    assert len(counted) == 2
    assert others == []
    assert "3 unread" in html
    assert "1 open" in html


def test_ten_messages_cost_as_many_queries_as_one(as_rep, rep):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            as_rep.get("/notifications/?view=all")
        return len(queries)

    tell(rep, actor=make_user())
    cost()
    one = cost()
    for _ in range(10):
        tell(rep, actor=make_user())
    assert cost() == one


# --- telling ------------------------------------------------------------------------------------------
def test_nobody_hears_of_their_own_acts_nor_when_they_left(rep, other_rep):
    gone = make_user(is_active=False)
    notify([rep, other_rep, gone], "Hello", kind="x", actor=rep)
    assert [n.recipient for n in Notification.objects.all()] == [other_rep]


def test_the_same_thing_is_told_once(rep):
    for _ in range(2):
        notify(rep, "Due", kind="document_review", key="review:1")
    assert Notification.objects.count() == 1


# --- choosing -----------------------------------------------------------------------------------------
def choose(client, **ticks):
    form = client.get("/notifications/preferences/").context["form"]
    data = {name: "on" for name, f in form.fields.items() if f.initial}
    for name, value in ticks.items():
        data.pop(name, None)
        if value:
            data[name] = "on"
    return client.post("/notifications/preferences/", data)


def test_each_person_chooses_by_kind(as_rep, rep):
    assert (
        choose(as_rep, portal_feedback_reply=False, mail_feedback_mention=True).status_code == 302
    )
    tell(rep, "Silent", kind="feedback_reply")
    tell(rep, "By mail too", kind="feedback_mention")
    tell(rep, "As usual", kind="feedback_state")
    assert {n.text: n.mail for n in Notification.objects.all()} == {
        "Silent": "none", "By mail too": "waiting", "As usual": "none",
    }  # fmt: skip
    page = as_rep.get("/notifications/").content.decode()
    assert "Silent" not in page
    assert "By mail too" in page
    assert as_rep.get("/api/v1/notifications/count/").json()["count"] == 2


def test_kinds_that_only_this_person_met_can_be_chosen(as_rep, rep):
    tell(rep, kind="report_ready")
    assert "Report ready" in as_rep.get("/notifications/preferences/").content.decode()
    choose(as_rep, mail_report_ready=True)
    assert tell(rep, kind="report_ready").mail == "waiting"


def test_choices_are_ones_own(as_rep, rep, other_rep):
    choose(as_rep, mail_feedback_reply=True)
    assert tell(other_rep).mail == "none"
