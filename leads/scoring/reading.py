"""A model's words as rules that can be asked: of one lead, and as SQL of all.

Opened mails never count, whatever a condition asks: programs open more mails than people do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from leads.conditions.asking import Condition, read, reopen, reopen_all
from leads.conditions.sql import ALWAYS, NEVER, compiled
from leads.conditions.tree import Did, Group, Node, Not, Wrong, leaves
from leads.models import Touchpoint
from leads.scoring import definition, rules
from leads.scoring.definition import EVENT, condition_of, steps_of
from leads.segments.membership import membership
from leads.segments.models import Segment

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from portal.accounts.models import User

UNCOUNTED = frozenset({Touchpoint.Kind.MAIL_OPEN})
COUNTED = tuple(kind for kind in Touchpoint.Kind.values if kind not in UNCOUNTED)


@dataclass(frozen=True)
class Asked:
    """What one rule asks: a condition, a segment, or both."""

    rule: rules.Rule
    condition: Condition | None = None
    segment: Segment | None = None
    #: There should be a condition or a segment, and it can no longer be read: nothing matches.
    is_broken: bool = False

    @property
    def did(self) -> Did | None:
        """What is done, for points each time."""
        node = self.condition.node if self.condition else None
        return node if isinstance(node, Did) and self.rule.kind == EVENT else None

    def met(self, now: datetime) -> Q:
        """The leads of which it is true."""
        if self.is_broken:
            return NEVER
        asked = self.condition.q if self.condition else ALWAYS
        return asked & membership(self.segment, now=now) if self.segment else asked

    def not_met(self) -> Q:
        """The leads of which it is false rather than unknown. Who is in a segment is always known."""
        if self.is_broken or self.condition is None:
            return ALWAYS
        known = compiled(Not(self.condition.node), self.condition.scene, self.condition.vocabulary)
        return known | ~membership(self.segment) if self.segment else known


@dataclass(frozen=True)
class Opened:
    """A model that can be asked, as of ``now``; days are those of ``zone``."""

    model: rules.Model
    asked: tuple[Asked, ...]
    now: datetime
    zone: tzinfo

    @property
    def events(self) -> list[tuple[int, Asked]]:
        """The rules that give points each time, with their places."""
        return [(n, a) for n, a in enumerate(self.asked) if a.rule.kind == EVENT]


def open_model(content: Mapping[str, Any], *, now: datetime | None = None) -> Opened:
    """The rules of a content. What can no longer be read matches no lead."""
    now = now or timezone.now()
    rows = [row for row in content.get("rules") or [] if row.get("kind")]
    stored = [_stored(row) for row in rows]
    conditions = [_without_opens(condition) for condition in reopen_all(stored, now=now)]
    segments = Segment.objects.in_bulk([row["segment"] for row in rows if row.get("segment")])
    names = {group["name"].casefold(): group["name"] for group in content.get("groups") or []}
    asked = tuple(
        _asked(row, condition, segments.get(row.get("segment")), names)
        for row, condition in zip(rows, conditions, strict=True)
    )
    model = rules.Model(shape_of(content), _groups(content), tuple(a.rule for a in asked))
    return Opened(model, asked, now, timezone.get_default_timezone())


def _stored(row: Mapping[str, Any]) -> Any:
    try:
        return condition_of(row)
    except ValueError:
        return None


def _asked(
    row: Mapping[str, Any],
    condition: Condition | None,
    segment: Segment | None,
    names: Mapping[str, str],
) -> Asked:
    rule = rules.Rule(
        key=row["id"],
        name=row["name"],
        kind=row["kind"],
        group=names.get((row.get("group") or "").casefold(), ""),
        points=int(float(row.get("points") or 0)),
        per_day=_whole(row.get("per_day")),
    )
    lost = (row.get("condition") and condition is None) or (row.get("segment") and segment is None)
    is_event = rule.kind == EVENT and not (condition and isinstance(condition.node, Did))
    is_broken = bool(lost) or is_event or (condition is None and segment is None)
    return Asked(rule, condition, segment, is_broken)


def _whole(text: Any) -> int | None:
    return int(float(text)) if text else None


def shape_of(content: Mapping[str, Any]) -> rules.Shape:
    given = definition.DEFAULTS | {k: v for k, v in content.items() if v not in (None, "")}
    half_life = given.get("half_life")
    whole = {
        name: int(float(given[name]))
        for name in ("fit_full", "engagement_full", "fit_share", "ready_from", "slack")
    }
    return rules.Shape(
        goal=given["goal"],
        half_life=float(half_life) if half_life else None,
        fit_steps=steps_of(given["fit_steps"]) or (75, 50, 25),
        engagement_steps=steps_of(given["engagement_steps"]) or (75, 50, 25),
        **whole,
    )


def _groups(content: Mapping[str, Any]) -> tuple[rules.Group, ...]:
    return tuple(
        rules.Group(row["name"], row["axis"], _whole(row.get("cap")))
        for row in content.get("groups") or []
        if row.get("axis")
    )


# --- what never counts ------------------------------------------------------------------------
def _without_opens(condition: Condition | None) -> Condition | None:
    if condition is None:
        return None
    return replace(condition, node=_counted(condition.node))


def _counted(node: Node) -> Node:
    if isinstance(node, Group):
        return Group(node.how, tuple(_counted(part) for part in node.parts))
    if isinstance(node, Not):
        return Not(_counted(node.part))
    if isinstance(node, Did):
        kinds = tuple(kind for kind in node.kinds or COUNTED if kind not in UNCOUNTED)
        return replace(node, kinds=kinds or (NOTHING,))
    return node


#: A kind that no touchpoint has: what asks for opened mails alone finds nobody.
NOTHING = "nothing"


# --- writing rules ----------------------------------------------------------------------------
def problem(user: User | None) -> definition.Problem:
    """What is wrong with the condition of a rule, as a sentence; empty when nothing is."""

    def said(value: Any, is_event: bool) -> str:
        if value is None:
            return ""
        try:
            condition = read(value, user) if user else reopen(value)
        except Wrong as wrong:
            return str(wrong)
        return _unfit(condition, is_event)

    return said


def _unfit(condition: Condition, is_event: bool) -> str:
    if condition.is_personal:
        return "A score means the same for everybody, so it cannot ask for “me” or “mine”."
    dids = [leaf for leaf in leaves(condition.node) if isinstance(leaf, Did)]
    if any(did.kinds and set(did.kinds) <= UNCOUNTED for did in dids):
        return "Opened mails never count, because programs open them too. Ask for something else."
    node = condition.node
    if is_event and (not isinstance(node, Did) or node.is_negated or node.times > 1):
        return "Points each time need one thing that is done, and nothing else."
    return ""
