"""People who act on one company at the same moment, on separate connections."""

from __future__ import annotations

import pytest
from django.apps import apps

from leads.companies import services
from leads.companies.family import chain_of
from leads.companies.models import Member, Relation, TargetAccount
from leads.companies.preparing import prepare_company
from leads.companies.services import Part
from leads.models import Company
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import (
    make_company,
    make_lead,
    make_member,
    make_stages,
    make_target_list,
    make_user,
)
from tests.leads.test_races import PEOPLE, at_once

pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)


@pytest.fixture(autouse=True)
def people():
    make_stages()
    return [make_user(Role.MARKETER) for _ in range(PEOPLE)]


def test_two_who_put_each_others_company_on_top_make_no_circle(people):
    first, second = make_company("First"), make_company("Second")

    def act(person):
        mine, other = (first, second) if person == people[0] else (second, first)
        prepared = prepare_company({"parent": other.pk})
        return services.change_company(company=mine, prepared=prepared, by=person)

    results = at_once(act, people[:2])

    assert sum(isinstance(result, Company) for result in results) == 1, results
    assert sum(isinstance(result, RuleViolation) for result in results) == 1, results
    assert sorted(len(chain_of(company.pk)) for company in (first, second)) == [1, 2]


def test_of_many_who_add_one_company_one_remains(people):
    prepared = prepare_company({"name": "Acme GmbH"})
    results = at_once(lambda p: services.create_company(prepared=prepared, by=p), people)

    assert Company.objects.count() == 1
    assert sum(isinstance(result, Company) for result in results) == 1, results
    assert sum(isinstance(result, RuleViolation) for result in results) == PEOPLE - 1, results


def test_a_person_joins_the_buying_centre_once(people):
    company = make_company()
    lead = make_lead(company=company)
    results = at_once(
        lambda p: services.add_member(company=company, lead=lead, part=Part(), by=p), people
    )
    assert {result.pk for result in results} == {Member.objects.get().pk}, results


def test_two_who_report_to_each_other_make_no_circle(people):
    company = make_company()
    first, second = (make_member(company) for _ in range(2))

    def act(person):
        source, target = (first, second) if person == people[0] else (second, first)
        return services.add_relation(source=source, target=target, kind="reports_to", by=person)

    results = at_once(act, people[:2])

    assert Relation.objects.count() == 1
    assert sum(isinstance(result, RuleViolation) for result in results) == 1, results


def test_one_company_stands_on_a_list_once(people):
    made, companies = make_target_list(), [make_company() for _ in range(5)]
    results = at_once(
        lambda p: services.add_accounts(target_list=made, companies=companies, by=p), people
    )
    assert TargetAccount.objects.count() == 5, results
    assert all(isinstance(result, int) for result in results), results


def test_changes_of_different_fields_at_once_lose_nothing(people):
    company = make_company("Acme")
    fields = dict(
        zip((p.pk for p in people[:4]), ("city", "region", "industry", "phone"), strict=True)
    )

    def act(person):
        value = "+351 22 555 01" if fields[person.pk] == "phone" else "X"
        prepared = prepare_company({fields[person.pk]: value})
        return services.change_company(company=company, prepared=prepared, by=person, version=1)

    results = at_once(act, people[:4])

    assert all(isinstance(result, Company) for result in results), results
    company.refresh_from_db()
    assert (company.city, company.region, company.industry, company.version) == ("X", "X", "X", 5)
