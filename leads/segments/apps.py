from __future__ import annotations

from django.apps import AppConfig


class SegmentsConfig(AppConfig):
    """Groups of leads that campaigns, newsletters, tracks and reports use."""

    name = "leads.segments"
    label = "segments"

    def ready(self) -> None:
        from leads.filters import add_filter
        from leads.segments.filters import SegmentFilter
        from leads.segments.models import Segment
        from portal.notifications import delivery
        from portal.topics import registry

        add_filter("segment", SegmentFilter(label="Segment: a slug or an id"))
        registry.register(Segment, "segments.view_segment")
        delivery.register_subject(Segment, "segments.view_segment")
