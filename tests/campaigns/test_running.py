"""A published campaign: who has read it, new dates, its end, and what reps are told [R28, R39]."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from campaigns import services
from campaigns.following import follow_campaigns
from campaigns.models import Campaign
from portal.documents import services as documents
from portal.todo.models import Task
from tests.documents.surfaces import Api, Page, fresh
from tests.factories import agree, make_campaign, make_user

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("surface", [Page(), Api()], ids=["page", "api"])
NOON = datetime(2026, 4, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _april():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def brief(marketer, sales_manager, marketing_manager, rep):
    """Published, from 4 May to 30 June."""
    campaign = make_campaign("Tour", by=marketer, agreed=True)
    return services.publish_campaign(campaign=campaign, by=marketer)


def told(person, kind):
    return list(person.notifications.filter(kind=kind).values_list("text", flat=True))


def revise(campaign, **changes):
    draft = documents.start_draft(subject=campaign, by=campaign.document.owner)
    documents.edit_draft(
        subject=campaign, revision=draft, changes=changes, by=campaign.document.owner
    )
    return agree(campaign, draft)


@both
def test_who_is_missing_is_shown(surface, brief, as_rep, rep, other_rep, as_marketer):
    assert surface.act(as_rep, brief, "acknowledge").means == "done"
    page = as_marketer.get(brief.get_absolute_url()).content.decode()
    assert "1 has not read it yet" in page
    assert other_rep.name in page
    body = as_marketer.get(f"{Api.address(brief)}readers/").json()
    assert [row["rep"]["name"] for row in body["read"]] == [rep.name]
    assert [row["name"] for row in body["missing"]] == [other_rep.name]


def test_a_rep_beyond_the_first_names_is_asked_as_well(brief, as_rep):
    for _ in range(60):
        make_user("rep", name="Aaa")
    assert "Please read this brief" in as_rep.get(brief.get_absolute_url()).content.decode()


@both
@pytest.mark.parametrize("dates", [("2026-08-03", "2026-09-30"), ("2026-09-30", "2026-08-03")])
def test_postponing_moves_the_dates_that_count(surface, brief, as_marketer, rep, dates):
    rep.notifications.all().delete()
    starts, ends = dates
    answer = surface.act(as_marketer, brief, "postpone", starts_on=starts, ends_on=ends)
    if starts > ends:
        assert answer.means == "refused"
        return
    assert answer.means == "done"
    assert (str(fresh(brief).starts_on), fresh(brief).state) == (starts, "postponed")
    assert told(rep, "campaign_changed") == [
        "Campaign “Tour” now runs from 3 August 2026 to 30 September 2026."
    ]
    page = as_marketer.get(brief.get_absolute_url()).content.decode()
    assert "Postponed." in page
    assert "the brief says" in page


def test_a_later_revision_with_the_old_dates_does_not_undo_a_postponement(brief, as_marketer):
    surface = Page()
    surface.act(as_marketer, brief, "postpone", starts_on="2026-08-03", ends_on="2026-09-30")
    campaign = revise(fresh(brief), offer="Another offer")
    assert (str(campaign.starts_on), campaign.state) == ("2026-08-03", "postponed")


def test_a_later_revision_with_new_dates_counts(brief, as_marketer):
    Page().act(as_marketer, brief, "postpone", starts_on="2026-08-03", ends_on="2026-09-30")
    campaign = revise(fresh(brief), starts_on="2026-07-01", ends_on="2026-07-31")
    assert (str(campaign.starts_on), campaign.postponed_at, campaign.state) == (
        "2026-07-01",
        None,
        "planned",
    )


@both
def test_cancelling_needs_a_reason_and_asks_nobody_to_read_on(surface, brief, as_marketer, rep):
    assert surface.act(as_marketer, brief, "cancel", reason="").means == "invalid"
    reason = "The fair is off; leads stay with their owners."
    assert surface.act(as_marketer, brief, "cancel", reason=reason).means == "done"
    assert told(rep, "campaign_changed") == [f"Campaign “Tour” is cancelled: {reason}"]
    assert not Task.objects.open().filter(owner=rep).exists()
    assert surface.act(as_marketer, brief, "cancel", reason=reason).means == "refused"
    for verb in ("publish", "acknowledge"):
        assert surface.act(as_marketer, brief, verb).means in {"refused", "forbidden"}


@both
def test_what_is_retired_is_over(surface, brief, as_sales_manager, as_marketer, rep):
    surface.act(as_sales_manager, brief, "retire", reason="Nobody answered.")
    assert fresh(brief).state == "ended"
    assert Campaign.objects.in_state("ended", NOON.date()).get() == brief
    assert told(rep, "campaign_changed") == ["Campaign “Tour” is over: Nobody answered."]
    assert not Task.objects.open().filter(owner=rep).exists()
    dates = {"starts_on": "2026-08-03", "ends_on": "2026-09-30"}
    assert surface.act(as_marketer, brief, "postpone", **dates).means == "refused"
    assert not Campaign.objects.running_on(NOON.date()).exists()


def test_acts_change_the_etag(brief, as_marketer):
    first = as_marketer.get(Api.address(brief)).headers["ETag"]
    with time_machine.travel(NOON + timedelta(minutes=1)):
        services.cancel_campaign(campaign=brief, reason="Off", by=as_marketer.user)
    assert as_marketer.get(Api.address(brief)).headers["ETag"] != first


# --- what the clock does ------------------------------------------------------------------------------
def test_who_has_not_read_it_is_reminded_once_and_named_to_the_owner(brief, marketer, rep):
    reader = make_user("rep", name="Reader")
    services.acknowledge_campaign(campaign=brief, by=reader)
    rep.notifications.all().delete()
    assert follow_campaigns(NOON + timedelta(days=2))["reminded"] == 0
    for _ in range(2):
        follow_campaigns(NOON + timedelta(days=3))
    assert len(told(rep, "campaign_published")) == 1
    assert told(reader, "campaign_published") == []
    assert told(marketer, "campaign_unread") == [f"{rep.name} has not read “Tour” yet."]


def test_a_rep_who_joins_later_is_asked_to_read_it(brief):
    late = make_user("rep")
    for _ in range(2):
        follow_campaigns(NOON + timedelta(days=1))
    assert Task.objects.open().filter(owner=late, kind="acknowledge").count() == 1


def test_the_end_is_told_once_and_nobody_needs_to_read_it_any_more(brief, rep, marketer):
    follow_campaigns(datetime(2026, 6, 30, 12, tzinfo=UTC))
    rep.notifications.all().delete()
    for _ in range(2):
        follow_campaigns(datetime(2026, 7, 1, 1, tzinfo=UTC))
    said = ["Campaign “Tour” has ended. Its leads stay with their owners."]
    assert told(rep, "campaign_changed") == said == told(marketer, "campaign_changed")
    assert not Task.objects.open().filter(owner=rep).exists()


def test_the_clock_asks_little_when_there_is_nothing_to_do(brief, django_assert_num_queries):
    make_campaign("Writing")
    follow_campaigns(NOON)
    with django_assert_num_queries(5):
        follow_campaigns(NOON)
