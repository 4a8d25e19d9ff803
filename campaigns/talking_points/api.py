"""The API of talking points. Filling in and using one stand on leads: see ``leads.outreach.api``."""

from __future__ import annotations

from typing import Any

from campaigns.talking_points.filters import TalkingPointFilter
from campaigns.talking_points.models import TalkingPoint
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.serializers import DocumentSerializer


class TalkingPointSerializer(DocumentSerializer):
    """A talking point with where it belongs."""

    def to_representation(self, instance: TalkingPoint) -> dict[str, Any]:
        return super().to_representation(instance) | {
            "kind": instance.kind,
            "language": instance.language,
            "stages": instance.stages,
            "campaign": instance.campaign_id,
            "product": instance.product,
            "competitor": instance.competitor,
        }


class TalkingPointViewSet(DocumentViewSet):
    queryset = TalkingPoint.objects.all()
    serializer_class = TalkingPointSerializer
    policy = document_policy(TalkingPoint)
    filterset_class = TalkingPointFilter
