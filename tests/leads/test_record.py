"""The record: what it shows to whom, what it costs, and the forms that write it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads import services
from leads.models import AttributeDefinition, Lead, Note, Touchpoint
from leads.services import Contact
from tests.factories import make_campaign, make_company, make_lead, make_persona, make_stage

pytestmark = pytest.mark.django_db


def url(lead, page=""):
    return f"/leads/{lead.pk}/{page}"


@pytest.mark.parametrize(
    "page", ["", "timeline/", "edit/", "assign/", "stage/", "lost/", "log/", "notes/", "next-step/"]
)
def test_a_lead_out_of_reach_does_not_exist(as_rep, other_rep, page):
    lead = make_lead(owner=other_rep)

    assert as_rep.get(url(lead, page)).status_code == 404
    assert as_rep.get(f"/api/v1/leads/{lead.pk}/").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "edit/",
        "assign/",
        "stage/",
        "lost/",
        "reopen/",
        "log/",
        "notes/",
        "next-step/",
        "source/",
        "persona/",
    ],
)
def test_an_executive_reads_and_never_writes(as_executive, page):
    assert as_executive.get(url(make_lead(), page)).status_code == 403


def test_contact_data_is_hidden_from_executives_everywhere(as_executive, marketer):
    lead = make_lead(
        full_name="Ana Secret",
        email="ana@secret.example",
        phone="+49 30 1234",
        attributes={"nickname": "Annie"},
        external_id="X-77",
    )
    services.add_note(lead=lead, body="Her dog is called Rex", by=marketer)
    services.log_touchpoint(
        lead=lead, contact=Contact(kind="call", body="Spoke of Rex"), by=marketer
    )
    services.mark_lost(lead=lead, reason="Ana moved", by=marketer)
    pages = [
        as_executive.get(url(lead)),
        as_executive.get(url(lead, "drawer/")),
        as_executive.get(url(lead, "timeline/")),
        as_executive.get(f"/api/v1/leads/{lead.pk}/"),
        as_executive.get(f"/api/v1/leads/{lead.pk}/timeline/"),
        as_executive.get("/api/v1/leads/"),
    ]
    for page in pages:
        assert page.status_code == 200
        for secret in ("Secret", "ana@", "1234", "Annie", "X-77", "Rex"):
            assert secret not in page.content.decode(), (page.request["PATH_INFO"], secret)


def test_the_record_shows_the_three_sources(as_marketer):
    lead = make_lead(
        source="Google", converting_source="Webinar", heard_state="told", heard_about_us="A podcast"
    )
    page = as_marketer.get(url(lead)).content.decode()

    for words in ("Google", "Webinar", "A podcast"):
        assert words in page


def test_the_record_says_why_a_persona_fits(as_marketer):
    persona = make_persona("Head of sales", agreed=True)
    persona.criteria = [
        {
            "fact": "country",
            "operator": "is",
            "values": "PT",
            "weight": "1",
            "attribute": "",
            "is_exclusion": False,
        },
        {
            "fact": "seniority",
            "operator": "is",
            "values": "head",
            "weight": "1",
            "attribute": "",
            "is_exclusion": False,
        },
    ]
    persona.save()
    page = as_marketer.get(url(make_lead(country="PT", persona=persona))).content.decode()

    assert "Country is pt" in page
    for word in ("met", "unknown"):
        assert f"{word}</span>" in page


def test_the_timeline_tells_everything_newest_first(as_marketer, marketer, rep):
    lead = make_lead()
    services.add_note(lead=lead, body="**Bold** note", by=marketer)
    services.log_touchpoint(lead=lead, contact=Contact(kind="call", outcome="Reached"), by=marketer)
    services.change_stage(lead=lead, stage=make_stage("mql"), by=marketer)
    services.assign_lead(
        lead=Lead.objects.get(pk=lead.pk), owner=rep, by=marketer, reason="Knows them"
    )
    services.set_next_step(lead=lead, text="Send offer", on=None, by=marketer)
    texts = [
        entry["text"]
        for entry in as_marketer.get(f"/api/v1/leads/{lead.pk}/timeline/").json()["results"]
    ]

    assert texts == ["Next step", f"Given to {rep}", "Lead → MQL", "Call: Reached", "Note"]
    assert "<strong>Bold</strong>" in as_marketer.get(url(lead)).content.decode()


def test_the_timeline_goes_on_where_it_stopped(as_marketer, marketer):
    lead = make_lead()
    for number in range(120):
        services.log_touchpoint(
            lead=lead, contact=Contact(kind="call", title=f"No {number:03}"), by=marketer
        )
    seen, address = [], f"/api/v1/leads/{lead.pk}/timeline/"
    while address:
        page = as_marketer.get(address).json()
        seen += [entry["text"] for entry in page["results"]]
        address = page["next"]

    assert seen == [f"Call: No {number:03}" for number in reversed(range(120))]


def test_a_record_with_much_history_costs_what_one_with_little_does(as_rep, rep, marketer):
    lead = make_lead(
        owner=rep,
        company=make_company(),
        campaign=make_campaign(),
        persona=make_persona(agreed=True),
    )
    as_rep.get(url(lead))

    def cost():
        with CaptureQueriesContext(connection) as asked:
            as_rep.get(url(lead))
        return len(asked)

    empty, costs = cost(), []
    for more in (1, 10):
        for number in range(more):
            services.add_note(lead=lead, body=f"Note {number}", by=marketer)
            services.log_touchpoint(lead=lead, contact=Contact(kind="call"), by=marketer)
            services.set_next_step(lead=lead, text=f"Step {number}", on=None, by=rep)
        costs.append(cost())

    few, many = costs
    assert empty < few == many <= 12, (
        "kinds of things that happened cost a query each, things do not"
    )


def test_the_drawer_is_a_part_of_the_page(as_rep, rep):
    lead = make_lead(owner=rep)
    answer = as_rep.get(url(lead, "drawer/"), headers={"HX-Request": "true"})

    assert answer.content.decode().lstrip().startswith('<div id="lead-drawer"')
    assert "HX-Request" in answer["Vary"]
    assert b"<html" in as_rep.get(url(lead, "drawer/")).content


def test_the_drawer_of_a_foreign_lead_is_not_there(as_rep, other_rep):
    assert as_rep.get(url(make_lead(owner=other_rep), "drawer/")).status_code == 404


# --- writing ----------------------------------------------------------------------------------
def create(client, **values):
    return client.post("/leads/new/", {"consent": "unknown", **values})


def test_a_lead_is_added_by_form(as_rep, rep):
    answer = create(
        as_rep,
        first_name="Ana",
        last_name="Cruz",
        email="ana@acme.example",
        **{"company.name": "Acme"},
    )
    lead = Lead.objects.get()

    assert answer["Location"] == lead.get_absolute_url()
    assert (lead.full_name, lead.owner, lead.company.name) == ("Ana Cruz", rep, "Acme")


def test_the_same_form_twice_adds_one_lead(as_rep):
    for _ in range(2):
        answer = create(
            as_rep, first_name="Ana", last_name="Cruz", form_token="t", **{"company.name": "Acme"}
        )

    assert answer["Location"] == Lead.objects.get().get_absolute_url()


def test_wrong_values_are_named_and_nothing_typed_is_lost(as_rep):
    answer = create(as_rep, first_name="Ana", email="ana at acme")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This is not an e-mail address." in page
    assert 'value="ana at acme"' in page


def test_a_duplicate_leads_to_the_lead_that_is_there(as_marketer, as_rep, other_rep):
    lead = make_lead(full_name="Ana Cruz", email="ana@acme.example", owner=other_rep)
    seen = create(as_marketer, email="ANA@acme.example").content.decode()
    unseen = create(as_rep, email="ANA@acme.example").content.decode()

    assert lead.get_absolute_url() in seen
    assert str(other_rep) in unseen
    assert "Ana Cruz" not in unseen
    assert lead.get_absolute_url() not in unseen


def test_the_same_name_at_the_same_company_is_asked_about(as_rep, rep, other_rep):
    make_lead(full_name="Ana Cruz", company=make_company("Acme"), owner=other_rep)
    values = {"first_name": "Ana", "last_name": "Cruz", "company.name": "ACME GmbH"}
    asked = create(as_rep, **values)
    assert asked.status_code == 422
    assert f"A lead of {other_rep}" in asked.content.decode()

    assert create(as_rep, **values, duplicate_reason="Her cousin").status_code == 302
    assert Lead.objects.count() == 2


def edit_values(client, lead, **changed):
    """The form as a browser would send it: every field, with what it showed at first."""
    form = client.get(url(lead, "edit/")).context["form"]
    data = {}
    for bound in form:
        value = bound.field.prepare_value(bound.initial)
        data[bound.html_name] = "" if value is None else str(value)
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = data[bound.html_name]
    return data | {name.replace("__", "."): value for name, value in changed.items()}


def test_an_edit_changes_what_was_changed(as_marketer):
    lead = make_lead(country="PT", company=make_company("Acme"))
    answer = as_marketer.post(url(lead, "edit/"), edit_values(as_marketer, lead, country="ES"))
    lead.refresh_from_db()

    assert answer.status_code == 302
    assert (lead.country, lead.company.name, lead.version) == ("ES", "Acme", 2)


def test_edits_of_different_fields_are_merged(as_marketer, as_sales_manager):
    lead = make_lead(country="PT", city="Porto")
    first = edit_values(as_marketer, lead, country="ES")
    second = edit_values(as_sales_manager, lead, city="Faro")
    as_marketer.post(url(lead, "edit/"), first)
    as_sales_manager.post(url(lead, "edit/"), second)
    lead.refresh_from_db()

    assert (lead.country, lead.city) == ("ES", "Faro")


@pytest.mark.parametrize(("keep", "country"), [("mine", "FR"), ("theirs", "ES")])
def test_edits_of_the_same_field_are_shown_side_by_side(
    as_marketer, as_sales_manager, keep, country
):
    lead = make_lead(country="PT", city="Porto", source="Google")
    late = edit_values(as_sales_manager, lead, country="FR", source="Bing")
    as_marketer.post(url(lead, "edit/"), edit_values(as_marketer, lead, country="ES", city="Faro"))
    clash = as_sales_manager.post(url(lead, "edit/"), late)
    assert clash.status_code == 422
    page = clash.content.decode()
    assert "Somebody else saved this" in page
    assert ">ES<" in page

    form = clash.context["form"]
    again = {bound.html_name: bound.value() or "" for bound in form}
    for bound in form:
        if bound.field.show_hidden_initial:
            shown = bound.field.prepare_value(bound.initial)
            again[bound.html_initial_name] = "" if shown is None else str(shown)
    assert (
        as_sales_manager.post(url(lead, "edit/"), again | {"keep_country": keep}).status_code == 302
    )
    lead.refresh_from_db()
    assert (lead.country, lead.city, lead.source) == (country, "Faro", "Bing")


def test_custom_attributes_are_fields_of_the_form(as_marketer):
    AttributeDefinition.objects.create(name="visits", label="Visits", type="number")
    lead = make_lead(attributes={"visits": 3, "other": "x"})
    as_marketer.post(url(lead, "edit/"), edit_values(as_marketer, lead, attributes__visits="4"))
    lead.refresh_from_db()

    assert lead.attributes == {"visits": 4, "other": "x"}


def test_a_note_and_a_call_are_one_click_each(as_rep, rep):
    lead = make_lead(owner=rep)
    for _ in range(2):
        as_rep.post(url(lead, "notes/"), {"body": "Likes tea", "form_token": "n"})
        as_rep.post(
            url(lead, "log/"),
            {"kind": "call", "direction": "out", "outcome": "Reached", "form_token": "c"},
        )

    assert Note.objects.get().body == "Likes tea"
    assert Touchpoint.objects.get().outcome == "Reached"


def test_what_buyers_wrote_is_never_markup(as_rep, rep):
    lead = make_lead(owner=rep, full_name="<script>alert(1)</script>", email="x@y.example")
    services.add_note(lead=lead, body='<img src=x onerror="alert(1)">', by=rep)
    page = as_rep.get(url(lead)).content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page
