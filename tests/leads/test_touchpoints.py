"""Touchpoints: recorded once, whenever they come, for people known and unknown [R56]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from leads import services
from leads.models import KnownVisitor, Lead, Touchpoint
from portal.core.errors import RuleViolation
from tests.conftest import signed_in
from tests.factories import make_campaign, make_lead, make_user

pytestmark = pytest.mark.django_db

URL = "/api/v1/touchpoints/"
BATCH = f"{URL}batch/"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def send(client, data, url=URL, **headers):
    return client.post(url, data, content_type="application/json", headers=headers)


def touch(**fields):
    return {"kind": "page_view", "occurred_at": NOON.isoformat()} | fields


# --- recording ------------------------------------------------------------------------------------
def test_every_field_of_the_contract_is_kept(as_marketer):
    lead, campaign = make_lead(external_id="L-1"), make_campaign("Spring fair")
    answer = send(
        as_marketer,
        touch(
            **{
                "external_id": "e-1",
                "lead.external_id": "L-1",
                "campaign": campaign.slug,
                "title": "Prices",
                "value": "12.50",
                "attributes.referrer": "https://www.google.com/",
                "attributes": {"seconds": 40},
                "url": "https://ours.example/prices?utm_source=fair&utm_medium=event&utm_campaign=May",
                "visitor": "v-1",
            }
        ),
    )

    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["lead"], told["campaign"], told["title"]) == (lead.pk, campaign.slug, "Prices")
    assert (told["utm_source"], told["utm_campaign"], told["value"]) == ("fair", "May", "12.50")
    assert told["attributes"] == {"referrer": "https://www.google.com/", "seconds": 40}
    assert (told["direction"], told["source"], told["visitor"]) == ("in", "Event", "v-1")


def test_a_late_one_keeps_its_own_moment_and_the_moment_of_its_arrival(as_marketer):
    lead = make_lead()
    answer = send(as_marketer, touch(lead=lead.pk)).json()

    row = Touchpoint.objects.get(pk=answer["id"])
    assert row.occurred_at == NOON
    assert timezone.now() - row.recorded_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "telepathy"}, "kind"),
        ({"occurred_at": "2200-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"value": "lots"}, "value"),
        ({"unknown": 1}, "unknown"),
        ({"lead": "x"}, "lead"),
        ({"lead": None}, "lead"),
        ({"lead.email": "nobody@here.example", "lead": None}, "lead"),
        ({"campaign": "no-such"}, "campaign"),
        ({"attributes": {"a b": 1}}, "attributes.a b"),
        ({"title": "x" * 300}, "title"),
    ],
)
def test_what_cannot_be_used_is_named(as_marketer, fields, field):
    answer = send(as_marketer, touch(lead=make_lead().pk) | fields)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Touchpoint.objects.exists()


def test_the_same_external_id_of_a_system_is_one_touch(as_marketer):
    lead = make_lead()
    first = send(as_marketer, touch(lead=lead.pk, external_id="1", system="shop")).json()
    again = send(as_marketer, touch(lead=lead.pk, external_id="1", system="shop", title="X")).json()
    other = send(as_marketer, touch(lead=lead.pk, external_id="1", system="mailer")).json()

    assert first == again
    assert other["id"] != first["id"]


def test_an_external_id_of_another_lead_is_refused_and_changes_nothing(as_marketer):
    send(as_marketer, touch(lead=make_lead().pk, external_id="1"))
    answer = send(as_marketer, touch(lead=make_lead().pk, external_id="1"))

    assert answer.status_code == 409
    assert Touchpoint.objects.count() == 1


def test_a_rep_logs_only_on_leads_in_reach_and_nothing_anonymous(as_rep, rep, other_rep):
    mine, theirs = make_lead(owner=rep), make_lead(owner=other_rep)

    assert send(as_rep, touch(lead=mine.pk)).status_code == 201
    assert send(as_rep, touch(lead=theirs.pk)).status_code == 400
    assert send(as_rep, touch(**{"lead.email": theirs.email})).status_code == 400
    assert send(as_rep, touch(visitor="v")).status_code == 400


# --- many at once ---------------------------------------------------------------------------------
def test_a_batch_is_recorded_in_its_order_and_repeated_without_effect(as_marketer):
    lead = make_lead()
    items = [touch(lead=lead.pk, external_id=f"e{n}") for n in range(5)] + [touch(visitor="v")]
    first = send(as_marketer, items, BATCH)
    again = send(as_marketer, items[:5], BATCH)

    assert first.status_code == 200, first.json()
    assert [line["status"] for line in first.json()["results"]] == ["created"] * 6
    assert [line["status"] for line in again.json()["results"]] == ["repeated"] * 5
    assert [line["id"] for line in again.json()["results"]] == [
        line["id"] for line in first.json()["results"][:5]
    ]
    assert Touchpoint.objects.count() == 6


def test_a_batch_with_one_mistake_records_nothing_and_names_its_place(as_marketer):
    lead = make_lead()
    answer = send(as_marketer, [touch(lead=lead.pk), touch(lead=lead.pk, kind="x")], BATCH)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "1.kind"
    assert not Touchpoint.objects.exists()


@pytest.mark.parametrize("items", [[], [{}] * 1001, {"kind": "call"}])
def test_a_batch_has_one_to_a_thousand(as_marketer, items):
    assert send(as_marketer, items, BATCH).status_code == 400


def test_a_key_makes_a_repeated_batch_one(as_marketer):
    items = [touch(lead=make_lead().pk), touch(visitor="v")]
    first = send(as_marketer, items, BATCH, **{"Idempotency-Key": "k"})
    again = send(as_marketer, items, BATCH, **{"Idempotency-Key": "k"})

    assert first.content == again.content
    assert Touchpoint.objects.count() == 2


def test_two_of_one_id_in_a_batch_are_one(as_marketer):
    lead = make_lead()
    item = touch(lead=lead.pk, external_id="e")
    lines = send(as_marketer, [item, item], BATCH).json()["results"]

    assert [line["status"] for line in lines] == ["created", "repeated"]
    assert Touchpoint.objects.count() == 1


def test_a_hundred_cost_as_many_queries_as_ten(as_marketer, django_assert_max_num_queries):
    lead = make_lead()
    with django_assert_max_num_queries(40):
        send(as_marketer, [touch(lead=lead.pk, external_id=f"e{n}") for n in range(100)], BATCH)

    assert Touchpoint.objects.count() == 100


# --- append-only ----------------------------------------------------------------------------------
def test_what_happened_is_never_changed(as_marketer):
    made = send(as_marketer, touch(lead=make_lead().pk)).json()
    row = Touchpoint.objects.get(pk=made["id"])
    row.title = "Something else"

    with pytest.raises(RuleViolation, match="append-only"):
        row.save()
    for method in ("put", "patch", "delete"):
        answer = getattr(as_marketer, method)(f"{URL}{row.pk}/", {}, "application/json")
        assert answer.status_code == 405


# --- lists ----------------------------------------------------------------------------------------
def test_lists_are_filtered_by_what_people_ask(as_marketer):
    lead, campaign = make_lead(), make_campaign("Fair")
    send(as_marketer, touch(lead=lead.pk, campaign=campaign.slug, kind="download"))
    send(as_marketer, touch(visitor="v", occurred_at="2026-01-05T10:00:00Z"))
    send(as_marketer, touch(lead=lead.pk, **{"attributes.user_agent": "Googlebot/2.1"}))

    def found(query):
        return [row["kind"] for row in as_marketer.get(f"{URL}?{query}").json()["results"]]

    assert found(f"lead={lead.pk}") == ["page_view", "download"]
    assert found("kind=download") == ["download"]
    assert found("kind=download,page_view&left_out=none") == ["page_view", "download"]
    assert found(f"campaign={campaign.slug}") == ["download"]
    assert found("visitor=v") == found("lead__isnull=true") == ["page_view"]
    assert found("left_out=machine") == found("left_out=any") == ["page_view"]
    assert found("occurred_at__lt=2026-02-01") == ["page_view"]
    assert found("occurred_at__gte=2026-02-01&kind=download") == ["download"]
    assert as_marketer.get(f"{URL}?kind=nothing").status_code == 400
    assert as_marketer.get(f"{URL}count/?left_out=any").json() == {"count": 1, "exact": True}


def test_what_unknown_visitors_did_is_nobodys_teams(as_marketer, as_rep, north):
    send(as_marketer, touch(visitor="v"))

    assert len(as_marketer.get(URL).json()["results"]) == 1
    assert as_rep.get(URL).json()["results"] == []


# --- unknown visitors become known ----------------------------------------------------------------
def test_what_a_visitor_did_before_joins_the_person(as_marketer):
    lead = make_lead()
    early = [touch(visitor="v", external_id=f"p{n}") for n in range(3)]
    send(as_marketer, early, BATCH)
    send(as_marketer, touch(visitor="w"))
    send(as_marketer, touch(visitor="v", lead=lead.pk, kind="form"))
    late = send(as_marketer, touch(visitor="v", occurred_at="2026-02-01T00:00:00Z")).json()

    assert Touchpoint.objects.filter(lead=lead).count() == 5
    assert late["lead"] == lead.pk
    assert Touchpoint.objects.get(visitor="w").lead is None
    assert KnownVisitor.objects.get().lead == lead


def test_a_visitor_claimed_by_a_second_person_stays_with_the_first(as_marketer):
    first, second = make_lead(), make_lead()
    send(as_marketer, touch(visitor="v"))
    send(as_marketer, touch(visitor="v", lead=first.pk, kind="form"))
    send(as_marketer, touch(visitor="v", lead=second.pk, kind="form"))
    after = send(as_marketer, touch(visitor="v")).json()

    assert Touchpoint.objects.filter(lead=first).count() == 2
    assert Touchpoint.objects.filter(lead=second).count() == 1
    assert after["lead"] is None
    assert KnownVisitor.objects.get().lead == first


def test_two_people_of_one_visitor_in_one_batch(as_marketer):
    first, second = make_lead(), make_lead()
    send(as_marketer, touch(visitor="v"))
    items = [touch(visitor="v", lead=lead.pk, kind="form") for lead in (first, second)]
    send(as_marketer, items, BATCH)

    known = KnownVisitor.objects.get()
    assert (known.lead, known.shared_at is None) == (first, False)
    assert Touchpoint.objects.filter(lead=first).count() == 2


def test_what_joins_tells_the_source(as_marketer):
    lead = make_lead()
    send(as_marketer, touch(visitor="v", utm_medium="cpc", utm_source="google"))
    send(as_marketer, touch(visitor="v", lead=lead.pk, kind="form", occurred_at="2026-03-03"))
    lead.refresh_from_db()

    assert (lead.source, lead.converting_source) == ("Paid search", "Direct")


# --- sources --------------------------------------------------------------------------------------
def test_an_earlier_touch_that_comes_late_is_the_source(as_marketer):
    lead = make_lead()
    for medium, day in (("social", 5), ("email", 9), ("cpc", 2), ("display", 7)):
        send(as_marketer, touch(lead=lead.pk, utm_medium=medium, occurred_at=f"2026-03-0{day}"))
    lead.refresh_from_db()

    assert (lead.source, lead.tracked_source) == ("Paid search", "Paid search")
    assert lead.version == 3  # two of the four changed it


def test_what_a_person_said_is_never_overwritten(as_marketer, marketer):
    lead = make_lead(source="Trade fair")
    send(as_marketer, touch(lead=lead.pk, utm_medium="cpc"))
    lead.refresh_from_db()

    assert (lead.source, lead.tracked_source) == ("Trade fair", "Paid search")


def test_a_source_that_a_person_clears_follows_the_next_touch_again(as_marketer):
    lead = make_lead()
    send(as_marketer, touch(lead=lead.pk, utm_medium="cpc"))
    url = f"/api/v1/leads/{lead.pk}/"
    as_marketer.patch(url, {"source": "Fair"}, "application/json")
    send(as_marketer, touch(lead=lead.pk, utm_medium="email", occurred_at="2026-01-01"))
    assert as_marketer.get(url).json()["source"] == "Fair"
    as_marketer.patch(url, {"source": ""}, "application/json")
    send(as_marketer, touch(lead=lead.pk, utm_medium="social", occurred_at="2025-01-01"))

    assert as_marketer.get(url).json()["source"] == "Social media"


def test_our_own_calls_are_no_source(as_rep, rep):
    lead = make_lead(owner=rep)
    send(as_rep, touch(lead=lead.pk, kind="call"))
    lead.refresh_from_db()
    assert lead.source == ""
    send(as_rep, touch(lead=lead.pk, kind="call", direction="in"))
    lead.refresh_from_db()

    assert (lead.source, lead.converting_source) == ("Call", "Call")


def test_a_change_of_the_source_stands_in_the_timeline_and_merges_with_edits(as_marketer, marketer):
    lead = make_lead()
    seen = lead.version
    send(as_marketer, touch(lead=lead.pk, utm_medium="cpc"))
    entries = as_marketer.get(f"/api/v1/leads/{lead.pk}/timeline/").json()["results"]

    assert any(entry["kind"] == "source_tracked" for entry in entries)
    from leads.reading import prepare

    changed = services.change_lead(
        lead=Lead.objects.get(pk=lead.pk),
        prepared=prepare({"city": "Rome"}),
        by=marketer,
        version=seen,
    )
    assert (changed.city, changed.source) == ("Rome", "Paid search")


# --- restoring ------------------------------------------------------------------------------------
def test_a_manager_lets_a_touch_count_again_and_no_rule_takes_it_back(
    as_marketer, marketing_manager
):
    lead, manager = make_lead(), signed_in(marketing_manager)
    agent = {"attributes.user_agent": "HeadlessChrome", "utm_medium": "cpc"}
    row = send(as_marketer, touch(lead=lead.pk, **agent)).json()
    lead.refresh_from_db()
    assert (row["left_out"], lead.source) == ("machine", "")

    url = f"{URL}{row['id']}/restore/"
    assert send(as_marketer, {"reason": "Their tester"}, url).status_code == 403
    assert send(manager, {"reason": ""}, url).status_code == 400
    assert send(manager, {"reason": "Their tester"}, url).json()["left_out"] == ""
    assert send(manager, {"reason": "Again"}, url).status_code == 409
    send(as_marketer, touch(lead=lead.pk))
    lead.refresh_from_db()

    assert Touchpoint.objects.get(pk=row["id"]).left_out == ""
    assert lead.source == "Paid search"


def test_a_manager_of_sales_restores_too(as_marketer, sales_manager):
    row = send(as_marketer, touch(visitor="v", **{"attributes.user_agent": "curl/8"})).json()
    url = f"{URL}{row['id']}/restore/"

    assert send(signed_in(sales_manager), {"reason": "We did"}, url).status_code == 200


def test_the_executive_reads_none(as_executive, as_marketer):
    send(as_marketer, touch(lead=make_lead().pk))

    assert as_executive.get(URL).status_code == 403
    assert make_user().may("leads.restore_touchpoint") is False
