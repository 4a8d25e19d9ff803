"""Scores follow what happens, at once where it is known and in the background for everything."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from leads.merging.services import Wish, merge_leads, undo_merge
from leads.models import Lead, Touchpoint
from leads.scoring.models import ScoreChange, ScoreEntry, Standing
from leads.scoring.services import activate_scoring_model, keep_scores
from leads.services.journal import Contact, log_touchpoint
from portal.core.errors import RuleViolation
from portal.documents import services as documents
from portal.jobs.models import Job
from portal.jobs.running import run_job
from tests.factories import agree, make_lead
from tests.leads.scoring.models import event, make_model, rule, rule_out

pytestmark = pytest.mark.django_db
GERMAN = rule("In Germany", {"field": "country", "is": "Germany"}, 60, id="german")
VISIT = event("Visits", ["page_view"], 20, per_day="2", id="visits")


def work_off():
    for job in Job.objects.filter(state=Job.State.QUEUED).order_by("pk"):
        run_job(job.pk)


def in_use(*rules, **shape):
    model = make_model(*rules, agreed=True, **shape)
    work_off()
    return model


def score_of(lead):
    return ScoreEntry.objects.in_use().get(lead=lead)


def visit(lead, days=0, by=None, **more):
    at = timezone.now() - timedelta(days=days)
    return log_touchpoint(
        lead=lead, contact=Contact(kind="page_view", occurred_at=at, **more), by=by
    )


def test_nothing_is_scored_before_a_model_is_agreed(marketer):
    lead = make_lead(country="Germany")
    make_model(GERMAN)
    visit(lead)

    assert not ScoreEntry.objects.exists()


def test_the_first_agreed_model_scores_every_lead():
    german, other = make_lead(country="Germany"), make_lead(country="")
    in_use(GERMAN, VISIT)

    assert (score_of(german).fit, score_of(german).score, score_of(german).grade) == (60, 30, "B4")
    assert (score_of(other).fit, score_of(other).known) == (0, 0)


def test_a_touchpoint_shows_in_the_score_at_once_and_the_band_in_the_history():
    lead = make_lead(country="Germany")
    in_use(GERMAN, VISIT, ready_from="50")
    visit(lead)
    assert score_of(lead).engagement == 20

    for _ in range(3):
        visit(lead)
    visit(lead, days=1)

    # Two of four count today, one of yesterday; nothing fades here.
    assert (score_of(lead).engagement, score_of(lead).score) == (60, 60)
    last = ScoreChange.objects.filter(lead=lead).first()
    assert (last.former_grade, last.grade, last.is_ready, last.cause) == ("B3", "B2", True, "touch")
    assert last.reasons[0] == {"rule": "In Germany", "points": 60.0}


def test_opens_and_machines_never_count():
    lead = make_lead()
    everything = event("Anything", ["anything"], 20)
    in_use(everything)
    for kind in ("mail_open", "page_view"):
        log_touchpoint(
            lead=lead,
            contact=Contact(kind=kind, attributes={"user_agent": "Googlebot/2.1"}),
            by=None,
        )
    log_touchpoint(lead=lead, contact=Contact(kind="mail_open"), by=None)
    assert score_of(lead).engagement == 0

    visit(lead)
    assert score_of(lead).engagement == 20


def test_what_is_known_of_a_lead_shows_at_once(as_marketer):
    lead = make_lead(country="")
    in_use(GERMAN)
    as_marketer.patch(
        f"/api/v1/leads/{lead.pk}/", {"country": "Germany"}, content_type="application/json"
    )
    assert score_of(lead).fit == 60

    made = as_marketer.post(
        "/api/v1/leads/",
        {"email": "new@buyer.example", "country": "Germany"},
        content_type="application/json",
    )
    assert score_of(made.json()["id"]).fit == 60


def test_a_lead_that_is_ruled_out_has_no_score():
    lead = make_lead(country="Germany", title="Student")
    in_use(GERMAN, rule_out("Students", {"field": "title", "contains": "student"}))

    assert (score_of(lead).score, score_of(lead).grade, score_of(lead).is_ruled_out) == (
        0,
        "D4",
        True,
    )


def test_a_merge_is_worked_out_anew_and_never_added(marketing_manager):
    one, two = make_lead(country="Germany"), make_lead(country="Germany")
    in_use(GERMAN, VISIT)
    visit(one)
    visit(two)
    merge = merge_leads(lost=two, kept=one, by=marketing_manager, wish=Wish())

    assert (score_of(one).fit, score_of(one).engagement) == (60, 40)
    assert ScoreEntry.objects.count() == 1
    undo_merge(merge=merge, by=marketing_manager)
    assert (score_of(one).engagement, score_of(two.pk).engagement) == (20, 20)


def test_a_new_revision_takes_over_in_one_moment(marketer):
    lead = make_lead(country="Germany")
    model = in_use(GERMAN)
    draft = documents.start_draft(subject=model, by=marketer)
    documents.edit_draft(
        subject=model, revision=draft, changes={"rules": [GERMAN | {"points": "90"}]}, by=marketer
    )
    agree(model, draft)
    assert score_of(lead).fit == 60, "until everything is scored, the former model counts"
    visit(lead)

    work_off()
    assert score_of(lead).fit == 90
    assert ScoreEntry.objects.count() == 1
    change = ScoreChange.objects.get(lead=lead)
    assert (change.cause, change.former_grade, change.grade) == ("model", "B4", "A4")


def test_a_worker_that_stops_half_way_leaves_the_former_scores(monkeypatch, marketer):
    leads = [make_lead(country="Germany") for _ in range(5)]
    in_use(GERMAN)
    other = make_model(GERMAN | {"points": "90"}, agreed=True)
    monkeypatch.setattr("leads.scoring.services.rescoring.SLICE", 2)
    job = activate_scoring_model(model=other, by=marketer)
    real, calls = Job.objects.filter, []

    def broken(revision, lower, upper, cause):
        calls.append(lower)
        if len(calls) == 2:
            raise ValueError("killed")
        return scored(revision, lower, upper, cause)

    from leads.scoring.services import rescoring

    scored = rescoring._score_slice
    monkeypatch.setattr(rescoring, "_score_slice", broken)
    run_job(job.pk)
    assert {score_of(lead).fit for lead in leads} == {60}
    real(pk=job.pk).update(run_after=timezone.now())
    run_job(job.pk)
    assert {score_of(lead).fit for lead in leads} == {90}


def test_only_what_both_signed_can_be_activated(marketer):
    draft = make_model(GERMAN)
    with pytest.raises(RuleViolation, match="not agreed"):
        activate_scoring_model(model=draft, by=marketer)


def test_a_retired_model_gives_no_scores(sales_manager):
    lead = make_lead(country="Germany")
    model = in_use(GERMAN)
    documents.retire(subject=model, reason="Out of date", by=sales_manager)

    assert not ScoreEntry.objects.in_use().filter(lead=lead).exists()


def test_the_sweep_follows_files_windows_and_days():
    lead = make_lead()
    window = rule("Came lately", {"did": ["page_view"], "in_last": 7}, 40, "What they do")
    in_use(window, GERMAN, VISIT, half_life="7")
    visit(lead, days=6)
    now = timezone.now()
    keep_scores(now)
    before = score_of(lead).engagement
    Lead.objects.filter(pk=lead.pk).update(country="Germany", updated_at=now)
    assert keep_scores(now)["rescored"] == 1
    assert score_of(lead).fit == 60

    # In two days the window has passed; the day's own work fades the rest.
    keep_scores(now + timedelta(days=1, hours=1))
    assert score_of(lead).engagement < before - 40
    assert Job.objects.filter(kind="scoring.rescore_leads", state="queued").count() == 1
    keep_scores(now + timedelta(days=1, hours=1))
    assert Job.objects.filter(kind="scoring.rescore_leads", state="queued").count() == 1


def test_unchanged_scores_are_not_written():
    for _ in range(3):
        make_lead(country="Germany")
    in_use(GERMAN)
    out = StringIO()
    call_command("rescore", json=True, stdout=out, stderr=StringIO())
    answer = json.loads(out.getvalue())

    assert (answer["leads"], answer["changed"]) == (3, 0)
    assert set(answer) >= {"model", "leads", "changed", "seconds"}


def test_the_command_refuses_what_is_not_agreed():
    with pytest.raises(CommandError, match="No scoring model is in use"):
        call_command("rescore")
    with pytest.raises(CommandError, match="no scoring model 99"):
        call_command("rescore", model=99)
    with pytest.raises(CommandError, match="not agreed"):
        call_command("rescore", model=make_model(GERMAN).pk)
    assert not Standing.objects.filter(active__isnull=False).exists()


def test_a_grade_is_kept_within_the_slack():
    lead = make_lead()
    in_use(VISIT, GERMAN, slack="30", engagement_steps="75 50 20", fit_share="0", ready_from="20")
    touch = visit(lead)
    assert (score_of(lead).grade, score_of(lead).is_ready) == ("D3", True)

    Touchpoint.objects.filter(pk=touch.pk).update(left_out="burst")
    keep_scores(timezone.now())
    assert (score_of(lead).engagement, score_of(lead).grade, score_of(lead).is_ready) == (
        0,
        "D3",
        True,
    )
