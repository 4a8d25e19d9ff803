"""The record of a company: add, edit, family, people, timeline, feedback [R22]."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from leads.companies import services
from leads.companies.family import MOST_LEVELS
from leads.companies.preparing import prepare_company
from leads.models import Assignment, Company, Note, Touchpoint
from leads.opportunities.models import OpportunityChange
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from tests.conftest import signed_in
from tests.factories import make_company, make_lead, make_target_list, make_thread, make_user
from tests.factories.opportunities import make_opportunity

pytestmark = pytest.mark.django_db


def change(company, by, **values):
    return services.change_company(company=company, prepared=prepare_company(values), by=by)


# --- add --------------------------------------------------------------------------------------
def test_a_company_is_added_once_by_two_clicks(as_rep):
    data = {
        "name": "Acme GmbH", "domain": "https://www.Acme.com/x", "employees": "1,250", "revenue": "1,500,000.5",
        "tier": "A", "industry": "Steel", "form_token": "t1",
    }  # fmt: skip
    for _ in range(2):
        assert as_rep.post("/companies/new/", data).status_code == 302
    company = Company.objects.get()
    assert (company.name_key, company.domain, company.employees) == ("acme", "acme.com", 1250)
    assert (company.revenue, company.revenue_currency) == (Decimal("1500000.50"), "EUR")
    assert Activity.objects.of(company).get().verb == "created"


def test_the_name_of_another_is_refused_and_leads_there(as_rep):
    held = make_company("Acme Ltd")
    answer = as_rep.post("/companies/new/", {"name": "ACME GmbH"})
    assert answer.status_code == 422
    assert f'href="/companies/{held.pk}/"' in answer.content.decode()
    assert Company.objects.count() == 1


def test_a_domain_that_is_known_asks_first(as_rep):
    held = make_company("Acme", domain="acme.com")
    data = {"name": "Acme Labs", "domain": "acme.com", "form_token": "t2"}
    answer = as_rep.post("/companies/new/", data)
    assert answer.status_code == 422
    assert "Perhaps this company is already here" in answer.content.decode()
    assert as_rep.post("/companies/new/", data | {"is_new": "1"}).status_code == 302
    page = as_rep.get(f"/companies/{held.pk}/").content.decode()
    assert "May be the same" in page
    assert "Acme Labs" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("employees", "-3"), ("employees", "12.5"), ("employees", str(2**31)), ("revenue", "much"),
        ("revenue", "-1"), ("revenue", "NaN"), ("revenue", "1e30"), ("revenue_currency", "EURO"),
        ("parent", "Nobody Ltd"), ("name", "   "), ("tier", "Z"), ("industry", "x" * 121),
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_said_beside_its_field(as_rep, field, value):
    answer = as_rep.post("/companies/new/", {"name": "Acme", field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Company.objects.exists()


def test_a_new_owner_is_told(as_marketer, rep):
    as_marketer.post("/companies/new/", {"name": "Acme", "owner": rep.pk})
    assert "Acme is yours now." in rep.notifications.get().text


def test_an_executive_reads_and_does_not_write(as_executive):
    company = make_company(phone="+351 22 555", attributes={"contact": "Ana"})
    page = as_executive.get(f"/companies/{company.pk}/").content.decode()
    assert "+351" not in page
    assert "Ana" not in page
    assert as_executive.get(f"/companies/{company.pk}/edit/").status_code == 403
    assert as_executive.get("/companies/new/").status_code == 403


# --- edit -------------------------------------------------------------------------------------
def posted(client, company):
    """The form as a browser would send it back."""
    form = client.get(f"/companies/{company.pk}/edit/").context["form"]
    data = {}
    for bound in form:
        value = bound.value()
        data[bound.html_name] = "" if value is None else str(value)
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = data[bound.html_name]
    return data


def test_two_people_who_change_different_fields_both_keep_theirs(as_rep, as_marketer):
    company = make_company("Acme", industry="Steel", city="Porto")
    mine, theirs = posted(as_rep, company), posted(as_marketer, company)
    url = f"/companies/{company.pk}/edit/"
    assert as_marketer.post(url, theirs | {"city": "Braga"}).status_code == 302
    assert as_rep.post(url, mine | {"industry": "Iron"}).status_code == 302
    company.refresh_from_db()
    assert (company.industry, company.city, company.version) == ("Iron", "Braga", 3)


def test_the_same_field_shows_both_texts_and_loses_none(as_rep, as_marketer):
    company = make_company("Acme", industry="Steel")
    mine, theirs = posted(as_rep, company), posted(as_marketer, company)
    url = f"/companies/{company.pk}/edit/"
    as_marketer.post(url, theirs | {"industry": "Wood"})
    answer = as_rep.post(url, mine | {"industry": "Iron"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Wood" in page
    assert "Iron" in page
    company.refresh_from_db()
    assert company.industry == "Wood"
    again = mine | {
        "industry": "Iron",
        "version": "2",
        "keep_industry": "mine",
        "initial-industry": "Wood",
    }
    assert as_rep.post(url, again).status_code == 302
    company.refresh_from_db()
    assert company.industry == "Iron"


def test_a_currency_of_ones_own_survives_a_new_amount(rep):
    company = make_company(revenue=Decimal(5), revenue_currency="USD")
    change(company, rep, revenue="7")
    company.refresh_from_db()
    assert (company.revenue, company.revenue_currency) == (7, "USD")


# --- family -----------------------------------------------------------------------------------
def test_a_circle_is_refused(rep):
    top, middle, low = make_company("Top"), make_company("Middle"), make_company("Low")
    change(middle, rep, parent=top.pk)
    change(low, rep, parent="Middle")
    for company, parent in ((top, low), (top, middle), (top, top)):
        with pytest.raises(RuleViolation, match="belongs to"):
            change(company, rep, parent=parent.pk)
    top.refresh_from_db()
    assert top.parent is None


def test_a_family_has_a_limited_number_of_levels(rep):
    line = [make_company(f"Level {n:02}") for n in range(MOST_LEVELS + 1)]
    for above, below in zip(line, line[1:-1], strict=False):
        change(below, rep, parent=above.pk)
    with pytest.raises(RuleViolation, match="levels"):
        change(line[-1], rep, parent=line[-2].pk)
    # The same the other way round: the whole line below a company that has none.
    with pytest.raises(RuleViolation, match="levels"):
        change(line[0], rep, parent=line[-1].pk)


def test_a_circle_is_a_409_with_a_sentence(as_rep):
    top = make_company("Top")
    low = make_company("Low", parent=top)
    answer = as_rep.patch(
        f"/api/v1/companies/{top.pk}/", {"parent": low.pk}, content_type="application/json"
    )
    assert answer.status_code == 409
    assert "cannot be its parent" in answer.json()["detail"]


def test_the_record_shows_the_whole_family(as_rep):
    top = make_company("Top", tier="A")
    middle = make_company("Middle", parent=top)
    make_company("Other branch", parent=top)
    low = make_company("Low", parent=middle)
    make_company("Stranger")
    page = as_rep.get(f"/companies/{low.pk}/")
    tree = page.context["family"].tree
    assert (tree.company.name, page.context["family"].size) == ("Top", 4)
    assert [branch.company.name for branch in tree.branches] == ["Middle", "Other branch"]
    assert tree.branches[0].branches[0].is_here
    assert "Stranger" not in page.content.decode()


# --- people and timeline ----------------------------------------------------------------------
@pytest.fixture
def company(rep, other_rep):
    company = make_company("Acme")
    mine = make_lead(full_name="Ana Mine", owner=rep, company=company)
    theirs = make_lead(full_name="Ben Theirs", owner=other_rep, company=company)
    now = timezone.now()
    for number, lead in enumerate((mine, theirs)):
        Touchpoint.objects.create(
            lead=lead,
            kind="call",
            title=f"Call {lead.full_name}",
            occurred_at=now - timedelta(days=number),
        )
        Note.objects.create(
            lead=lead, author=lead.owner, body=f"Note {lead.full_name}", created_at=now
        )
        Assignment.objects.create(
            lead=lead, to_owner=lead.owner, by=lead.owner, at=now, reason="Mine"
        )
    return company


def test_others_are_counted_and_not_named(as_rep, company):
    page = as_rep.get(f"/companies/{company.pk}/")
    text = page.content.decode()
    assert "Ana Mine" in text
    assert "Ben" not in text
    assert (page.context["people"].total, page.context["people"].others) == (1, 1)
    assert "1 more belongs to colleagues" in text


@pytest.mark.parametrize("url", ["/companies/{}/timeline/", "/api/v1/companies/{}/timeline/"])
def test_the_timeline_tells_of_whom_one_may_see(as_rep, as_marketer, company, url):
    own = as_rep.get(url.format(company.pk)).content.decode()
    assert "Call Ana Mine" in own
    assert "Note Ana Mine" in own
    assert "Ben" not in own
    everything = as_marketer.get(url.format(company.pk)).content.decode()
    assert "Call Ben Theirs" in everything


def test_an_executive_sees_that_something_happened_and_no_name(as_executive, company, other_rep):
    services.change_company(
        company=company, prepared=prepare_company({"city": "Porto"}), by=other_rep
    )
    text = as_executive.get(f"/companies/{company.pk}/timeline/").content.decode()
    assert "Given to" in text
    assert "Company changed: city" in text
    for hidden in ("Ana", "Ben", "Call", "Note"):
        assert hidden not in text


def test_the_timeline_is_paged_without_loss_or_repeat(as_marketer, company, marketer):
    lead = company.leads.first()
    at = timezone.now()
    Touchpoint.objects.bulk_create(
        [Touchpoint(lead=lead, kind="call", title=f"#{n}#", occurred_at=at) for n in range(120)]
    )
    make_target_list(companies=[company], by=marketer)
    seen, cursor = [], ""
    while True:
        body = as_marketer.get(f"/api/v1/companies/{company.pk}/timeline/?cursor={cursor}").json()
        seen += [(line["text"], line["who"]) for line in body["results"]]
        if not body["next"]:
            break
        cursor = body["next"].rpartition("=")[2]
    assert len(seen) == len(set(seen)) == 120 + 6 + 1
    assert any("target list" in text for text, _ in seen)


def test_a_cursor_that_was_tampered_with_is_the_first_page(as_marketer, company):
    first = as_marketer.get(f"/companies/{company.pk}/timeline/").context["timeline"].lines
    again = as_marketer.get(f"/companies/{company.pk}/timeline/?after=nonsense").context["timeline"]
    assert again.lines == first


def test_the_record_and_its_parts_keep_to_their_budgets(
    as_rep, company, rep, django_assert_max_num_queries
):
    for url in ("/companies/{}/", "/companies/{}/timeline/"):
        counts = []
        for more in (0, 9):
            for _ in range(more):
                make_lead(owner=rep, company=company)
                make_company(parent=company)
            with django_assert_max_num_queries(15) as queries:
                as_rep.get(url.format(company.pk))
            counts.append(len(queries))
        assert counts[0] == counts[1], url


def test_a_thread_hangs_on_a_company(as_rep, marketer):
    company = make_company("Acme")
    make_thread(company, by=marketer, title="Which depots?")
    assert (
        "Which depots?" in as_rep.get(f"/feedback/on/leads.company/{company.pk}/").content.decode()
    )
    assert (
        f"/feedback/on/leads.company/{company.pk}/"
        in as_rep.get(f"/companies/{company.pk}/").content.decode()
    )


def test_a_lead_leads_to_its_company(as_rep, rep):
    company = make_company("Acme")
    lead = make_lead(owner=rep, company=company)
    page = as_rep.get(f"/leads/{lead.pk}/").content.decode()
    assert f'href="/companies/{company.pk}/"' in page
    assert f"/companies/of-lead/{lead.pk}/" in page


def test_names_are_offered_while_somebody_types(as_rep):
    make_company("Acme Works")
    make_company("Brick")
    text = as_rep.get(
        "/companies/options/?parent=work", headers={"HX-Request": "true"}
    ).content.decode()
    assert "Acme Works" in text
    assert "Brick" not in text


def test_an_administrator_looks_in_and_changes_nothing(administrator, as_marketer):
    company = make_company("Acme")
    client = signed_in(administrator)
    assert "Acme" in client.get("/admin/leads/company/?q=acme").content.decode()
    assert client.get(f"/admin/leads/company/{company.pk}/change/").status_code == 200
    assert (
        client.post(f"/admin/leads/company/{company.pk}/change/", {"name": "X"}).status_code == 403
    )
    assert as_marketer.get("/admin/leads/company/").status_code in {302, 403}
    assert make_user().may("leads.inspect_company") is False


def test_deals_of_its_people_stand_on_the_page_and_on_the_timeline(as_marketer, company):
    lead = company.leads.get(full_name="Ana Mine")
    deal = make_opportunity(lead=lead, company=company)
    OpportunityChange.objects.create(
        opportunity=deal, kind="opened", to_stage=deal.stage, at=timezone.now()
    )
    lines = as_marketer.get(f"/api/v1/companies/{company.pk}/timeline/").json()["results"]
    assert ("Opportunity opened in Prospecting", "Ana Mine") in {
        (line["text"], line["who"]) for line in lines
    }
    assert (
        f"/companies/{company.pk}/opportunities/"
        in as_marketer.get(f"/companies/{company.pk}/").content.decode()
    )
