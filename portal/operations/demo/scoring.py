"""The scoring model of the demonstration company, and its scores."""

from __future__ import annotations

import json
from typing import Any

from leads.scoring.models import ScoreChange, Standing
from leads.scoring.services import rescore_all

TITLE = "Who to call first"
WHO, ROLE, DOES, NOT = "The company", "The person", "What they do", "What speaks against"


def _rule(
    name: str, group: str, points: int, condition: dict[str, Any], **more: str
) -> dict[str, Any]:
    kind = more.pop("kind", "points")
    return {
        "name": name, "group": group, "kind": kind, "points": str(points),
        "condition": json.dumps(condition), **more,
    }  # fmt: skip


CONTENT: dict[str, Any] = {
    "purpose": "So that the first call of the day goes to the depot that is closest to buying, and both "
    "sides know why.",
    "goal": "sql",
    "fit_full": "60",
    "engagement_full": "60",
    "fit_share": "50",
    "half_life": "30",
    "ready_from": "50",
    "slack": "10",
    "groups": [
        {"name": WHO, "axis": "fit", "cap": "40"},
        {"name": ROLE, "axis": "fit", "cap": "30"},
        {"name": DOES, "axis": "engagement", "cap": "60"},
        {"name": NOT, "axis": "fit", "cap": "40"},
    ],
    "rules": [
        _rule("Road haulage", WHO, 20, {"field": "company.industry", "is": "Road haulage"}),
        _rule("Large fleet", WHO, 20, {"field": "company.employees", "gte": 250}),
        _rule("Middling fleet", WHO, 10, {"field": "company.employees", "between": [50, 249]}),
        _rule("Decides", ROLE, 20, {"field": "seniority", "is": ["Director", "C-level"]}),
        _rule("Fits a persona", ROLE, 15, {"field": "persona", "not_blank": True}),
        _rule("Downloads", DOES, 15, {"did": ["download"]}, kind="event", per_day="2"),
        _rule("Forms", DOES, 25, {"did": ["form"]}, kind="event", per_day="1"),
        _rule("Visits the site", DOES, 3, {"did": ["page_view"]}, kind="event", per_day="5"),
        _rule("Comes to events", DOES, 20, {"did": ["event"]}, kind="event", per_day="1"),
        _rule("Follows links of mails", DOES, 5, {"did": ["mail_click"]}, kind="event", per_day="2"),
        _rule("Very small", NOT, -20, {"field": "company.employees", "lt": 10}),
        _rule("Does not want to be contacted", "", 0, {"field": "consent", "is": "denied"}, kind="rule_out"),
    ],
}  # fmt: skip


def score_everybody() -> None:
    """The agreed model gives the scores, at once rather than by the worker."""
    standing = Standing.objects.filter(pk=1).first()
    revision = (standing.preparing_id or standing.active_id) if standing else None
    if revision is not None:
        rescore_all(
            revision=revision, cause=ScoreChange.Cause.MODEL, checkpoint=lambda *_, **__: None
        )
