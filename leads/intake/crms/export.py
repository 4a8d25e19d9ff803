"""The shape of what a module of this folder says about one export."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from leads.intake.aliases import bare


def names(text: str) -> frozenset[str]:
    """``"Lead ID; lead_id"`` → the bare headings."""
    return frozenset(bare(name.strip()) for name in text.split(";") if name.strip())


@dataclass(frozen=True)
class Export:
    """One table that a system gives out. ``prefix`` is what a connector puts before headings; a heading
    counts as a mark only where ``within`` stands in it.
    """

    system: str
    what: str
    kind: str
    fields: dict[str, str]
    marks: str = ""
    others: str = ""
    workings: str = ""
    prefix: str = ""
    within: str = ""

    @cached_property
    def table(self) -> dict[str, str]:
        """Bare heading → our field."""
        return {name: field for field, text in self.fields.items() for name in names(text)}

    @cached_property
    def mark_names(self) -> frozenset[str]:
        return names(self.marks)

    @cached_property
    def working_names(self) -> frozenset[str]:
        return names(self.workings)

    @cached_property
    def known(self) -> frozenset[str]:
        """Every bare heading that this export is known to have."""
        return frozenset(self.table) | self.mark_names | self.working_names | names(self.others)
