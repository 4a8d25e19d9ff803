"""What lists, records and the timeline of a lead tell of its score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch

from leads.scored import PLACE
from leads.scoring.models import ScoreChange, ScoreEntry
from leads.timeline import Entry, Source

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.models import Lead


def scores_in_use() -> Prefetch:
    """The score of the model in use, read with leads."""
    return Prefetch("score_entries", queryset=ScoreEntry.objects.in_use(), to_attr=PLACE)


def _rows(lead: Lead) -> QuerySet[ScoreChange]:
    return ScoreChange.objects.filter(lead=lead)


def _entry(change: ScoreChange) -> Entry:
    why = [change.get_cause_display()]
    why += [f"{row['rule']} {row['points']:+g}" for row in change.reasons]
    return Entry("score", "gauge", _text(change), change.at, "Accord", "; ".join(why))


def _text(change: ScoreChange) -> str:
    if change.is_ruled_out:
        return f"Ruled out by the scoring model; was {change.former_grade}"
    said = f"Score {change.former_grade} {change.former_score} → {change.grade} {change.score}"
    if change.is_ready != change.was_ready:
        said += ", now ready for sales" if change.is_ready else ", no longer ready for sales"
    return said


SOURCE = Source("score", _rows, _entry, action="scoring.view_scoringmodel")
