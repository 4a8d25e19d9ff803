"""Which talking points are shown for a lead, best first.

The order follows one stated rule: 4 points for the lead's campaign, 3 for its persona, 2 for the
stage at which it buys, 2 for its language; a text made for another campaign, persona or stage loses
as many. Equal points are ordered by how people rated the text, then by how often it is used, then
by name. What somebody types comes before all of this: the closest name first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, FloatField, IntegerField, Q, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce

from campaigns.talking_points.models import TalkingPoint

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.models import Lead
    from portal.accounts.models import User

CAMPAIGN, PERSONA, STAGE, LANGUAGE = 4, 3, 2, 2
#: How far a buyer is, by the standard term of the lead's stage in our funnel.
BUYING_STAGE = {
    "lead": "learning",
    "mql": "learning",
    "sal": "scoping",
    "sql": "scoping",
    "opportunity": "selecting",
    "customer": "after_sale",
}
#: A text without ratings counts as rated so, by so many: one good rating alone proves little.
USUAL_RATING, USUAL_COUNT = 3, 3


def recommended(lead: Lead, *, user: User, words: str = "") -> QuerySet[TalkingPoint]:
    """Talking points in force that ``user`` may use, with ``rank``, ``standing`` (the mean rating,
    drawn towards the usual one) and ``times_used``."""
    rows = TalkingPoint.objects.permitted(user, "talking_points.use_talkingpoint").in_force()
    if words:
        rows = rows.matching(words)
    rated = Cast(Coalesce(Sum("uses__rating"), 0), FloatField())
    return (
        rows.select_related("campaign", "document__in_force")
        .with_closeness(words)
        .annotate(rank=_rank(lead), times_used=Count("uses"))
        .annotate(
            standing=(rated + USUAL_RATING * USUAL_COUNT) / (Count("uses__rating") + USUAL_COUNT)
        )
        .order_by("closeness", "-rank", F("standing").desc(), "-times_used", "title", "pk")
    )


def _rank(lead: Lead) -> Combinable:
    """The points of each text for this lead."""
    everything = TalkingPoint.objects
    rank: Any = _points(Q(pk__in=everything.filter(personas__isnull=False).values("pk")), -PERSONA)
    rank = rank + _points(Q(campaign__isnull=False), -CAMPAIGN) + _points(~Q(stages=[]), -STAGE)
    if lead.persona_id:
        mine = Q(pk__in=everything.filter(personas=lead.persona_id).values("pk"))
        rank = rank + _points(mine, 2 * PERSONA)
    if lead.campaign_id:
        rank = rank + _points(Q(campaign=lead.campaign_id), 2 * CAMPAIGN)
    if stage := BUYING_STAGE.get(lead.stage.kind if lead.stage else ""):
        rank = rank + _points(everything.all().of_stage(stage), 2 * STAGE)
    if lead.language:
        rank = rank + _points(Q(language__iexact=lead.language[:2]), LANGUAGE)
    return rank


def _points(condition: Q, points: int) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())
