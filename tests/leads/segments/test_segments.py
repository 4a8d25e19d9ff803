"""Segments through their pages, the API, the list, reports and the sweep."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Lead, SavedView, Touchpoint
from leads.segments import services
from leads.segments.membership import find_open, members_of, open_to, visible_members
from leads.segments.models import DailySize, Member, Segment
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.core.errors import RuleViolation, StaleEdit
from portal.jobs.models import Job
from portal.jobs.running import run_job
from portal.operations.sweeping import sweep
from tests.conftest import signed_in
from tests.factories import agree, make_campaign, make_lead, make_user

pytestmark = pytest.mark.django_db
GERMAN = {"field": "country", "is": "Germany"}
WARM = {
    "all": [
        {"did": ["download"], "title_contains": "case study", "in_last": 14},
        {"field": "owner", "blank": True},
    ]
}
SECRET = {"field": "email", "contains": "boss"}


def make_segment(owner, condition=GERMAN, **about):
    about.setdefault("name", "Germans")
    return services.create_segment(owner=owner, condition=condition, **about)


def downloaded(lead, days=1, title="Case study: a bank", **more):
    at = timezone.now() - timedelta(days=days)
    return Touchpoint.objects.create(
        lead=lead, kind="download", occurred_at=at, title=title, **more
    )


def test_a_segment_by_behaviour_is_always_current(marketer, rep):
    warm, owned, late, scanned = make_lead(), make_lead(owner=rep), make_lead(), make_lead()
    for lead in (warm, owned):
        downloaded(lead)
    downloaded(late, days=20)
    downloaded(scanned, left_out="burst")
    segment = make_segment(marketer, WARM, name="Warm and free")

    assert set(members_of(segment)) == {warm}
    downloaded(late, days=2)
    assert set(members_of(segment)) == {warm, late}


def test_made_on_the_page_with_a_sentence_and_a_count(marketer):
    make_lead(country="Germany")
    client = signed_in(marketer)
    page = client.get("/segments/new/", {"filter": json.dumps(GERMAN)})
    form = {"name": "Germans", "kind": "live", "is_shared": "on", "filter": json.dumps(GERMAN)}
    form["form_token"] = page.context["form"]["form_token"].value()

    first, second = (client.post("/segments/new/", form) for _ in range(2))

    assert "Country is Germany" in page.content.decode()
    assert first.url == second.url
    segment = Segment.objects.get()
    assert segment.slug == "germans"
    assert Activity.objects.filter(verb="shared", subject_id=segment.pk).count() == 1
    shown = client.get(first.url).content.decode()
    assert "Country is Germany" in shown
    assert "<strong>1</strong> lead" in client.get(f"{first.url}count/").content.decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"field": "owner", "is": "me"}, "same for everybody"),
        ({"field": "colour", "is": "red"}, "There is no field"),
        ({"all": []}, "at least one"),
    ],
)
def test_what_a_segment_cannot_ask_is_refused_on_page_and_api(marketer, value, said):
    client = signed_in(marketer)
    form = {"name": "No", "kind": "live", "filter": json.dumps(value)}
    page = client.post("/segments/new/", form)
    api = client.post("/api/v1/segments/", {"name": "No", "filter": value}, "application/json")

    assert page.status_code == 422
    assert said in page.content.decode()
    assert api.status_code == 400
    assert said in api.json()["errors"][0]["message"]
    assert not Segment.objects.exists()


def test_api_makes_changes_counts_and_lists_members(marketer, rep):
    here = make_lead(country="germany")
    make_lead(country="France")
    client = signed_in(marketer)
    made = client.post(
        "/api/v1/segments/", {"name": "Germans", "filter": GERMAN}, "application/json"
    )
    address = f"/api/v1/segments/{made.json()['id']}/"

    assert made.status_code == 201
    assert made.json()["text"] == "Country is Germany"
    assert client.get(f"{address}count/").json() == {"count": 1, "exact": True}
    members = client.get(f"{address}members/").json()
    assert [row["id"] for row in members["results"]] == [here.pk]
    why = client.get(f"{address}explain/", {"lead": here.pk}).json()
    assert why == {"member": True, "reasons": [{"text": "country is Germany", "met": True}]}
    changed = client.patch(address, {"name": "From Germany"}, "application/json")
    assert changed.json()["name"] == "From Germany"
    assert client.patch(address, {"filter": None}, "application/json").status_code == 400
    assert client.patch(address, {"kind": "static"}, "application/json").status_code == 400
    assert signed_in(rep).patch(address, {"name": "No"}, "application/json").status_code == 404
    assert client.get("/api/v1/segments/", {"kind": "live"}).json()["results"][0]["slug"]


def test_the_list_of_leads_takes_a_segment_on_page_api_and_count(marketer):
    here, _ = make_lead(country="Germany"), make_lead(country="France")
    segment = make_segment(marketer)
    client = signed_in(marketer)

    for text in (segment.slug, str(segment.pk)):
        page = client.get("/leads/", {"segment": text})
        assert [lead.pk for lead in page.context["page"]] == [here.pk]
    assert "Germans" in page.content.decode()
    api = client.get("/api/v1/leads/", {"segment": segment.slug}).json()
    assert [row["id"] for row in api["results"]] == [here.pk]
    assert client.get("/api/v1/leads/count/", {"segment": segment.slug}).json()["count"] == 1
    assert client.get("/leads/", {"segment": "nothing"}).status_code == 400


def test_a_reader_sees_only_their_own_rows_of_it(settings, marketer, rep, other_rep):
    settings.LEAD_VISIBILITY = "own"
    mine = make_lead(country="Germany", owner=rep)
    make_lead(country="Germany", owner=other_rep)
    segment = make_segment(marketer)
    client = signed_in(rep)

    assert set(visible_members(segment, rep)) == {mine}
    assert client.get(f"/api/v1/segments/{segment.pk}/count/").json()["count"] == 1
    detail = client.get(f"/segments/{segment.pk}/")
    assert [lead.pk for lead in detail.context["sample"]] == [mine.pk]
    DailySize.objects.create(segment=segment, on=timezone.localdate(), count=2)
    assert detail.context["trend"] is None
    report = client.get("/api/v1/reports/sources/", {"segment": segment.slug}).json()
    assert report["totals"]["leads"] == 1


def test_private_and_archived_ones_are_unknown_to_others(marketer, rep):
    private = make_segment(marketer, is_shared=False)
    gone = services.archive_segment(segment=make_segment(rep, name="Gone"), by=rep)
    client = signed_in(rep)

    assert client.get(f"/segments/{private.pk}/").status_code == 404
    assert client.get(f"/api/v1/segments/{private.pk}/members/").status_code == 404
    answers = [
        client.get("/api/v1/leads/", {"segment": name})
        for name in (private.slug, gone.slug, "never-was")
    ]
    assert [answer.status_code for answer in answers] == [400] * 3
    said = {answer.json()["errors"][0]["message"].split("“")[0] for answer in answers}
    assert len(said) == 1


def test_who_sees_contact_data_hidden_learns_nothing_by_a_segment(marketer):
    make_lead(email="boss@buyer.example")
    segment = make_segment(marketer, SECRET, name="Bosses")
    warm = make_segment(marketer, WARM, name="Warm")
    executive = make_user(Role.EXECUTIVE)
    client = signed_in(executive)

    assert open_to(executive) == []
    for one in (segment, warm):
        page = client.get(f"/segments/{one.pk}/")
        assert page.status_code == 200
        assert "boss" not in page.content.decode().lower().replace("bosses", "")
        assert page.context["sample"] == []
        count = client.get(f"/segments/{one.pk}/count/").content.decode()
        assert "not shown" in count
        assert client.get(f"/api/v1/segments/{one.pk}/count/").status_code == 403
        assert client.get(f"/api/v1/segments/{one.pk}/").json()["filter"] is None
        assert client.get("/leads/", {"segment": one.slug}).status_code == 400
        assert client.get("/api/v1/reports/funnel/", {"segment": one.slug}).status_code == 400
    figures = client.get("/segments/figures/", {"name": segment.slug}).content.decode()
    assert "lead" not in figures.split('id="segment-figures"')[1].split("</ul>")[0].replace(
        "/leads/", ""
    )


# --- static ones ------------------------------------------------------------------------------
def test_a_static_one_stays_as_it_was_filled(marketer):
    here = make_lead(country="Germany")
    segment = make_segment(marketer, kind="static")
    make_lead(country="Germany")

    assert set(members_of(segment)) == {here}
    assert services.fill_segment(segment=segment, by=marketer) is None
    assert members_of(segment).count() == 2


def test_leads_are_put_in_and_taken_out_by_page_and_api(marketer, rep):
    one, two, three = (make_lead() for _ in range(3))
    segment = make_segment(marketer, None, kind="static", name="Fair")
    client = signed_in(marketer)
    address = f"/api/v1/segments/{segment.pk}/"

    asked = client.post("/segments/add/", {"ids": [one.pk, two.pk]})
    done = client.post("/segments/add/", {"ids": [one.pk, two.pk], "segment": segment.pk})
    assert (asked.status_code, done.url) == (200, f"/segments/{segment.pk}/")
    added = client.post(f"{address}add/", {"leads": [two.pk, three.pk]}, "application/json")
    assert added.json() == {"count": 3, "exact": True}
    client.post(f"/segments/{segment.pk}/remove/", {"ids": [one.pk]})
    gone = client.post(f"{address}remove/", {"leads": [two.pk]}, "application/json")
    assert gone.json()["count"] == 1
    missing = client.post(f"{address}add/", {"leads": [one.pk, 999]}, "application/json")
    assert missing.status_code == 400
    assert Member.objects.get().lead == three
    assert client.post("/segments/add/", {"ids": [one.pk, 999]}).status_code == 404
    many = client.post(f"{address}add/", {"leads": list(range(1, 1002))}, "application/json")
    assert many.status_code == 400
    assert signed_in(rep).post(f"{address}add/", {"leads": [one.pk]}).status_code == 404


def test_a_live_one_takes_no_leads_by_hand(marketer):
    segment = make_segment(marketer)
    answer = signed_in(marketer).post(
        f"/api/v1/segments/{segment.pk}/add/", {"leads": [make_lead().pk]}, "application/json"
    )

    assert answer.status_code == 409
    assert "live" in answer.json()["detail"]


def test_a_large_fill_is_work_in_the_background_that_may_run_twice(marketer, monkeypatch):
    monkeypatch.setattr(services, "COUNT_CAP", 2)
    monkeypatch.setattr(services, "SLICE", 2)
    leads = {make_lead(country="Germany") for _ in range(5)}
    segment = make_segment(marketer, kind="static")
    work = Job.objects.get(kind=services.FILL)

    assert members_of(segment).count() in (0, 5)
    run_job(work.pk)
    assert set(members_of(segment)) == leads
    Job.objects.filter(pk=work.pk).update(state="queued", cursor={}, attempts=0)
    assert run_job(work.pk) == Job.State.DONE
    assert members_of(segment).count() == 5


def test_a_fill_puts_in_only_what_its_owner_may_see(settings, rep, other_rep):
    settings.LEAD_VISIBILITY = "own"
    mine = make_lead(country="Germany", owner=rep)
    make_lead(country="Germany", owner=other_rep)

    assert set(members_of(make_segment(rep, kind="static"))) == {mine}


# --- change, archive, races -------------------------------------------------------------------
def test_a_stale_edit_saves_nothing(marketer):
    segment = make_segment(marketer)
    services.change_segment(segment=segment, by=marketer, changes={"name": "A"}, version=1)

    with pytest.raises(StaleEdit):
        services.change_segment(segment=segment, by=marketer, changes={"name": "B"}, version=1)
    segment.refresh_from_db()
    assert segment.name == "A"


def test_names_may_repeat_and_slugs_never_do(marketer):
    slugs = [make_segment(marketer, name=name).slug for name in ("Köln", "köln", "Köln", "42", "…")]

    assert slugs == ["koln", "koln-2", "koln-3", "segment-42", "segment"]


def test_archive_and_bring_back(marketer):
    segment = make_segment(marketer)
    client = signed_in(marketer)

    client.post(f"/segments/{segment.pk}/archive/")
    assert client.get("/segments/", {"view": "archived"}).context["rows"][0][0] == segment
    assert not client.get("/segments/").context["rows"]
    assert client.post(f"/segments/{segment.pk}/archive/").status_code == 409
    client.post(f"/api/v1/segments/{segment.pk}/restore/")
    assert client.get("/segments/").context["rows"]


def test_a_live_one_cannot_lose_its_condition(marketer):
    with pytest.raises(RuleViolation):
        make_segment(marketer, None)
    with pytest.raises(RuleViolation):
        services.change_segment(
            segment=make_segment(marketer), by=marketer, changes={"condition": None}
        )


def test_a_condition_on_a_campaign_that_is_gone_matches_nobody(marketer):
    segment = make_segment(marketer)
    Segment.objects.update(condition={"field": "campaign", "is": "never-was"})
    make_lead()
    segment.refresh_from_db()

    assert not members_of(segment).exists()
    assert signed_in(marketer).get(f"/segments/{segment.pk}/").status_code == 200


# --- where it is used -------------------------------------------------------------------------
def test_sizes_are_counted_once_a_day_and_drawn(marketer):
    make_lead(country="Germany")
    segment = make_segment(marketer)
    start = datetime(2026, 11, 1, 9, tzinfo=UTC)

    for hours in (0, 1, 24):
        sweep(start + timedelta(hours=hours))
    assert list(DailySize.objects.values_list("count", flat=True)) == [1, 1]
    page = signed_in(marketer).get(f"/segments/{segment.pk}/")
    assert "as many as on 1 Nov" in page.content.decode()


def test_reports_ask_about_one_segment(marketer):
    make_lead(country="Germany", source="Fair")
    make_lead(country="France", source="Web")
    segment = make_segment(marketer)
    client = signed_in(marketer)

    for name, key in (("sources", "leads"), ("funnel", "entered")):
        report = client.get(f"/api/v1/reports/{name}/", {"segment": segment.slug}).json()
        assert report["totals"][key] == 1
        assert report["filters"]["segment"] == segment.slug
    page = client.get("/reports/sources/", {"segment": segment.slug}).content.decode()
    assert "segment=germans" in page
    assert client.get("/api/v1/reports/funnel/", {"segment": "none"}).status_code == 400


def test_a_brief_names_segments_and_the_page_counts_them(marketer):
    make_lead(country="Germany")
    segment = make_segment(marketer)
    campaign = make_campaign("Spring fair", segments=[segment.slug, "never-was"])
    agree(campaign)
    SavedView.objects.create(owner=marketer, name="Mine", filters={"segment": segment.slug})
    client = signed_in(marketer)

    brief = client.get("/campaigns/spring-fair/").content.decode()
    assert "/segments/figures/?name=germans&amp;name=never-was" in brief
    figures = client.get("/segments/figures/?name=germans&name=never-was").content.decode()
    assert "1 lead that you see" in figures
    assert "There is no segment of this name" in figures
    used = client.get(f"/segments/{segment.pk}/").context["uses"]
    assert {use.what for use in used} == {"Campaign brief", "Saved view"}


@pytest.mark.parametrize("path", ["/segments/", "/segments/{pk}/", "/api/v1/segments/"])
def test_ten_cost_as_many_queries_as_one(marketer, path, django_assert_max_num_queries):
    client, segment = signed_in(marketer), make_segment(marketer)
    make_lead(country="Germany")
    address = path.format(pk=segment.pk)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(9):
        make_lead(country="Germany")
        make_segment(marketer, {"field": "campaign", "not_blank": True}, name=f"Group {number}")

    with django_assert_max_num_queries(len(one)):
        client.get(address)


def test_an_unknown_segment_is_refused_in_plain_words(marketer):
    with pytest.raises(ValidationError, match="There is no segment"):
        find_open("x", marketer)
    assert Lead.objects.count() == 0


def test_the_list_counts_each_segment_once_it_is_seen(marketer):
    segment = make_segment(marketer)
    page = signed_in(marketer).get("/segments/").content.decode()
    address = f"/segments/{segment.pk}/count/?view=small"

    assert f'hx-get="{address}"' in page
    small = signed_in(marketer).get(address, headers={"HX-Request": "true"}).content.decode()
    assert f'id="segment-size-{segment.pk}">' in small
    assert "<p" not in small


def test_a_static_segment_of_nobody_is_empty(marketer):
    make_lead()
    nobody = {"field": "email", "is": "this is no address"}

    segment = make_segment(marketer, nobody, kind="static")

    assert not Member.objects.filter(segment=segment).exists()


def test_names_that_no_segment_can_have_are_not_known(as_marketer):
    answer = as_marketer.get("/segments/figures/?name=%00&name=a%00b&name=" + "x" * 3000)

    assert answer.status_code == 200
