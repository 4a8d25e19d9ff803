"""Every filter, asked the way the page and the API ask it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.test import RequestFactory

from leads.filters import LeadFilter
from leads.models import Lead, Tag
from tests.factories import make_campaign, make_company, make_lead, make_persona, make_stages

pytestmark = pytest.mark.django_db


def found(user, query):
    request = RequestFactory().get("/")
    request.user = user
    rows = Lead.objects.permitted(user, "leads.view_lead")
    filters = LeadFilter(QueryDict(query), queryset=rows, request=request)
    assert filters.unknown() == []
    assert filters.is_valid(), filters.errors
    return set(filters.qs)


def test_stage_status_and_owner(marketer, rep):
    make_stages()
    mql, sql = make_lead(stage="mql"), make_lead(stage="sql", owner=rep)
    lost = make_lead(status="lost", owner=marketer)

    assert found(marketer, "stage=mql") == {mql}
    assert found(marketer, "stage=mql,sql") == {mql, sql}
    assert found(marketer, "status=lost") == {lost}
    assert found(marketer, "owner=me") == {lost}
    assert found(marketer, "owner=none") == {mql}
    assert found(marketer, f"owner={rep.pk}") == {sql}
    assert found(marketer, "reached__gte=sal") == {sql}


def test_team_source_country_and_company(marketer, north):
    company = make_company()
    here = make_lead(team=north, source="Google", country="PT", company=company)
    blank, unknown = make_lead(source=""), make_lead(source="unknown")

    assert found(marketer, f"team={north.pk}") == {here}
    assert found(marketer, "source=Google") == {here}
    assert found(marketer, "source=") == {blank}
    assert found(marketer, "source__empty=true") == {blank}
    assert found(marketer, "source=unknown") == {unknown}
    assert found(marketer, "country=pt") == {here}
    assert found(marketer, f"company={company.pk}") == {here}


def test_campaign_and_persona_by_slug_or_id(marketer):
    campaign, persona = make_campaign("Spring fair"), make_persona("Head of sales")
    one, other = make_lead(campaign=campaign), make_lead(persona=persona)

    assert found(marketer, "campaign=spring-fair") == {one}
    assert found(marketer, f"campaign={campaign.pk}") == {one}
    assert found(marketer, "campaign=none") == {other}
    assert found(marketer, "persona=head-of-sales") == {other}


def test_moments_and_days(marketer):
    noon = datetime(2026, 3, 31, 12, tzinfo=UTC)
    before, on, after = (make_lead(created_at=noon + timedelta(days=days)) for days in (-1, 0, 1))

    assert found(marketer, "created_at__gte=2026-03-31") == {on, after}
    assert found(marketer, "created_at__lte=2026-03-31") == {before, on}
    assert found(marketer, "created_at__lt=2026-03-31") == {before}
    assert found(marketer, "created_at__gt=2026-03-31") == {after}
    assert found(marketer, "created_at__date=2026-03-31") == {on}
    assert found(marketer, "created_at__gte=2026-03-31T12:00:00%2B00:00") == {on, after}
    assert found(marketer, "created_at__gt=2026-03-31T12:00:00Z") == {after}


def test_attributes_compare_by_their_type(marketer):
    few, many = make_lead(attributes={"visits": 3}), make_lead(attributes={"visits": 12.5})
    text, yes = make_lead(attributes={"visits": "Many"}), make_lead(attributes={"beta": True})
    day = make_lead(attributes={"met": "2026-03-31"})

    assert found(marketer, "attributes.visits__lt=12.5") == {few}
    assert found(marketer, "attributes.visits__gte=3") == {few, many}
    assert found(marketer, "attributes.visits=3") == {few}
    assert found(marketer, "attributes.visits=Many") == {text}
    assert found(marketer, "attributes.beta=true") == {yes}
    assert found(marketer, "attributes.beta=yes") == {yes}
    assert found(marketer, "attributes.beta=false") == set()
    assert found(marketer, "attributes.met__lte=2026-04-01") == {day}
    assert found(marketer, "attributes.visits__isnull=true") == {yes, day}
    assert found(marketer, "attributes.visits__isnull=false") == {few, many, text}
    assert found(marketer, "attributes.visits__gt=3&attributes.visits__lt=20") == {many}


@pytest.mark.parametrize("name", ["contains", "isnull", "in", "has_key", "exact"])
def test_an_attribute_may_be_called_like_a_look_up(marketer, name):
    lead = make_lead(attributes={name: "x"})

    assert found(marketer, f"attributes.{name}=x") == {lead}


def test_search_by_name_address_company_and_id(marketer):
    ana = make_lead(
        full_name="Ana Cruz",
        email="ana@acme.example",
        company=make_company("Ácme Widgets"),
        external_id="X7",
    )
    make_lead(full_name="Bob Stone")

    for words in ("cruz", "ANA C", "ana@ac", "acme wid", "Ácme", "X7"):
        assert found(marketer, f"q={words}") == {ana}, words
    assert found(marketer, "search=nobody") == set()


def test_who_has_a_next_step_and_who_has_none(marketer):
    planned, idle = make_lead(next_step_on=date(2026, 3, 1)), make_lead(next_step_on=None)

    assert found(marketer, "next_step_on__isnull=true") == {idle}
    assert found(marketer, "next_step_on__isnull=false") == {planned}


def test_views(rep, other_rep, north):
    mine, pool = make_lead(owner=rep, team=north), make_lead(team=north)
    make_lead(owner=other_rep)

    assert found(rep, "view=mine") == {mine}
    assert found(rep, "view=teams") == {mine, pool}
    assert found(rep, "view=pool") == {pool}
    assert found(rep, "") == {mine, pool}


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "owner__password",
        "attributes.a__contains",
        "attributes.a__b__lt",
        "attributes.",
        "version",
    ],
)
def test_unknown_filters_are_named(marketer, name):
    request = RequestFactory().get("/")
    request.user = marketer

    assert LeadFilter(
        QueryDict(f"{name}=1"), queryset=Lead.objects.all(), request=request
    ).unknown() == [name]


@pytest.mark.parametrize("name", ["email", "external_id", "attributes.visits__gt"])
def test_what_is_hidden_cannot_be_asked_for(executive, name):
    request = RequestFactory().get("/")
    request.user = executive

    assert LeadFilter(
        QueryDict(f"{name}=1"), queryset=Lead.objects.all(), request=request
    ).unknown() == [name]


def test_the_search_of_an_executive_does_not_look_into_hidden_fields(executive):
    make_lead(full_name="Ana Cruz", email="ana@acme.example", company=make_company("Acme"))

    assert found(executive, "q=Ana") == set()
    assert len(found(executive, "q=Acme")) == 1


@pytest.mark.parametrize(
    "query",
    ["owner=x", "stage=nowhere", "campaign=nowhere", "team=x", "attributes.a__isnull=perhaps"],
)
def test_values_that_mean_nothing_are_refused(marketer, query):
    with pytest.raises(ValidationError):
        found(marketer, query)


@pytest.mark.parametrize(
    "query",
    [
        "created_at__gte=yesterday",
        "created_at__gte=0001-01-01T00:00:00",
        "status=sleeping",
        "company=x",
    ],
)
def test_values_of_the_wrong_kind_are_errors_of_their_field(marketer, query):
    request = RequestFactory().get("/")
    request.user = marketer
    filters = LeadFilter(QueryDict(query), queryset=Lead.objects.all(), request=request)

    assert list(filters.errors) == [query.partition("=")[0]]


@pytest.mark.parametrize("few", [0, 5_000])
def test_a_tag_finds_the_same_leads_whether_few_or_many_carry_it(monkeypatch, marketer, few):
    monkeypatch.setattr("leads.querysets.FEW_TAGGED", few)
    make_stages()
    both, one, other, _ = (make_lead() for _ in range(4))
    fair, expo = Tag.objects.create(name="Fair"), Tag.objects.create(name="Expo")
    both.tags.set([fair, expo])
    one.tags.set([fair])
    other.tags.set([expo])

    assert found(marketer, "tag=fair") == {both, one}
    assert found(marketer, "tag=Fair,expo") == {both, one, other}
