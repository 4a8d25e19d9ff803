from __future__ import annotations

from campaigns.talking_points.filters import TalkingPointFilter
from campaigns.talking_points.models import TalkingPoint
from campaigns.talking_points.views import LibraryPages, talking_point_details

app_name = "talking_points"

pages = LibraryPages(
    TalkingPoint, filterset_class=TalkingPointFilter, details=talking_point_details
)

urlpatterns = [*pages.paths()]
