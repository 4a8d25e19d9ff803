"""One act on many leads: on all of them or on none, in the history, told once [AZ-12]."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.bulk.models import BulkAct
from leads.models import Assignment, ColumnChoice, Lead, StageChange, Tag
from portal.activity.models import Activity
from portal.jobs.models import Job
from portal.notifications.models import Notification
from tests.factories import make_lead, make_stage

pytestmark = pytest.mark.django_db
API = "/api/v1/leads/bulk/"


@pytest.fixture(autouse=True)
def funnel():
    make_stage()


def post(client, **data):
    return client.post(API, data, content_type="application/json")


def on_page(client, ids, act, **values):
    return client.post("/leads/bulk/", {"ids": ids, "act": act, "confirmed": "1", **values})


def test_the_page_asks_and_then_does(as_marketer, rep):
    ids = [make_lead().pk, make_lead(owner=rep).pk]
    asked = as_marketer.post("/leads/bulk/", {"ids": ids, "act": "assign"})
    assert asked.status_code == 200
    assert "Assign: 2 leads" in " ".join(asked.content.decode().split())
    assert Assignment.objects.count() == 0

    done = on_page(as_marketer, ids, "assign", owner=rep.pk, reason="Territory", query="stage=lead")
    assert (done.status_code, done["Location"]) == (302, "/leads/?stage=lead")
    act = BulkAct.objects.get()
    assert (act.total, act.changed, act.left, act.state) == (2, 1, 1, "done")
    toast = as_marketer.get("/leads/").content.decode()
    assert "1 lead. 1 stayed as they were." in toast
    assert f'action="/leads/acts/{act.pk}/undo/"' in toast
    assert "already belongs" in as_marketer.get(f"/leads/acts/{act.pk}/").content.decode()


def test_assigning_counts_versions_history_and_one_notice(as_marketer, marketer, rep, other_rep):
    leads = [make_lead(owner=other_rep) for _ in range(5)]
    answer = post(
        as_marketer, act="assign", ids=[x.pk for x in leads], owner=rep.pk, reason="Leave"
    )
    assert (answer.status_code, answer.json()["changed"]) == (200, 5)
    for lead in Lead.objects.all():
        assert (lead.owner, lead.version) == (rep, 2)
    assert (
        Assignment.objects.filter(from_owner=other_rep, to_owner=rep, reason="Leave").count() == 5
    )
    lines = Activity.objects.filter(verb="assigned", actor=marketer)
    assert {(line.subject_id, line.data["version"]) for line in lines} == {(x.pk, 2) for x in leads}
    told = {n.recipient: n.text for n in Notification.objects.all()}
    assert told[rep] == "5 leads are now yours: Leave"
    assert told[other_rep].startswith("5 leads went to ")
    assert len(told) == Notification.objects.count() == 2


def test_moving_judges_each_lead_as_its_own_act_does(as_marketer):
    fresh, there, lost = make_lead(), make_lead(stage="mql"), make_lead(status="lost")
    ahead = make_lead(stage="sql")
    ids = [lead.pk for lead in (fresh, there, lost, ahead)]
    said = post(as_marketer, act="stage", ids=ids, stage="mql").json()
    assert said["changed"] == 1
    why = {row["lead"]: row["why"] for row in said["left_as_they_were"]}
    assert "already in the stage" in why[there.pk]
    assert "lost" in why[lost.pk]
    assert "reason" in why[ahead.pk]
    fresh.refresh_from_db()
    assert (fresh.stage.slug, fresh.reached) == ("mql", 20)
    change = StageChange.objects.get(lead=fresh, to_stage__slug="mql")
    assert change.from_stage.slug == "lead"


def test_becoming_a_customer_wins_and_going_back_reopens(as_marketer):
    lead = make_lead(stage="opportunity")
    post(as_marketer, act="stage", ids=[lead.pk], stage="customer")
    lead.refresh_from_db()
    assert (lead.status, lead.converted_at is None) == ("won", False)
    post(as_marketer, act="stage", ids=[lead.pk], stage="sql", reason="Cancelled")
    lead.refresh_from_db()
    assert (lead.status, lead.converted_at, lead.reached) == ("open", None, 60)


def test_tags_are_made_shown_filtered_and_taken_off(as_marketer):
    lead, other = make_lead(full_name="Tagged Person"), make_lead(full_name="Plain Person")
    assert post(as_marketer, act="tag", ids=[lead.pk], tag="Spring fair").json()["changed"] == 1
    again = post(as_marketer, act="tag", ids=[lead.pk, other.pk], tag="spring FAIR").json()
    assert (again["changed"], Tag.objects.count()) == (1, 1)
    post(as_marketer, act="untag", ids=[other.pk], tag="Spring fair")
    assert as_marketer.get(f"/api/v1/leads/{lead.pk}/").json()["tags"] == ["Spring fair"]
    page = as_marketer.get("/leads/?tag=spring fair&columns=tags").content.decode()
    assert "Tagged Person" in page
    assert "Plain Person" not in page
    assert as_marketer.get("/api/v1/leads/count/?tag=none").json()["count"] == 1
    assert as_marketer.get("/leads/?tag=nowhere").status_code == 400
    assert post(as_marketer, act="untag", ids=[lead.pk], tag="nowhere").status_code == 400


@pytest.mark.parametrize("way", ["page", "api"])
@pytest.mark.parametrize("act", ["assign", "stage", "tag", "untag"])
def test_one_lead_out_of_reach_stops_all(as_rep, rep, other_rep, way, act):
    """Mine, foreign and missing: the whole act is refused, and nothing says which it was."""
    Tag.objects.create(name="fair")
    mine, foreign = make_lead(owner=rep), make_lead(owner=other_rep)
    values = {"owner": "", "stage": "mql", "tag": "fair", "reason": "Full"}
    for ids in ([mine.pk, foreign.pk], [mine.pk, 10**9]):
        if way == "page":
            answer = on_page(as_rep, ids, act, **values)
        else:
            answer = post(as_rep, **values | {"ids": ids, "act": act, "owner": None})
        assert answer.status_code == 404
    mine.refresh_from_db()
    assert mine.version == 1
    assert BulkAct.objects.count() == 0


def test_a_refused_act_leaves_no_new_tag(as_rep, other_rep):
    foreign = make_lead(owner=other_rep)

    refused = [
        post(as_rep, act="tag", ids=[foreign.pk], tag="Guess"),
        post(as_rep, act="tag", filter={"stage": "mql"}, tag="Guess"),
        on_page(as_rep, [], "tag", tag="Guess", everything="1", count="7"),
        on_page(as_rep, [], "tag", tag="Guess", everything="1", count="0"),
    ]

    assert [answer.status_code for answer in refused] == [404, 409, 422, 409]
    assert not Tag.objects.exists()


@pytest.mark.parametrize("ids", [[], ["x"], ["1", "x"], ["99999999999999999999"]])
def test_ticking_nothing_is_nothing(as_marketer, ids):
    assert on_page(as_marketer, ids, "tag", tag="x").status_code == 404


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"act": "stage", "ids": [1]}, "stage"),
        ({"act": "tag", "ids": [1], "filter": {}, "tag": "x"}, "ids"),
        ({"act": "tag", "tag": "x"}, "ids"),
        ({"act": "tag", "ids": list(range(1, 1002)), "tag": "x"}, "ids"),
        ({"act": "tag", "ids": ["x"], "tag": "x"}, "ids"),
        ({"act": "burn", "ids": [1]}, "act"),
        ({"act": "tag", "filter": {"password": "x"}, "tag": "x"}, "password"),
        ({"act": "stage", "filter": {}, "stage": "nowhere"}, "stage"),
        ({"act": "assign", "filter": {}, "owner": 10**9}, "owner"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(as_marketer, data, field):
    make_lead()
    answer = post(as_marketer, **data)
    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])
    assert BulkAct.objects.count() == 0


def test_executives_act_on_nothing(as_executive):
    lead = make_lead()
    assert post(as_executive, act="tag", ids=[lead.pk], tag="x").status_code == 403
    assert on_page(as_executive, [lead.pk], "tag", tag="x").status_code == 403
    assert b"bulk-bar" not in as_executive.get("/leads/").content
    assert as_executive.get("/leads/acts/").status_code == 403


def test_reps_give_back_what_is_theirs_and_nothing_else(as_rep, rep):
    lead = make_lead(owner=rep)
    assert post(as_rep, act="assign", ids=[lead.pk], owner=None).json()["changed"] == 1
    lead.refresh_from_db()
    assert lead.owner is None


def test_all_that_match_and_only_what_one_sees(as_rep, rep, other_rep):
    for owner in (rep, rep, other_rep):
        make_lead(owner=owner, source="Fair")
    make_lead(owner=rep, source="Web")
    said = post(as_rep, act="tag", filter={"source": "Fair"}, tag="fair").json()
    assert (said["total"], said["filters"]) == (2, "source=Fair")
    assert Lead.objects.filter(tags__name="fair", owner=rep, source="Fair").count() == 2


def test_the_page_tells_when_other_leads_match_by_now(as_marketer):
    make_lead(source="Fair")
    data = {"everything": "1", "query": "source=Fair", "tag": "fair", "count": "1"}
    asked = as_marketer.post(
        "/leads/bulk/", {"act": "tag", "everything": "1", "query": "source=Fair"}
    )
    assert b'name="count" value="1"' in asked.content
    make_lead(source="Fair")
    moved = on_page(as_marketer, [], "tag", **data)
    assert moved.status_code == 422
    assert b"Meanwhile 2 leads match, not 1" in moved.content
    on_page(as_marketer, [], "tag", **data | {"count": "2"})
    assert Lead.objects.filter(tags__name="fair").count() == 2


def test_too_many_are_refused(as_marketer, monkeypatch):
    monkeypatch.setattr("leads.bulk.services.acting.MOST", 2)
    for _ in range(3):
        make_lead()
    answer = post(as_marketer, act="tag", filter={}, tag="x")
    assert answer.status_code == 409
    assert "Filter the list further" in answer.json()["detail"]
    assert BulkAct.objects.count() == 0


def test_the_same_form_acts_once(as_marketer):
    ids = [make_lead().pk]
    for _ in range(2):
        on_page(as_marketer, ids, "tag", tag="x", form_token="once")
    assert BulkAct.objects.count() == 1


def test_many_go_to_the_background_in_slices(
    as_marketer, rep, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr("leads.bulk.services.acting.AT_ONCE", 3)
    monkeypatch.setattr("leads.bulk.services.acting.SLICE", 2)
    for _ in range(5):
        make_lead()
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(as_marketer, act="assign", filter={}, owner=rep.pk, reason="Split")
    assert (answer.status_code, answer.json()["state"]) == (202, "working")
    act = BulkAct.objects.get()
    assert (act.state, act.changed) == ("done", 5)
    job = Job.objects.get(pk=act.job_id)
    assert (job.state, job.progress_done, job.progress_total) == ("done", 5, 5)
    assert Notification.objects.filter(recipient=rep).count() == 1


def test_hundred_leads_cost_as_many_queries_as_ten(as_marketer, rep):
    def cost(number):
        ids = [make_lead().pk for _ in range(number)]
        with CaptureQueriesContext(connection) as seen:
            assert (
                post(as_marketer, act="assign", ids=ids, owner=rep.pk).json()["changed"] == number
            )
        return len(seen)

    cost(1)
    assert cost(100) <= cost(10) + 2


# --- columns ------------------------------------------------------------------------------------
def test_columns_are_kept_for_the_person(as_marketer, as_rep):
    make_lead(country="Portugal", attributes={"visits": 7})
    chosen = {"columns": ["attributes.visits", "", "country"], "keep": "1"}
    assert as_marketer.post("/leads/columns/", chosen)["Location"] == "/leads/"
    assert [c.key for c in as_marketer.get("/leads/").context["columns"]] == [
        "attributes.visits", "country",
    ]  # fmt: skip
    assert "Visits" in as_marketer.get("/leads/").content.decode()
    assert "visits" not in str([c.key for c in as_rep.get("/leads/").context["columns"]])
    assert ColumnChoice.objects.get().columns == ["attributes.visits", "country"]
    shown = as_marketer.post("/leads/columns/", {"columns": ["stage", "tags"], "stage": "mql"})
    assert shown["Location"] == "/leads/?stage=mql&columns=stage,tags"


def test_every_field_is_a_column_and_at_most_twelve(as_marketer):
    from leads.columns import COLUMNS

    make_lead(source="<b>Fair</b>")
    keys = list(COLUMNS)
    for start in range(0, len(keys), 12):
        part = keys[start : start + 12]
        page = as_marketer.get("/leads/", {"columns": ",".join(part)})
        assert [c.key for c in page.context["columns"]] == part
        assert b"<b>Fair" not in page.content
    assert len(as_marketer.get("/leads/", {"columns": ",".join(keys)}).context["columns"]) == 12


def test_columns_cost_no_query_each(as_marketer):
    tag = Tag.objects.create(name="fair")
    url = "/leads/?columns=tags,team,owner,campaign,persona,company.industry,attributes.visits"

    def cost():
        with CaptureQueriesContext(connection) as seen:
            assert as_marketer.get(url).status_code == 200
        return len(seen)

    for number in (1, 9):
        for _ in range(number):
            make_lead().tags.add(tag)
        as_marketer.get(url)
        costs = cost()
        if number == 1:
            one = costs
    assert costs == one <= 8


@pytest.mark.parametrize("name", ["phone", "attributes.visits", "owner__password", "company.name"])
def test_an_order_without_an_index_is_refused_with_a_sentence(as_marketer, name):
    answer = as_marketer.get("/leads/", {"ordering": name})
    assert answer.status_code == 400
    assert (
        "no index for it. Sort by created, changed, name or next step." in answer.content.decode()
    )
    assert as_marketer.get("/api/v1/leads/", {"ordering": name}).status_code == 400


def test_the_api_sorts_by_the_next_step_with_the_undated_last(as_marketer):
    for day in (None, "2026-03-02", None, "2026-03-01", "2026-03-02"):
        make_lead(next_step_on=day)

    def walked(ordering):
        url, days = f"/api/v1/leads/?page_size=2&ordering={ordering}", []
        while url:
            answer = as_marketer.get(url).json()
            days += [(row["next_step_on"], row["id"]) for row in answer["results"]]
            url = answer["next"]
        assert len(set(days)) == 5
        return [day for day, _ in days]

    dated = ["2026-03-01", "2026-03-02", "2026-03-02"]
    assert walked("next_step_on") == [*dated, None, None]
    assert walked("-next_step_on") == [*dated[::-1], None, None]
    second = as_marketer.get("/api/v1/leads/?page_size=2&ordering=next_step_on").json()["next"]
    back = as_marketer.get(as_marketer.get(second).json()["previous"]).json()
    assert [row["next_step_on"] for row in back["results"]] == dated[:2]
