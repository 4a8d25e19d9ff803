"""Acts on roll-ups: having them at all, keeping them current, counting them anew."""

from __future__ import annotations

from portal.metrics.rollups import triggers
from portal.metrics.rollups.folding import (
    fold_everything,
    fold_rollups,
    is_whole,
    rebuild,
)

__all__ = ["fold_everything", "fold_rollups", "keep_rollups", "rebuild"]


def keep_rollups() -> None:
    """See to the triggers, and count anew where they were missing or days were those of another zone.

    After migrations, because then nobody writes yet who would have to wait for SQLite.
    """
    if triggers.install() and not is_whole():
        rebuild()
