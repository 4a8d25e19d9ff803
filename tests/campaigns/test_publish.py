"""A brief is published when both signed it, and every rep acknowledges it [R27, R28]."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine

from campaigns import services
from campaigns.models import Campaign
from portal.documents import services as documents
from portal.todo.models import Task
from tests.factories import agree, make_campaign, make_persona, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def brief(marketer, sales_manager, marketing_manager):
    return make_campaign("Autumn tour", by=marketer, agreed=True)


def test_a_kpi_without_date_or_owner_is_named(marketer):
    campaign = make_campaign(
        by=marketer, kpis=[{"name": "Clicks"}], people=[{"task": "x", "part": "responsible"}]
    )
    labels = [part.label for part in campaign.missing(campaign.content)]
    assert "KPI “Clicks”: dated" in labels
    assert "KPI “Clicks”: relevant" in labels
    assert "Somebody accountable" in labels


@pytest.mark.parametrize(
    "url", ["/campaigns/{c.slug}/publish/", "/api/v1/campaigns/{c.pk}/publish/"]
)
def test_publishing_asks_every_rep(as_marketer, brief, rep, other_rep, url):
    answer = as_marketer.post(url.format(c=brief))
    assert answer.status_code in (200, 302)
    assert set(services.missing_readers(brief)) == {rep, other_rep}
    assert Task.objects.open().filter(kind="acknowledge").count() == 2
    assert as_marketer.post(url.format(c=brief)).status_code == 409


def test_a_draft_cannot_be_published(as_marketer, marketer):
    campaign = make_campaign(by=marketer)
    answer = as_marketer.post(f"/campaigns/{campaign.slug}/publish/")
    assert answer.status_code == 409
    assert "must sign" in answer.content.decode()


@pytest.mark.parametrize(
    "url", ["/campaigns/{c.slug}/acknowledge/", "/api/v1/campaigns/{c.pk}/acknowledge/"]
)
def test_a_rep_acknowledges_once(as_rep, rep, other_rep, brief, marketer, url):
    services.publish_campaign(campaign=brief, by=marketer)
    assert "Please read this brief" in as_rep.get(brief.get_absolute_url()).content.decode()
    for _ in range(2):
        assert as_rep.post(url.format(c=brief)).status_code in (200, 302)
    assert list(services.missing_readers(brief)) == [other_rep]
    assert not Task.objects.open().filter(owner=rep).exists()
    assert "Please read" not in as_rep.get(brief.get_absolute_url()).content.decode()


def test_a_marketer_does_not_acknowledge(as_marketer, brief, marketer):
    services.publish_campaign(campaign=brief, by=marketer)
    assert as_marketer.post(f"/campaigns/{brief.slug}/acknowledge/").status_code == 403


def test_a_changed_brief_must_be_read_again(brief, marketer, rep):
    services.publish_campaign(campaign=brief, by=marketer)
    services.acknowledge_campaign(campaign=brief, by=rep)
    draft = documents.start_draft(subject=brief, by=marketer)
    documents.edit_draft(
        subject=brief, revision=draft, changes={"offer": "Another offer"}, by=marketer
    )
    brief = agree(brief, draft)
    assert list(services.missing_readers(brief)) == [rep]
    assert Task.objects.open().filter(owner=rep, kind="acknowledge").count() == 1


@pytest.mark.parametrize(
    ("today", "state"),
    [
        ("2026-05-03", "planned"),
        ("2026-05-04", "running"),
        ("2026-06-30", "running"),
        ("2026-07-01", "ended"),
    ],
)
def test_the_state_follows_the_dates_on_the_record_and_in_the_list(
    as_marketer, brief, marketer, today, state
):
    services.publish_campaign(campaign=brief, by=marketer)
    brief.refresh_from_db()
    with time_machine.travel(f"{today}T12:00:00Z", tick=False):
        assert brief.state == state
        found = as_marketer.get(f"/api/v1/campaigns/?state={state}").json()["results"]
        assert [row["id"] for row in found] == [brief.pk]
        for other in Campaign.State.values:
            assert Campaign.objects.in_state(other, date.fromisoformat(today)).exists() == (
                other == state
            )


@time_machine.travel("2026-07-01T12:00:00Z", tick=False)
@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("postpone", {"starts_on": "2027-05-04", "ends_on": "2027-06-30"}),
        ("cancel", {"reason": "Too late"}),
    ],
)
def test_what_has_ended_is_neither_postponed_nor_cancelled(as_marketer, brief, marketer, act, said):
    services.publish_campaign(campaign=brief, by=marketer)
    page = as_marketer.get(brief.get_absolute_url()).content.decode()

    assert f"/{act}/" not in page
    answer = as_marketer.post(f"/campaigns/{brief.slug}/{act}/", said)
    assert answer.status_code == 409
    assert "has ended" in answer.content.decode()


@time_machine.travel("2026-05-20T12:00:00Z", tick=False)
def test_postponing_and_cancelling_tell_the_reps(as_marketer, as_rep, brief, marketer, rep):
    services.publish_campaign(campaign=brief, by=marketer)
    rep.notifications.all().delete()
    as_marketer.post(
        f"/campaigns/{brief.slug}/postpone/", {"starts_on": "2027-05-04", "ends_on": "2027-06-30"}
    )
    brief.refresh_from_db()
    assert brief.state == "postponed"
    assert as_marketer.post(f"/campaigns/{brief.slug}/cancel/", {"reason": ""}).status_code == 422
    as_marketer.post(
        f"/campaigns/{brief.slug}/cancel/",
        {"reason": "The fair is off; leads stay with their owners."},
    )
    brief.refresh_from_db()
    assert brief.state == "cancelled"
    assert rep.notifications.count() == 2
    assert not Task.objects.open().filter(owner=rep).exists()


def test_pages_and_lists_keep_to_their_budget(
    as_rep, marketer, sales_manager, marketing_manager, django_assert_max_num_queries
):
    persona = make_persona(by=marketer)
    for index in range(6):
        make_user()
        make_campaign(f"C{index}", by=marketer, personas=[persona])
    with django_assert_max_num_queries(9):
        as_rep.get("/campaigns/")
    with django_assert_max_num_queries(20):
        as_rep.get("/campaigns/c1/")
