"""Where a segment is used. Rooms above add what they know at start-up (``add_user``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from campaigns.models import Campaign
from leads.models import SavedView
from portal.documents.models import Revision

if TYPE_CHECKING:
    from leads.segments.models import Segment
    from portal.accounts.models import User

MOST = 50


@dataclass(frozen=True)
class Use:
    """One place that names the segment."""

    what: str
    name: str
    url: str


Finder = Callable[["Segment", "User"], Sequence[Use]]


def _campaigns(segment: Segment, reader: User) -> list[Use]:
    """Briefs whose revision in force or in work names it among their segments."""
    standing = (Revision.State.DRAFT, Revision.State.IN_REVIEW, Revision.State.AGREED)
    naming = Revision.objects.filter(
        state__in=standing, content__segments__icontains=segment.slug
    ).values_list("document_id", "content")
    documents = {pk for pk, content in naming[:500] if segment.slug in content.get("segments", ())}
    rows = Campaign.objects.permitted(reader, "campaigns.view_campaign")
    found = rows.filter(document__in=documents).order_by("title")[:MOST]
    return [
        Use("Campaign brief", campaign.title, campaign.get_absolute_url()) for campaign in found
    ]


def _views(segment: Segment, reader: User) -> list[Use]:
    rows = SavedView.objects.permitted(reader, "leads.view_savedview")
    named = Q(filters__segment=segment.slug) | Q(filters__segment=str(segment.pk))
    return [
        Use("Saved view", view.name, view.get_absolute_url()) for view in rows.filter(named)[:MOST]
    ]


_FINDERS: list[Finder] = [_campaigns, _views]


def add_user(finder: Finder) -> None:
    """Called in ``AppConfig.ready`` by rooms that use segments."""
    if finder not in _FINDERS:
        _FINDERS.append(finder)


def uses_of(segment: Segment, reader: User) -> list[Use]:
    """Everything that names it and that the reader may see."""
    return [use for find in _FINDERS for use in find(segment, reader)]
