"""Merging while others merge, write and undo, on separate connections (CC-09)."""

from __future__ import annotations

import pytest
from django.apps import apps

from leads import services
from leads.merging.models import Merge
from leads.merging.services import merge_leads, undo_merge
from leads.models import Lead, Note
from leads.reading import prepare
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from tests.factories import make_lead, make_user
from tests.leads.test_races import at_once

pytestmark = pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)


def test_two_who_merge_the_same_two_at_once_merge_once():
    one, other, by = make_lead(), make_lead(), make_user(Role.MARKETER)
    ways = [(one, other), (other, one), (one, other)]

    results = at_once(lambda pair: merge_leads(lost=pair[0], kept=pair[1], by=by), ways)

    assert Lead.objects.count() == Merge.objects.count() == 1
    assert sum(isinstance(result, RuleViolation) for result in results) == 2, results


def test_notes_written_while_two_are_merged_are_not_lost():
    lost, kept, by = make_lead(), make_lead(), make_user(Role.MARKETER)

    def act(number):
        if number == 0:
            return merge_leads(lost=lost, kept=kept, by=by)
        return services.add_note(lead=lost, body=f"Note {number}", by=by)

    results = at_once(act, range(6))

    assert not [result for result in results if isinstance(result, Exception)], results
    assert set(Note.objects.values_list("lead", flat=True)) == {kept.pk}
    assert Note.objects.count() == 5


def test_edits_while_two_are_merged_are_kept_or_refused():
    lost, kept, by = make_lead(city="Porto"), make_lead(), make_user(Role.MARKETER)

    def act(number):
        if number == 0:
            return merge_leads(lost=lost, kept=kept, by=by)
        row = prepare({"city" if number == 1 else "title": "X"})
        return services.change_lead(lead=lost if number == 1 else kept, prepared=row, by=by)

    results = at_once(act, range(3))
    kept.refresh_from_db()

    errors = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, RuleViolation) for error in errors), results
    assert (kept.title, kept.city) == ("X", "Porto" if errors else "X")


def test_two_who_undo_at_once_undo_once():
    by = make_user(Role.MARKETER)
    merge = merge_leads(lost=make_lead(), kept=make_lead(), by=by)

    results = at_once(lambda _: undo_merge(merge=merge, by=by), range(3))

    assert Lead.objects.count() == 2
    assert sum(isinstance(result, RuleViolation) for result in results) == 2, results
