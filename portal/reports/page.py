"""A report as a page shows it: one part of the rows, the filters in use, the usual periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from portal.reports.forms import ReportForm
from portal.reports.periods import usual_periods
from portal.reports.report import Report
from portal.reports.table import ReportTable

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class ReportPage:
    report: Report
    form: ReportForm
    table: ReportTable
    data: QueryDict

    def context(self) -> dict[str, Any]:
        table, place = self.table, self._place()
        shown = table.rows[place["start"] - 1 : place["end"]] if place["total"] else []
        return {
            "report": self.report,
            "form": self.form,
            "table": table,
            # The table of the report stands below, so the chart need not bring its own.
            "chart": replace(table.chart, rows=()) if table.chart else None,
            "lines": [(row, table.cells(row)) for row in (*shown, table.totals)],
            "page": place,
            "chips": self._chips(),
            "tabs": self._periods(),
            "formats": [(kind.upper(), self._query(format=kind)) for kind in ("csv", "xlsx")],
        }

    def _query(self, **changes: str | None) -> str:
        query = self.data.copy()
        for name in ("page", "format", "view", *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    def _place(self) -> dict[str, Any]:
        """Which rows are shown. A page that does not exist is the nearest one that does."""
        total = len(self.table.rows)
        last = max(1, -(-total // PAGE_ROWS))
        asked = self.data.get("page", "1")
        number = min(max(1, int(asked) if asked.isdecimal() else 1), last)
        return {
            "start": (number - 1) * PAGE_ROWS + 1 if total else 0,
            "end": min(number * PAGE_ROWS, total),
            "total": total,
            "previous": self._query(page=str(number - 1)) if number > 1 else None,
            "next": self._query(page=str(number + 1)) if number < last else None,
        }

    def _chips(self) -> list[dict[str, Any]]:
        """The filters in use, each with the way to take it off."""
        cleaned, fields = self.form.cleaned_data, self.form.fields
        return [
            {
                "label": fields[name].label or name,
                "value": self._shown(name),
                "remove_url": self._query(**{name: None}),
            }
            for name in fields
            if name not in {"by", "compare"} and cleaned.get(name) not in (None, "")
        ]

    def _shown(self, name: str) -> str:
        value = self.form.cleaned_data[name]
        choices = getattr(self.form.fields[name], "choices", ())
        if name == "owner":
            return dict(choices).get(str(value), str(value))
        return str(value)

    def _periods(self) -> list[dict[str, Any]]:
        """The usual periods as tabs; days are written out, so a kept link stays the same."""
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        now = (self.form.cleaned_data["from"], self.form.cleaned_data["to"])
        return [
            {"label": label, "url": self._in_period(first, last), "active": now == (first, last)}
            for label, first, last in usual_periods(today)
        ]

    def _in_period(self, first: date | None, last: date | None) -> str:
        if first is None or last is None:
            return self._query(**{"from": None, "to": None, "compare": None})
        return self._query(**{"from": first.isoformat(), "to": last.isoformat()})
