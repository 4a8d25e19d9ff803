"""Charts drawn on the server as SVG: no script, no inline style, colours from charts.css.

Every chart is a ``Chart``: a title that says the finding, a description for screen readers, the
drawing, and the same numbers as a table. Patterns and dashes tell series apart without colour.
"""

from __future__ import annotations

from portal.core.charts.axes import bar_chart, line_chart, nice_scale, stacked_chart
from portal.core.charts.model import Chart, FunnelStep, Series
from portal.core.charts.rows import funnel_chart, hbar_chart, heat_table, sparkline

__all__ = [
    "Chart",
    "FunnelStep",
    "Series",
    "bar_chart",
    "funnel_chart",
    "hbar_chart",
    "heat_table",
    "line_chart",
    "nice_scale",
    "sparkline",
    "stacked_chart",
]
