"""Asking how people heard about us, and whether what they tell agrees with what was tracked [R59]."""

from __future__ import annotations

import pytest

from leads.models import HeardAnswer, Lead, Touchpoint
from portal.metrics import told
from portal.metrics.registry import METRICS
from tests.factories import make_lead, make_user

pytestmark = pytest.mark.django_db
URL = "/api/v1/reports/self-reported/"


@pytest.fixture
def answers(db):
    return {
        name: HeardAnswer.objects.create(name=name, tracked_as=tracked, position=place)
        for place, (name, tracked) in enumerate(
            [("Search", "Organic search\nPaid search"), ("Fair", "Event"), ("A colleague", "")]
        )
    }


def lead(text="", *, state="", source="", team=None, call=False):
    made = make_lead(
        heard_about_us=text,
        heard_state=state or ("told" if text else "not_asked"),
        source=source,
        team=team,
    )
    if call:
        Touchpoint.objects.create(lead=made, kind="call", occurred_at=made.created_at)
    return made


def rows(client, **asked):
    body = client.get(URL, asked).json()
    return {row["label"]: row for row in body["rows"]}, body["totals"], body


def test_how_often_each_team_asks(as_marketer, answers, north, south):
    for n in range(4):
        lead("Search" if n < 3 else "", team=north, call=True)
    lead(state="cannot_recall", team=north, call=True)
    lead("Search", team=north)  # told a form, nobody called
    lead(team=south, call=True)
    lead(call=True, state="not_asked")
    by_team, totals, _ = rows(as_marketer)

    here = by_team[north.name]
    assert (here["leads"], here["contacted"], here["asked"], here["told"]) == (6, 5, 4, 4)
    assert (here["ask_rate"], here["cannot_recall"]) == (0.8, 1)
    assert by_team[south.name]["ask_rate"] == 0
    assert by_team["No team"]["contacted"] == 1
    assert (totals["contacted"], totals["asked"]) == (7, 4)
    assert totals["ask_rate"] == pytest.approx(4 / 7)


def test_told_against_tracked(as_marketer, answers):
    lead("Search", source="Organic search")
    lead("search", source="paid search")  # another spelling of both
    lead("Search", source="Referral")
    lead("Fair", source="Referral")
    lead("Fair")  # nothing tracked
    lead("A colleague", source="Event")  # tracking cannot see it
    lead("My dentist", source="Event")
    by_answer, totals, body = rows(as_marketer, by="answer")

    keys = {column["label"]: column["key"] for column in body["columns"]}
    search, fair = by_answer["Search"], by_answer["Fair"]
    assert [row["label"] for row in body["rows"]] == [
        "Search",
        "Fair",
        "A colleague",
        "In their own words",
    ]
    assert (search["told"], search["compared"], search["disagreeing"]) == (3, 3, 1)
    assert search[keys["Referral"]] == 1
    assert (fair["told"], fair["compared"], fair["disagreement"]) == (2, 1, 1)
    assert fair[keys["Not tracked"]] == 1
    assert (by_answer["A colleague"]["compared"], by_answer["A colleague"]["disagreement"]) == (
        0,
        None,
    )
    assert by_answer["In their own words"]["told"] == 1
    assert (totals["told"], totals["compared"], totals["disagreeing"]) == (7, 4, 2)
    assert totals["disagreement"] == 0.5
    assert all(
        sum(value for key, value in row.items() if key.startswith("tracked_")) == row["told"]
        for row in (search, fair)
    )


def test_more_sources_than_columns_share_one(as_marketer, answers):
    for n in range(15):
        lead("Fair", source=f"Source {n}")
    by_answer, _, body = rows(as_marketer, by="answer")
    tracked = [column["key"] for column in body["columns"] if column["key"].startswith("tracked_")]

    assert len(tracked) == 13
    assert by_answer["Fair"]["tracked_others"] == 3


def test_the_figures_of_the_registry_are_those_of_the_report(as_marketer, answers, north):
    for n in range(6):
        lead("Search", source=["Event", "Organic search", ""][n % 3], team=north, call=n % 2 == 0)
    _, totals, _ = rows(as_marketer)

    for metric in told.METRICS:
        assert METRICS[metric.name].function(Lead.objects.all()) == totals[metric.name], metric.name


def test_it_tells_nothing_about_a_person(as_marketer, rep):
    assert as_marketer.get(URL, {"owner": rep.pk}).status_code == 400
    assert as_marketer.get(URL, {"by": "owner"}).status_code == 400
    assert as_marketer.get("/reports/self-reported/").status_code == 200
    assert 'name="owner"' not in as_marketer.get("/reports/self-reported/").content.decode()


def test_small_samples_are_grey_by_the_leads_they_stand_on(as_marketer, answers, north):
    for n in range(31):
        lead("Search" if n < 5 else "x", source="Event", team=north, call=True)
    page = as_marketer.get("/reports/self-reported/").content.decode()

    assert page.count("Fewer than 30 leads") == 2  # the disagreement of the team and of all


def test_groups_cost_no_more_queries(as_marketer, answers, django_assert_max_num_queries):
    from tests.factories import make_team

    for n in range(12):
        lead("Search", source=f"S{n}", team=make_team(), call=True)
    with django_assert_max_num_queries(16):
        as_marketer.get(URL)
    with django_assert_max_num_queries(16):
        as_marketer.get(URL, {"by": "answer"})


# --- asking ---------------------------------------------------------------------------------------
def test_an_answer_of_the_list_with_what_they_added(as_rep, rep, answers):
    mine = make_lead(owner=rep)
    url = f"/leads/{mine.pk}/source/"
    page = as_rep.get(url).content.decode()
    assert "A colleague" in page

    as_rep.post(url, {"state": f"answer:{answers['Fair'].pk}", "text": "The one in Hannover"})
    mine.refresh_from_db()
    assert (mine.heard_state, mine.heard_about_us) == ("told", "Fair")
    assert (mine.heard_detail, mine.heard_asked_by) == ("The one in Hannover", rep)
    record = as_rep.get(f"/leads/{mine.pk}/").content.decode()
    assert "The one in Hannover" in record
    assert f'value="answer:{answers["Fair"].pk}" selected' in as_rep.get(url).content.decode()

    as_rep.post(url, {"state": "told", "text": "A podcast"})
    mine.refresh_from_db()
    assert (mine.heard_about_us, mine.heard_detail) == ("A podcast", "")


def test_an_answer_that_is_no_longer_offered_cannot_be_chosen(as_rep, rep, answers):
    HeardAnswer.objects.filter(name="Fair").update(is_active=False)
    mine = make_lead(owner=rep)
    answer = as_rep.post(f"/leads/{mine.pk}/source/", {"state": f"answer:{answers['Fair'].pk}"})

    assert answer.status_code == 422


def test_the_api_takes_the_answer_too(as_rep, rep, other_rep):
    mine, theirs = make_lead(owner=rep), make_lead(owner=other_rep)
    url = "/api/v1/leads/{}/source/"
    body = {"state": "told", "text": "Search", "detail": "Second page"}

    answer = as_rep.post(url.format(mine.pk), body, content_type="application/json")
    assert (answer.status_code, answer.json()["heard_detail"]) == (200, "Second page")
    assert as_rep.post(url.format(theirs.pk), body, "application/json").status_code == 404
    empty = as_rep.post(url.format(mine.pk), {"state": "told"}, "application/json")
    assert empty.status_code == 409
    asked = as_rep.post(url.format(mine.pk), {"state": "cannot_recall"}, "application/json")
    assert asked.json()["heard_about_us"] == ""


def test_managers_keep_the_list_and_names_stay(as_sales_manager, as_rep, answers):
    add = "/admin/leads/heardanswer/add/"
    assert as_rep.get(add).status_code in {302, 403}
    as_sales_manager.post(
        add, {"name": "Podcast", "tracked_as": "Referral", "position": 9, "is_active": "on"}
    )
    made = HeardAnswer.objects.get(name="Podcast")
    change = f"/admin/leads/heardanswer/{made.pk}/change/"
    as_sales_manager.post(change, {"name": "Other", "tracked_as": "Social", "position": 1})
    made.refresh_from_db()

    assert (made.name, made.tracked_as, made.is_active) == ("Podcast", "Social", False)
    assert make_user().may("leads.change_heardanswer") is False
