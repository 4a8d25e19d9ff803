"""The list of companies: filters, search, paging, export, bulk [R22]."""

from __future__ import annotations

import csv
import io

import pytest

from leads.companies.bands import BANDS, band_of
from leads.companies.models import TargetAccount
from portal.activity.models import Activity
from tests.factories import make_company, make_lead, make_target_list

pytestmark = pytest.mark.django_db
LISTS = ["/companies/?{}", "/api/v1/companies/?{}"]


def names(client, url):
    answer = client.get(url)
    assert answer.status_code == 200, answer.content[:500]
    if url.startswith("/api/"):
        return {row["name"] for row in answer.json()["results"]}
    return {company.name for company, _, _ in answer.context["rows"]}


@pytest.fixture
def world(rep):
    make_company(
        "Acme GmbH",
        domain="acme.com",
        industry="Steel",
        employees=40,
        country="PT",
        tier="A",
        owner=rep,
    )
    make_company(
        "Brick", domain="brick.example", industry="Building", employees=1200, region="North"
    )
    make_company("Cork", external_id="C-3", employees=0)


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"Acme GmbH", "Brick", "Cork"}),
        ("industry=Steel", {"Acme GmbH"}),
        ("country=pt", {"Acme GmbH"}),
        ("region=north", {"Brick"}),
        ("size=10-49", {"Acme GmbH"}),
        ("size=1000%2B", {"Brick"}),
        ("size=unknown", {"Cork"}),
        ("tier=A", {"Acme GmbH"}),
        ("tier=none", {"Brick", "Cork"}),
        ("owner=me", {"Acme GmbH"}),
        ("owner=none", {"Brick", "Cork"}),
        ("search=acme", {"Acme GmbH"}),
        ("search=brick.example", {"Brick"}),
        ("domain=www.acme.com", {"Acme GmbH"}),
        ("name=ACME", {"Acme GmbH"}),
        ("external_id=C-3", {"Cork"}),
        ("employees__gte=100", {"Brick"}),
    ],
)
def test_every_filter_finds_the_same_on_the_page_and_in_the_api(
    as_rep, world, url, query, expected
):
    assert names(as_rep, url.format(query)) == expected


@pytest.mark.parametrize("url", LISTS)
def test_companies_of_a_target_list(as_rep, world, url):
    on_it = make_company("On it")
    taken_off = make_company("Taken off")
    target_list = make_target_list(companies=[on_it, taken_off])
    TargetAccount.objects.filter(company=taken_off).update(removed_at="2026-01-01T00:00Z")
    assert names(as_rep, url.format(f"target_list={target_list.pk}")) == {"On it"}
    assert names(as_rep, url.format("target_list=any")) == {"On it"}
    assert "Taken off" in names(as_rep, url.format("target_list=none"))


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize(
    "query",
    ["colour=red", "size=huge", "owner=x", "target_list=999", "parent=x", "employees__gte=x"],
)
def test_a_filter_that_cannot_be_used_is_a_400(as_rep, url, query):
    assert as_rep.get(url.format(query)).status_code == 400


def test_the_form_leaves_a_tidy_address(as_rep, world):
    answer = as_rep.get("/companies/?apply=1&q=&size=10-49&tier=&ordering=-size")
    assert answer.headers["Location"] == "/companies/?size=10-49&ordering=-size"


@pytest.mark.parametrize("ordering", ["name", "-name", "size", "-size", "created", "-changed"])
def test_pages_hold_every_company_once(as_rep, ordering):
    for number in range(120):
        make_company(f"Company {number:03}", employees=number % 7 or None)
    seen, url = [], f"/companies/?ordering={ordering}"
    while url:
        context = as_rep.get(url).context
        seen += [company.pk for company, _, _ in context["rows"]]
        url = f"/companies/{context['page'].next}" if context["page"].next else ""
    assert len(seen) == len(set(seen)) == 120


def test_a_reader_counts_only_people_whom_they_may_see(as_rep, rep, other_rep):
    company = make_company()
    make_lead(owner=rep, company=company)
    make_lead(owner=other_rep, company=company)
    ((_, _, people),) = as_rep.get("/companies/").context["rows"]
    assert people == 1


def test_ten_companies_cost_as_many_queries_as_one(as_marketer, django_assert_max_num_queries):
    counts = []
    for more in (1, 9):
        for _ in range(more):
            make_lead(company=make_company(employees=5, owner=as_marketer.user))
        with django_assert_max_num_queries(8) as queries:
            as_marketer.get("/companies/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("url", ["/companies/export/", "/api/v1/companies/export/"])
def test_an_export_holds_the_filtered_rows_and_is_written_down(as_marketer, world, url):
    answer = as_marketer.get(f"{url}?industry=Steel&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = list(csv.DictReader(io.StringIO(text)))
    assert (row["name"], row["employees"], row["size"]) == ("Acme GmbH", "40", "10–49")
    line = Activity.objects.get(verb="exported_companies")
    assert (line.data["rows"], line.actor) == (1, as_marketer.user)


def test_a_cell_of_an_export_is_no_formula(as_marketer):
    make_company("Sum", industry="=1+1")
    answer = as_marketer.get("/companies/export/?format=csv")
    assert "'=1+1" in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("url", ["/companies/export/", "/api/v1/companies/export/"])
def test_a_rep_exports_nothing(as_rep, url):
    assert as_rep.get(url).status_code == 403


def test_ticked_companies_go_on_a_list(as_marketer, world):
    target_list = make_target_list()
    ids = [make_company(tier="B").pk, make_company().pk]
    assert as_marketer.post("/companies/target/", {"ids": ids}).status_code == 200
    data = {"ids": ids, "target_list": target_list.pk, "tier": "", "reason": "Fits"}
    assert as_marketer.post("/companies/target/", data).status_code == 302
    as_marketer.post("/companies/target/", data)
    found = target_list.accounts.values_list("company", "tier", "reason")
    assert sorted(found) == [(ids[0], "B", "Fits"), (ids[1], "", "Fits")]


def test_a_rep_ticks_nothing(as_rep, world):
    assert as_rep.post("/companies/target/", {"ids": [make_company().pk]}).status_code == 403


def test_bands_meet_without_a_hole():
    for lower, upper in zip(BANDS, BANDS[1:], strict=False):
        assert upper.least == lower.most + 1
        assert (band_of(lower.most), band_of(upper.least)) == (lower, upper)
    assert band_of(0) is band_of(None) is None
    assert band_of(10**6) == BANDS[-1]
