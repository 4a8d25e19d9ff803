"""The fit of leads: one rule in Python with reasons, the same rule in SQL for all [R15, R24]."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.fits import fits_of, match_slice, personas_in_force
from leads.models import Lead
from tests.factories import make_company, make_lead, make_persona

pytestmark = pytest.mark.django_db

WORDS = ["Ops", "ÄRZTE", "head of ops", "IT", "", "straße"]
NUMBERS = [None, 3, 50, 50.5, "50", True, ""]


def criterion(fact="title", operator="is", values="ops", weight="1", **more):
    return {
        "id": "x",
        "fact": fact,
        "attribute": "",
        "operator": operator,
        "values": values,
        "weight": weight,
        "is_exclusion": False,
    } | more


def persona_with(criteria, title=None):
    """One in force, also with criteria that would not be proposed: older ones may hold such."""
    persona = make_persona(title, agreed=True)
    persona.criteria = criteria
    persona.save()
    return persona


def test_reasons_say_what_is_met_not_met_and_unknown():
    persona = persona_with(
        [criterion(), criterion("country", values="DE"), criterion("seniority", values="head")]
    )
    lead = make_lead(title="Ops", country="FR")
    fit = fits_of(lead)[0][1]
    assert [reason.met.value for reason in fit.reasons] == ["met", "not_met", "unknown"]
    assert (fit.strength, fit.fits) == (333, False)
    assert persona.title


def test_an_exclusion_rules_out():
    persona_with([criterion(), criterion("country", values="de", is_exclusion=True)])
    assert fits_of(make_lead(title="ops", country="DE"))[0][1].is_excluded


def test_a_person_may_overrule(rep):
    persona_with([criterion()])
    lead = make_lead(title="Ops", persona_chosen_by=rep)
    assert match_slice(Lead.objects.all(), personas_in_force()) == 0
    lead.refresh_from_db()
    assert lead.persona is None


def test_matching_writes_only_what_changes():
    persona = persona_with([criterion()])
    make_lead(title="OPS")
    make_lead(title="other")
    assert match_slice(Lead.objects.all(), personas_in_force()) == 1
    assert match_slice(Lead.objects.all(), personas_in_force()) == 0
    lead = Lead.objects.get(title="OPS")
    assert (lead.persona, lead.persona_revision) == (persona, persona.document.in_force)


CRITERIA = st.lists(
    st.builds(
        criterion,
        fact=st.sampled_from(
            ["title", "country", "company.industry", "company.employees", "attribute"]
        ),
        operator=st.sampled_from(["is", "is_not", "contains", "at_least", "at_most"]),
        values=st.sampled_from(
            ["ops", "Ärzte, it", "50", "head", "STRASSE,straße", "true", "_", "%"]
        ),
        weight=st.sampled_from(["1", "3", "2.5", ""]),
        attribute=st.just("size"),
        is_exclusion=st.sampled_from([False, False, False, True]),
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=CRITERIA, second=CRITERIA)
def test_python_and_sql_agree(db, first, second):
    from django.db import transaction

    with transaction.atomic():
        personas = [persona_with(first), persona_with(second)]
        companies = [
            None,
            *(
                make_company(industry=word, employees=size)
                for word, size in [("Ops", 50), ("", None), ("ÄRZTE", 49)]
            ),
        ]
        for index, word in enumerate(WORDS):
            for number, value in enumerate(NUMBERS):
                company = companies[(index + number) % len(companies)]
                make_lead(
                    title=word,
                    country=WORDS[number % len(WORDS)],
                    company=company,
                    attributes={} if value is None else {"size": value},
                )
        match_slice(Lead.objects.all(), personas)
        for lead in Lead.objects.select_related("company"):
            best, fit = fits_of(lead, personas)[0]
            assert lead.persona_id == (best.pk if fit.fits else None), (
                lead.title,
                lead.attributes,
                fit,
            )
        transaction.set_rollback(True)
