"""What people owe: page and API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.todo.models import Task
from portal.todo.services import ask, settle
from tests.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

COMPLETE = pytest.mark.parametrize("url", ["/tasks/{pk}/complete/", "/api/v1/tasks/{pk}/complete/"])


def owe(person, title="Call the printer", *, kind=Task.Kind.OTHER, **options):
    ask([person], kind=kind, title=title, key=options.pop("key", title), **options)
    return Task.objects.get(owner=person, title=title)


def titles(client, query=""):
    return [task.title for task in client.get(f"/tasks/{query}").context["rows"]]


def test_what_is_due_first_comes_first_and_overdue_is_marked(as_rep, rep):
    now = timezone.now()
    owe(rep, "Some day")
    owe(rep, "Next week", due_at=now + timedelta(days=7))
    owe(rep, "Yesterday", due_at=now - timedelta(days=1))
    assert titles(as_rep) == ["Yesterday", "Next week", "Some day"]
    assert as_rep.get("/tasks/").content.decode().count("Overdue") == 1


@COMPLETE
def test_ticking_off(as_rep, rep, url):
    task = owe(rep)
    assert as_rep.post(url.format(pk=task.pk)).status_code in {200, 302}
    assert titles(as_rep) == []
    assert titles(as_rep, "?view=done") == ["Call the printer"]
    assert as_rep.post(url.format(pk=task.pk)).status_code == 409


@COMPLETE
def test_what_is_done_elsewhere_closes_there(as_rep, rep, url):
    task = owe(rep, "Sign it", kind=Task.Kind.SIGN)
    assert as_rep.post(url.format(pk=task.pk)).status_code == 409
    assert settle("Sign it") == 1
    assert titles(as_rep) == []


@COMPLETE
def test_somebody_elses_task_does_not_exist(as_other_rep, rep, url):
    task = owe(rep)
    assert as_other_rep.post(url.format(pk=task.pk)).status_code == 404
    task.refresh_from_db()
    assert task.done_at is None


def test_the_same_thing_is_owed_once_until_it_is_done(rep):
    owe(rep)
    owe(rep)
    assert Task.objects.count() == 1
    settle("Call the printer")
    ask([rep], kind=Task.Kind.OTHER, title="Call the printer", key="Call the printer")
    assert Task.objects.count() == 2


def test_a_manager_sees_what_their_people_owe(
    as_sales_manager, sales_manager, rep, other_rep, marketer
):
    for person in (rep, other_rep, marketer, sales_manager):
        owe(person, f"Owed by {person.pk}")
    assert set(titles(as_sales_manager, "?view=team")) == {
        f"Owed by {rep.pk}",
        f"Owed by {other_rep.pk}",
    }
    assert titles(as_sales_manager) == [f"Owed by {sales_manager.pk}"]


def test_a_manager_without_teams_sees_their_department(marketing_manager, marketer, rep):
    owe(marketer, "Marketing's")
    owe(rep, "Sales'")
    assert titles(signed_in(marketing_manager), "?view=team") == ["Marketing's"]


def test_a_rep_has_no_view_of_others(as_rep, rep):
    owe(make_user(), "Not mine")
    owe(rep, "Mine")
    assert titles(as_rep, "?view=team") == ["Mine"]
    assert [row["title"] for row in as_rep.get("/api/v1/tasks/").json()["results"]] == ["Mine"]


def test_the_api_filters_and_counts(as_rep, rep):
    owe(rep, "Open")
    as_rep.post(f"/api/v1/tasks/{owe(rep, 'Closed').pk}/complete/")
    assert [
        row["title"]
        for row in as_rep.get("/api/v1/tasks/?is_done=false&owner=me").json()["results"]
    ] == ["Open"]
    assert as_rep.get("/api/v1/tasks/count/?kind=other").json() == {"count": 2, "exact": True}
    assert as_rep.get("/api/v1/tasks/?kind=x").status_code == 400


def test_a_ticked_row_answers_htmx_and_wakes_the_badge(as_rep, rep):
    answer = as_rep.post(f"/tasks/{owe(rep).pk}/complete/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Trigger"] == "badges"
    assert answer.content.decode().strip().startswith('<li id="task-row-')


def test_ten_tasks_cost_as_many_queries_as_one(as_sales_manager, rep):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            as_sales_manager.get("/tasks/?view=team")
        return len(queries)

    owe(rep, "One", due_at=timezone.now())
    owe(rep, "One more")
    cost()
    one = cost()
    for number in range(10):
        owe(rep, f"Task {number}", due_at=timezone.now())
    assert cost() == one
