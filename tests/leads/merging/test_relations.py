"""A new relation to a lead must say how it goes along. These cases fail until it does."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import models

from leads.merging.carrying import undeclared
from leads.merging.choosing import OWN, PARTS, UNITED
from leads.models import Lead
from leads.moving import pointers, relations_to_leads, relations_to_topics, ways

OURS = ("portal.", "personas", "campaigns", "leads")
#: Columns that look like a pointer and are none, or whose row must not move.
NO_POINTERS = {
    "accounts.loginattempt.subject": "a text",
    "intake.importrow.record_id": "undoing an import must not touch the lead that absorbed its row",
    "intake.leftover.record_id": "what an undone import left, as it was then",
    "merging.merge.kept": "which lead stayed then; it never changes",
    "merging.merge.lost": "which lead went; the former key leads on",
    "metrics.stalelead.lead_id": "triggers on the history see to it",
    "metrics.stay.lead_id": "told anew from the history",
}
POINTER_NAMES = ("subject_id", "object_id", "lead_id", "record_id", "about", "target_id")


def test_every_relation_to_a_lead_is_declared():
    assert undeclared() == []


def test_nothing_is_declared_that_is_not_there():
    there = {relation.label for relation in [*relations_to_leads(), *relations_to_topics()]}

    assert set(ways()) <= there


def test_hidden_relations_are_seen_too():
    labels = {relation.label for relation in relations_to_leads()}

    assert {"bulk.bulkchange.lead", "merging.candidate.low", "merging.key.lead"} <= labels


def test_every_column_of_a_lead_has_a_rule():
    ruled = [column for part in PARTS for column in part.columns] + [*UNITED, *OWN]

    assert sorted(ruled) == sorted(field.attname for field in Lead._meta.concrete_fields)


def test_rows_that_name_a_lead_without_a_key_are_declared():
    known = {pointer.label for pointer in pointers()}
    found = set()
    for model in apps.get_models():
        if not model.__module__.startswith(OURS):
            continue
        for field in model._meta.concrete_fields:
            label = f"{model._meta.label_lower}.{field.name}"
            is_loose = not field.is_relation and field.name in POINTER_NAMES
            if is_loose and label not in NO_POINTERS:
                found.add(model._meta.label_lower)

    assert found <= known


def test_an_undeclared_relation_stops_a_merge(merged, monkeypatch, db):
    from leads import moving
    from portal.core.errors import RuleViolation
    from tests.factories import make_lead

    lost, kept = make_lead(), make_lead()
    monkeypatch.delitem(moving._WAYS, "leads.note.lead")

    with pytest.raises(RuleViolation, match=r"leads\.note\.lead"):
        merged(lost, kept)
    assert Lead.objects.count() == 2


def test_foreign_keys_are_all_that_point():
    assert all(
        isinstance(r.model._meta.get_field(r.field), models.ForeignKey)
        for r in relations_to_leads()
    )
