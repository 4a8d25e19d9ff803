"""Each number leads to a list that holds exactly so many leads."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from leads.models import AttributeDefinition, HeardAnswer, Touchpoint
from portal.funnel.models import Stage
from portal.reports.forms import ReportForm, SourcesForm
from portal.reports.registry import REPORTS
from tests.factories import make_campaign, make_lead, make_persona

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 22, 30, tzinfo=UTC)


@pytest.fixture
def leads(marketer, north):
    AttributeDefinition.objects.create(name="job", label="Occupation")
    HeardAnswer.objects.create(name="Fair", tracked_as="Fair & co")
    HeardAnswer.objects.create(name="A colleague")
    chance = random.Random(11)
    campaign, persona = make_campaign("Spring fair"), make_persona("Plant manager")
    for number in range(40):
        kind = chance.choice(["lead", "mql", "sal", "sql", "opportunity", "customer"])
        status = "won" if kind == "customer" else chance.choice(["open", "lost"])
        heard = chance.choice(["told", "told", "cannot_recall", "not_asked"])
        lead = make_lead(
            stage=kind,
            status=status,
            heard_state=heard,
            heard_about_us=chance.choice(["Fair", "A colleague", "x"]) if heard == "told" else "",
            source=chance.choice(["Google", "Fair & co", "unknown", ""]),
            campaign=chance.choice([campaign, None]),
            persona=chance.choice([persona, None]),
            landing_page=chance.choice(["/a?b=1&c=2", "/d", ""]),
            owner=chance.choice([marketer, None]),
            team=chance.choice([north, None]),
            attributes=chance.choice([{"job": "Student"}, {"job": 12}, {"job": True}, {}]),
            created_at=START + timedelta(hours=5 * number),
        )
        if number % 3:
            kind, left_out = chance.choice([("call", ""), ("page_view", ""), ("chat", "burst")])
            Touchpoint.objects.create(lead=lead, kind=kind, left_out=left_out, occurred_at=START)


QUESTIONS = [
    ("sources", {}),
    ("sources", {"by": "campaign"}),
    ("sources", {"by": "landing_page"}),
    ("sources", {"by": "attributes.job"}),
    ("sources", {"from": "2026-02-05", "to": "2026-02-07", "owner": "none"}),
    ("sources", {"source": "Fair & co", "campaign": "spring-fair", "owner": "me"}),
    ("funnel", {}),
    ("funnel", {"from": "2026-02-05", "to": "2026-02-07", "persona": "plant-manager"}),
    ("self-reported", {}),
    ("self-reported", {"from": "2026-02-05", "to": "2026-02-07"}),
    ("self-reported", {"by": "answer"}),
    ("self-reported", {"by": "answer", "campaign": "spring-fair", "from": "2026-02-04"}),
]


def linked(report, user, asked):
    """(label, column, number, address) of every counted number that leads somewhere."""
    form = REPORTS[report].form(asked, user=user)
    assert form.problems() == {}
    table = REPORTS[report].build(form)
    units = {column.key: column.unit for column in table.columns}
    return [
        (row.label, key, row.values[key], link)
        for row in (*table.rows, table.totals)
        for key, link in row.links.items()
        if units[key] == "leads"
    ]


@pytest.mark.parametrize(("report", "asked"), QUESTIONS)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo"])
def test_the_list_behind_a_number_holds_so_many(as_marketer, leads, settings, report, asked, zone):
    settings.TIME_ZONE = zone
    as_marketer.user.time_zone = "America/New_York"
    as_marketer.user.save()
    found = linked(report, as_marketer.user, asked)

    wrong = []
    for label, key, number, link in found:
        response = as_marketer.get(f"/api/v1/leads/count/?{urlsplit(link).query}")
        if (response.status_code, response.json().get("count")) != (200, number):
            wrong.append((label, key, number, link, response.json()))
    assert wrong == []
    assert len(found) >= 5


def test_the_page_shows_these_links(as_marketer, leads):
    page = as_marketer.get("/reports/sources/").content.decode()

    assert 'href="/leads/?source=Fair+%26+co"' in page
    assert 'href="/leads/?source=Google&amp;status=won"' in page
    assert 'href="/leads/?source=&amp;reached__gte=mql"' in page
    assert as_marketer.get("/leads/?source=Google&status=won").status_code == 200


def test_two_stages_of_a_kind_lead_to_their_own_lists(as_marketer, leads):
    late = Stage.objects.create(
        slug="proposal",
        name="Proposal",
        kind="sql",
        position=Stage.objects.get(slug="sql").position + 1,
    )
    make_lead(stage=late)

    rows = {
        label: (key, number, link)
        for label, key, number, link in linked("funnel", as_marketer.user, {})
        if key == "entered"
    }

    assert rows["Proposal"][2] == ""


def test_a_reader_sees_only_the_leads_that_are_theirs_behind_the_number(
    as_other_rep, leads, settings
):
    settings.LEAD_VISIBILITY = "own"
    number = as_other_rep.get("/api/v1/reports/sources/").json()["totals"]["leads"]

    assert number == 40
    assert as_other_rep.get("/api/v1/leads/count/").json()["count"] == 0


def test_every_report_reads_its_filters_with_the_shared_form():
    assert all(issubclass(report.form, ReportForm) for report in REPORTS.values())
    assert issubclass(SourcesForm, ReportForm)
