"""Pages of scoring, by what they show."""

from __future__ import annotations

from leads.scoring.views.editing import rule_create, rule_delete, rule_edit
from leads.scoring.views.records import (
    score_panel,
    scoring_model_activate,
    scoring_model_details,
)
from leads.scoring.views.trials import scoring_model_try, suggestion_adopt, trial_detail

__all__ = [
    "rule_create",
    "rule_delete",
    "rule_edit",
    "score_panel",
    "scoring_model_activate",
    "scoring_model_details",
    "scoring_model_try",
    "suggestion_adopt",
    "trial_detail",
]
