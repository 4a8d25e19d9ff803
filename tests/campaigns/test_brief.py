"""The written plan: what it consists of, what it lacks, and for whom it is [R27–R31, R38, R83]."""

from __future__ import annotations

import pytest

from campaigns.brief import SCHEMA
from campaigns.completeness import lacking
from portal.documents import services as documents
from tests.documents.surfaces import Api, Page, fresh, newest
from tests.factories import agree, make_campaign, make_persona

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("surface", [Page(), Api()], ids=["page", "api"])
#: Every part of a written plan without which nothing is proposed.
NEEDED = {
    "title", "why", "objective", "personas", "market_size", "market_source", "research",
    "competitors", "message", "benefit", "proof_points", "offer", "touches", "tactics",
    "starts_on", "ends_on", "milestones", "costs", "kpis", "people", "risks", "ask", "say",
}  # fmt: skip


def test_every_part_of_the_plan_is_asked_for_with_a_reason():
    needed = {f.key: f.why for f in SCHEMA if f.is_required}
    assert set(needed) == NEEDED
    assert all(len(why) > 15 for why in needed.values())


@both
@pytest.mark.parametrize("key", sorted(NEEDED - {"title"}))
def test_without_one_of_them_it_cannot_be_proposed(surface, as_marketer, marketer, key):
    campaign = make_campaign(by=marketer)
    draft = newest(campaign)
    documents.edit_draft(
        subject=campaign, revision=draft, changes={key: SCHEMA[key].blank}, by=marketer
    )
    answer = surface.act(as_marketer, campaign, "propose", 1)
    assert answer.means == "refused"
    assert SCHEMA[key].label in answer.text
    page = as_marketer.get(campaign.get_absolute_url()).content.decode()
    assert SCHEMA[key].why.replace("'", "&#x27;") in page
    assert newest(campaign).state == "draft"


KPI = {"name": "Trials", "target": "4", "unit": "trials", "by": "2026-06-30", "owner": 7}
KPI |= {"link": "SQL"}
PEOPLE = [
    {"task": "All", "side": "marketing", "part": "accountable", "person": 1},
    {"task": "Calls", "side": "sales", "part": "responsible", "person": 2},
]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kpis": [KPI | {"unit": ""}]}, "KPI “Trials”: specific"),
        ({"kpis": [KPI | {"target": ""}]}, "KPI “Trials”: measurable"),
        ({"kpis": [KPI | {"owner": None}]}, "KPI “Trials”: accountable"),
        ({"kpis": [KPI | {"link": ""}]}, "KPI “Trials”: relevant"),
        ({"kpis": [KPI | {"by": ""}]}, "KPI “Trials”: dated"),
        ({"people": [{**row, "part": "informed"} for row in PEOPLE]}, "Somebody accountable"),
        ({"people": PEOPLE[:1]}, "Somebody in sales"),
        ({"people": [PEOPLE[0], PEOPLE[1] | {"person": None}]}, "Who does “Calls”"),
        ({"touches": [{"channel": "Fair", "stage": ""}]}, "Buying stage of “Fair”"),
        ({"tactics": [{"tactic": "Fair", "strategy": ""}]}, "Strategy behind “Fair”"),
        ({"costs": [{"what": "Stand", "planned": ""}]}, "Planned cost of “Stand”"),
        ({"starts_on": "2026-05-02", "ends_on": "2026-05-01"}, "An end after the start"),
    ],
)
def test_what_is_written_must_be_good_enough(given, said):
    good = {"kpis": [KPI], "people": PEOPLE, "starts_on": "2026-05-01", "ends_on": "2026-05-02"}
    assert lacking(good) == []
    found = lacking(good | given)
    assert [part.label for part in found] == [said]
    assert found[0].why


@both
def test_at_most_three_proof_points(surface, as_marketer, marketer):
    campaign = make_campaign(by=marketer)
    points = ["One", "Two", "Three", "Four"]
    seen = surface.look(as_marketer, campaign, 1)
    given = "\n".join(points) if isinstance(surface, Page) else points
    answer = surface.edit(as_marketer, campaign, 1, seen, proof_points=given)
    assert answer.means == "invalid"
    assert "At most 3" in answer.text


def test_a_brief_names_the_revision_of_the_persona_that_it_meant(as_rep, marketer, request):
    persona = make_persona("Olga", by=marketer, agreed=True)
    campaign = make_campaign("Tour", by=marketer, personas=[persona], agreed=True)
    draft = documents.start_draft(subject=persona, by=marketer)
    documents.edit_draft(subject=persona, revision=draft, changes={"quote": "No"}, by=marketer)
    agree(persona, draft)

    page = as_rep.get(campaign.get_absolute_url()).content.decode()

    assert "/personas/olga/compare/?from=1&amp;to=2" in page
    body = as_rep.get(Api.address(campaign)).json()
    assert body["audience"] == [{"slug": "olga", "then": 1, "now": 2}]


def test_a_page_reads_dates_and_numbers_as_people_write_them(as_rep, marketer):
    campaign = make_campaign(by=marketer, market_size="21400", starts_on="2026-05-04")
    page = as_rep.get(campaign.get_absolute_url()).content.decode()
    assert "21,400" in page
    assert ">2026-05-04<" not in page


def test_costs_are_summed_apart(as_rep, marketer):
    costs = [
        {"what": "Stand", "planned": "9000", "actual": "9500"},
        {"what": "Travel", "planned": "1000", "actual": ""},
    ]
    campaign = make_campaign(by=marketer, costs=costs)
    answer = as_rep.get(campaign.get_absolute_url())
    assert (answer.context["costs_planned"], answer.context["costs_actual"]) == ("10000", "9500")


@both
def test_a_rep_reads_and_changes_nothing(surface, as_rep, marketer):
    campaign = make_campaign(by=marketer)
    for verb in ("propose", "publish", "postpone", "cancel", "retire"):
        assert surface.act(as_rep, campaign, verb).means in {"forbidden", "absent"}
    assert fresh(campaign).published_at is None
