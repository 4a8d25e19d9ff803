"""The queue of a rep: what comes first and why, by page and by API [R66, R71]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.handoffs.services import accept_handoff
from leads.models import Lead
from leads.queue import experience
from leads.scoring.models import ScoreEntry, Standing
from leads.services import Contact, log_touchpoint
from tests.factories import (
    make_clock,
    make_commitment,
    make_handoff,
    make_lead,
    make_opportunity,
    make_sla,
    make_thread,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreed(marketing_manager, sales_manager):
    return make_sla(
        commitments=[
            make_commitment("handoff_answer", "sales", "8"),
            make_commitment("first_contact", "sales", "8"),
        ],
        agreed=True,
    )


def items(client):
    answer = client.get("/api/v1/queue/")
    assert answer.status_code == 200, answer.content
    page = client.get("/queue/").content.decode()
    found = answer.json()["results"]
    for item in found:
        assert item["title"] in page
    return found


def titles(client):
    return [item["title"] for item in items(client)]


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


def test_nothing_waits_and_the_page_says_where_leads_are(as_rep):
    assert items(as_rep) == []
    assert "Nothing waits for you" in as_rep.get("/queue/").content.decode()


def test_running_clocks_come_first_then_worth(as_rep, rep, marketer, agreed):
    offered = make_handoff(
        make_lead(stage="mql", source="Web", full_name="Offered"), to=rep, by=marketer
    )
    earlier = make_handoff(
        make_lead(stage="mql", source="Web", full_name="Accepted"), to=rep, by=marketer
    )
    accept_handoff(handoff=earlier, by=rep)
    clock = Handoff.objects.get(pk=earlier.pk).contact_clock
    clock.due_at = offered.clock.due_at - timedelta(minutes=1)
    clock.save()
    make_lead(owner=rep, full_name="Just mine")
    make_opportunity(name="Small", owner=rep, amount=100, currency="EUR")
    make_opportunity(name="Large", owner=rep, amount=90_000, currency="EUR")

    found = items(as_rep)

    assert [item["title"] for item in found] == [
        "Accepted",
        "Offered",
        "Large",
        "Small",
        "Just mine",
    ]
    assert [item["kind"] for item in found] == ["contact", "answer", "sale", "sale", "lead"]
    assert found[0]["due_at"] < found[1]["due_at"]
    assert found[2]["value"] * found[2]["chance"] > found[3]["value"] * found[3]["chance"]


def test_what_is_late_says_so(as_rep, rep, marketer, agreed):
    handoff = make_handoff(to=rep, by=marketer)
    handoff.clock.started_at = timezone.now() - timedelta(days=9)
    handoff.clock.due_at = timezone.now() - timedelta(days=8)
    handoff.clock.save()
    make_lead(owner=rep, full_name="Over Due", next_step="Call", next_step_on=today(-3))
    found = {item["title"]: item for item in items(as_rep)}
    assert found[str(handoff.lead)]["is_late"]
    assert found["Over Due"]["is_late"]
    assert "Overdue since" in found["Over Due"]["why"]
    assert "Call" in found["Over Due"]["why"]


def test_what_is_planned_for_later_and_whom_one_spoke_to_today_rest(as_rep, rep):
    make_lead(owner=rep, full_name="Later", next_step="Call", next_step_on=today(2))
    make_lead(owner=rep, full_name="Due", next_step="Call", next_step_on=today())
    spoken = make_lead(owner=rep, full_name="Spoken to")
    make_opportunity(name="Later", owner=rep, next_step_on=today(5))
    assert titles(as_rep) == ["Due", "Spoken to"]
    log_touchpoint(lead=spoken, contact=Contact(kind="call", direction="out"), by=rep)
    assert titles(as_rep) == ["Due"]


def test_others_and_closed_ones_do_not_wait_for_me(as_rep, rep, other_rep, marketer):
    make_handoff(to=other_rep, by=marketer)
    make_lead(owner=other_rep), make_lead(owner=rep, status="lost"), make_lead(owner=None)
    make_opportunity(owner=other_rep), make_opportunity(owner=rep, status="won")
    make_clock(owner=other_rep)
    assert items(as_rep) == []


def test_a_team_is_asked_as_well_and_managers_see_their_own_only(
    as_rep, as_sales_manager, rep, north, marketer
):
    free = make_handoff(make_lead(stage="mql", source="Web"), team=north, by=marketer)
    mine = make_handoff(make_lead(stage="mql", source="Web"), to=rep, by=marketer)
    assert set(titles(as_rep)) == {str(free.lead), str(mine.lead)}
    assert titles(as_sales_manager) == [str(free.lead)]


def test_feedback_that_one_owes_stands_there_with_its_clock(as_rep, rep, marketer):
    thread = make_thread(make_lead(owner=rep), by=marketer)
    make_clock(owner=rep, title="Answer the question", url=thread.get_absolute_url())
    assert titles(as_rep)[0] == "Answer the question"


def test_scores_order_leads_and_what_is_ruled_out_rests(as_rep, rep, scored):
    low, high, out = (make_lead(owner=rep, full_name=name) for name in ("Low", "High", "Out"))
    scored({low: ("D4", 5), high: ("A1", 95)}, ruled_out=[out])
    assert titles(as_rep) == ["High", "Low"]
    assert "Grade A1, score 95" in items(as_rep)[0]["why"]


@pytest.fixture
def scored(marketing_manager, sales_manager):
    """Scores of a model in use, and a trial that found the best grade four times as good."""
    from leads.scoring.models import ScoringModel, Trial
    from tests.factories import make_document

    model = make_document(ScoringModel, by=marketing_manager)

    def give(scores, ruled_out=()):
        revision = model.document.revisions.first()
        Standing.objects.update_or_create(pk=1, defaults={"active": revision})
        bands = [
            {"band": "A1", "leads": 100, "converted": 40, "rate": 0.4},
            {"band": "D4", "leads": 100, "converted": 10, "rate": 0.1},
        ]
        Trial.objects.create(
            subject=model, revision=revision, result={"bands": bands}, ended_at=timezone.now()
        )
        rows = [(lead, grade, score, False) for lead, (grade, score) in scores.items()]
        rows += [(lead, "D4", 0, True) for lead in ruled_out]
        ScoreEntry.objects.bulk_create(
            ScoreEntry(
                lead=lead, revision=revision, score=score, fit=score, engagement=score, grade=grade,
                known=100, is_ready=False, is_ruled_out=is_out, scored_at=timezone.now(),
            )
            for lead, grade, score, is_out in rows
        )  # fmt: skip

    return give


def test_of_many_leads_the_best_are_walked(as_rep, rep, scored, monkeypatch):
    monkeypatch.setattr("leads.queue.reading.FEW", 1)
    leads = [make_lead(owner=rep, full_name=f"Lead {n}") for n in range(4)]
    scored({lead: ("A1", 90 + n) for n, lead in enumerate(leads)})
    assert set(titles(as_rep)) == {"Lead 0", "Lead 1", "Lead 2", "Lead 3"}


def test_it_is_bounded_and_says_that_more_stands_behind(as_rep, rep):
    Lead.objects.bulk_create(
        Lead(owner=rep, full_name=f"Lead {n}", stage=make_lead().stage) for n in range(60)
    )
    answer = as_rep.get("/api/v1/queue/").json()
    assert (len(answer["results"]), answer["has_more"]) == (50, True)
    assert "the first 50" in as_rep.get("/queue/").content.decode()


@pytest.mark.parametrize("number", [3, 30])
def test_the_page_asks_the_same_however_much_waits(as_rep, rep, marketer, agreed, number):
    for n in range(number):
        make_handoff(make_lead(stage="mql", source="Web"), to=rep, by=marketer)
        make_lead(owner=rep, full_name=f"Lead {n}", next_step_on=today())
        make_opportunity(owner=rep, amount=n, next_step="Call", next_step_on=today())
    as_rep.get("/queue/")
    with CaptureQueriesContext(connection) as asked:
        assert as_rep.get("/queue/").status_code == 200
    assert len(asked) <= 15


def test_experience_is_read_once_an_hour(as_rep, monkeypatch):
    as_rep.get("/queue/")
    monkeypatch.setattr(experience, "_read", lambda at: pytest.fail("read again"))
    assert as_rep.get("/queue/").status_code == 200


def test_accepting_in_the_queue_goes_back_to_it(as_rep, rep, marketer):
    handoff = make_handoff(to=rep, by=marketer)
    answer = as_rep.post(f"/handoffs/{handoff.pk}/accept/", {"next": "/queue/"})
    assert answer["Location"] == "/queue/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_an_act_leads_nowhere_else(as_rep, rep, marketer, elsewhere):
    handoff = make_handoff(to=rep, by=marketer)
    answer = as_rep.post(f"/handoffs/{handoff.pk}/accept/", {"next": elsewhere})
    assert answer["Location"].startswith("/handoffs/")


@pytest.mark.parametrize("who", ["as_marketer", "as_executive"])
@pytest.mark.parametrize("address", ["/queue/", "/api/v1/queue/"])
def test_who_works_no_leads_has_no_queue(request, who, address):
    assert request.getfixturevalue(who).get(address).status_code == 403
