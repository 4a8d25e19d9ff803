"""People who act on one sale at the same moment, on separate connections."""

from __future__ import annotations

import pytest
from django.apps import apps

from campaigns.competitors.models import Competitor
from campaigns.competitors.services import competitors_named
from leads.models import Lead
from leads.opportunities import services
from leads.opportunities.models import Opportunity, OpportunityChange
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import (
    make_lead,
    make_opportunity,
    make_sales_stage,
    make_sales_stages,
    make_stages,
    make_user,
)
from tests.leads.test_races import at_once

pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)


@pytest.fixture(autouse=True)
def _usual_stages(transactional_db):
    make_stages()
    make_sales_stages()


def managers(count):
    return [make_user(Role.MANAGER) for _ in range(count)]


def test_of_many_who_convert_one_lead_one_opportunity_remains():
    lead, people = make_lead(stage="sal"), managers(5)
    results = at_once(lambda person: services.convert_lead(lead=lead, by=person), people)

    made = Opportunity.objects.get()
    assert [r.opportunity.pk for r in results] == [made.pk] * 5, results
    assert sum(r.is_new for r in results) == 1
    assert OpportunityChange.objects.count() == 1
    assert Lead.objects.get().stage.kind == "opportunity"


def test_of_many_who_close_one_wins_and_the_others_hear():
    sale, people = make_opportunity(), managers(5)
    endings = [
        services.Ending(status="won" if n % 2 else "lost", competitor="Rival") for n in range(5)
    ]
    said = dict(zip((p.pk for p in people), endings, strict=True))
    results = at_once(
        lambda person: services.close_opportunity(
            opportunity=sale, ending=said[person.pk], by=person
        ),
        people,
    )

    closed = [r for r in results if isinstance(r, Opportunity)]
    assert len(closed) == 1, results
    assert sum(isinstance(r, RuleViolation) for r in results) == 4
    assert OpportunityChange.objects.count() == 1
    sale.refresh_from_db()
    assert (sale.status, sale.version) == (closed[0].status, 2)
    assert Competitor.objects.count() == 1


def test_a_move_and_a_close_at_once_end_with_a_closed_sale():
    sale, (mover, closer) = make_opportunity(), managers(2)
    stage = make_sales_stage("Proposal")

    def act(person):
        if person == mover:
            return services.move_opportunity(opportunity=sale, stage=stage, by=person)
        ending = services.Ending(status="lost", reason="Late")
        return services.close_opportunity(opportunity=sale, ending=ending, by=person)

    results = at_once(act, [mover, closer])
    sale.refresh_from_db()
    kinds = list(OpportunityChange.objects.order_by("pk").values_list("kind", flat=True))

    assert (sale.status, sale.stage.slug) == ("lost", "lost")
    assert kinds in (["moved", "lost"], ["lost"]), results
    assert sale.version == len(kinds) + 1


def test_changes_of_several_fields_at_once_lose_nothing():
    sale, people = make_opportunity(source="Old"), managers(3)
    said = dict(
        zip(
            (p.pk for p in people),
            ({"source": "Fair"}, {"amount": 5}, {"name": "New"}),
            strict=True,
        )
    )
    results = at_once(
        lambda person: services.change_opportunity(
            opportunity=sale, values=said[person.pk], by=person, version=1
        ),
        people,
    )
    sale.refresh_from_db()

    assert all(isinstance(r, Opportunity) for r in results), results
    assert (sale.source, sale.amount, sale.name, sale.version) == ("Fair", 5, "New", 4)


def test_a_new_competitor_named_by_many_at_once_is_one():
    results = at_once(lambda person: competitors_named(["New Rival"])["New Rival"].pk, managers(4))

    assert len(set(results)) == 1, results
    assert Competitor.objects.count() == 1
