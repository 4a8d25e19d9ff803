"""The periods people ask for most, as days. Plain."""

from __future__ import annotations

from datetime import date, timedelta

Period = tuple[str, date | None, date | None]


def usual_periods(today: date) -> list[Period]:
    """(name, first day, last day), from the whole time to the running month."""
    month = today.replace(day=1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    last_quarter = _months_back(quarter, 3)
    return [
        ("All time", None, None),
        ("This year", date(today.year, 1, 1), today),
        ("This quarter", quarter, today),
        ("Last quarter", last_quarter, quarter - timedelta(days=1)),
        ("This month", month, today),
        ("Last month", last_month, month - timedelta(days=1)),
    ]


def _months_back(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
