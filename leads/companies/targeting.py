"""The figures that both owners of a target list share, each with its definition. Plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """One figure as a page shows it; ``share`` is of all companies on the list, None of none."""

    key: str
    label: str
    value: int
    share: float | None
    definition: str


@dataclass(frozen=True)
class Kpi:
    key: str
    label: str
    definition: str

    def of(self, figures: Mapping[str, int]) -> Shown:
        total = figures["accounts"]
        share = figures[self.key] / total if total and self.key != "accounts" else None
        return Shown(self.key, self.label, figures[self.key], share, self.definition)


KPIS = (
    Kpi("accounts", "Companies", "Companies that stand on the list now."),
    Kpi(
        "reached",
        "Reached",
        "Companies with at least one contact, from us or from them, with any of their people "
        "since they were put on the list. Contacts left out as done by machines do not count.",
    ),
    Kpi(
        "engaged",
        "Engaged",
        "Companies of which at least one person got in touch with us since they were put on the list.",
    ),
    Kpi(
        "opportunities",
        "Opportunities",
        "Companies of which at least one person entered the stage opportunity or customer since "
        "they were put on the list, lost ones included.",
    ),
    Kpi(
        "won",
        "Won",
        "Companies of which at least one person became a customer since they were put on the list.",
    ),
)
