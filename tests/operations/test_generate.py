from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Q

from campaigns.models import Campaign
from leads.models import Company, Lead, StageChange, Touchpoint
from leads.opportunities.models import Opportunity
from portal.accounts.models import User
from portal.operations.generating.service import generate
from tests.factories import make_lead

pytestmark = pytest.mark.django_db


def run(**options):
    out = StringIO()
    call_command("generate", stdout=out, **options)
    return out.getvalue()


def content():
    columns = (
        "full_name",
        "email",
        "source",
        "stage__slug",
        "status",
        "created_at",
        "converted_at",
        "attributes",
    )
    return list(Lead.objects.order_by("pk").values_list(*columns))


def test_it_makes_what_was_asked_for():
    answer = json.loads(run(leads=60, touchpoints=200, opportunities=0, json=True))

    assert {key: answer[key] for key in ("leads", "touchpoints", "opportunities")} == {
        "leads": 60,
        "touchpoints": 200,
        "opportunities": 0,
    }
    assert answer["seconds"] >= 0
    assert (Lead.objects.count(), Touchpoint.objects.count()) == (60, 200)


def test_rows_keep_the_rules_of_real_ones():
    generate(leads=150, touchpoints=300, opportunities=0, seed=3)

    won = Lead.objects.filter(status="won")
    assert won.exists()
    assert not won.filter(
        ~Q(stage__kind="customer") | Q(converted_at=None) | Q(converted_at__lt=F("created_at"))
    ).exists()
    assert not Lead.objects.filter(stage__kind="customer").exclude(status="won").exists()
    assert (
        not Lead.objects.filter(status="lost").filter(Q(lost_at=None) | Q(lost_reason="")).exists()
    )
    assert not Touchpoint.objects.filter(occurred_at__lt=F("lead__created_at")).exists()
    assert all(
        lead.reached == lead.reach_of(lead.stage) for lead in Lead.objects.select_related("stage")
    )
    assert all(isinstance(lead.attributes["visits"], int) for lead in Lead.objects.all())
    last = StageChange.objects.filter(to_stage=F("lead__stage")).values("lead").distinct().count()
    assert last == 150


def test_it_is_skewed():
    generate(leads=600, touchpoints=3000, opportunities=0, seed=1)

    sources = list(Lead.objects.values("source").annotate(n=Count("pk")).order_by("-n"))
    assert sources[0]["n"] > 5 * sources[-1]["n"]
    assert (
        Touchpoint.objects.values("lead").annotate(n=Count("pk")).order_by("-n").first()["n"] >= 300
    )
    assert Lead.objects.filter(owner=None).exists()
    assert Company.objects.annotate(n=Count("leads")).filter(n__gt=3).exists()


def test_the_same_seed_gives_the_same_data():
    generate(leads=40, touchpoints=0, opportunities=0, seed=7)
    first = content()
    Lead.objects.all().delete()
    Company.objects.all().delete()
    Campaign.objects.all().delete()
    from personas.models import Persona

    Persona.objects.all().delete()
    generate(leads=40, touchpoints=0, opportunities=0, seed=7)

    assert content() == first


def test_new_rows_still_get_free_keys():
    generate(leads=20, touchpoints=10, opportunities=0, seed=1)

    assert make_lead().pk > Lead.objects.order_by("-pk")[1].pk


def test_nobody_signs_in_as_a_generated_person():
    generate(leads=20, touchpoints=0, opportunities=0, seed=1)

    assert not any(
        user.has_usable_password()
        for user in User.objects.filter(email__endswith="@generated.example")
    )


def test_a_database_with_leads_is_left_alone():
    make_lead()

    with pytest.raises(CommandError, match="was left as it is"):
        run(leads=10)
    assert Lead.objects.count() == 1


def test_opportunities_hang_on_leads_and_end_as_they_did():
    answer = json.loads(run(leads=200, touchpoints=0, opportunities=120, json=True))

    assert answer["opportunities"] == Opportunity.objects.count() == 120
    ended = Opportunity.objects.exclude(status="open")
    assert ended.exists()
    assert not ended.filter(Q(closed_at=None) | ~Q(stage__status=F("status"))).exists()
    assert not Opportunity.objects.exclude(status=F("lead__status")).exists()
    lost = Opportunity.objects.filter(status="lost")
    assert not lost.filter(Q(lost_reason="") | Q(outcome_to="")).exists()
    assert not lost.filter(outcome_to="competitor").filter(competitor=None).exists()
    assert not lost.exclude(competitor=None).exclude(competitors=F("competitor")).exists()
    opened = Opportunity.objects.filter(changes__kind="opened", changes__at=F("created_at"))
    assert opened.count() == 120


def test_one_lead_in_ten_has_an_opportunity_unless_said_otherwise():
    assert json.loads(run(leads=100, touchpoints=0, json=True))["opportunities"] == 10
    assert Lead.objects.filter(tags__name="newsletter").exists()
    assert Lead.objects.filter(heard_state="told").exclude(heard_about_us="").exists()


@pytest.mark.parametrize("number", ["-1", "many", "1.5", "999999999999"])
def test_a_number_that_is_none_is_wrong_usage(number):
    with pytest.raises(CommandError, match="must be a whole number"):
        call_command("generate", "--leads", number)
