"""Marks on the drawing: texts, bars with their stripes, lines, legend, and the SVG around them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

from django.utils.safestring import SafeString

from portal.core.charts.model import Chart, Series, Value
from portal.core.formatting import number_text
from portal.core.markup import element, joined

WIDTH = 440
HEIGHT = 230
LETTER = 7.6  # width of a character at 13 px, on average
PALETTE = ("joint", "marketing", "sales", "info", "warn", "good", "neutral")
MAX_LABELLED = 12
_ids = count(1)


def kind_of(row: Series, at: int) -> str:
    return row.kind or PALETTE[at % len(PALETTE)]


def figure(value: Value, unit: str) -> str:
    if value is None:
        return "—"
    text = number_text(value)
    if unit in {"€", "$", "£"}:
        return f"{unit}{text}"
    return f"{text}\u202f{unit}" if unit else text


def clip(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def text_at(
    x: float, y: float, content: str, class_: str = "", anchor: str = "middle"
) -> SafeString:
    return element(
        "text", content, x=round(x, 1), y=round(y, 1), text_anchor=anchor, class_=class_ or None
    )


def bar_at(box: tuple[float, float, float], height: float, kind: str, at: int) -> SafeString:
    """A bar; every second series carries stripes, so that grey print keeps them apart."""
    x, y, width = (round(number, 1) for number in box)
    height = round(height, 1)
    bar = element(
        "rect", x=x, y=y, width=width, height=height, rx=min(3, width / 2), class_=f"k-{kind}"
    )
    if at % 4 == 0 or width < 2 or height < 2:
        return bar
    return joined([bar, element("path", d=_stripes(x, y, width, height, at % 4), class_="hatch")])


def _stripes(x: float, y: float, width: float, height: float, style: int) -> str:
    """Stripes as a path inside the bar: 1 slanting, 2 lying, 3 standing."""
    if style == 2:
        return " ".join(f"M{x} {round(y + d, 1)}h{width}" for d in range(5, int(height), 7))
    if style == 3:
        return " ".join(f"M{round(x + d, 1)} {y}v{height}" for d in range(5, int(width), 7))
    lines = []
    for start in range(8, int(width + height), 8):
        x1, y1 = (x + start, y) if start <= width else (x + width, y + start - width)
        x2, y2 = (x, y + start) if start <= height else (x + start - height, y + height)
        lines.append(f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}")
    return " ".join(lines)


def line_path(points: Sequence[tuple[float, float] | None]) -> str:
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{point[0]} {point[1]}")
        pen = "L"
    return " ".join(steps) or "M0 0"


def legend_height(series: Sequence[Series]) -> float:
    return 22.0 * _legend_rows(series)[1] if len(series) > 1 else 0.0


def _legend_rows(series: Sequence[Series]) -> tuple[list[tuple[float, int]], int]:
    """Where each entry of the legend starts: (x, line), and the number of lines."""
    spots, x, line = [], 0.0, 0
    for row in series:
        width = len(row.name) * LETTER + 36
        if x and x + width > WIDTH:
            x, line = 0.0, line + 1
        spots.append((x, line))
        x += width
    return spots, line + 1


def legend_for(series: Sequence[Series]) -> SafeString:
    if len(series) < 2:
        return SafeString("")
    parts = []
    for at, (row, (x, line)) in enumerate(zip(series, _legend_rows(series)[0], strict=True)):
        parts.append(bar_at((x, line * 22 + 1, 16), 12, kind_of(row, at), at))
        parts.append(text_at(x + 22, line * 22 + 11, row.name, "name", "start"))
    return joined(parts)


def svg_image(
    title: str, description: str, parts: Sequence[SafeString], *, height: float
) -> SafeString:
    name = f"chart-{next(_ids)}"
    inner = [
        element("title", title, id=f"{name}-t"),
        element("desc", description, id=f"{name}-d"),
        *parts,
    ]
    return element(
        "svg",
        joined(inner),
        class_="chart",
        viewBox=f"0 0 {WIDTH} {round(height)}",
        role="img",
        aria_labelledby=f"{name}-t",
        aria_describedby=f"{name}-d",
    )


def spoken(kind: str, labels: Sequence[str], series: Sequence[Series], unit: str) -> str:
    sentences = []
    for row in series:
        values = [
            f"{label} {figure(value, unit)}"
            for label, value in zip(labels, row.values, strict=True)
        ]
        shown = values[:MAX_LABELLED]
        rest = (
            f" and {len(values) - len(shown)} more in the table" if len(values) > len(shown) else ""
        )
        sentences.append(f"{row.name}: {', '.join(shown)}{rest}.")
    return f"{kind}. {' '.join(sentences)}"


def finished(  # noqa: PLR0913
    kind: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    parts: Sequence[SafeString],
    unit: str,
    x_label: str,
    *,
    height: float = HEIGHT,
    links: Sequence[str] = (),
) -> Chart:
    description = spoken(kind, labels, series, unit)
    return Chart(
        title=title,
        description=description,
        svg=svg_image(title, description, parts, height=height),
        columns=[x_label or "", *(f"{row.name} ({unit})" if unit else row.name for row in series)],
        rows=[
            [str(label), *(figure(row.values[i], "") for row in series)]
            for i, label in enumerate(labels)
        ],
        links=links,
        is_empty=not any(value is not None for row in series for value in row.values),
    )
