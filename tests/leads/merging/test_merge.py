from __future__ import annotations

import pytest
from django.utils import timezone

from leads import services
from leads.former import FormerKey, resolve_former
from leads.merging.choosing import Side
from leads.merging.models import Candidate, Merge
from leads.models import Lead, Note, Touchpoint
from leads.reading import prepare
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from tests.factories import make_company, make_lead, make_thread

pytestmark = pytest.mark.django_db


def test_everything_that_hangs_on_the_lost_lead_comes_along(merged, marketer):
    lost, kept = make_lead(), make_lead()
    services.log_touchpoint(lead=lost, contact=services.Contact(kind="call"), by=marketer)
    services.add_note(lead=lost, body="Likes tea.", by=marketer)
    before = Activity.objects.of(lost).count()

    merge = merged(lost, kept)

    assert not Lead.objects.filter(pk=lost.pk).exists()
    assert Touchpoint.objects.get().lead_id == Note.objects.get().lead_id == kept.pk
    assert Activity.objects.filter(subject_type="leads.lead", subject_id=lost.pk).count() == 0
    assert Activity.objects.of(kept).count() == before + 1
    assert dict(merge.moved) == {"Touchpoints": 1, "Notes": 1, "Lines of history": before}


def test_threads_of_both_hang_on_the_lead_that_stays(merged, undone, marketer):
    lost, kept = make_lead(), make_lead()
    theirs, mine = make_thread(lost, by=marketer), make_thread(kept, by=marketer)

    merge = merged(lost, kept)

    theirs.refresh_from_db(), mine.refresh_from_db()
    assert theirs.topic == mine.topic
    undone(merge)
    theirs.refresh_from_db()
    assert theirs.topic == Lead.objects.get(pk=lost.pk).topic != mine.topic


def test_a_topic_of_the_lost_lead_alone_is_taken_over(merged, marketer):
    lost, kept = make_lead(), make_lead()
    thread = make_thread(lost, by=marketer)

    merged(lost, kept)

    assert Lead.objects.get(pk=kept.pk).topic == thread.topic


def test_blanks_are_filled_and_choices_kept(merged):
    company = make_company("Acme")
    lost = make_lead(phone="+49 40 123", title="Head", company=company, attributes={"a": 1, "b": 2})
    kept = make_lead(phone="+49 40 999", attributes={"b": 3})

    merged(lost, kept, choices={"phone": Side.LOST})
    kept.refresh_from_db()

    assert (kept.phone, kept.phone_key, kept.title) == ("+49 40 123", "+4940123", "Head")
    assert kept.company == company
    assert kept.attributes == {"a": 1, "b": 3}


def test_the_lost_address_may_be_the_one_that_is_kept(merged):
    lost, kept = make_lead(email="new@acme.example"), make_lead(email="old@acme.example")

    merged(lost, kept, choices={"email": Side.LOST})
    kept.refresh_from_db()

    assert kept.email_key == "new@acme.example"
    assert resolve_former("email", ["old@acme.example"]) == {"old@acme.example": kept.pk}


def test_old_keys_lead_to_the_lead_that_stays(merged, marketer):
    lost = make_lead(email="a@acme.example", external_id="X-1")
    kept = make_lead(email="b@acme.example", external_id="X-2")

    merged(lost, kept)

    assert resolve_former("external_id", ["X-1", "X-9"]) == {"X-1": kept.pk}
    with pytest.raises(RuleViolation) as refused:
        services.create_lead(prepared=prepare({"email": "A@acme.example"}), by=marketer)
    assert refused.value.lead == kept


def test_a_lead_that_was_merged_twice_is_found_in_one_step(merged):
    first, second, third = make_lead(), make_lead(), make_lead()
    merged(first, second)
    merged(second, third)

    found = resolve_former("lead", [str(first.pk), str(second.pk)])
    assert set(found.values()) == {third.pk}


def test_merges_are_undone_in_the_opposite_order(merged, undone):
    first, second, third = make_lead(), make_lead(), make_lead()
    one, two = merged(first, second), merged(second, third)

    with pytest.raises(RuleViolation, match="Undo that merge first"):
        undone(one)
    undone(two)
    undone(one)

    assert Lead.objects.count() == 3
    assert not FormerKey.objects.exists()
    with pytest.raises(RuleViolation, match="already"):
        undone(one)


def test_one_form_merges_once(merged):
    lost, kept = make_lead(), make_lead()

    assert merged(lost, kept, form_token="t") == merged(lost, kept, form_token="t")
    assert Merge.objects.count() == 1


def test_a_lead_is_not_merged_with_itself_or_with_one_that_is_gone(merged):
    lead, lost = make_lead(), make_lead()
    with pytest.raises(RuleViolation, match="one lead"):
        merged(lead, lead)
    merged(lost, lead)
    with pytest.raises(RuleViolation, match=f"merged into lead {lead.pk}"):
        merged(lost, make_lead())


def test_who_was_told_apart_from_the_lost_lead_is_apart_from_the_other(merged, undone):
    lost, kept, other = make_lead(), make_lead(), make_lead()
    Candidate.objects.create(
        low=lost, high=other, strength=0.7, band="possible", state="not_duplicate", reason="Twins"
    )

    merge = merged(lost, kept)

    pair = Candidate.objects.get()
    assert (pair.low_id, pair.high_id, pair.state, pair.reason) == (
        kept.pk,
        other.pk,
        "not_duplicate",
        "Twins",
    )
    undone(merge)
    pair = Candidate.objects.get()
    assert (pair.low_id, pair.high_id, pair.state) == (lost.pk, other.pk, "not_duplicate")


def test_undoing_leaves_what_came_since_and_says_so(merged, undone, marketer):
    lost, kept = make_lead(phone="+49 40 1234"), make_lead(phone="")
    merge = merged(lost, kept)
    kept.refresh_from_db()
    services.add_note(lead=kept, body="Since then", by=marketer)
    services.change_lead(lead=kept, prepared=prepare({"phone": "+49 40 7777"}), by=marketer)

    merge = undone(merge)
    kept.refresh_from_db()

    assert (kept.phone, Lead.objects.get(pk=lost.pk).phone) == ("+49 40 7777", "+49 40 1234")
    assert Note.objects.get().lead == kept
    assert "Phone was changed since and stays." in merge.report
    assert any("1 notes came after the merge" in line for line in merge.report)


def test_who_edits_the_lost_lead_meanwhile_is_told_where_it_is(merged, marketer):
    lost, kept = make_lead(), make_lead()
    merged(lost, kept)

    with pytest.raises(RuleViolation, match=f"merged into lead {kept.pk}"):
        services.change_lead(lead=lost, prepared=prepare({"city": "Porto"}), by=marketer)


def test_a_note_on_the_lost_lead_lands_with_the_other(merged, marketer):
    lost, kept = make_lead(), make_lead()
    merged(lost, kept)

    services.add_note(lead=lost, body="Written at the same moment", by=marketer)
    services.log_touchpoint(lead=lost, contact=services.Contact(kind="call"), by=marketer)

    assert Note.objects.get().lead_id == Touchpoint.objects.get().lead_id == kept.pk


def test_an_older_version_is_asked_about_after_a_merge(merged, marketer):
    lost, kept = make_lead(city="Porto"), make_lead()
    seen = kept.version
    merged(lost, kept)

    with pytest.raises(RuleViolation, match="Somebody else changed this lead"):
        services.change_lead(
            lead=kept, prepared=prepare({"city": "Faro"}), by=marketer, version=seen
        )


def test_the_furthest_and_the_oldest_are_kept(merged):
    early = timezone.now() - timezone.timedelta(days=9)
    lost, kept = make_lead(stage="sql", created_at=early), make_lead(stage="mql")

    merged(lost, kept)
    kept.refresh_from_db()

    assert (kept.stage.slug, kept.reached, kept.created_at) == ("sql", 40, early)
