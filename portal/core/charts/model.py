"""What a chart is made of and what comes out. Plain dataclasses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

Value = float | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One row of values. ``kind`` names a colour (marketing, sales, joint, good, warn, bad …)."""

    name: str
    values: Sequence[Value]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A stage and how many reached it; ``note`` stands beside it."""

    label: str
    value: float
    note: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing and the numbers in it. ``rows`` holds what the table shows, already as text."""

    title: str
    description: str
    svg: SafeString
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    links: Sequence[str] = ()
    is_empty: bool = False
    note: str = ""

    @property
    def table(self) -> list[tuple[str, Sequence[str], str]]:
        """(label, cells, link) of each row."""
        links = list(self.links) + [""] * len(self.rows)
        return [(row[0], row[1:], link) for row, link in zip(self.rows, links, strict=False)]
