"""What only talking points show beside the pages of every document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.talking_points.rendering import EXAMPLE, FIELDS, fill
from portal.core.listing import PAGE_SIZE, Page, counted
from portal.documents.pages import DocumentPages

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.talking_points.models import TalkingPoint
    from portal.accounts.requests import PortalRequest
    from portal.documents.models import Revision


class LibraryPages(DocumentPages):
    """The library: what was typed decides the order, the closest name first."""

    def _page(self, request: PortalRequest, found: QuerySet[Any]) -> Page:
        typed = request.GET.get("q", "").replace("\x00", "")
        if not typed or "ordering" in request.GET:
            return super()._page(request, found)
        rows = list(found.closest(typed)[:PAGE_SIZE])  # type: ignore[attr-defined]
        total, is_estimate = counted(found)
        return Page(rows, total=total, total_is_estimate=is_estimate)


def talking_point_details(
    request: PortalRequest, subject: TalkingPoint, revision: Revision
) -> dict[str, Any]:
    """The text filled with an example, the merge fields on offer, and where its use is shown."""
    return {
        "example": fill(revision.content.get("body", ""), EXAMPLE),
        "example_subject": fill(revision.content.get("subject", ""), EXAMPLE),
        "merge_fields": [(f"{{{{ {name} }}}}", label) for name, (label, _) in FIELDS.items()],
        "uses_url": f"/talking-points/{subject.slug}/uses/",
    }
