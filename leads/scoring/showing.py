"""What a trial found, as charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.core.charts import Chart, Series, bar_chart, line_chart


def charts_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Lift, calibration, distribution and outcome by band; beside the model in use where there is one."""
    return {
        "lift": _lift(found),
        "calibration": _calibration(found),
        "distribution": _distribution(found),
        "bands": _bands(found),
    }


def _percent(share: float) -> float:
    return round(100 * share, 1)


def _lift(found: Mapping[str, Any]) -> Chart:
    parts = found["deciles"]
    rates = [_percent(part["rate"]) for part in parts]
    base = _percent(found["base_rate"] or 0)
    title = f"The best tenth converts at {rates[0] if rates else 0} %, all at {base} %"
    series = [Series("Converted", rates, kind="joint")]
    if found.get("in_use"):
        former = [_percent(part["rate"]) for part in found["in_use"]["deciles"]]
        series.append(Series("By the model in use", former, kind="neutral"))
    labels = [str(part["decile"]) for part in parts]
    return bar_chart(
        title, labels, series, unit="%", x_label="Tenth, best scores first", y_label="Converted"
    )


def _calibration(found: Mapping[str, Any]) -> Chart:
    rows = found["calibration"]
    labels = [f"{_percent(row['predicted'])} %" for row in rows]
    series = [
        Series("Foretold", [_percent(row["predicted"]) for row in rows], kind="neutral"),
        Series("Observed", [_percent(row["observed"]) for row in rows], kind="joint"),
    ]
    title = "What was foretold, and what happened"
    return line_chart(title, labels, series, unit="%", x_label="Foretold", y_label="Converted")


def _distribution(found: Mapping[str, Any]) -> Chart:
    rows = found["distribution"]
    labels = [f"{row['from']}–{row['from'] + (10 if row['from'] == 90 else 9)}" for row in rows]
    series = [Series("Leads", [row["leads"] for row in rows], kind="joint")]
    title = f"{found['ready']:,} of {found['test']['leads']:,} leads would be ready for sales"
    return bar_chart(title, labels, series, x_label="Score", y_label="Leads")


def _bands(found: Mapping[str, Any]) -> Chart:
    rows = found["bands"]
    series = [Series("Converted", [_percent(row["rate"]) for row in rows], kind="joint")]
    labels = [f"{row['band']} ({row['leads']:,})" for row in rows]
    return bar_chart(
        "Converted by grade", labels, series, unit="%", x_label="Grade (leads)", y_label="Converted"
    )
