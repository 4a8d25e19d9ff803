"""The funnel by cohort of creation: how many reached each stage, stand there, went on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import Coalesce, Lag

from leads.models import REACH, Lead, StageChange
from leads.reach import reached_stage, reaching
from portal.metrics.conversion import median_days
from portal.metrics.expressions import DaysBetween
from portal.metrics.medians import medians
from portal.metrics.metric import DAYS, JOINT, LEADS, SALES, SHARE, Metric, share

if TYPE_CHECKING:
    from portal.funnel.models import Stage


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage of the funnel. Nothing comes after the last stage, so it has no conversion."""

    stage: Stage
    entered: int
    current: int
    lost: int
    converted: int | None
    median_days: float | None

    @property
    def conversion(self) -> float | None:
        return share(self.converted, self.entered)


@dataclass(frozen=True, slots=True)
class Standing:
    """So many leads that came equally far, stand in the same stage and are equally open, won or lost.

    ``beyond`` holds the stages that they came to where ``reached`` alone does not tell.
    """

    reached: int
    stage_id: int
    status: str
    leads: int
    beyond: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Funnel:
    """One row a stage in force, in order; how many leads there are, and how many became customers."""

    stages: list[StageFigures]
    leads: int
    won: int
    median_days: float | None

    @property
    def conversion(self) -> float | None:
        return share(self.won, self.leads)


def funnel(leads: QuerySet[Any], stages: Sequence[Stage]) -> Funnel:
    """One pass over the leads, one over the won ones and one over the history."""
    return funnel_of(standings_of(leads, stages), stages, median_stays(leads), median_days(leads))


def funnel_of(
    standings: Sequence[Standing],
    stages: Sequence[Stage],
    days: Mapping[int, float],
    median: float | None,
) -> Funnel:
    """The figures out of how many leads stand where; ``days`` by stage, ``median`` to won."""
    entered = [_entered(standings, stage, stages) for stage in stages]
    following: list[int | None] = [*entered[1:], None]
    return Funnel(
        stages=[
            StageFigures(
                stage=stage,
                entered=came,
                current=_standing(standings, stage, is_lost=False),
                lost=_standing(standings, stage, is_lost=True),
                converted=went_on,
                median_days=days.get(stage.pk),
            )
            for stage, came, went_on in zip(stages, entered, following, strict=False)
        ],
        leads=sum(group.leads for group in standings),
        won=sum(group.leads for group in standings if group.status == Lead.Status.WON),
        median_days=median,
    )


def standings_of(leads: QuerySet[Any], stages: Sequence[Stage]) -> list[Standing]:
    """As many rows as there are combinations, however many leads there are."""
    unclear = [stage for stage in stages if reaching(stage, stages) is None]
    told = {
        f"beyond_{stage.pk}": Case(
            When(reached_stage(stage, stages), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        )
        for stage in unclear
    }
    columns = ("reached", "stage_id", "status", *told)
    rows = leads.order_by().annotate(**told).values(*columns).annotate(number=Count("*"))
    return [
        Standing(
            row["reached"],
            row["stage_id"],
            row["status"],
            row["number"],
            frozenset(stage.pk for stage in unclear if row[f"beyond_{stage.pk}"]),
        )
        for row in rows
    ]


def _entered(standings: Sequence[Standing], stage: Stage, stages: Sequence[Stage]) -> int:
    kind = reaching(stage, stages)
    if kind is None:
        return sum(group.leads for group in standings if stage.pk in group.beyond)
    return sum(group.leads for group in standings if group.reached >= REACH[kind])


def _standing(standings: Sequence[Standing], stage: Stage, *, is_lost: bool) -> int:
    return sum(
        group.leads
        for group in standings
        if group.stage_id == stage.pk and (group.status == Lead.Status.LOST) is is_lost
    )


def is_current(stage: Stage) -> Q:
    """Stands in the stage today and is not lost."""
    return Q(stage=stage) & ~Q(status=Lead.Status.LOST)


def is_lost_in(stage: Stage) -> Q:
    return Q(stage=stage, status=Lead.Status.LOST)


def median_stays(leads: QuerySet[Any]) -> dict[int, float]:
    """Stage → median days of the stays in it that ended by going on to a later stage.

    A stay begins when the lead came to the stage, which for its first stage is its creation.
    """
    changes = StageChange.objects.order_by()
    if leads.query.has_filters():
        changes = changes.filter(lead__in=leads.order_by().values("pk"))
    came = Window(Lag("at"), partition_by=F("lead"), order_by=[F("at").asc(), F("pk").asc()])
    forward = Q(to_stage__position__gt=F("from_stage__position"))
    stays = changes.annotate(
        k=F("from_stage"),
        v=Case(When(forward, then=DaysBetween(Coalesce(came, F("lead__created_at")), F("at")))),
    )
    return medians(stays.values("k", "v"))


# --- one function a figure, for one stage -------------------------------------------------------
def entered(leads: QuerySet[Any], *, stage: Stage, stages: Sequence[Stage]) -> int:
    return leads.filter(reached_stage(stage, stages)).count()


def current(leads: QuerySet[Any], *, stage: Stage) -> int:
    return leads.filter(is_current(stage)).count()


def lost_here(leads: QuerySet[Any], *, stage: Stage) -> int:
    return leads.filter(is_lost_in(stage)).count()


def converted(leads: QuerySet[Any], *, stage: Stage, stages: Sequence[Stage]) -> int | None:
    following = next((other for other in stages if other.position > stage.position), None)
    return entered(leads, stage=following, stages=stages) if following else None


def stage_conversion(
    leads: QuerySet[Any], *, stage: Stage, stages: Sequence[Stage]
) -> float | None:
    came = entered(leads, stage=stage, stages=stages)
    return share(converted(leads, stage=stage, stages=stages), came)


def median_stay(leads: QuerySet[Any], *, stage: Stage) -> float | None:
    return median_stays(leads).get(stage.pk)


METRICS = (
    Metric(
        "entered",
        "Entered",
        LEADS,
        "Leads created in the period that have reached this stage or a later one, each counted "
        "once. Lost leads stay counted in the stages they reached.",
        JOINT,
        entered,
    ),
    Metric(
        "current",
        "Here now",
        LEADS,
        "Of these leads, those that stand in this stage today and are not lost.",
        JOINT,
        current,
    ),
    Metric(
        "lost_here",
        "Lost here",
        LEADS,
        "Of these leads, those that were lost while they stood in this stage.",
        SALES,
        lost_here,
    ),
    Metric(
        "converted",
        "Went on",
        LEADS,
        "Of the leads that entered this stage, those that have reached the next one or a later one. "
        "The last stage has none.",
        JOINT,
        converted,
    ),
    Metric(
        "stage_conversion",
        "Conversion",
        SHARE,
        "Went on ÷ entered. Young leads have had less time, so recent periods look worse than they will.",
        JOINT,
        stage_conversion,
    ),
    Metric(
        "stage_days",
        "Median days in stage",
        DAYS,
        "The middle number of days, by calendar date, from coming to this stage to leaving it for a "
        "later one, over all moves that are on record. Leads that are still here, were lost here or "
        "skipped the stage do not count.",
        JOINT,
        median_stay,
    ),
)
