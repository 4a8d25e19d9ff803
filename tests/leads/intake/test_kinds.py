"""Companies, touchpoints and opportunities of files, through the command."""

from __future__ import annotations

from decimal import Decimal

import pytest

from campaigns.competitors.models import Competitor
from leads.former import absorb
from leads.models import Company, FormerKey, Lead, Touchpoint
from leads.opportunities.models import Opportunity, OpportunityChange
from portal.accounts.roles import Role
from tests.factories import make_lead, make_user

pytestmark = pytest.mark.django_db


def counts(answer):
    names = ("created", "updated", "unchanged", "duplicates", "rejected")
    return tuple(answer[name] for name in names)


# --- companies --------------------------------------------------------------------------------
COMPANY = (
    "external_id",
    "name",
    "domain",
    "employees",
    "revenue",
    "parent",
    "owner",
    "tier",
    "attributes.size",
)


def test_companies_with_their_parents_whatever_their_order(bring):
    rows = (
        "a1,Acme Child GmbH,child.example,12,1100.04,Acme Holding,Nobody Here,a,small",
        "a2,Acme Holding,acme.example,2000,,,,B,",
        "a3,Acme Other,,,,a2,,,",
        "a4,Lonely,,,,Nowhere Inc,,,",
    )
    first = bring("companies", COMPANY, *rows)

    assert counts(first) == (4, 0, 0, 0, 0)
    child, holding = Company.objects.get(external_id="a1"), Company.objects.get(external_id="a2")
    assert (child.parent, child.revenue, child.tier) == (holding, Decimal("1100.04"), "A")
    assert child.attributes == {"size": "small", "owner_name": "Nobody Here"}
    assert Company.objects.get(external_id="a3").parent == holding
    assert Company.objects.get(external_id="a4").attributes == {"parent_name": "Nowhere Inc"}
    assert counts(bring("companies", COMPANY, *rows)) == (0, 0, 4, 0, 0)


def test_a_company_is_known_by_id_then_domain_then_name(bring):
    bring("companies", ("external_id", "name", "domain"), "x1,Acme,acme.example")

    answer = bring("companies", ("name", "domain", "city"), "Acme Renamed,www.acme.example,Rome")
    assert counts(answer) == (0, 1, 0, 0, 0)
    answer = bring("companies", ("name", "country"), "ACME renamed Ltd.,Italy")
    assert counts(answer) == (0, 1, 0, 0, 0)
    answer = bring("companies", ("external_id", "city"), "x1,Milan", "x2,Oslo")
    assert counts(answer) == (0, 1, 0, 0, 1)

    company = Company.objects.get()
    assert (company.name, company.city, company.country) == ("ACME renamed Ltd.", "Milan", "Italy")
    assert "needs a name" in answer["reasons"][0]


def test_companies_of_one_group_share_a_domain(bring):
    bring(
        "companies",
        ("external_id", "name", "domain"),
        "1,Acme US,acme.example",
        "2,Acme UK,acme.example",
    )

    bring("companies", ("name", "domain", "city"), "Acme UK,acme.example,London")

    assert Company.objects.get(external_id="2").city == "London"
    assert Company.objects.get(external_id="1").city == ""


def test_a_lead_joins_its_company_by_the_id_elsewhere(bring, stages):
    bring("companies", ("external_id", "name"), "acct_1,Acme")

    answer = bring(
        "leads", ("external_id", "company.external_id", "owner"), "l1,acct_1,Hayden", "l2,acct_9,"
    )

    assert counts(answer) == (2, 0, 0, 0, 0)
    assert Lead.objects.get(external_id="l1").company.name == "Acme"
    assert Lead.objects.get(external_id="l1").attributes == {"owner_name": "Hayden"}
    assert Lead.objects.get(external_id="l2").attributes == {"company_external_id": "acct_9"}


def test_an_unknown_owner_rejects_the_row_where_the_mapping_says_so(bring, stages):
    answer = bring("leads", ("external_id", "owner"), "l1,Hayden", unknown={"owner": "reject"})

    assert counts(answer) == (0, 0, 0, 0, 1)
    assert "no owner “Hayden”" in answer["reasons"][0]


def test_rows_without_a_key_are_known_by_their_line(bring, stages):
    columns = ("attributes.age:number", "attributes.job")
    rows = ("30,unemployed", "33,services", "30,unemployed")
    first = bring("leads", columns, *rows, key="row", name="bank.csv")
    again = bring("leads", columns, *rows, key="row", name="bank.csv")

    assert (counts(first), counts(again)) == ((3, 0, 0, 0, 0), (0, 0, 3, 0, 0))
    assert Lead.objects.filter(external_id="bank.csv:2", attributes__age=30).exists()


# --- touchpoints ------------------------------------------------------------------------------
TOUCH = (
    "external_id",
    "lead.external_id",
    "lead.email",
    "kind",
    "occurred_at",
    "title",
    "visitor",
    "value",
)


def test_touchpoints_find_their_lead_or_say_why_not(bring, stages):
    ana = make_lead(external_id="l1", email="ana@x.example")
    rows = (
        "t1,l1,,Phone call,2026-01-02,Hello,,12.50",
        "t2,,ANA@x.example,webinar,2026-01-03T10:00:00+00:00,,,",
        "t3,l9,,email,2026-01-03,,,",
        "t4,,,page view,2026-01-03,,visitor-7,",
        "t5,l1,,Carrier pigeon,2026-01-03,,,",
        "t6,l1,,email,,,,",
        "t1,l1,,call,2026-01-02,,,",
    )
    answer = bring("touchpoints", TOUCH, *rows)

    assert counts(answer) == (4, 0, 0, 1, 2)
    touch = Touchpoint.objects.get(external_id="t1")
    assert (touch.lead, touch.kind, touch.direction, touch.value) == (
        ana,
        "call",
        "out",
        Decimal("12.50"),
    )
    assert Touchpoint.objects.get(external_id="t2").lead == ana
    assert Touchpoint.objects.get(external_id="t2").direction == "in"
    anonymous = Touchpoint.objects.get(external_id="t4")
    assert (anonymous.lead, anonymous.visitor, anonymous.kind) == (None, "visitor-7", "page_view")
    pigeon = Touchpoint.objects.get(external_id="t5")
    assert (pigeon.kind, pigeon.attributes) == ("other", {"kind": "Carrier pigeon"})
    assert any("no lead with the external id “l9”" in reason for reason in answer["reasons"])
    assert "Say when it happened." in answer["reasons"]
    assert counts(bring("touchpoints", TOUCH, *rows)) == (0, 0, 4, 1, 2)


def test_what_happened_is_never_changed_by_a_file(bring, stages):
    make_lead(external_id="l1")
    bring("touchpoints", TOUCH, "t1,l1,,call,2026-01-02,Hello,,")

    answer = bring("touchpoints", TOUCH, "t1,l1,,email,2026-01-02,Hello,,")

    assert counts(answer) == (0, 0, 0, 0, 1)
    assert "never changed" in answer["reasons"][0]
    assert Touchpoint.objects.get().kind == "call"


def test_touchpoints_without_an_id_are_what_they_say(bring, stages):
    make_lead(external_id="l1")
    columns = ("lead.external_id", "kind", "occurred_at", "title")
    rows = (
        "l1,call,2026-01-02,Hello",
        "l1,call,2026-01-02,Hello again",
        "l1,call,2026-01-02,Hello",
    )

    assert counts(bring("touchpoints", columns, *rows)) == (2, 0, 0, 1, 0)
    assert counts(bring("touchpoints", columns, *rows)) == (0, 0, 2, 1, 0)


# --- opportunities ----------------------------------------------------------------------------
DEAL = (
    "external_id", "owner", "product", "company.name", "stage", "created_at", "closed_at", "amount", "competitor",
    "lost_reason",
)  # fmt: skip


def test_opportunities_without_lead_or_company(bring):
    rows = (
        "o1,Hayden Neloms,GTXPro,Acme,Won,2026-01-02,2026-02-02,1054,,",
        "o2,Hayden Neloms,GTX Pro,,Engaging,2026-01-02,,,,",
        "o3,,GTX Basic,,Prospecting,,,,,",
        "o4,,,Acme,Lost,2026-01-02,2026-03-01,0,Rivals Inc,Price",
        "o5,,,Acme,Won,2026-01-02,,-5,,",
    )
    trial = bring("opportunities", DEAL, *rows, dry=True)
    assert counts(trial) == (4, 0, 0, 0, 1)
    assert Opportunity.objects.count() == Company.objects.count() == 0

    answer = bring("opportunities", DEAL, *rows)

    assert counts(answer) == (4, 0, 0, 0, 1)
    won = Opportunity.objects.get(external_id="o1")
    assert (won.status, won.owner_name, won.amount) == ("won", "Hayden Neloms", Decimal(1054))
    assert won.product == Opportunity.objects.get(external_id="o2").product
    assert won.company.name == "Acme"
    assert Opportunity.objects.get(external_id="o2").stage.name == "Engaging"
    assert not Opportunity.objects.get(external_id="o3").is_created_known
    lost = Opportunity.objects.get(external_id="o4")
    assert (lost.status, lost.lost_reason, lost.competitor.name) == ("lost", "Price", "Rivals Inc")
    assert lost.amount == 0
    assert [c.kind for c in won.changes.order_by("at")] == ["opened", "won"]
    assert counts(bring("opportunities", DEAL, *rows)) == (0, 0, 4, 0, 1)


def test_an_opportunity_moves_by_a_file_but_is_never_opened_again(bring):
    columns = ("external_id", "stage", "amount", "closed_at")
    bring("opportunities", columns, "o1,Proposal,100,2026-09-01")
    deal = Opportunity.objects.get()
    assert (deal.status, deal.closed_at, str(deal.expected_close_on)) == (
        "open",
        None,
        "2026-09-01",
    )

    assert counts(bring("opportunities", columns, "o1,Closed Won,150,2026-09-03")) == (
        0,
        1,
        0,
        0,
        0,
    )
    deal = Opportunity.objects.get()
    assert (deal.status, deal.amount, deal.version) == ("won", Decimal(150), 2)
    kinds = set(OpportunityChange.objects.values_list("kind", flat=True))
    assert kinds == {"opened", "won", "valued"}

    assert counts(bring("opportunities", columns, "o1,Proposal,150,")) == (0, 0, 1, 0, 0)
    assert Opportunity.objects.get().status == "won"


def test_a_loss_to_nobody_is_no_loss_to_a_competitor(bring):
    columns = ("external_id", "name", "status", "competitor", "outcome_to", "won_reason")
    rows = (
        "o1,A,lost,No decision,,", "o2,B,lost,in-house,,", "o3,C,lost,?,,", "o4,D,lost,Rivals Inc,,",
        "o5,E,lost,Rivals Inc,No decision,", "o6,F,lost,,A competitor,", "o7,G,won,Rivals Inc,,Quick start",
    )  # fmt: skip

    answer = bring("opportunities", columns, *rows)

    assert counts(answer) == (7, 0, 0, 0, 0)
    fields = ("external_id", "outcome_to", "competitor__name", "won_reason")
    assert list(Opportunity.objects.order_by("external_id").values_list(*fields)) == [
        ("o1", "no_decision", None, ""),
        ("o2", "in_house", None, ""),
        ("o3", "unknown", None, ""),
        ("o4", "competitor", "Rivals Inc", ""),
        ("o5", "no_decision", None, ""),
        ("o6", "competitor", None, ""),
        ("o7", "", None, "Quick start"),
    ]
    # Whoever took part is known all the same, and nobody is taken for somebody.
    met = Opportunity.objects.filter(competitors__name="Rivals Inc").order_by("external_id")
    assert list(met.values_list("external_id", flat=True)) == ["o4", "o5", "o7"]
    assert Competitor.objects.count() == 1
    assert counts(bring("opportunities", columns, *rows)) == (0, 0, 7, 0, 0)


def test_an_opportunity_of_a_lead_takes_its_company(bring, stages):
    company = Company.objects.create(name="Acme", name_key="acme")
    make_lead(external_id="l1", email="ana@x.example", company=company)
    rep = make_user(Role.REP, name="Rita Rep")

    answer = bring(
        "opportunities", ("external_id", "lead.external_id", "lead.email", "owner", "status"),
        "o1,l1,,Rita Rep,won", "o2,,ana@x.example,,", "o3,l8,,,",
    )  # fmt: skip

    assert counts(answer) == (2, 0, 0, 0, 1)
    deal = Opportunity.objects.get(external_id="o1")
    assert (deal.company, deal.owner, deal.lead.external_id) == (company, rep, "l1")
    assert Opportunity.objects.get(external_id="o2").lead == deal.lead


def test_touchpoints_and_opportunities_find_whom_a_person_was_merged_into(bring, stages):
    lead = make_lead(external_id="keep", email="ana@x.example")
    absorb(lead, FormerKey.Kind.EXTERNAL_ID, ["gone"])
    absorb(lead, FormerKey.Kind.EMAIL, ["old@x.example"])
    columns = ("lead.external_id", "lead.email", "kind", "occurred_at")

    touches = bring(
        "touchpoints", columns, "gone,,call,2026-05-01", ",OLD@x.example,call,2026-05-02"
    )
    deals = bring("opportunities", ("external_id", "lead.external_id"), "o1,gone")

    assert counts(touches) == (2, 0, 0, 0, 0)
    assert counts(deals) == (1, 0, 0, 0, 0)
    assert lead.touchpoints.count() == 2
    assert Opportunity.objects.get().lead == lead


def test_a_merged_person_is_found_by_a_former_key(bring, stages):
    lead = make_lead(external_id="keep", email="ana@x.example", city="Bonn")
    absorb(lead, FormerKey.Kind.EXTERNAL_ID, ["gone"])
    absorb(lead, FormerKey.Kind.EMAIL, ["old@x.example"])

    answer = bring(
        "leads", ("external_id", "email", "city"),
        "gone,old@x.example,Rome", "keep,ana@x.example,Oslo", ",old@x.example,Paris",
    )  # fmt: skip

    assert counts(answer) == (0, 1, 1, 1, 0)
    lead.refresh_from_db()
    assert (Lead.objects.count(), lead.city, lead.email) == (1, "Oslo", "ana@x.example")
