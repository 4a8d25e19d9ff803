"""Forms of opportunities."""

from __future__ import annotations

from leads.opportunities.forms.acts import (
    CloseForm,
    ConvertForm,
    MoveForm,
    NextStepForm,
    ReopenForm,
    lines_form,
)
from leads.opportunities.forms.lists import MoreFiltersForm
from leads.opportunities.forms.record import OpportunityForm

__all__ = [
    "CloseForm",
    "ConvertForm",
    "MoreFiltersForm",
    "MoveForm",
    "NextStepForm",
    "OpportunityForm",
    "ReopenForm",
    "lines_form",
]
