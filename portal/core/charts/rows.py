"""Charts of rows: lying bars, funnel, heat table, and the line the size of a word."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString

from portal.core.charts.drawing import (
    LETTER,
    WIDTH,
    bar_at,
    clip,
    figure,
    finished,
    kind_of,
    legend_for,
    legend_height,
    line_path,
    svg_image,
    text_at,
)
from portal.core.charts.model import Chart, FunnelStep, Series, Value
from portal.core.formatting import number_text
from portal.core.markup import element, joined

#: Room for the names of the columns.
HEAD = 22.0


def hbar_chart(
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    unit: str = "",
    axes: tuple[str, str] = ("", ""),
    links: Sequence[str] = (),
) -> Chart:
    """Lying bars with long names, best for rankings. ``links`` lead from the table to records.

    ``axes`` says what the names are and what the lengths are.
    """
    left = min(150.0, max((len(str(label)) for label in labels), default=0) * LETTER + 14)
    named, counted = axes
    top = legend_height(series) + (HEAD if any(axes) else 0)
    thick = 18.0 if len(series) == 1 else 12.0
    gap = thick * len(series) + 14
    most = max((v for row in series for v in row.values if v is not None), default=0) or 1
    room = WIDTH - left - max(len(figure(most, unit)) * LETTER + 14, 40)
    parts = [legend_for(series)]
    if any(axes):
        parts.append(text_at(left - 10, top - 7, clip(named, 19), "head", "end"))
        parts.append(text_at(left, top - 7, counted, "head", "start"))
    for index, label in enumerate(labels):
        start = top + index * gap
        middle = start + thick * len(series) / 2 + 4
        parts.append(text_at(left - 10, middle, clip(str(label), 19), "name", "end"))
        for at, row in enumerate(series):
            value = row.values[index]
            y = start + at * thick
            length = max(0.0, (value or 0) / most * room)
            parts.append(
                element("rect", x=left, y=y + 1, width=room, height=thick - 3, rx=3, class_="track")
            )
            parts.append(bar_at((left, y + 1, length), thick - 3, kind_of(row, at), at))
            parts.append(
                text_at(left + length + 6, y + thick / 2 + 4, figure(value, unit), "value", "start")
            )
    height = top + gap * max(1, len(labels))
    return finished(
        "Bar chart", title, labels, series, parts, unit, named, height=height, links=links
    )


def funnel_chart(
    title: str, steps: Sequence[FunnelStep], *, unit: str = "", counted: str = "Number"
) -> Chart:
    """Stages from wide to narrow, with the share that came on. Notes stand in the table.

    ``counted`` says what the numbers are: leads, people, deals.
    """
    most = max((step.value for step in steps), default=0) or 1
    left, room, high = 112.0, WIDTH - 112.0 - 136.0, 28.0
    parts: list[SafeString] = [
        text_at(left - 12, HEAD - 9, "Stage", "head", "end"),
        text_at(left + room + 10, HEAD - 9, counted, "head", "start"),
        text_at(WIDTH, HEAD - 9, "Came on", "head", "end"),
    ]
    rows: list[list[str]] = []
    for index, step in enumerate(steps):
        y = HEAD + index * (high + 12)
        width = max(2.0, step.value / most * room)
        before = steps[index - 1].value if index else None
        share = f"{number_text(100 * step.value / before, 0)} %" if before else ""
        parts.append(text_at(left - 12, y + high / 2 + 4, clip(step.label, 14), "name", "end"))
        parts.append(element("rect", x=left, y=y, width=room, height=high, rx=4, class_="track"))
        parts.append(bar_at((left + (room - width) / 2, y, width), high, "joint", 0))
        parts.append(
            text_at(left + room + 10, y + high / 2 + 4, figure(step.value, unit), "value", "start")
        )
        parts.append(text_at(WIDTH, y + high / 2 + 4, share, "", "end"))
        rows.append([step.label, figure(step.value, unit), share or "—", step.note or "—"])
    spoken = "; ".join(
        f"{row[0]} {row[1]}" + (f" ({row[2]} of the stage before)" if row[2] != "—" else "")
        for row in rows
    )
    description = f"Funnel with {len(steps)} stages. {spoken}."
    return Chart(
        title=title,
        description=description,
        svg=svg_image(title, description, parts, height=HEAD + len(steps) * (high + 12)),
        columns=["Stage", unit or counted, "Of the stage before", "Note"],
        note="The percentage is the share of the stage before that came on.",
        rows=rows,
        links=[step.link for step in steps],
        is_empty=not any(step.value for step in steps),
    )


def heat_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Value]]],
    *,
    unit: str = "",
    row_label: str = "",
) -> Chart:
    """A table whose cells are the darker the more they hold; the number stands in each."""
    known = [value for _, values in rows for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    body = joined(
        element(
            "tr",
            joined(
                [
                    element("th", label, scope="row"),
                    *(element("td", figure(v, unit), class_=_heat(v, low, high)) for v in values),
                ]
            ),
        )
        for label, values in rows
    )
    heads = joined(element("th", name, scope="col") for name in (row_label, *columns))
    table = element(
        "table",
        joined(
            [
                element("caption", title, class_="sr-only"),
                element("thead", element("tr", heads)),
                element("tbody", body),
            ]
        ),
        class_="table heat",
    )
    wrap = element("div", table, class_="table-wrap", tabindex="0", role="region", aria_label=title)
    return Chart(title=title, description="", svg=wrap, is_empty=not known)


def sparkline(values: Sequence[Value], *, label: str, kind: str = "joint") -> SafeString:
    """A line the size of a word. The label says what it shows, for those who cannot see it."""
    known = [value for value in values if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    spread = (high - low) or 1
    across = 92 / max(1, len(values) - 1)
    points = [
        None
        if value is None
        else (round(2 + i * across, 1), round(21 - (value - low) / spread * 18, 1))
        for i, value in enumerate(values)
    ]
    ends = [point for point in points if point]
    parts = [element("title", label), element("path", d=line_path(points), class_=f"line k-{kind}")]
    if ends:
        parts.append(element("circle", cx=ends[-1][0], cy=ends[-1][1], r=2.5, class_=f"k-{kind}"))
    return element(
        "svg",
        joined(parts),
        class_="sparkline chart",
        viewBox="0 0 96 24",
        role="img",
        aria_label=label,
    )


def _heat(value: Value, low: float, high: float) -> str | None:
    if value is None:
        return None
    share = (value - low) / (high - low) if high > low else 0.5
    return f"h{min(5, 1 + int(share * 5))}"
