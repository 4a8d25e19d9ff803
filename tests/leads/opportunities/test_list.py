"""Which opportunities are listed, for whom, filtered how; the board of the open ones."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.opportunities.models import Opportunity
from leads.opportunities.presenting import CARDS
from tests.factories import (
    make_campaign,
    make_company,
    make_competitor,
    make_lead,
    make_opportunity,
    make_persona,
    make_product,
)

pytestmark = pytest.mark.django_db
LIST, BOARD, API = "/opportunities/", "/opportunities/board/", "/api/v1/opportunities/"


def names(client, **asked):
    answer = client.get(API, asked)
    assert answer.status_code == 200, answer.content
    return {row["name"] for row in answer.json()["results"]}


def on_page(client, *wanted, **asked):
    page = client.get(LIST, asked).content.decode()
    return {name for name in wanted if f">{name}</a>" in page}


# --- who sees which ---------------------------------------------------------------------------
def test_as_leads_one_sees_own_team_and_pool(
    as_rep, as_other_rep, as_marketer, as_executive, rep, other_rep, north, south
):
    make_opportunity(name="Own", owner=rep, team=north)
    make_opportunity(name="Theirs", owner=other_rep, team=south)
    make_opportunity(name="Pool", team=north)
    make_opportunity(name="Everybody", owner_name="Somebody Gone")
    every = ("Own", "Theirs", "Pool", "Everybody")

    for client, seen in (
        (as_rep, {"Own", "Pool", "Everybody"}),
        (as_other_rep, {"Theirs", "Everybody"}),
        (as_marketer, set(every)),
        (as_executive, set(every)),
    ):
        assert names(client) == seen
        assert on_page(client, *every) == seen
        assert client.get(f"{API}count/").json() == {"count": len(seen), "exact": True}
        board = client.get(BOARD).content.decode()
        assert {name for name in every if f">{name}</a>" in board} == seen


@pytest.mark.parametrize("setting", ["own", "everyone"])
def test_the_deployments_setting_decides(settings, as_rep, rep, other_rep, north, setting):
    settings.LEAD_VISIBILITY = setting
    make_opportunity(name="Own", owner=rep)
    make_opportunity(name="Theirs", owner=other_rep, team=north)

    assert names(as_rep) == ({"Own"} if setting == "own" else {"Own", "Theirs"})


def test_an_executive_reads_without_the_names_of_people(as_executive, as_marketer, rep):
    lead = make_lead(first_name="Ana", last_name="Secret", company=make_company("Acme"))
    sale = make_opportunity(
        name="Acme", owner=rep, lead=lead, company=lead.company, next_step="Call Ana",
        attributes={"buyer": "Ana"}, external_id="X-77",
    )  # fmt: skip

    body = as_executive.get(f"{API}{sale.pk}/").json()
    assert body["lead"] == {"id": lead.pk, "name": "•••"}
    assert (body["next_step"], body["attributes"], body["external_id"]) == ("•••", "•••", "•••")
    page = as_executive.get(f"{LIST}{sale.pk}/").content.decode()
    for secret in ("Ana", "Secret", "X-77"):
        assert secret not in page
    assert f"Lead {lead.pk}" in page
    assert as_executive.get(API, {"external_id": "X-77"}).status_code == 400
    assert names(as_executive, search="X-77") == set()
    assert as_marketer.get(f"{API}{sale.pk}/").json()["lead"]["name"] == "Ana Secret"


def test_a_lead_that_one_may_not_see_does_not_exist_here_either(as_rep, rep, other_rep, south):
    lead = make_lead(owner=other_rep, team=south, first_name="Hidden", last_name="Person")
    sale = make_opportunity(owner=rep, lead=lead)

    assert as_rep.get(f"{API}{sale.pk}/").json()["lead"] is None
    assert "Hidden" not in as_rep.get(f"{LIST}{sale.pk}/").content.decode()


def test_a_link_that_is_out_of_reach_is_a_404(as_other_rep, rep, north):
    sale = make_opportunity(owner=rep, team=north)

    for url in (f"{LIST}{sale.pk}/", f"{API}{sale.pk}/", f"{LIST}{sale.pk}/edit/"):
        assert as_other_rep.get(url).status_code == 404


# --- filters ----------------------------------------------------------------------------------
@pytest.fixture
def sales(rep, north):
    rival, product = make_competitor("Rival"), make_product("GTX Pro")
    company = make_company("Acme", industry="Retail")
    fair = make_lead(source="Fair", campaign=make_campaign(), persona=make_persona())
    make_opportunity(
        name="A", owner=rep, team=north, product=product, amount=500, source="Web",
        created_at=datetime(2026, 1, 5, tzinfo=UTC), expected_close_on=date(2026, 5, 1),
    )  # fmt: skip
    make_opportunity(name="B", lead=fair, stage="Proposal", amount=90, currency="USD")
    make_opportunity(
        name="C", stage="Lost", status="lost", outcome_to="competitor", competitor=rival,
        closed_at=datetime(2026, 3, 31, 12, tzinfo=UTC), company=company,
    )  # fmt: skip
    make_opportunity(
        name="D", stage="Won", status="won", closed_at=datetime(2026, 4, 1, tzinfo=UTC),
        owner_name="Old Hand", team_name="East", competitors=[rival], external_id="D-4",
    )  # fmt: skip
    return {"rival": rival, "product": product, "lead": fair, "company": company}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"stage": "proposal"}, "B"),
        ({"stage": "proposal,won"}, "BD"),
        ({"status": "won"}, "D"),
        ({"status": "won,lost"}, "CD"),
        ({"owner": "me"}, "A"),
        ({"owner": "none"}, "BCD"),
        ({"owner_name": "Old Hand"}, "D"),
        ({"owner": "none", "owner_name": ""}, "BC"),
        ({"team": "none"}, "BCD"),
        ({"team_name": "East"}, "D"),
        ({"product": "{product}"}, "A"),
        ({"product": "none"}, "BCD"),
        ({"competitor": "{rival}"}, "CD"),
        ({"competitor": "none"}, "AB"),
        ({"lost_to": "competitor"}, "C"),
        ({"source": "Web"}, "A"),
        ({"source": "Fair"}, "B"),
        ({"source": ""}, "CD"),
        ({"campaign": "none"}, "ACD"),
        ({"persona": "none"}, "ACD"),
        ({"industry": "Retail"}, "C"),
        ({"industry": ""}, "ABD"),
        ({"lead": "{lead}"}, "B"),
        ({"company": "{company}"}, "C"),
        ({"currency": "usd"}, "B"),
        ({"amount__gte": "100"}, "A"),
        ({"amount__lte": "100"}, "B"),
        ({"amount__isnull": "true"}, "CD"),
        ({"expected_close_on__lte": "2026-05-01"}, "A"),
        ({"closed_at__gte": "2026-04-01"}, "D"),
        ({"closed_at__lte": "2026-03-31"}, "C"),
        ({"created_at__lt": "2026-01-06"}, "A"),
        ({"external_id": "D-4"}, "D"),
        ({"search": "acme"}, "C"),
        ({"search": "D-4"}, "D"),
    ],
)
def test_what_a_filter_finds_on_page_board_count_and_api(
    as_sales_manager, sales, rep, asked, found
):
    asked = {k: v.format(**{n: row.pk for n, row in sales.items()}) for k, v in asked.items()}
    if asked.get("owner") == "me":
        Opportunity.objects.filter(owner=rep).update(owner=as_sales_manager.user)

    assert names(as_sales_manager, **asked) == set(found)
    assert as_sales_manager.get(f"{API}count/", asked).json()["count"] == len(found)
    page = {("q" if name == "search" else name): value for name, value in asked.items()}
    assert on_page(as_sales_manager, *"ABCD", **page) == set(found)
    board = as_sales_manager.get(BOARD, page).content.decode()
    assert {name for name in "AB" if f">{name}</a>" in board} == set(found) & set("AB")


def test_by_campaign_and_persona_of_the_lead(as_marketer, sales):
    lead = sales["lead"]
    assert names(as_marketer, campaign=lead.campaign.slug) == {"B"}
    assert names(as_marketer, persona=lead.persona.slug) == {"B"}


@pytest.mark.parametrize(
    "asked",
    [{"nonsense": "1"}, {"stage": "nowhere"}, {"owner": "x"}, {"status": "maybe"}, {"product": "-1"},
     {"campaign": "no-such"}, {"closed_at__gte": "yesterday"}, {"amount__gte": "much"}, {"amount__lte": "1e40"}, {"amount__gte": "-1e40"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_a_400_that_says_so(as_marketer, asked):
    assert as_marketer.get(API, asked).status_code == 400
    assert as_marketer.get(LIST, asked).status_code == 400
    assert as_marketer.get(BOARD, asked).status_code == 400
    assert "cannot be shown" in as_marketer.get(LIST, asked).content.decode()


def test_chips_read_as_a_sentence_and_can_be_taken_off(as_marketer, sales):
    page = as_marketer.get(
        LIST, {"status": "lost", "lost_to": "competitor", "source": ""}
    ).content.decode()

    for words in (
        "Status is",
        "<strong>Lost</strong>",
        "Lost to",
        "A competitor",
        "Source",
        "is not known",
    ):
        assert words in page


def test_sums_stand_apart_by_currency(as_marketer, sales):
    page = as_marketer.get(LIST).content.decode()

    assert "Worth €500 + $90 in all" in page


# --- order and paging -------------------------------------------------------------------------
@pytest.mark.parametrize(
    "ordering", ["name", "-name", "amount", "-amount", "close", "created", "-changed", "next_step"]
)
def test_every_page_of_every_order_holds_each_row_once(as_marketer, ordering, monkeypatch):
    from leads.opportunities import presenting

    for number in range(7):
        make_opportunity(
            name=f"Sale {number % 3}",
            amount=number if number % 2 else None,
            next_step_on=date(2026, 1, 1 + number) if number % 3 else None,
        )
    monkeypatch.setattr(
        "leads.opportunities.views.lists.LISTING",
        presenting.LISTING.__class__(presenting.LISTING.orders, "-created", page_size=2),
    )
    seen, url = [], f"{LIST}?ordering={ordering}"
    while url:
        context = as_marketer.get(url).context
        seen += [row.opportunity.pk for row in context["rows"]]
        url = LIST + context["page"].next if context["page"].next else ""

    assert sorted(seen) == sorted(Opportunity.objects.values_list("pk", flat=True))
    assert len(seen) == 7


@pytest.mark.parametrize("value", ["1e999", "-1e30", "NaN", "Infinity", "1e-999", "abc", 5])
def test_a_cursor_that_somebody_made_up_is_no_fault_of_ours(as_marketer, value):
    make_opportunity(amount=1)
    cursor = urlsafe_b64encode(json.dumps([value, 1]).encode()).decode().rstrip("=")

    assert as_marketer.get(LIST, {"ordering": "amount", "after": cursor}).status_code == 200


def queries(client, url):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


@pytest.mark.parametrize("url", [LIST, BOARD, API])
def test_ten_rows_cost_as_many_queries_as_one(as_rep, rep, north, url):
    def add():
        lead = make_lead(owner=rep, company=make_company())
        make_opportunity(
            owner=rep, team=north, lead=lead, company=lead.company, product=make_product(),
            competitors=[make_competitor()], amount=5,
        )  # fmt: skip

    add()
    client_queries = queries(as_rep, url)
    for _ in range(9):
        add()

    assert queries(as_rep, url) == client_queries <= 20


# --- the board --------------------------------------------------------------------------------
def test_a_column_counts_sums_and_ages_with_words(as_marketer):
    now = timezone.now()
    for name, days in (("Fresh", 3), ("Late", 15), ("Stuck", 22)):
        make_opportunity(name=name, amount=100, stage_entered_at=now - timedelta(days=days))
    make_opportunity(name="Pounds", amount=7, currency="GBP")
    board = as_marketer.get(BOARD)
    column = next(c for c in board.context["columns"] if c.stage.slug == "prospecting")

    assert (column.count, column.sums_text) == (4, "€300 + £7")
    assert [(row.opportunity.name, row.age.kind) for row in column.rows] == [
        ("Stuck", "bad"),
        ("Late", "warn"),
        ("Fresh", "neutral"),
        ("Pounds", "neutral"),
    ]
    text = board.content.decode()
    for words in (
        "Longer than usual: 15 days",
        "Far too long: 22 days",
        "usually 14 days",
        "3 days here",
    ):
        assert words in text


def test_a_column_is_bounded_and_leads_to_the_rest(as_marketer):
    for _ in range(CARDS + 3):
        make_opportunity()
    board = as_marketer.get(BOARD)

    assert len(board.context["columns"][0].rows) == CARDS
    assert "3 more in the list" in board.content.decode()
    assert "stage=prospecting&amp;status=open" in board.content.decode()


def test_stages_out_of_use_show_while_something_stands_there(as_marketer):
    from leads.opportunities.models import OpportunityStage

    make_opportunity(stage="Proposal")
    OpportunityStage.objects.filter(slug__in=["proposal", "negotiation"]).update(is_active=False)
    slugs = [c.stage.slug for c in as_marketer.get(BOARD).context["columns"]]

    assert "proposal" in slugs
    assert "negotiation" not in slugs
    assert "won" not in slugs


def test_a_move_from_the_board_answers_with_the_board_and_the_focus(as_rep, rep, north):
    sale = make_opportunity(name="Acme", owner=rep, team=north)
    make_opportunity(name="Beta", owner=rep, team=north)
    said = {
        "stage": "qualification",
        "seen": "prospecting",
        "board": "/opportunities/board/?q=acme",
    }

    plain = as_rep.post(f"{LIST}{sale.pk}/stage/", said)
    assert plain.url == f"/opportunities/board/?q=acme#card-{sale.pk}"
    again = as_rep.post(
        f"{LIST}{sale.pk}/stage/",
        said | {"stage": "proposal", "seen": "qualification"},
        headers={"HX-Request": "true"},
    )
    text = again.content.decode()
    assert f'href="{LIST}{sale.pk}/" data-focus>Acme</a>' in text
    assert ">Beta</a>" not in text, "the filter of the board stays"


def test_the_board_of_somebody_who_only_reads_has_no_buttons(as_executive):
    make_opportunity()
    page = as_executive.get(BOARD).content.decode()

    assert "data-move" not in page
    assert "draggable" not in page


# --- export -----------------------------------------------------------------------------------
def test_the_export_holds_the_columns_of_the_contract(as_marketer, as_rep, sales):
    from portal.activity.models import Activity

    answer = as_marketer.get(f"{API}export/", {"status": "won,lost"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    head = lines[0].split(",")
    assert head[:7] == [
        "external_id",
        "name",
        "lead.external_id",
        "lead.email",
        "company.name",
        "owner",
        "team",
    ]
    assert len(lines) == 3
    assert "Old Hand" in lines[2]
    assert "Rival" in lines[1]
    assert as_rep.get(f"{API}export/").status_code == 403
    assert as_rep.get(f"{LIST}export/").status_code == 403
    page = as_marketer.get(f"{LIST}export/?format=xlsx")
    assert page.status_code == 200
    assert Activity.objects.filter(verb="exported_opportunities").count() == 2


# --- elsewhere --------------------------------------------------------------------------------
def test_the_menu_the_search_and_the_company_lead_there(as_rep, as_other_rep, rep, north):
    company = make_company("Acme")
    sale = make_opportunity(name="Big Acme deal", owner=rep, team=north, company=company, amount=9)

    assert 'href="/opportunities/"' in as_rep.get("/leads/").content.decode()
    assert "Big Acme deal" in as_rep.get("/search/", {"q": "acme deal"}).content.decode()
    assert "Big Acme deal" not in as_other_rep.get("/search/", {"q": "acme deal"}).content.decode()
    panel = as_rep.get(f"/companies/{company.pk}/opportunities/").content.decode()
    assert f"/opportunities/{sale.pk}/" in panel
    assert (
        "Big Acme"
        not in as_other_rep.get(f"/companies/{company.pk}/opportunities/").content.decode()
    )


def test_further_filters_are_asked_on_a_form_of_their_own(as_rep):
    assert "Amount from" in as_rep.get(f"{LIST}filters/?on=board").content.decode()
    tidied = as_rep.get(f"{LIST}?apply=1&q=&status=won&owner=")
    assert tidied.url == f"{LIST}?status=won"
