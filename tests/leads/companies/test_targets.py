"""Target lists: two owners, shared figures, companies put on and taken off [R22]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads.companies import services
from leads.companies.models import TargetAccount, TargetList
from leads.models import Lead, StageChange, Touchpoint
from leads.services.records import WrongValues
from tests.factories import make_company, make_lead, make_stage, make_target_list, make_user

pytestmark = pytest.mark.django_db


def values(marketer, rep, **changes):
    return {
        "name": "Depots", "purpose": "Win ten", "marketing_owner": marketer.pk, "sales_owner": rep.pk,
        "form_token": "t",
    } | changes  # fmt: skip


def test_a_list_has_an_owner_in_each_department_and_both_are_told(
    as_marketing_manager, marketer, rep
):
    for _ in range(2):
        answer = as_marketing_manager.post("/companies/targets/new/", values(marketer, rep))
        assert answer.status_code == 302
    made = TargetList.objects.get()
    assert (made.marketing_owner, made.sales_owner) == (marketer, rep)
    for owner in (marketer, rep):
        assert "Depots" in owner.notifications.get().text


@pytest.mark.parametrize("side", ["marketing_owner", "sales_owner"])
def test_an_owner_of_the_wrong_department_is_refused(as_marketing_manager, marketer, rep, side):
    wrong = {"marketing_owner": rep, "sales_owner": marketer}[side]
    answer = as_marketing_manager.post(
        "/companies/targets/new/", values(marketer, rep, **{side: wrong.pk})
    )
    assert answer.status_code == 422
    body = {k: v for k, v in values(marketer, rep, **{side: wrong.pk}).items() if k != "form_token"}
    answer = as_marketing_manager.post(
        "/api/v1/target-lists/", body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert not TargetList.objects.exists()


def test_a_name_stands_once(as_marketing_manager, marketer, rep):
    make_target_list("DEPOTS")
    answer = as_marketing_manager.post("/companies/targets/new/", values(marketer, rep))
    assert "There is a list of this name" in answer.content.decode()


def test_a_rep_reads_lists_and_changes_none(as_rep):
    made = make_target_list(companies=[make_company("Acme")])
    assert "Acme" in as_rep.get(f"/companies/targets/{made.pk}/").content.decode()
    for url in ("new/", f"{made.pk}/edit/", f"{made.pk}/add/", f"{made.pk}/remove/"):
        assert as_rep.post(f"/companies/targets/{url}", {"ids": [1]}).status_code == 403


def test_an_older_edit_is_refused_with_what_stands_there(as_marketer, marketer, rep):
    made = make_target_list("Old", by=marketer)
    services.change_target_list(
        target_list=made, values=services.ListValues(name="New"), by=marketer
    )
    data = values(marketer, made.sales_owner, name="Mine", version="1")
    answer = as_marketer.post(f"/companies/targets/{made.pk}/edit/", data)
    assert answer.status_code == 422
    assert "New" in answer.content.decode()
    made.refresh_from_db()
    assert made.name == "New"


# --- what stands on it ------------------------------------------------------------------------
def test_names_and_domains_are_put_on_all_or_none(as_marketer):
    made = make_target_list()
    acme = make_company("Acme GmbH", tier="B")
    brick = make_company("Brick", domain="brick.example")
    url = f"/companies/targets/{made.pk}/add/"
    answer = as_marketer.post(url, {"companies": "acme\nhttps://www.brick.example/\nNobody Ltd"})
    assert answer.status_code == 422
    assert "There is no company “Nobody Ltd”" in answer.content.decode()
    assert not made.accounts.exists()
    assert (
        as_marketer.post(url, {"companies": "acme\nhttps://www.brick.example/\n\n"}).status_code
        == 302
    )
    assert set(made.accounts.values_list("company", "tier")) == {(acme.pk, "B"), (brick.pk, "")}


def test_a_domain_of_several_companies_is_unclear(as_marketer):
    made = make_target_list()
    for name in ("One", "Two"):
        make_company(name, domain="same.example")
    answer = as_marketer.post(f"/companies/targets/{made.pk}/add/", {"companies": "same.example"})
    assert "Several companies have the domain" in answer.content.decode()


def test_taken_off_and_put_on_again_begins_anew(as_marketer):
    company = make_company("Acme")
    made = make_target_list(companies=[company])
    data = {"ids": [company.pk]}
    assert as_marketer.post(f"/companies/targets/{made.pk}/remove/", data).status_code == 302
    assert not made.accounts.on_list().exists()
    services.add_accounts(target_list=made, companies=[company], by=as_marketer.user)
    first, second = TargetAccount.objects.order_by("pk")
    assert (first.removed_by, second.removed_at) == (as_marketer.user, None)


def test_too_many_at_once_are_refused_with_the_limit(marketer):
    made = make_target_list()
    companies = [make_company() for _ in range(3)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("leads.companies.services.targets.MOST_AT_ONCE", 2)
        with pytest.raises(WrongValues, match="at most"):
            services.add_accounts(target_list=made, companies=companies, by=marketer)
    assert not made.accounts.exists()


# --- figures ----------------------------------------------------------------------------------
def test_figures_count_what_happened_since_a_company_was_put_on(as_rep, other_rep):
    added = timezone.now() - timedelta(days=10)
    before, after = added - timedelta(days=1), added + timedelta(days=1)
    companies = [make_company(f"Company {n}") for n in range(6)]
    made = make_target_list(companies=companies)
    TargetAccount.objects.update(added_at=added)
    leads = [make_lead(company=company, owner=other_rep) for company in companies]

    def touch(lead, at, **fields):
        Touchpoint.objects.create(lead=lead, kind="call", occurred_at=at, **fields)

    touch(leads[0], before)
    touch(leads[1], after)
    touch(leads[2], after, direction="in", left_out="machine")
    touch(leads[3], after, direction="in")
    for lead, at in ((leads[4], after), (leads[5], before)):
        StageChange.objects.create(lead=lead, to_stage=make_stage("opportunity"), at=at)
        Lead.objects.filter(pk=lead.pk).update(status="won", converted_at=at)
    expected = {"accounts": 6, "reached": 2, "engaged": 1, "opportunities": 1, "won": 1}

    assert as_rep.get(f"/api/v1/target-lists/{made.pk}/figures/").json() == expected
    shown = as_rep.get(f"/companies/targets/{made.pk}/").context["kpis"]
    assert {kpi.key: kpi.value for kpi in shown} == expected
    assert all(kpi.definition for kpi in shown)
    rows = as_rep.get(f"/api/v1/target-lists/{made.pk}/companies/").json()["results"]
    assert sum(row["is_reached"] for row in rows) == 2
    assert sum(row["is_won"] for row in rows) == 1


def test_an_empty_list_has_no_share(as_rep):
    page = as_rep.get(f"/companies/targets/{make_target_list().pk}/")
    assert all(kpi.share is None for kpi in page.context["kpis"])


@pytest.mark.parametrize("ordering", ["added", "-added", "tier", "-tier"])
def test_pages_of_a_list_hold_every_company_once(as_rep, ordering):
    made = make_target_list(companies=[make_company(tier="ABC"[n % 3]) for n in range(60)])
    seen, url = [], f"/companies/targets/{made.pk}/?ordering={ordering}"
    while url:
        page = as_rep.get(url).context["page"]
        seen += [account.company_id for account in page]
        url = f"/companies/targets/{made.pk}/{page.next}" if page.next else ""
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("url", ["/companies/targets/", "/companies/targets/{}/"])
def test_more_rows_cost_no_more_queries(as_marketer, url, django_assert_max_num_queries):
    made = make_target_list()
    counts = []
    for more in (1, 9):
        services.add_accounts(
            target_list=made,
            companies=[make_company() for _ in range(more)],
            by=make_user("marketer"),
        )
        for _ in range(more):
            make_target_list()
        with django_assert_max_num_queries(10) as queries:
            as_marketer.get(url.format(made.pk))
        counts.append(len(queries))
    assert counts[0] == counts[1]
