"""How much money a pipeline turns into sales a day.

Sales velocity = open opportunities × win rate × average amount won ÷ days to won, the usual measure of sales
operations: any of the four moves it, so it says which one to work on. What is under way ÷ how long it is under
way is what comes out a day (Little, A proof for the queuing formula L = λW, 1961).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from portal.metrics.metric import JOINT, MONEY, SALES, Metric
from portal.metrics.win_rate import amount_won, lost, median_cycle, still_open, won


def mean_amount_won(opportunities: QuerySet[Any], *, currency: str = "") -> float | None:
    """The amount won in one currency ÷ the opportunities won; None where none was."""
    return figures_of(_figures(opportunities, currency))["mean_amount_won"]


def velocity(opportunities: QuerySet[Any], *, currency: str = "") -> float | None:
    """Money a day in one currency; None where nothing is closed or no cycle is known."""
    return figures_of(_figures(opportunities, currency))["velocity"]


def _figures(opportunities: QuerySet[Any], currency: str) -> dict[str, Any]:
    return {
        "won": won(opportunities),
        "lost": lost(opportunities),
        "open": still_open(opportunities),
        "amount_won": amount_won(opportunities, currency=currency),
        "median_days": median_cycle(opportunities),
    }


def figures_of(closings: Mapping[str, Any]) -> dict[str, float | int | None]:
    """From the figures of the win rate, so that both reports stand on the same ones.

    A cycle of no whole day counts as one: what is sold on the day it begins is not sold infinitely fast.
    """
    ended, days = closings["won"] + closings["lost"], closings["median_days"]
    mean = closings["amount_won"] / closings["won"] if closings["won"] else None
    speed = None
    if ended and days is not None:
        speed = round(closings["open"] * closings["amount_won"] / ended / max(days, 1), 2)
    return {
        "mean_amount_won": None if mean is None else round(mean, 2),
        "velocity": speed,
    }


METRICS = (
    Metric(
        "mean_amount_won",
        "Average amount won",
        MONEY,
        "The amount won ÷ the opportunities won, in one currency; wins in other currencies add "
        "nothing to it.",
        SALES,
        mean_amount_won,
    ),
    Metric(
        "sales_velocity",
        "Velocity a day",
        MONEY,
        "Open opportunities × win rate × average amount won ÷ median days to won: how much money the "
        "pipeline turns into sales a day, if it goes on as in the period.",
        JOINT,
        velocity,
    ),
)
