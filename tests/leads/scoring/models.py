"""Scoring models for tests, as contents of documents."""

from __future__ import annotations

import json

from leads.scoring.definition import SCHEMA
from leads.scoring.models import ScoringModel
from portal.documents.schema import new_item_id
from tests.factories.documents import make_document


def rule(name, condition=None, points=10, group="Who they are", kind="points", **more):
    return {
        "id": more.pop("id", new_item_id()),
        "name": name,
        "group": group,
        "kind": kind,
        "points": str(points),
        "condition": json.dumps(condition) if condition is not None else "",
        **more,
    }


def event(name, kinds, points=10, group="What they do", per_day="", **did):
    own = {"id": did.pop("id")} if "id" in did else {}
    condition = {"did": kinds, **did}
    return rule(name, condition, points, group, kind="event", per_day=per_day, **own)


def rule_out(name, condition):
    return rule(name, condition, 0, "", kind="rule_out")


def content(*rules, groups=None, **shape):
    groups = groups or [("Who they are", "fit", ""), ("What they do", "engagement", "")]
    values = {
        "purpose": "Who to call first",
        "goal": "won",
        "fit_full": "100",
        "engagement_full": "100",
        "fit_share": "50",
        "ready_from": "50",
        "groups": [{"name": name, "axis": axis, "cap": str(cap)} for name, axis, cap in groups],
        "rules": list(rules),
    }
    return SCHEMA.blank() | SCHEMA.clean(values | shape)


def make_model(*rules, agreed=False, by=None, title=None, **shape):
    """A scoring model out of rules; agreed ones are signed by both."""
    made = content(*rules, **shape)
    return make_document(ScoringModel, title, by=by, content=made, agreed=agreed)
