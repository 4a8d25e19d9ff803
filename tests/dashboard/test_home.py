"""Home by role: what waits, what to do next, what to know."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import services as campaigns
from leads.intake.models import Import
from portal.documents import services as documents
from portal.documents.models import Document
from portal.jobs.models import Job
from portal.todo.models import Task
from portal.todo.services import ask
from tests.conftest import signed_in
from tests.factories import (
    make_campaign,
    make_clock,
    make_lead,
    make_opportunity,
    make_persona,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db

ROLES = ["rep", "marketer", "sales_manager", "marketing_manager", "executive", "administrator"]


def panels(client):
    return {panel.key: panel for column in client.get("/").context["columns"] for panel in column}


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


@pytest.mark.parametrize("who", ROLES)
def test_everybody_has_a_home_that_says_what_to_do_when_it_is_empty(request, who):
    answer = signed_in(request.getfixturevalue(who)).get("/")
    assert answer.status_code == 200
    assert "Nobody waits for you" in answer.content.decode()


@pytest.mark.parametrize("who", ROLES)
def test_everything_on_it_leads_somewhere(request, who, rep, marketer):
    make_lead(owner=rep, next_step_on=today()), make_opportunity(owner=rep)
    thread = make_thread(make_persona(by=marketer), by=rep)
    make_clock(url=thread.get_absolute_url()), make_campaign(by=marketer, agreed=True)
    client = signed_in(request.getfixturevalue(who))
    main = client.get("/").content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]*)', main)}

    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)
    assert links


def test_what_is_owed_stands_on_top(as_rep, rep, other_rep):
    soon = timezone.now() + timedelta(days=1)
    ask([rep, other_rep], kind=Task.Kind.OTHER, title="Some day", key="a")
    ask([rep], kind=Task.Kind.OTHER, title="Tomorrow", key="b", due_at=soon)
    assert [task.title for task in panels(as_rep)["waiting"].rows] == ["Tomorrow", "Some day"]


def test_a_rep_sees_due_steps_and_the_pool(as_rep, rep, other_rep, north, south):
    make_lead(owner=rep, next_step="Call", next_step_on=today(), full_name="Due Today")
    make_lead(owner=rep, next_step="Call", next_step_on=today(-3), full_name="Over Due")
    make_lead(owner=rep, next_step_on=today(2), full_name="Not Yet")
    make_lead(owner=rep, next_step_on=today(), status="lost", full_name="Lost Already")
    make_lead(owner=other_rep, next_step_on=today(), full_name="Not Mine")
    make_lead(team=north, full_name="Free North")
    make_lead(team=south, full_name="Free South")
    seen = panels(as_rep)
    assert [lead.full_name for lead in seen["next_steps"].rows] == ["Over Due", "Due Today"]
    assert [lead.full_name for lead in seen["pool"].rows] == ["Free North"]
    html = as_rep.get("/").content.decode()
    assert "Overdue" in html
    assert "Free South" not in html
    assert "Not Mine" not in html


def test_a_rep_sees_what_runs_and_was_not_read(as_rep, rep, marketer):
    running = make_campaign(
        by=marketer, agreed=True, starts_on=str(today(-1)), ends_on=str(today(20))
    )
    make_campaign("Later", by=marketer, agreed=True, starts_on=str(today(5)), ends_on=str(today(9)))
    campaigns.publish_campaign(campaign=running, by=marketer)
    (row,) = panels(as_rep)["campaigns"].rows
    assert (row, row.is_read) == (running, False)
    campaigns.acknowledge_campaign(campaign=running, by=rep)
    assert panels(as_rep)["campaigns"].rows[0].is_read


def test_feedback_to_answer(as_marketer, marketer, rep):
    make_thread(make_persona(by=marketer), by=rep, title="Too long")
    make_thread(make_persona(by=make_user("marketer")), by=rep, title="A colleague's")
    assert [row.thread.title for row in panels(as_marketer)["threads"].rows] == ["Too long"]


def test_a_marketer_sees_drafts_reviews_and_rejected_rows(as_marketer, marketer):
    draft = make_persona(by=marketer)
    due = make_persona(by=marketer, agreed=True)
    Document.objects.filter(pk=due.document_id).update(review_on=today(7))
    make_persona(by=make_user("marketer"))
    common = {"file": "x.csv", "digest": "d", "size": 1, "finished_at": timezone.now()}
    Import.objects.create(filename="mine.csv", uploaded_by=marketer, rejected=3, rows=9, **common)
    Import.objects.create(filename="clean.csv", uploaded_by=marketer, rejected=0, rows=9, **common)
    Import.objects.create(
        filename="theirs.csv", uploaded_by=make_user("marketer"), rejected=3, rows=9, **common
    )
    seen = panels(as_marketer)
    assert [row.subject for row in seen["drafts"].rows] == [draft]
    assert [row.subject for row in seen["reviews"].rows] == [due]
    assert [run.filename for run in seen["imports"].rows] == ["mine.csv"]
    assert "3 rejected" in as_marketer.get("/").content.decode()


def test_a_manager_sees_where_the_agreement_does_not_hold(
    as_sales_manager, sales_manager, marketer
):
    proposed = make_persona(by=marketer)
    documents.propose(subject=proposed, revision=proposed.document.revisions.get(), by=marketer)
    stale = make_persona(by=marketer, agreed=True)
    Document.objects.filter(pk=stale.document_id).update(review_on=today(-1))
    extra = panels(as_sales_manager)["agreement"].extra
    assert [row.subject for row in extra["unsigned"]] == [proposed]
    assert [row.subject for row in extra["stale"]] == [stale]
    assert extra["broken"] == 0


def test_a_rep_sees_what_should_close_first(as_rep, rep, other_rep):
    make_opportunity(name="Some day", owner=rep, expected_close_on=None)
    make_opportunity(name="Soon", owner=rep, expected_close_on=today(3), amount=9600)
    make_opportunity(name="Late", owner=rep, expected_close_on=today(-3))
    make_opportunity(name="Not mine", owner=other_rep, expected_close_on=today())
    rows = panels(as_rep)["opportunities"].rows
    assert [sale.name for sale in rows] == ["Late", "Soon", "Some day"]
    html = as_rep.get("/").content.decode()
    assert html.count("Past its date") == 1
    assert "€9,600" in html


def test_broken_commitments_are_named_but_not_to_whom_names_are_hidden(
    as_sales_manager, as_executive, rep
):
    make_clock(title="Call Grace Secret")
    assert "Call Grace Secret" in as_sales_manager.get("/").content.decode()
    html = as_executive.get("/").content.decode()
    assert "1 commitment is past due" in html
    assert "Grace" not in html


def test_an_administrator_sees_what_failed_and_who_could_be_safer(as_administrator):
    Job.objects.create(kind="leads.scan", state=Job.State.DEAD)
    Job.objects.create(kind="leads.scan", state=Job.State.DONE)
    rows = {row.words: row.number for row in panels(as_administrator)["system"].rows}
    assert rows == {
        "background job failed in 7 days": 1,
        "account without a second factor": 1,
    }


def test_managers_and_marketers_see_a_report_at_a_glance(as_sales_manager, as_marketer):
    assert "/reports/funnel/?view=small" in as_sales_manager.get("/").content.decode()
    assert "/reports/sources/?view=small" in as_marketer.get("/").content.decode()


def test_an_executive_sees_the_reports_at_a_glance_and_no_lead(as_executive, rep):
    make_lead(full_name="Grace Secret", next_step_on=today())
    html = as_executive.get("/").content.decode()
    assert 'hx-get="/reports/funnel/?view=small"' in html
    assert "Grace" not in html


@pytest.mark.parametrize("who", ROLES)
def test_it_costs_the_same_however_much_there_is(request, who, rep, marketer):
    user = request.getfixturevalue(who)
    client = signed_in(user)

    def more():
        persona = make_persona(by=marketer, agreed=True)
        Document.objects.filter(pk=persona.document_id).update(review_on=today(-1))
        draft = documents.start_draft(subject=persona, by=marketer)
        documents.propose(subject=persona, revision=draft, by=marketer)
        make_persona(by=marketer)
        running = make_campaign(
            by=marketer, agreed=True, starts_on=str(today(-1)), ends_on=str(today(20))
        )
        campaigns.publish_campaign(campaign=running, by=marketer)
        make_thread(persona, by=rep)
        make_thread(persona, by=marketer)
        make_lead(owner=rep, next_step_on=today())
        make_lead(owner=None)

    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    more()
    cost()
    one = cost()
    for _ in range(3):
        more()
    assert cost() == one
    assert one <= 24


def test_a_stranger_signs_in_first(client):
    assert client.get("/").status_code == 302
    assert client.get("/notifications/badge/").status_code == 302
