"""Which persona a lead fits and why, what a person may say against it, and when it is computed anew
[R15, R24]."""

from __future__ import annotations

import re

import pytest

from leads.models import Lead
from portal.documents import services as documents
from tests.conftest import signed_in
from tests.documents.surfaces import JSON
from tests.factories import agree, make_persona

pytestmark = pytest.mark.django_db


def shown(client, lead):
    """The persona of a lead as the API tells it; the page is looked at beside it."""
    return client.get(f"/api/v1/leads/{lead.pk}/").json()["persona"]


def of(lead):
    lead.refresh_from_db()
    return lead.persona


# --- computed, with reasons -----------------------------------------------------------------------
def test_met_not_met_and_unknown_are_kept_apart_on_page_and_in_the_api(
    as_rep, new_lead, agreed_persona, criterion
):
    agreed_persona(
        "Depot Dora",
        criterion(weight="3"),
        criterion("country", "is", "DE, AT"),
        criterion("seniority", "is", "head"),
        criterion("city", "is", "Rome", is_exclusion=True),
    )
    lead = new_lead(title="Fleet manager", country="FR")

    reasons = shown(as_rep, lead)["reasons"]
    assert [(r["found"], r["met"], r["is_exclusion"]) for r in reasons] == [
        ("Fleet manager", "met", False),
        ("FR", "not_met", False),
        ("", "unknown", False),
        ("", "unknown", True),
    ]
    page = as_rep.get(f"/leads/{lead.pk}/").content.decode()
    assert "fits to 60 %" in page
    card = page.partition("Why: 4 criteria")[2].partition("</details>")[0]
    said = re.findall(r">\s*(met|not met|unknown)\s*<", card)
    assert said == ["met", "not met", "unknown", "unknown"]
    assert "rules it out" in card


def test_what_is_unknown_never_counts_as_met(as_rep, new_lead, agreed_persona, criterion):
    agreed_persona("Depot Dora", criterion(), criterion("country", "is_not", "FR", weight="3"))
    assert shown(as_rep, new_lead(title="Fleet manager")) is None
    assert shown(as_rep, new_lead(title="Fleet manager", country="DE"))["slug"] == "depot-dora"


def test_zero_and_no_are_known(as_rep, new_lead, agreed_persona, criterion):
    agreed_persona(
        "Depot Dora",
        criterion("company.employees", "at_most", "10"),
        criterion("attribute", "is", "false", attribute="outsourced"),
        criterion("attribute", "at_most", "5", attribute="vans"),
    )
    lead = new_lead(
        company={"name": "One van", "employees": 0}, attributes={"outsourced": False, "vans": 0}
    )

    found = [(r["found"], r["met"]) for r in shown(as_rep, lead)["reasons"]]
    assert found == [("0", "met"), ("false", "met"), ("0", "met")]


def test_an_executive_reads_the_reasons_but_not_what_was_found(
    as_executive, new_lead, agreed_persona
):
    agreed_persona()
    lead = new_lead(title="Fleet manager")
    reason = shown(as_executive, lead)["reasons"][0]
    assert (reason["criterion"], reason["met"]) == ("Job title contains fleet", "met")
    assert "Fleet" not in reason["found"]
    card = as_executive.get(f"/leads/{lead.pk}/").content.decode().partition("Why: 1 criteria")[2]
    assert "Fleet manager" not in card.partition("</details>")[0]


def test_the_best_of_several_is_shown_and_the_older_where_two_are_alike(
    as_rep, new_lead, agreed_persona, criterion
):
    agreed_persona("Older", criterion(), criterion("country", "is", "DE"))
    agreed_persona("Better", criterion(), criterion("country", "is", "FR"))
    agreed_persona("Alike", criterion(), criterion("country", "is", "FR"))
    agreed_persona("Ruled out", criterion(), criterion("country", "is", "FR", is_exclusion=True))

    assert shown(as_rep, new_lead(title="Fleet manager", country="FR"))["name"] == "Better"
    assert shown(as_rep, new_lead(title="Fleet manager", country="DE"))["name"] == "Older"
    assert shown(as_rep, new_lead(title="Fleet manager"))["name"] == "Ruled out"
    assert shown(as_rep, new_lead(title="Pilot", country="ES")) is None


def test_the_page_of_the_persona_counts_the_leads_that_the_reader_may_see(
    as_rep, as_other_rep, rep, new_lead, agreed_persona
):
    agreed_persona()
    mine = new_lead(title="Fleet manager", owner=rep.pk)
    new_lead(title="Pilot")

    page = as_rep.get("/personas/depot-dora/").content.decode()
    assert "/leads/fitting/depot-dora/" in page
    panel = as_rep.get("/leads/fitting/depot-dora/")
    assert (panel.context["total"], list(panel.context["leads"])) == (1, [mine])
    assert as_other_rep.get("/leads/fitting/depot-dora/").context["total"] == 0


# --- what a person says ----------------------------------------------------------------------------
@pytest.fixture
def two(agreed_persona, criterion):
    """Dora wants fleets, Frances wants finance; nobody of Rome is Frances."""
    dora = agreed_persona("Depot Dora", criterion())
    frances = agreed_persona(
        "Finance Frances",
        criterion(values="finance"),
        criterion("city", "is", "Rome", is_exclusion=True),
    )
    return dora, frances


def choose(client, lead, slug):
    return client.post(f"/leads/{lead.pk}/persona/", {"persona": slug}).status_code


def test_a_person_overrules_the_fit_and_hands_it_back(as_rep, rep, new_lead, two, work):
    dora, frances = two
    lead = new_lead(title="Fleet manager", city="Rome")
    form = as_rep.get(f"/leads/{lead.pk}/persona/").context["form"]
    assert [label for _, label in form.fields["persona"].choices] == [
        "As computed",
        "Depot Dora: fits to 100 %",
        "Finance Frances: ruled out",
    ]

    assert choose(as_rep, lead, "finance-frances") == 302
    assert (of(lead), lead.persona_chosen_by) == (frances, rep)
    assert f"chosen by {rep}" in as_rep.get(f"/leads/{lead.pk}/").content.decode()
    as_rep.patch(f"/api/v1/leads/{lead.pk}/", {"title": "Head of fleet"}, content_type=JSON)
    with work():
        agree(dora, documents.start_draft(subject=dora, by=dora.owner))
    assert of(lead) == frances

    assert choose(as_rep, lead, "") == 302
    assert (of(lead), lead.persona_chosen_by) == (dora, None)
    page = as_rep.get(f"/leads/{lead.pk}/").content.decode()
    assert "Computed: Depot Dora" in page


def test_saving_what_was_computed_is_no_choice(as_rep, new_lead, two):
    lead = new_lead(title="Fleet manager")
    form = as_rep.get(f"/leads/{lead.pk}/persona/").context["form"]
    choose(as_rep, lead, form["persona"].value())
    assert (of(lead), lead.persona_chosen_by) == (two[0], None)


def test_only_a_persona_in_force_can_be_chosen(as_rep, marketer, new_lead, two):
    make_persona("Draft Dan", by=marketer)
    lead = new_lead(title="Fleet manager")
    assert [choose(as_rep, lead, slug) for slug in ("draft-dan", "nobody")] == [422, 422]
    assert of(lead) == two[0]


def test_who_may_not_work_on_the_lead_chooses_nothing(
    as_other_rep, as_executive, rep, north, new_lead, two
):
    lead = new_lead(title="Fleet manager", owner=rep.pk)
    assert choose(as_other_rep, lead, "finance-frances") == 404
    assert choose(as_executive, lead, "finance-frances") == 403
    assert of(lead) == two[0]


# --- computed anew ----------------------------------------------------------------------------------
def test_a_new_revision_in_force_is_what_leads_are_matched_by(
    as_marketer, as_marketing_manager, as_sales_manager, new_lead, two, work, marketer
):
    dora, _ = two
    fleet, pilot = new_lead(title="Fleet manager"), new_lead(title="Pilot")
    draft = documents.start_draft(subject=dora, by=marketer)
    rows = [dict(draft.content["criteria"][0]) | {"values": "pilot"}]
    documents.edit_draft(subject=dora, revision=draft, changes={"criteria": rows}, by=marketer)
    url = f"/personas/depot-dora/revisions/{draft.number}/"
    with work():
        assert as_marketer.post(f"{url}propose/").status_code == 302
        assert as_marketing_manager.post(f"{url}sign/").status_code == 302
    assert (of(fleet), of(pilot)) == (dora, None)

    with work():
        assert as_sales_manager.post(f"{url}sign/").status_code == 302

    assert (of(fleet), of(pilot)) == (None, dora)
    assert pilot.persona_revision == draft
    assert shown(as_marketer, pilot)["reasons"][0]["criterion"] == "Job title contains pilot"


def test_a_persona_that_is_retired_lets_go_of_all_its_leads(
    as_rep, as_sales_manager, new_lead, two, work
):
    computed, chosen = new_lead(title="Fleet manager"), new_lead(title="Head of finance")
    choose(as_rep, chosen, "depot-dora")
    with work():
        answer = as_sales_manager.post("/personas/depot-dora/retire/", {"reason": "No fleets."})
    assert answer.status_code == 302

    assert (of(computed), of(chosen)) == (None, two[1])
    assert chosen.persona_chosen_by is None
    assert Lead.objects.filter(persona=two[0]).count() == 0
    assert choose(as_rep, computed, "depot-dora") == 422


def test_changed_facts_change_the_fit_at_once(new_lead, two, marketer):
    lead = new_lead(title="Fleet manager")
    client = signed_in(marketer)
    client.patch(f"/api/v1/leads/{lead.pk}/", {"title": "Finance lead"}, content_type=JSON)
    assert of(lead) == two[1]
