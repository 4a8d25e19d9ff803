"""Records that the system of a file had merged: whoever still holds an old id is led to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leads.former import record_absorbed
from leads.models import FormerKey

if TYPE_CHECKING:
    from leads.intake.models import Import

_AT_ONCE = 1_000


def _merged(run: Import) -> dict[str, str]:
    """Old id → the id that stands for it today, also where that one was merged in its turn."""
    if run.kind != "leads" or "external_id" not in run.mapping.get("columns", {}).values():
        return {}
    merged: dict[str, str] = run.profile.get("sample", {}).get("merged", {})
    found = {}
    for old in merged:
        keeper, passed = merged[old], {old}
        while keeper in merged and keeper not in passed:
            passed.add(keeper)
            keeper = merged[keeper]
        found[old] = keeper
    return found


def remember_merged(run: Import) -> None:
    """Deals, touches and forms that name an id of before find the person. Told apart by their moment."""
    if run.finished_at and (merged := _merged(run)):
        record_absorbed(merged, at=run.finished_at)


def forget_merged(run: Import) -> None:
    """The ids of before that this import made known."""
    merged = list(_merged(run))
    for start in range(0, len(merged), _AT_ONCE):
        FormerKey.objects.filter(
            kind=FormerKey.Kind.EXTERNAL_ID,
            since=run.finished_at,
            value__in=merged[start : start + _AT_ONCE],
        ).delete()
