"""Merge, then undo: every table is as it was, whatever hung on the two leads."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from leads import services
from leads.companies.models import Member
from leads.former import Kind, absorb
from leads.merging.choosing import Side
from leads.merging.models import Candidate
from leads.merging.services import Wish, flag_duplicates, merge_leads, undo_merge
from leads.models import (
    Company,
    ConsentChange,
    KnownVisitor,
    Lead,
    Note,
    Tag,
    Touchpoint,
)
from leads.outreach.models import Use
from portal.accounts.roles import Role
from portal.notifications.services import notify
from tests.factories import (
    make_company,
    make_lead,
    make_opportunity,
    make_stages,
    make_thread,
    make_user,
)  # fmt: skip

OURS = ("portal.", "personas", "campaigns", "leads")
#: What merging and undoing write on purpose, and the counters that only grow.
LEAVE = {
    "merging.merge",
    "activity.activity",
    "notifications.notification",
    "jobs.job",
    # What triggers write down for the roll-ups until it is folded.
    "metrics.leadchange",
    "metrics.stalelead",
}
GROWING = {"leads.lead": {"version", "updated_at"}}


def everything():
    """Every row of every table of ours, by table and key."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if not model.__module__.startswith(OURS):
            continue
        for row in serializers.serialize("python", model._base_manager.all()):
            fields = {k: v for k, v in row["fields"].items() if k not in GROWING.get(label, ())}
            found[label, row["pk"]] = fields
    return found


def told_apart_from_made(before, after):
    """The two states without the lines that the acts themselves leave behind."""
    kept = {key: row for key, row in after.items() if key in before or key[0] not in LEAVE}
    return before, kept


texts = st.sampled_from(["", "x", "Porto", "Zoë"])
people = st.fixed_dictionaries(
    {
        "city": texts,
        "phone": st.sampled_from(["", "+49 40 1234567", "+351 22 123456"]),
        "title": texts,
        "source": texts,
        "utm_source": texts,
        "heard_about_us": texts,
        "external_id": st.sampled_from(["", "A", "B"]),
        "consent": st.sampled_from(["unknown", "granted", "denied"]),
        "stage": st.sampled_from(["lead", "mql", "sql", "customer"]),
        "attributes": st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 3)),
        "lost_reason": texts,
    }
)
hangings = st.sets(
    st.sampled_from(
        [
            "touch",
            "note",
            "twin_note",
            "thread",
            "use",
            "tag",
            "member",
            "sale",
            "consent",
            "visitor",
            "pair",
            "former",
            "told",
            "key",
        ]
    )
)
sides = st.dictionaries(
    st.sampled_from(["name", "email", "phone", "stage", "source", "attributes.a"]),
    st.sampled_from(Side),
)


class RoundTrip(TestCase):
    @settings(
        phases=[Phase.explicit, Phase.generate],
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(one=people, other=people, hangs=hangings, hung=hangings, choices=sides)
    def test_merge_and_undo_restore_every_table(self, one, other, hangs, hung, choices):
        make_stages()
        by = make_user(Role.MARKETER)
        if one["external_id"] == other["external_id"]:
            other = other | {"external_id": ""}
        lost, kept = make_lead(**one, company=make_company()), make_lead(**other)
        for lead, what in ((lost, hangs), (kept, hung)):
            for name in sorted(what):
                HANG[name](lead, by)
        before = everything()

        merge = merge_leads(lost=lost, kept=kept, by=by, wish=Wish(choices=choices))
        assert Lead.objects.filter(pk__in=[lost.pk, kept.pk]).count() == 1
        merge = undo_merge(merge=merge, by=by)

        was, is_now = told_apart_from_made(before, everything())
        assert {key: row for key, row in is_now.items() if was.get(key) != row} == {}
        assert was.keys() == is_now.keys()
        assert merge.report == []


def _use(lead, by):
    from campaigns.talking_points.models import TalkingPoint
    from tests.factories import make_document

    point = TalkingPoint.objects.first() or make_document(TalkingPoint, agreed=True)
    revision = point.document.in_force or point.document.revisions.first()
    Use.objects.create(
        lead=lead,
        talking_point=point,
        revision=revision,
        by=by,
        channel="copy",
        used_at=timezone.now(),
        form_token="same",
    )


def _tag(lead, by):
    tag, _ = Tag.objects.get_or_create(name="vip")
    lead.tags.add(tag)


def _member(lead, by):
    """Of one company both, which may be only once."""
    company, _ = Company.objects.get_or_create(name="Shared", name_key="shared")
    Member.objects.create(company=company, lead=lead, verified_at=timezone.now(), verified_by=by)


def _pair(lead, by):
    other = make_lead()
    low, high = sorted((lead.pk, other.pk))
    state = "not_duplicate" if lead.pk % 2 else "open"
    Candidate.objects.create(low_id=low, high_id=high, strength=0.7, band="possible", state=state)


def _twin_note(lead, by):
    Note.objects.create(lead=lead, body="x", created_at=timezone.now(), form_token="same")


def _touch(lead, by):
    Touchpoint.objects.create(
        lead=lead, kind="call", occurred_at=timezone.now(), by=by, form_token="same"
    )


HANG = {
    "touch": _touch,
    "note": lambda lead, by: services.add_note(lead=lead, body="Hello", by=by),
    "twin_note": _twin_note,
    "thread": lambda lead, by: make_thread(lead, by=by),
    "use": _use,
    "tag": _tag,
    "member": _member,
    "sale": lambda lead, by: make_opportunity(lead=lead),
    "consent": lambda lead, by: ConsentChange.objects.create(
        lead=lead, to_state="granted", at=timezone.now()
    ),
    "visitor": lambda lead, by: KnownVisitor.objects.create(lead=lead, visitor=f"v{lead.pk}"),
    "pair": _pair,
    "former": lambda lead, by: absorb(lead, Kind.EXTERNAL_ID, [f"OLD-{lead.pk}"]),
    "told": lambda lead, by: notify(by, "Look", kind="lead_changed", about=lead),
    "key": lambda lead, by: flag_duplicates(lead),
}


@pytest.mark.django_db
def test_the_snapshot_sees_a_change():
    make_stages()
    before = everything()
    make_lead()

    assert everything() != before
