"""Acts on roll-ups: having them at all, keeping them current, counting them anew."""

from __future__ import annotations

from leads.models import Lead
from portal.metrics.rollups import triggers
from portal.metrics.rollups.folding import fold_rollups, is_whole, rebuild

__all__ = ["fold_rollups", "keep_rollups", "rebuild"]


def keep_rollups() -> None:
    """See to the triggers. Where they were missing and there are leads, the next sweep counts anew;
    until then reports count the leads themselves."""
    if not triggers.install():
        return
    if not is_whole() and not Lead.objects.exists():
        rebuild()
