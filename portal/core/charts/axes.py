"""Charts with two axes: bars, lines, stacks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.safestring import SafeString

from portal.core.charts.drawing import (
    HEIGHT,
    LETTER,
    MAX_LABELLED,
    WIDTH,
    bar_at,
    clip,
    figure,
    finished,
    kind_of,
    legend_for,
    legend_height,
    line_path,
    text_at,
)
from portal.core.charts.model import Chart, Series
from portal.core.markup import element

TOP, RIGHT, BOTTOM = 16, 8, 26


@dataclass(slots=True)
class Plot:
    """Where values land on the drawing."""

    labels: Sequence[str]
    low: float
    high: float
    step: float
    left: float
    top: float
    unit: str
    foot: float = 0
    parts: list[SafeString] = field(default_factory=list)

    @property
    def bottom(self) -> float:
        return HEIGHT - BOTTOM - self.foot

    @property
    def slot(self) -> float:
        return (WIDTH - RIGHT - self.left) / max(1, len(self.labels))

    def x(self, index: float) -> float:
        """The middle of a slot."""
        return round(self.left + self.slot * (index + 0.5), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.bottom - share * (self.bottom - self.top), 1)


def bar_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    x_label: str = "",
    y_label: str = "",
) -> Chart:
    """Bars side by side, one group for each label."""
    plot = plot_for(labels, series, unit=unit, axis=(x_label, y_label))
    width = min(36.0, plot.slot * 0.72 / max(1, len(series)))
    for at, row in enumerate(series):
        shift = (at - (len(series) - 1) / 2) * width
        for index, value in enumerate(row.values):
            if value is not None:
                box = (plot.x(index) + shift - width / 2 + 1, plot.y(max(value, 0)), width - 2)
                plot.parts.append(bar_at(box, abs(plot.y(value) - plot.y(0)), kind_of(row, at), at))
    if len(labels) * len(series) <= MAX_LABELLED:
        plot.parts += [
            text_at(
                plot.x(i) + (at - (len(series) - 1) / 2) * width,
                plot.y(max(value, 0)) - 5,
                figure(value, unit),
                "value",
            )
            for at, row in enumerate(series)
            for i, value in enumerate(row.values)
            if value is not None
        ]
    return finished("Bar chart", title, labels, series, plot.parts, unit, x_label)


def line_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    x_label: str = "",
    y_label: str = "",
) -> Chart:
    """Lines over time; a missing value is a gap, never zero."""
    plot = plot_for(labels, series, unit=unit, axis=(x_label, y_label))
    for at, row in enumerate(series):
        kind = kind_of(row, at)
        points = [
            None if value is None else (plot.x(index), plot.y(value))
            for index, value in enumerate(row.values)
        ]
        plot.parts.append(element("path", d=line_path(points), class_=f"line k-{kind} d{at % 4}"))
        if len(labels) <= MAX_LABELLED * 2:
            plot.parts += [
                element("circle", cx=point[0], cy=point[1], r=3.5, class_=f"dot k-{kind}")
                for point in points
                if point
            ]
    return finished("Line chart", title, labels, series, plot.parts, unit, x_label)


def stacked_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    x_label: str = "",
    y_label: str = "",
) -> Chart:
    """Bars on top of each other; the height is the sum. Negative values count as nothing."""
    totals = [sum(max(0, row.values[index] or 0) for row in series) for index in range(len(labels))]
    plot = plot_for(labels, series, unit=unit, axis=(x_label, y_label), tops=totals)
    width = min(48.0, plot.slot * 0.64)
    for index in range(len(labels)):
        base = 0.0
        for at, row in enumerate(series):
            value = max(0, row.values[index] or 0)
            if value:
                box = (plot.x(index) - width / 2, plot.y(base + value), width)
                high = max(0.5, plot.y(base) - plot.y(base + value) - 1)
                plot.parts.append(bar_at(box, high, kind_of(row, at), at))
            base += value
        if len(labels) <= MAX_LABELLED and base:
            plot.parts.append(text_at(plot.x(index), plot.y(base) - 5, figure(base, unit), "value"))
    return finished("Stacked bar chart", title, labels, series, plot.parts, unit, x_label)


def nice_scale(low: float, high: float) -> tuple[float, float, float]:
    """(start, end, step) of an axis that holds both and reads in round numbers."""
    low, high = min(0.0, low), max(0.0, high)
    if high - low < 1e-9:
        high = low + 1
    rough = (high - low) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    return math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step, step


def plot_for(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str,
    axis: tuple[str, str],
    tops: Sequence[float] = (),
) -> Plot:
    """The grid, both axes with their names, and the legend."""
    known = [value for row in series for value in row.values if value is not None]
    if tops:
        known = [*tops, 0]
    low, high, step = nice_scale(min(known, default=0), max(known, default=0))
    ticks = [low + step * n for n in range(round((high - low) / step) + 1)]
    left = max(len(figure(tick, unit)) for tick in ticks) * LETTER + 12
    top = legend_height(series) + TOP + (16 if axis[1] else 0)
    plot = Plot(labels, low, high, step, left, top, unit, 16 if axis[0] else 0)
    plot.parts.append(legend_for(series))
    for tick in ticks:
        y = plot.y(tick)
        name = "axis" if abs(tick) < step / 1e6 else "rule"
        plot.parts.append(element("path", d=f"M{left} {y}H{WIDTH - RIGHT}", class_=name))
        plot.parts.append(text_at(left - 8, y + 4, figure(tick, unit), "", "end"))
    fit = max(
        1, math.ceil(max((len(str(label)) for label in labels), default=1) * LETTER / plot.slot)
    )
    every = max(1, min(fit, math.ceil(len(labels) / 4)))
    letters = max(3, int(plot.slot * every / LETTER))
    plot.parts += [
        text_at(plot.x(i), plot.bottom + 18, clip(str(label), letters))
        for i, label in enumerate(labels)
        if i % every == 0
    ]
    if axis[0]:
        plot.parts.append(text_at(WIDTH - RIGHT, HEIGHT - 2, axis[0], "head", "end"))
    if axis[1]:
        plot.parts.append(text_at(0, legend_height(series) + TOP - 2, axis[1], "head", "start"))
    return plot
