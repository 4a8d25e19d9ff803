"""Routing rules as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from leads.conditions.tree import Wrong
from leads.routing.models import LARGEST_WEIGHT, RoutingRule, Seat
from leads.routing.people import sellers
from leads.segments.services import check_condition
from portal.accounts.models import Team
from portal.accounts.roles import Department
from portal.slas.models import Calendar

#: The largest number that the columns hold.
MOST_OPEN = 2**31 - 1


class SeatSerializer(serializers.ModelSerializer[Seat]):
    """``dealt`` is how many leads the rule has given this person since it was last changed."""

    person = serializers.PrimaryKeyRelatedField[Any](queryset=Seat.objects.none())
    weight = serializers.IntegerField(min_value=1, max_value=LARGEST_WEIGHT, default=1)
    capacity = serializers.IntegerField(
        min_value=0, max_value=MOST_OPEN, allow_null=True, required=False, default=None
    )

    class Meta:
        model = Seat
        fields = ("person", "weight", "capacity", "calendar", "dealt")
        read_only_fields = ("dealt",)

    def get_fields(self) -> Any:
        found = super().get_fields()
        if request := self.context.get("request"):
            found["person"].queryset = sellers(request.user)  # type: ignore[attr-defined]
            found["calendar"].queryset = Calendar.objects.permitted(  # type: ignore[attr-defined]
                request.user, "slas.view_calendar"
            )
        return found


class RuleSerializer(serializers.ModelSerializer[RoutingRule]):
    """``filter`` is a condition of the one language; ``seats`` name people besides those of ``team``."""

    filter = serializers.JSONField(source="condition", allow_null=True, required=False)
    seats = SeatSerializer(many=True, required=False)
    capacity = serializers.IntegerField(
        min_value=0, max_value=MOST_OPEN, allow_null=True, required=False
    )

    class Meta:
        model = RoutingRule
        fields = (
            "id", "name", "position", "is_active", "territory", "filter", "team", "strategy", "owner_first",
            "catches_up", "capacity", "calendar", "seats", "version", "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = ("id", "version", "created_at", "updated_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"position": {"max_value": 32_767, "min_value": 0}}

    def get_fields(self) -> Any:
        found = super().get_fields()
        if request := self.context.get("request"):
            teams = Team.objects.permitted(request.user, "accounts.view_team")
            found["team"].queryset = teams.filter(department=Department.SALES)  # type: ignore[attr-defined]
            found["calendar"].queryset = Calendar.objects.permitted(  # type: ignore[attr-defined]
                request.user, "slas.view_calendar"
            )
        return found

    def validate_filter(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return check_condition(value, self.context["request"].user)
        except Wrong as wrong:
            raise serializers.ValidationError(str(wrong)) from None
