"""Handoffs as the API shows and takes them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from leads.handoffs.models import Handoff
from leads.routing.people import sellers
from leads.serializers import PersonSerializer
from portal.accounts.models import Team
from portal.accounts.roles import Department


class HandoffSerializer(serializers.ModelSerializer[Handoff]):
    """``checks`` is what was known of each agreed criterion when the lead was offered."""

    lead = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    to = PersonSerializer()
    team = serializers.PrimaryKeyRelatedField[Any](read_only=True)
    offered_by = PersonSerializer()
    answered_by = PersonSerializer()
    reviewed_by = PersonSerializer()
    reason = serializers.CharField(source="ground")
    fields_named = serializers.SerializerMethodField()
    definition = serializers.SerializerMethodField()
    due_at = serializers.SerializerMethodField()
    first_contact_due_at = serializers.SerializerMethodField()

    class Meta:
        model = Handoff
        fields = (
            "id", "lead", "state", "to", "team", "offered_by", "offered_at", "why", "note", "definition",
            "checks", "due_at", "answered_by", "answered_at", "reason", "comment", "fields_named",
            "first_contact_due_at", "contacted_at", "follows", "passed_on", "verdict", "conclusion",
            "reviewed_by", "reviewed_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_fields_named(self, handoff: Handoff) -> list[str]:
        return list(handoff.fields)

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_definition(self, handoff: Handoff) -> int | None:
        return handoff.revision.number if handoff.revision else None

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_due_at(self, handoff: Handoff) -> Any:
        return handoff.clock.due_at if handoff.clock else None

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_first_contact_due_at(self, handoff: Handoff) -> Any:
        return handoff.contact_clock.due_at if handoff.contact_clock else None


class OfferInput(serializers.Serializer[Any]):
    """Neither person nor team: the routing rules choose."""

    to = serializers.PrimaryKeyRelatedField[Any](
        queryset=Handoff.objects.none(), required=False, allow_null=True, default=None
    )
    team = serializers.PrimaryKeyRelatedField[Any](
        queryset=Team.objects.none(), required=False, allow_null=True, default=None
    )
    note = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            teams = Team.objects.permitted(request.user, "accounts.view_team")
            people: Any = self.fields["to"]
            people.queryset = sellers(request.user)
            chosen: Any = self.fields["team"]
            chosen.queryset = teams.filter(department=Department.SALES)


class RejectInput(serializers.Serializer[Any]):
    """``fields`` names what is missing or wrong, for the reason ``clerical``."""

    reason = serializers.ChoiceField(choices=Handoff.Ground.choices)
    comment = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")

    def get_fields(self) -> Any:
        """``fields`` is a name that serializers have for themselves."""
        found = super().get_fields()
        found["fields"] = serializers.ListField(
            child=serializers.CharField(max_length=90), required=False, default=list, max_length=40
        )
        return found


class WithdrawInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class PassOnInput(serializers.Serializer[Any]):
    to = serializers.PrimaryKeyRelatedField[Any](queryset=Handoff.objects.none())
    reason = serializers.CharField(max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request := self.context.get("request"):
            people: Any = self.fields["to"]
            people.queryset = sellers(request.user)


class ReviewInput(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Handoff.Verdict.choices)
    conclusion = serializers.CharField(max_length=300)
