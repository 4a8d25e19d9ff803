"""What "reached a stage" means, once, for reports and for the filter that their numbers lead to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from leads.models import CONVERSATIONS, REACH, StageChange, Touchpoint

if TYPE_CHECKING:
    from portal.funnel.models import Stage


def was_contacted() -> Q:
    """Leads with whom somebody of us has spoken or written: a conversation that counts is logged."""
    talks = Touchpoint.objects.filter(lead=OuterRef("pk"), kind__in=CONVERSATIONS, left_out="")
    return Q(Exists(talks.order_by()))


def reached_kind(kind: str) -> Q:
    """Leads that came as far as the standard kind of stage or further, lost ones included."""
    return Q(reached__gte=REACH[kind])


def reaching(stage: Stage, stages: Sequence[Stage]) -> str | None:
    """The standard kind that a lead must have reached to have been in ``stage`` or a later one.

    None where the kind alone does not tell, because an earlier stage is of the same kind.
    """
    kind = _least(stage, stages)
    earlier = (other for other in stages if other.position < stage.position)
    return None if any(other.kind == kind for other in earlier) else kind


def reached_stage(stage: Stage, stages: Sequence[Stage]) -> Q:
    """Leads that came to ``stage`` or to a later one of ``stages`` (in force, in order).

    ``Lead.reached`` knows the standard kinds only. Where several stages are of one kind, those
    that got no further are told apart by where they stand and by their history.
    """
    kind = reaching(stage, stages)
    if kind is not None:
        return reached_kind(kind)
    threshold = REACH[_least(stage, stages)]
    places = [other.pk for other in stages if other.position >= stage.position]
    been_there = Exists(StageChange.objects.filter(lead=OuterRef("pk"), to_stage__in=places))
    return Q(reached__gt=threshold) | Q(reached=threshold) & (Q(stage__in=places) | Q(been_there))


def _least(stage: Stage, stages: Sequence[Stage]) -> str:
    """Of this stage and those after it, the kind that comes first in the standard order."""
    later = [other.kind for other in stages if other.position >= stage.position]
    return min(later, key=REACH.__getitem__)
