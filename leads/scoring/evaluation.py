"""The score of one lead, with every reason: the plain twin of ``leads.scoring.sets``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from leads.conditions.asking import facts_of
from leads.conditions.judging import touches_of
from leads.scoring import rules
from leads.scoring.definition import EVENT
from leads.scoring.reading import Asked, Opened
from leads.segments.membership import condition_of
from leads.segments.models import Member, Segment

if TYPE_CHECKING:
    from datetime import datetime

    from leads.models import Lead


def evaluate(opened: Opened, lead: Lead, was: rules.Standing | None = None) -> rules.Score:
    """The score of a lead as of ``opened.now``. A handful of queries, however many rules there are."""
    prefetch_related_objects([lead], "touchpoints", "tags", "company")
    found = [_found(opened, asked, lead) for asked in opened.asked]
    return rules.score(opened.model, found, was)


def _found(opened: Opened, asked: Asked, lead: Lead) -> rules.Found:
    if asked.is_broken:
        return rules.Found(False)
    if asked.rule.kind == EVENT:
        return rules.Found(days=_days(opened, asked, lead))
    met = asked.condition.judge(lead).met if asked.condition else True
    if asked.segment is not None and met is not False:
        inside = _is_in(asked.segment, lead, opened.now)
        met = met if inside else False
    return rules.Found(met)


def _is_in(segment: Segment, lead: Lead, now: datetime) -> bool:
    if not segment.is_live:
        return Member.objects.filter(segment=segment, lead=lead).exists()
    condition = condition_of(segment, now=now)
    return condition is not None and condition.judge(lead).matches


def _days(opened: Opened, asked: Asked, lead: Lead) -> tuple[tuple[int, int], ...]:
    """How many events lie how many whole days back."""
    did, condition = asked.did, asked.condition
    if did is None or condition is None:
        return ()
    facts = facts_of(lead, did)
    today = opened.now.astimezone(opened.zone).date()
    counts = Counter(
        touch.at.astimezone(opened.zone).date() for touch in touches_of(did, facts, condition.scene)
    )
    return tuple((max(0, (today - day).days), counts[day]) for day in sorted(counts))
