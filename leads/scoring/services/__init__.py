"""Acts on scores: score leads anew, put a model into use, try one."""

from __future__ import annotations

from leads.scoring.services.rescoring import (
    RESCORE,
    keep_scores,
    merged,
    rescore_all,
    rescore_later,
    rescore_leads,
    something_changed,
)
from leads.scoring.services.using import (
    activate_scoring_model,
    scoring_model_agreed,
    scoring_model_retired,
)

__all__ = [
    "RESCORE",
    "activate_scoring_model",
    "keep_scores",
    "merged",
    "rescore_all",
    "rescore_later",
    "rescore_leads",
    "scoring_model_agreed",
    "scoring_model_retired",
    "something_changed",
]
