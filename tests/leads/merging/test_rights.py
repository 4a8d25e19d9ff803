"""A merge never shows anybody what they could not read before (AZ-18)."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from leads import services as lead_services
from leads.merging.models import Merge
from leads.merging.services import Wish, merge_leads, undo_merge
from leads.models import Assignment, Lead, Note
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import make_lead, make_stages, make_team, make_user

VIEW = "leads.view_lead"
JSON = {"content_type": "application/json"}


@pytest.mark.django_db
def test_leads_of_two_teams_are_not_merged_without_saying_so(merged, rep, other_rep, marketer):
    lost, kept = make_lead(owner=rep), make_lead(owner=other_rep)

    with pytest.raises(RuleViolation) as refused:
        merged(lost, kept)
    assert refused.value.code == "widens"

    merge = merged(lost, kept, assign=True)
    given = Assignment.objects.get()
    assert (merge.lead.owner, given.from_owner, given.to_owner, given.lead) == (
        other_rep,
        rep,
        other_rep,
        kept,
    )


@pytest.mark.django_db
def test_a_lead_of_everybodys_pool_goes_to_the_side_that_reads_less(merged, rep):
    lost, kept = make_lead(owner=rep), make_lead()

    merged(lost, kept)
    kept.refresh_from_db()

    assert kept.owner == rep


@pytest.mark.django_db
def test_a_rep_takes_no_lead_from_a_colleague(as_rep, rep, north):
    colleague = make_user(Role.REP, teams=[north])
    theirs, mine = make_lead(owner=colleague), make_lead(owner=rep)

    page = as_rep.post(f"/leads/{theirs.pk}/merge/{mine.pk}/", {"kept": mine.pk})
    api = as_rep.post(
        f"/api/v1/leads/{theirs.pk}/merge/", {"into": mine.pk, "assign": True}, **JSON
    )

    assert (page.status_code, api.status_code) == (422, 409)
    assert str(colleague) in page.content.decode()
    assert Lead.objects.count() == 2


@pytest.mark.django_db
def test_a_rep_merges_only_what_both_of_which_they_see(as_rep, rep, other_rep):
    mine, theirs = make_lead(owner=rep), make_lead(owner=other_rep)

    assert as_rep.get(f"/leads/{mine.pk}/merge/{theirs.pk}/").status_code == 404
    assert (
        as_rep.post(f"/api/v1/leads/{mine.pk}/merge/", {"into": theirs.pk}, **JSON).status_code
        == 400
    )
    assert (
        as_rep.post(f"/api/v1/leads/{theirs.pk}/merge/", {"into": mine.pk}, **JSON).status_code
        == 404
    )


@pytest.mark.django_db
@pytest.mark.parametrize("setting", ["own", "everyone"])
def test_the_rule_follows_how_far_reps_see(merged, rep, north, settings, setting):
    settings.LEAD_VISIBILITY = setting
    lost, kept = make_lead(owner=rep), make_lead(owner=make_user(Role.REP, teams=[north]))

    if setting == "own":
        with pytest.raises(RuleViolation):
            merged(lost, kept)
    else:
        assert merged(lost, kept)


class Sequences(RuleBasedStateMachine):
    """Merges and undoings in any order, by anybody. Who read a note never grows by them."""

    def __init__(self):
        super().__init__()
        make_stages()
        teams = [make_team(), make_team()]
        self.reps = [
            make_user(Role.REP, teams=some) for some in (teams[:1], teams[1:], teams, teams[:1])
        ]
        self.marketer = make_user(Role.MARKETER)
        owners = [*self.reps, None, None]
        self.leads = [
            make_lead(owner=owner, team=teams[0] if owner is None and place % 2 else None)
            for place, owner in enumerate(owners)
        ]
        self.readers = {}
        for lead in self.leads:
            note = lead_services.add_note(lead=lead, body="secret", by=self.marketer)
            self.readers[note.pk] = self.seeing(lead.pk)

    def seeing(self, pk):
        return {p.pk for p in self.reps if Lead.objects.permitted(p, VIEW).filter(pk=pk).exists()}

    def there(self):
        return list(Lead.objects.order_by("pk"))

    @rule(one=st.integers(0, 5), other=st.integers(0, 5), who=st.integers(0, 4))
    def merge(self, one, other, who):
        leads = self.there()
        by = [*self.reps, self.marketer][who]
        lost, kept = leads[one % len(leads)], leads[other % len(leads)]
        visible = Lead.objects.permitted(by, "merging.merge_lead")
        if visible.filter(pk__in=[lost.pk, kept.pk]).count() < 2:
            return
        try:
            merge_leads(lost=lost, kept=kept, by=by, wish=Wish())
        except RuleViolation:
            return

    @rule(which=st.integers(0, 5))
    def undo(self, which):
        merges = list(Merge.objects.filter(undone_at=None).order_by("-pk"))
        if merges:
            try:
                undo_merge(merge=merges[which % len(merges)], by=self.marketer)
            except RuleViolation:
                return

    @invariant()
    def nobody_reads_more(self):
        for note in Note.objects.all():
            assert self.seeing(note.lead_id) <= self.readers[note.pk]

    @invariant()
    def no_note_is_lost(self):
        assert Note.objects.count() == len(self.readers)


class TestSequences(TestCase):
    def test_rights_over_any_sequence(self):
        from django.db import transaction

        class Isolated(Sequences):
            def __init__(self):
                self.atomic = transaction.atomic()
                self.atomic.__enter__()
                super().__init__()

            def teardown(self):
                transaction.set_rollback(True)
                self.atomic.__exit__(None, None, None)

        run_state_machine_as_test(
            Isolated,
            settings=settings(
                max_examples=12,
                stateful_step_count=8,
                deadline=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
