"""How long a sale has stood in its stage, against how long one usually does. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

#: From here on, times the usual length, a sale is red.
RED = 1.5


@dataclass(frozen=True, slots=True)
class Age:
    """Days in a stage. ``kind`` names the colour, ``words`` say the same for everybody."""

    days: int
    expected: int | None

    @property
    def kind(self) -> str:
        if self.expected is None or self.days <= self.expected:
            return "neutral"
        return "bad" if self.days > self.expected * RED else "warn"

    @property
    def short(self) -> str:
        """For where the usual length stands close by."""
        here = f"{self.days} day{'' if self.days == 1 else 's'}"
        return {
            "neutral": f"{here} here" if self.days else "New here today",
            "warn": f"Longer than usual: {here}",
            "bad": f"Far too long: {here}",
        }[self.kind]

    @property
    def words(self) -> str:
        usual = f" here, usually {self.expected}" if self.kind != "neutral" else ""
        return f"{self.short}{usual}"


def age_in_stage(*, entered_at: datetime, expected: int | None, now: datetime) -> Age:
    """Whole days since the sale came to its stage; a moment in the future is no days."""
    return Age(max(0, (now - entered_at).days), expected)
