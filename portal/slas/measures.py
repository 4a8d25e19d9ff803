"""What commitments are measured by, where no clock runs: what apps above know of the past.

An app registers, in ``AppConfig.ready``, how a kind of commitment is measured: a timed kind by
*spans* (when something began to be owed, and when it was done), a counted one by a *figure*. Both
read what happened; neither starts a clock or tells anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

#: At most so many of the newest spans are looked at; more would not change what people conclude.
MOST = 500


@dataclass(frozen=True, slots=True)
class Span:
    """From when something was owed, and when it was done; None while it is not."""

    owed_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figure:
    """What was counted, as a sentence, and whether it is enough; None when there was nothing."""

    sentence: str
    is_kept: bool | None


#: (side, from, until) → the newest spans that began in between, ``MOST`` at most.
Spans = Callable[[str, datetime, datetime], Sequence[Span]]
#: (side, target, from, until) → what was counted in between.
Counted = Callable[[str, Decimal, datetime, datetime], Figure]

_SPANS: dict[str, Spans] = {}
_COUNTED: dict[str, Counted] = {}


def measure_by_spans(kind: str, spans: Spans) -> None:
    _SPANS[kind] = spans


def measure_by_count(kind: str, counted: Counted) -> None:
    _COUNTED[kind] = counted


def spans_of(kind: str) -> Spans | None:
    return _SPANS.get(kind)


def count_of(kind: str) -> Counted | None:
    return _COUNTED.get(kind)
