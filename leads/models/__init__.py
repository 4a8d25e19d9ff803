"""The records of this app."""

from __future__ import annotations

from leads.models.company import Company
from leads.models.former import FormerKey
from leads.models.history import (
    CONVERSATIONS,
    Assignment,
    AttributeDefinition,
    ConsentChange,
    Note,
    StageChange,
    Touchpoint,
)
from leads.models.journey import HeardAnswer, KnownVisitor, Restoration
from leads.models.lead import REACH, Lead
from leads.models.saved_view import SavedView, ViewPin
from leads.models.tag import ColumnChoice, Tag

__all__ = [
    "CONVERSATIONS",
    "REACH",
    "Assignment",
    "AttributeDefinition",
    "ColumnChoice",
    "Company",
    "ConsentChange",
    "FormerKey",
    "HeardAnswer",
    "KnownVisitor",
    "Lead",
    "Note",
    "Restoration",
    "SavedView",
    "StageChange",
    "Tag",
    "Touchpoint",
    "ViewPin",
]
