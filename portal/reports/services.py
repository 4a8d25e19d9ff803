"""Taking a report out of the portal, which leaves a line in the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from portal.activity.services import record
from portal.core.spreadsheets import table_response

if TYPE_CHECKING:
    from django.http import FileResponse, StreamingHttpResponse

    from portal.accounts.models import User
    from portal.reports.table import ReportTable


@transaction.atomic
def export_report(
    *, table: ReportTable, kind: str, by: User
) -> StreamingHttpResponse | FileResponse:
    """The rows of the page and the API as a file. ``kind`` is csv or xlsx.

    A report is no record, so the line hangs on the person who took it.
    """
    asked = {name: str(value) for name, value in table.filters.items() if value is not None}
    record(
        actor=by,
        verb="exported",
        subject=by,
        summary=f"Report {table.name} as {kind.upper()}, {len(table.rows)} rows",
        data={"report": table.name, "format": kind, "filters": asked, "rows": len(table.rows)},
    )
    return table_response(kind, f"report-{table.name}", table.header, table.lines())
