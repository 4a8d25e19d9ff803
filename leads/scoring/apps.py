from __future__ import annotations

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    """Which leads are worth a call, by agreed rules, and how well those rules foretell."""

    name = "leads.scoring"
    label = "scoring"

    def ready(self) -> None:
        from leads import timeline
        from leads.filters import add_filter
        from leads.following import when_changed
        from leads.moving import Way, afterwards, declare
        from leads.scored import read_by
        from leads.scoring import services
        from leads.scoring.filters import score_filters
        from leads.scoring.models import ScoringModel
        from leads.scoring.telling import SOURCE, scores_in_use
        from portal.documents.registry import when_agreed, when_retired
        from portal.topics import registry

        for name, made in score_filters().items():
            add_filter(name, made)
        read_by(scores_in_use)
        timeline.add_source(SOURCE)
        registry.register(ScoringModel, "scoring.view_scoringmodel")
        declare("scoring.scoreentry.lead", Way.WAITS)
        declare("scoring.scorechange.lead", Way.MOVES)
        when_changed(services.something_changed)
        afterwards(services.merged)
        when_agreed("scoring.scoringmodel", services.scoring_model_agreed)
        when_retired("scoring.scoringmodel", services.scoring_model_retired)
