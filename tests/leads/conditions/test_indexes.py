"""Conditions and filters compile to what an index serves. PostgreSQL is told not to read small tables whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from leads.attributes import attribute_condition
from leads.conditions.asking import read
from leads.filters import LeadFilter
from leads.models import Lead, Touchpoint
from tests.factories import make_campaign, make_company, make_persona, make_stages, make_user

pytestmark = pytest.mark.django_db
POSTGRES, SQLITE = {"postgresql"}, {"sqlite"}
BOTH = POSTGRES | SQLITE


def plan_of(rows):
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            sql, params = rows.query.sql_with_params()
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            return "\n".join(line[3] for line in cursor.fetchall())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


@pytest.fixture
def many(marketer, rep):
    """Enough leads of enough kinds that reading all of them is not the quickest way."""
    owners = [None, None, marketer, *(make_user() for _ in range(3))] * 4
    campaigns = [None, make_campaign("Spring fair"), *[None] * 18]
    personas = [make_persona("Head of sales"), *([None] * 30)]
    companies = [
        make_company(country="Germany"),
        *(make_company(country="France") for _ in range(99)),
    ]
    stages = make_stages()
    now = timezone.now()
    leads = Lead.objects.bulk_create(
        Lead(
            email_key=f"lea{n}@buyer.example",
            owner=owners[n % 20],
            campaign=campaigns[n % 19],
            persona=personas[n % 31],
            company=companies[n % 100],
            stage=stages[1 if n % 50 == 0 else 0],
            status="won" if n % 40 == 0 else "open",
            created_at=now - timedelta(days=n),
            next_step_on=(now + timedelta(days=n)).date(),
            attributes={"visits": n, "trial": n % 100 == 0, "plan": "pro" if n % 90 == 0 else "no"},
        )
        for n in range(3000)
    )
    Touchpoint.objects.bulk_create(
        Touchpoint(
            lead=leads[n % 3000],
            kind="page_view" if n % 50 else "download",
            occurred_at=now - timedelta(days=n % 900),
        )
        for n in range(9000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


#: A condition, the indexes of which one must serve it, and on which engines.
SERVED = [
    ({"field": "owner", "is": "me"}, "leads_of_owner", BOTH),
    ({"field": "owner", "blank": True}, "leads_of_owner|leads_pool", BOTH),
    ({"field": "stage", "is": "mql"}, "leads_in_stage", BOTH),
    ({"field": "campaign", "is": "spring-fair"}, "leads_of_campaign", BOTH),
    ({"field": "status", "is": "won"}, "leads_by_status", BOTH),
    ({"field": "created_at", "in_last": 14}, "leads_newest", BOTH),
    ({"field": "created_at", "older_than": 2900}, "leads_newest", BOTH),
    ({"field": "updated_at", "between": ["2026-01-01", "2026-02-01"]}, "leads_changed", SQLITE),
    ({"field": "next_step_on", "in_next": 7}, "leads_by_next_step", BOTH),
    ({"field": "email", "is": "lea@buyer.example"}, "leads_one_email", POSTGRES),
    ({"field": "persona", "is": "head-of-sales"}, "leads_of_persona", BOTH),
    ({"field": "company.country", "is": "Germany"}, "leads_lead_company_id", BOTH),
    ({"field": "attributes.visits", "is": 5}, "leads_attributes", POSTGRES),
    ({"field": "attributes.trial", "is": True}, "leads_attributes", POSTGRES),
    ({"did": ["download"], "in_last": 14}, "leads_touches_of|leads_touches_by_kind", BOTH),
    ({"did": ["call"], "at_least": 3}, "leads_touches_of|leads_touches_by_kind", BOTH),
    (
        {"all": [{"field": "owner", "is": "me"}, {"did_not": ["anything"], "in_last": 30}]},
        "leads_of_owner",
        BOTH,
    ),
]


def test_an_index_serves_what_can_be_served(marketer, many):
    unserved = []
    for value, index, engines in SERVED:
        plan = plan_of(Lead.objects.filter(read(value, marketer).q).order_by().only("pk"))
        if connection.vendor in engines and not any(name in plan for name in index.split("|")):
            unserved.append(f"{value}: {plan}")
    if connection.vendor == "postgresql":
        plan = plan_of(Lead.objects.filter(attribute_condition("plan", "", "pro")).only("pk"))
        assert "leads_attributes" in plan

    assert not unserved, "\n".join(unserved)


@pytest.mark.parametrize(
    ("name", "value", "index"),
    [
        ("external_id", "CRM-7", "leads_one_external_id"),
        ("email", "lea7@buyer.example", "leads_one_email"),
        ("heard_state", "cannot_recall", "leads_that_were_asked"),
        ("heard_about_us", "Webinar", "leads_that_told"),
    ],
)
def test_an_index_of_what_few_have_serves_its_filter(marketer, many, rf, name, value, index):
    request = rf.get("/leads/")
    request.user = marketer
    rows = LeadFilter({name: value}, queryset=Lead.objects.all(), request=request).qs
    assert index in plan_of(rows.order_by().only("pk"))
