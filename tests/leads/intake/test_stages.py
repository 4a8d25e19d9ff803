"""How far a lead is, as files tell it: won by its day, lost by a word, taken along by its sales."""

from __future__ import annotations

import pytest
from django.utils import timezone

from leads.intake.models import Import, Leftover
from leads.models import Lead, StageChange
from leads.opportunities.models import Opportunity
from leads.opportunities.services import Ending, close_opportunity, open_opportunity
from leads.services import set_next_step
from tests.factories import make_lead
from tests.leads.intake.test_kinds import counts
from tests.leads.intake.test_undo import undo
from tests.reports.reading import from_api

pytestmark = pytest.mark.django_db
SALE = ("external_id", "lead.external_id", "status", "created_at", "closed_at")


def lead_of(external_id):
    return Lead.objects.select_related("stage").get(external_id=external_id)


def standing(external_id):
    lead = lead_of(external_id)
    return lead.stage.slug, lead.status, lead.reached


def import_of(answer):
    return Import.objects.get(pk=answer["import"])


# --- of the leads themselves ------------------------------------------------------------------
def test_who_has_a_day_on_which_they_bought_is_a_customer(bring, stages):
    make_lead(external_id="b", stage="mql")

    answer = bring(
        "leads", ("external_id", "converted_at", "stage"),
        "a,2026-05-06,", "b,2026-05-07,", "c,,", "d,2026-05-08,MQL",
    )  # fmt: skip

    assert counts(answer) == (3, 1, 0, 0, 0)
    assert standing("a") == standing("b") == ("customer", "won", 60)
    assert lead_of("b").converted_at.date().isoformat() == "2026-05-07"
    assert standing("c") == ("lead", "open", 10)
    # What the row says of its stage counts.
    assert standing("d") == ("mql", "open", 20)


def test_an_api_call_reads_the_day_alike(as_marketer, stages):
    body = {"email": "ana@x.example", "converted_at": "2026-05-06T10:00:00Z"}

    answer = as_marketer.post("/api/v1/leads/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["status"]) == (201, "won"), answer.content


def test_lost_is_said_by_the_stage_and_a_customer_is_never_lost_by_a_file(bring, stages):
    bring("leads", ("external_id", "converted_at"), "won,2026-05-06")
    make_lead(external_id="open", stage="sql")
    values = {"stage": {"Closed - lost": "lost", "1": "mql"}}

    rows = ("a,Closed - lost", "b,1", "won,Closed - lost", "open,lost")
    answer = bring("leads", ("external_id", "stage"), *rows, values=values)

    assert counts(answer) == (2, 1, 1, 0, 0)
    assert standing("a") == ("lead", "lost", 10)
    assert lead_of("a").lost_at is not None
    assert standing("b") == ("mql", "open", 20)
    assert standing("won")[1] == "won"
    assert standing("open") == ("sql", "lost", 40)
    assert counts(bring("leads", ("external_id", "stage"), *rows, values=values)) == (0, 0, 4, 0, 0)


# --- by their sales ---------------------------------------------------------------------------
def test_sales_of_a_file_take_their_leads_along(bring, stages, as_marketer):
    for name in ("w", "o", "l", "n"):
        make_lead(external_id=name, stage="mql", source="Fair", created_at="2026-01-01T09:00:00Z")
    lost = make_lead(external_id="gone", stage="lead")
    Lead.objects.filter(pk=lost.pk).update(status="lost", lost_reason="Silent")

    bring(
        "opportunities", SALE,
        "1,w,won,2026-02-01,2026-03-01", "2,w,won,2026-02-01,2026-04-01", "3,o,open,2026-02-02,",
        "4,l,lost,2026-02-03,2026-02-09", "5,gone,won,,2026-05-01", "6,,won,,2026-05-01",
    )  # fmt: skip

    assert standing("w") == standing("gone") == ("customer", "won", 60)
    assert lead_of("w").converted_at.date().isoformat() == "2026-03-01"
    assert lead_of("gone").lost_reason == ""
    assert standing("o") == standing("l") == ("opportunity", "open", 50)
    assert standing("n") == ("mql", "open", 20)
    moved = StageChange.objects.get(lead=lead_of("o"), from_stage__slug="mql")
    assert moved.at.date().isoformat() == "2026-02-02"
    fair = next(row for row in from_api(as_marketer, "sources") if row[0] == "Fair")
    # leads, mql, sql, opportunities, won
    assert fair[1:6] == [4, 4, 3, 3, 1]


def test_a_file_does_to_a_lead_what_closing_by_hand_does(bring, stages, rep):
    by_hand, by_file = make_lead(external_id="hand"), make_lead(external_id="file")
    sale = open_opportunity(values={"lead": by_hand, "name": "Sale"}, by=rep)
    close_opportunity(opportunity=sale, ending=Ending(status="won"), by=rep)

    bring("opportunities", SALE, f"1,file,won,,{timezone.now():%Y-%m-%d}")

    assert standing("file") == standing("hand")
    assert by_file.pk != by_hand.pk


def test_a_sale_that_is_won_in_a_later_file_makes_a_customer_once(bring, stages):
    make_lead(external_id="a")
    bring("opportunities", SALE, "1,a,open,2026-02-01,")
    assert standing("a") == ("opportunity", "open", 50)

    won = ("1,a,won,2026-02-01,2026-03-01",)
    bring("opportunities", SALE, *won)
    version = lead_of("a").version

    assert standing("a") == ("customer", "won", 60)
    assert counts(bring("opportunities", SALE, *won)) == (0, 0, 1, 0, 0)
    assert lead_of("a").version == version


def test_taking_sales_back_takes_their_leads_back(bring, stages, marketer):
    leads = bring("leads", ("external_id", "stage"), "a,mql", "b,mql", "c,mql", "d,mql")
    first = bring("opportunities", SALE, "1,a,won,,2026-03-01", "2,b,won,,2026-03-01")
    second = bring(
        "opportunities", SALE,
        "3,a,won,,2026-04-01", "4,c,won,,2026-04-01", "5,d,open,2026-02-01,",
    )  # fmt: skip
    set_next_step(lead=lead_of("d"), text="Call", on=None, by=marketer)

    told = undo(import_of(second))
    assert (told["deleted"], len(told["kept"])) == (3, 0)
    assert standing("a") == ("customer", "won", 60)
    assert standing("c") == standing("d") == ("mql", "open", 20)

    undo(import_of(first))
    assert standing("a") == standing("b") == ("mql", "open", 20)
    assert not Opportunity.objects.exists()

    # What only files did and took back keeps no lead; what a person did does.
    told = undo(import_of(leads))
    assert told["deleted"] == 3
    assert [lead.external_id for lead in Lead.objects.all()] == ["d"]


def test_a_lead_that_another_sale_holds_stays_a_customer_and_is_listed(bring, stages):
    make_lead(external_id="a")
    first = bring("opportunities", SALE, "1,a,won,,2026-03-01")
    bring("opportunities", SALE, "2,a,won,,2026-04-01")

    undo(import_of(first))

    assert standing("a") == ("customer", "won", 60)
    kept = Leftover.objects.get(run=first["import"])
    assert (kept.record_type, kept.reason) == ("leads.lead", "Another sale keeps it in its stage.")
