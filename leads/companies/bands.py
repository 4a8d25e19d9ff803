"""Sizes of companies by the number of people who work there. Plain Python.

| band      | employees      |
|-----------|----------------|
| 1-9       | 1 to 9         |
| 10-49     | 10 to 49       |
| 50-249    | 50 to 249      |
| 250-999   | 250 to 999     |
| 1000+     | 1,000 or more  |
| unknown   | not known, or 0 |
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """``most`` is None where there is no upper end."""

    key: str
    label: str
    least: int
    most: int | None


BANDS = (
    Band("1-9", "1–9", 1, 9),
    Band("10-49", "10–49", 10, 49),
    Band("50-249", "50–249", 50, 249),
    Band("250-999", "250–999", 250, 999),
    Band("1000+", "1,000+", 1000, None),
)
UNKNOWN = "unknown"
BY_KEY = {band.key: band for band in BANDS}
CHOICES = [*((band.key, band.label) for band in BANDS), (UNKNOWN, "Size not known")]


def band_of(employees: int | None) -> Band | None:
    """The band of a number of people; None where it is not known."""
    if not employees:
        return None
    return next(band for band in reversed(BANDS) if employees >= band.least)
