"""The list page: who sees which rows, what the address means, what it costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Lead
from tests.factories import make_campaign, make_company, make_lead, make_persona, make_stage

pytestmark = pytest.mark.django_db


def queries(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_list_shows_what_may_be_seen(as_rep, as_marketer, rep, other_rep):
    make_lead(full_name="Ana Mine", owner=rep)
    make_lead(full_name="Bob Theirs", owner=other_rep)

    mine, all_ = as_rep.get("/leads/").content.decode(), as_marketer.get("/leads/").content.decode()
    assert "Ana Mine" in mine
    assert "Bob Theirs" not in mine
    assert "Bob Theirs" in all_


@pytest.mark.parametrize(("setting", "seen"), [("everyone", 4), ("team", 3), ("own", 1)])
def test_the_setting_decides_how_far_a_rep_sees(
    as_rep, rep, other_rep, north, settings, setting, seen
):
    settings.LEAD_VISIBILITY = setting
    mate = type(rep).objects.create_user(
        "mate@accord.example", role="rep", department="sales", name="Mate"
    )
    mate.teams.add(north)
    for owner in (rep, mate, None, other_rep):
        make_lead(owner=owner)

    assert as_rep.get("/leads/").content.decode().count('id="lead-row-') == seen
    assert as_rep.get("/api/v1/leads/count/").json()["count"] == seen


def test_a_stranger_is_sent_to_sign_in(client):
    assert client.get("/leads/").status_code == 302


def test_names_are_hidden_from_executives(as_executive):
    lead = make_lead(
        full_name="Ana Secret",
        email="ana@secret.example",
        phone="030 1234",
        company=make_company("Acme"),
    )
    page = as_executive.get("/leads/?columns=email,phone,stage").content.decode()

    assert f"Lead {lead.pk}" in page
    assert "Acme" in page
    for secret in ("Secret", "ana@secret", "030 1234"):
        assert secret not in page


def test_an_executive_cannot_sort_by_a_hidden_name(as_executive):
    make_lead(full_name="Zoe")
    answer = as_executive.get("/leads/?ordering=name")
    assert answer.status_code == 400
    assert b"lead-row-" not in answer.content
    assert "Sort by created, changed or next step." in answer.content.decode()


def test_the_address_holds_the_state(as_marketer, rep):
    campaign = make_campaign("Spring fair")
    found = make_lead(full_name="Ana Found", stage="mql", campaign=campaign, owner=rep)
    make_lead(full_name="Bob Other", stage="mql")
    page = as_marketer.get(
        f"/leads/?stage=mql&campaign=spring-fair&owner={rep.pk}&ordering=name"
    ).content.decode()

    assert "Ana Found" in page
    assert "Bob Other" not in page
    for words in (
        "Stage is <strong>MQL",
        "Campaign is <strong>Spring fair",
        f"Owner is <strong>{rep}",
    ):
        assert words in page
    assert found.get_absolute_url() in page


def test_empty_fields_leave_the_address(as_marketer):
    response = as_marketer.get("/leads/?apply=1&q=&stage=mql&status=")
    assert (response.status_code, response["Location"]) == (302, "/leads/?stage=mql")

    fragment = as_marketer.get("/leads/?apply=1&q=&stage=mql", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Push-Url"]) == (200, "/leads/?stage=mql")


def test_a_fragment_is_only_the_table(as_marketer):
    page = as_marketer.get("/leads/", headers={"HX-Request": "true"}).content.decode()

    assert page.lstrip().startswith('<div id="lead-table"')
    assert "HX-Request" in as_marketer.get("/leads/")["Vary"]


@pytest.mark.parametrize("query", ["nothing=1", "owner=x", "stage=nowhere", "created_at__gte=soon"])
def test_an_address_that_means_nothing_says_so(as_marketer, query):
    response = as_marketer.get(f"/leads/?{query}")

    assert response.status_code == 400
    assert b"This address cannot be shown" in response.content


def test_an_empty_list_says_what_to_do(as_marketer, as_executive):
    assert b"New lead" in as_marketer.get("/leads/").content
    assert b"No leads match" in as_marketer.get("/leads/?status=lost").content
    assert b"No leads yet" in as_executive.get("/leads/").content


def test_columns_are_chosen_in_the_address(as_marketer):
    make_lead(country="Portugal", source="Google")
    page = as_marketer.get("/leads/?columns=country").content.decode()

    assert "Portugal" in page
    assert "Google" not in page


def test_more_filters_keep_what_is_set(as_marketer):
    page = as_marketer.get("/leads/filters/?stage=mql&country=PT").content.decode()

    assert '<input type="hidden" name="stage" value="mql">' in page
    assert 'value="PT"' in page


def test_pages_follow_each_other(as_marketer):
    stage = make_stage("lead")
    Lead.objects.bulk_create([Lead(full_name=f"Lead {n:03}", stage=stage) for n in range(120)])
    first = as_marketer.get("/leads/?ordering=name")
    second = as_marketer.get("/leads/" + first.context["page"].next)

    assert [str(lead) for lead in second.context["page"]][::49] == ["Lead 050", "Lead 099"]
    assert second.context["page"].previous is not None


# --- what it costs ----------------------------------------------------------------------------
def fill(number, rep):
    campaign, persona = make_campaign(f"Campaign {number}"), make_persona(f"Persona {number}")
    for _ in range(number):
        make_lead(company=make_company(), owner=rep, campaign=campaign, persona=persona)


def test_ten_rows_cost_as_many_queries_as_one(as_rep, as_marketer, rep):
    url = "/leads/?columns=stage,owner,campaign,persona,source"
    fill(1, rep)
    one = queries(as_rep, url)
    fill(10, rep)

    assert queries(as_rep, url) == one <= 8
    assert queries(as_marketer, url) <= 8


def test_ten_thousand_leads_cost_no_more_queries(as_rep, rep):
    stage = make_stage("lead")
    fill(60, rep)  # more than a page: what fits on one is not counted apart
    few = queries(as_rep, "/leads/?ordering=next_step")
    rows = (Lead(full_name=f"Lead {n}", stage=stage, owner=rep) for n in range(10_000))
    Lead.objects.bulk_create(rows, batch_size=2000)

    # An order with empty values asks for two parts, and the tabs that the person pinned are one.
    assert queries(as_rep, "/leads/?ordering=next_step") == few <= 8
    assert queries(as_rep, "/leads/") <= 8
    assert as_rep.get("/leads/").context["page"].count_text.startswith("about ")
