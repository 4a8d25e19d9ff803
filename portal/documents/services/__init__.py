"""The acts on agreed documents, one for all kinds. Split by what they are about."""

from __future__ import annotations

from portal.documents.services.drafts import (
    create_document,
    edit_draft,
    merge_draft,
    start_draft,
    write_draft,
)
from portal.documents.services.keeping import (
    hand_over,
    record_decision,
    remind_of_reviews,
    set_review_date,
    set_watching,
)
from portal.documents.services.life import propose, retire, sign, withdraw

__all__ = [
    "create_document",
    "edit_draft",
    "hand_over",
    "merge_draft",
    "propose",
    "record_decision",
    "remind_of_reviews",
    "retire",
    "set_review_date",
    "set_watching",
    "sign",
    "start_draft",
    "withdraw",
    "write_draft",
]
