"""The acts on leads: what each changes, records, announces and refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import services
from leads.duplicates import DuplicateLead
from leads.models import Assignment, Company, Lead, StageChange, Touchpoint
from leads.reading import prepare
from leads.services.journal import Contact
from leads.services.records import WrongValues
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.core.errors import RuleViolation, StaleEdit
from portal.notifications.models import Notification
from tests.factories import (
    make_campaign,
    make_lead,
    make_persona,
    make_stage,
    make_stages,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stages(db):
    make_stages()


def create(by, **values):
    values = {name.replace("__", "."): value for name, value in values.items()}
    return services.create_lead(prepared=prepare(values), by=by)


# --- create -----------------------------------------------------------------------------------
def test_a_new_lead_begins_in_the_first_stage(marketer):
    lead = create(
        marketer,
        full_name="Ana Cruz",
        email="ana@acme.example",
        company__name="Acme GmbH",
        notes="Met at fair",
    )

    assert (lead.stage.slug, lead.status, lead.reached, lead.owner) == ("lead", "open", 10, None)
    assert lead.company.name_key == "acme"
    assert lead.stage_changes.get().from_stage is None
    assert lead.notes_written.get().body == "Met at fair"
    assert Activity.objects.of(lead).filter(verb="created").exists()


def test_a_rep_owns_what_they_add(rep, north):
    lead = create(rep, email="ana@acme.example")

    assert (lead.owner, lead.team) == (rep, north)


def test_a_rep_may_leave_a_new_lead_to_the_pool(rep, north):
    lead = create(rep, email="ana@acme.example", owner="")

    assert (lead.owner, lead.team) == (None, north)


def test_a_rep_cannot_give_a_new_lead_to_somebody_else(rep, other_rep):
    with pytest.raises(WrongValues, match="a manager"):
        create(rep, email="ana@acme.example", owner=other_rep.email)


def test_a_lead_may_come_in_at_any_stage(marketer):
    lead = create(marketer, email="ana@acme.example", stage="Customer")

    assert (lead.stage.slug, lead.status, lead.reached) == ("customer", "won", 60)
    assert lead.converted_at is not None


def test_nobody_is_not_a_lead(marketer):
    with pytest.raises(WrongValues, match="external id"):
        create(marketer, full_name="Ana")


def test_unknown_references_are_named(marketer):
    with pytest.raises(WrongValues) as refused:
        create(marketer, email="a@b.example", campaign="nowhere", owner="nobody@accord.example")

    assert set(refused.value.errors) == {"campaign", "owner"}


def test_references_are_found_by_slug_title_or_address(marketer, rep):
    campaign, persona = make_campaign("Spring fair"), make_persona("Head of sales", agreed=True)
    lead = create(
        marketer,
        email="a@b.example",
        campaign="spring-fair",
        persona="Head of Sales",
        owner=rep.email,
    )

    assert (lead.campaign, lead.persona, lead.owner) == (campaign, persona, rep)
    assert lead.persona_revision == persona.document.in_force


def test_the_same_address_is_refused_and_the_lead_is_named(marketer):
    create(marketer, full_name="Ana Cruz", email="ana@acme.example")

    with pytest.raises(DuplicateLead, match="Ana Cruz already has") as refused:
        create(marketer, email=" ANA@acme.example")
    assert refused.value.lead is not None


def test_of_a_foreign_duplicate_only_the_owner_is_named(rep, other_rep):
    make_lead(full_name="Secret Person", email="ana@acme.example", owner=other_rep)

    with pytest.raises(DuplicateLead, match=str(other_rep)) as refused:
        create(rep, email="ana@acme.example")
    assert "Secret" not in refused.value.message
    assert refused.value.lead is None


def test_a_double_click_makes_one_lead(marketer):
    row = prepare({"full_name": "Ana Cruz", "company.name": "Acme"})
    first = services.create_lead(prepared=row, by=marketer, form_token="t")

    assert services.create_lead(prepared=row, by=marketer, form_token="t") == first
    assert Lead.objects.count() == 1


def test_only_blanks_of_a_known_company_are_filled(marketer):
    Company.objects.create(name="Acme", name_key="acme", country="PT")
    create(
        marketer,
        email="a@b.example",
        company__name="ACME Ltd",
        company__country="ES",
        company__domain="www.acme.com",
    )

    assert Company.objects.values("name", "country", "domain").get() == {
        "name": "Acme",
        "country": "PT",
        "domain": "acme.com",
    }


# --- change -----------------------------------------------------------------------------------
def test_only_what_differs_is_written(marketer):
    lead = make_lead(first_name="Ana", last_name="Cruz", country="PT")

    same = services.change_lead(lead=lead, prepared=prepare({"country": "PT"}), by=marketer)
    changed = services.change_lead(lead=lead, prepared=prepare({"last_name": "Lima"}), by=marketer)

    assert (same.version, changed.version, changed.full_name) == (1, 2, "Ana Lima")
    assert Activity.objects.of(lead).get().data["fields"] == ["last_name"]


def test_two_people_changing_different_fields_both_win(marketer, rep):
    lead = make_lead()
    services.change_lead(lead=lead, prepared=prepare({"country": "PT"}), by=rep, version=1)
    merged = services.change_lead(
        lead=lead, prepared=prepare({"city": "Lisbon"}), by=marketer, version=1
    )

    assert (merged.country, merged.city, merged.version) == ("PT", "Lisbon", 3)


def test_two_people_changing_the_same_field_lose_nothing(marketer, rep):
    lead = make_lead()
    services.change_lead(lead=lead, prepared=prepare({"country": "PT"}), by=rep, version=1)

    with pytest.raises(StaleEdit) as stale:
        services.change_lead(
            lead=lead, prepared=prepare({"country": "ES", "city": "Madrid"}), by=marketer, version=1
        )
    assert stale.value.conflicts["country"]["mine"] == "ES"
    assert stale.value.conflicts["country"]["theirs"] == "PT"
    assert stale.value.conflicts["country"]["by"] == str(rep)
    assert set(stale.value.conflicts) == {"country"}
    assert Lead.objects.get().city == ""


def test_a_change_that_left_no_line_may_have_touched_anything(marketer):
    lead = make_lead(country="PT")
    Lead.objects.update(version=2)

    with pytest.raises(StaleEdit):
        services.change_lead(lead=lead, prepared=prepare({"country": "ES"}), by=marketer, version=1)


def test_attributes_are_set_and_taken_away(marketer):
    lead = make_lead(attributes={"visits": 3, "plan": "pro"})
    row = prepare({"attributes": {"visits": 4, "plan": None, "beta": False}})

    assert services.change_lead(lead=lead, prepared=row, by=marketer).attributes == {
        "visits": 4,
        "beta": False,
    }


def test_a_change_cannot_take_anothers_address(marketer):
    make_lead(email="ana@acme.example")
    lead = make_lead()

    with pytest.raises(DuplicateLead):
        services.change_lead(
            lead=lead, prepared=prepare({"email": "Ana@acme.example"}), by=marketer
        )


def test_a_lead_stays_recognisable(marketer):
    lead = make_lead()

    with pytest.raises(WrongValues):
        services.change_lead(
            lead=lead, prepared=prepare({"email": "", "full_name": ""}), by=marketer
        )


# --- who has it -------------------------------------------------------------------------------
def test_assigning_needs_a_reason_and_tells_the_new_owner(marketer, rep):
    lead = make_lead()
    with pytest.raises(RuleViolation, match="why"):
        services.assign_lead(lead=lead, owner=rep, by=marketer, reason=" ")
    services.assign_lead(lead=lead, owner=rep, by=marketer, reason="Knows the company")

    assert Lead.objects.get().owner == rep
    assert Assignment.objects.get().reason == "Knows the company"
    assert Notification.objects.get().recipient == rep


def test_a_rep_gives_back_but_not_away(rep, other_rep, north):
    lead = make_lead(owner=rep, team=north)
    with pytest.raises(RuleViolation, match="manager"):
        services.assign_lead(lead=lead, owner=other_rep, by=rep, reason="Busy")
    services.assign_lead(lead=lead, owner=None, by=rep, reason="Busy")

    assert (Lead.objects.get().owner, Lead.objects.get().team) == (None, north)


def test_of_two_who_claim_one_wins_and_the_other_hears_who(rep, other_rep):
    lead = make_lead()
    mine, theirs = Lead.objects.get(), Lead.objects.get()
    services.claim_lead(lead=mine, by=rep)

    with pytest.raises(RuleViolation, match=str(rep)):
        services.claim_lead(lead=theirs, by=other_rep)
    assert Lead.objects.get(pk=lead.pk).owner == rep
    assert Assignment.objects.count() == 1


def test_claiming_twice_is_claiming_once(rep):
    lead = make_lead()
    services.claim_lead(lead=Lead.objects.get(pk=lead.pk), by=rep)
    services.claim_lead(lead=Lead.objects.get(pk=lead.pk), by=rep)

    assert Assignment.objects.count() == 1


@pytest.mark.parametrize("role", [Role.EXECUTIVE, Role.ADMINISTRATOR])
def test_only_people_who_work_on_leads_own_them(marketer, role):
    owner = make_user(role, is_active=role != Role.ADMINISTRATOR)

    with pytest.raises(RuleViolation, match="cannot work"):
        services.assign_lead(lead=make_lead(), owner=owner, by=marketer, reason="x")


# --- where it stands --------------------------------------------------------------------------
def test_stages_are_recorded_with_what_was_reached(marketer):
    lead = make_lead()
    services.change_stage(lead=lead, stage=make_stage("sql"), by=marketer)
    back = services.change_stage(
        lead=lead, stage=make_stage("mql"), by=marketer, reason="Budget is gone"
    )

    assert (back.stage.slug, back.reached) == ("mql", 40)
    assert StageChange.objects.count() == 2


def test_going_back_needs_a_reason(marketer):
    with pytest.raises(RuleViolation, match="why"):
        services.change_stage(lead=make_lead(stage="sql"), stage=make_stage("mql"), by=marketer)


def test_a_customer_is_won_and_a_step_back_undoes_it(marketer):
    lead = services.change_stage(lead=make_lead(), stage=make_stage("customer"), by=marketer)
    assert (lead.status, lead.converted_at is not None) == ("won", True)
    lead = services.change_stage(
        lead=lead, stage=make_stage("sql"), by=marketer, reason="Wrong click"
    )

    assert (lead.status, lead.converted_at) == ("open", None)


def test_a_lost_lead_stays_where_it_was_until_it_is_reopened(marketer):
    lead = services.mark_lost(lead=make_lead(stage="sql"), reason="No budget", by=marketer)
    assert (lead.status, lead.stage.slug, lead.reached, lead.lost_reason) == (
        "lost",
        "sql",
        40,
        "No budget",
    )
    with pytest.raises(RuleViolation, match="Reopen"):
        services.change_stage(lead=lead, stage=make_stage("opportunity"), by=marketer)
    lead = services.reopen_lead(lead=lead, reason="Called back", by=marketer)

    assert (lead.status, lead.lost_reason, lead.lost_at) == ("open", "", None)


def test_an_inactive_stage_is_refused(marketer):
    stage = make_stage("mql")
    stage.is_active = False
    stage.save()

    with pytest.raises(RuleViolation, match="not part of the funnel"):
        services.change_stage(lead=make_lead(), stage=stage, by=marketer)


# --- the journal ------------------------------------------------------------------------------
def test_a_double_click_logs_one_call(rep):
    lead = make_lead()
    for _ in range(2):
        services.log_touchpoint(
            lead=lead, contact=Contact(kind="call", outcome="Reached", form_token="t"), by=rep
        )

    assert Touchpoint.objects.count() == 1


def test_a_contact_cannot_lie_in_the_future(rep):
    lead, tomorrow = (
        make_lead(),
        Contact(kind="call", occurred_at=timezone.now() + timedelta(days=1)),
    )

    with pytest.raises(RuleViolation, match="next step"):
        services.log_touchpoint(lead=lead, contact=tomorrow, by=rep)


def test_a_note_needs_words(rep):
    with pytest.raises(RuleViolation, match="Write something"):
        services.add_note(lead=make_lead(), body=" \x00 ", by=rep)


def test_what_they_said_is_kept_with_who_asked(rep):
    lead = services.set_source_told(lead=make_lead(), state="told", text="A podcast", by=rep)
    assert (lead.heard_about_us, lead.heard_asked_by) == ("A podcast", rep)
    lead = services.set_source_told(lead=lead, state="cannot_recall", text="", by=rep)

    assert (lead.heard_state, lead.heard_about_us) == ("cannot_recall", "")


def test_a_person_overrules_the_computed_fit(rep):
    persona = make_persona(agreed=True)
    lead = services.choose_persona(lead=make_lead(), persona=persona, by=rep)
    assert (lead.persona, lead.persona_chosen_by, lead.persona_revision) == (
        persona,
        rep,
        persona.document.in_force,
    )
    with pytest.raises(RuleViolation, match="in force"):
        services.choose_persona(lead=lead, persona=make_persona(), by=rep)
