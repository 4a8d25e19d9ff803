"""Opportunities, products and stages as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from leads.fields import ATTRIBUTE_NAME
from leads.models import Company
from leads.opportunities.models import (
    Opportunity,
    OpportunityLine,
    OpportunityStage,
    Outcome,
    Product,
    Status,
)
from leads.opportunities.references import Meant, NotFound
from leads.serializers import PersonSerializer
from portal.accounts.policy import MASK, masked_fields

if TYPE_CHECKING:
    from portal.accounts.models import User

LARGEST = Decimal(10) ** 14 - Decimal("0.01")
#: Products and competitors of one opportunity.
MOST_ROWS = 50
#: What changes by an act of its own; a write that names one is told where it belongs.
ACTS = {
    "status": "POST …/close/ and …/reopen/",
    "closed_at": "POST …/close/",
    "lost_reason": "POST …/close/",
    "won_reason": "POST …/close/",
    "competitor": "POST …/close/; who took part stands in competitors",
}


class NamedSerializer(serializers.Serializer[Any]):
    """Another record, by id and name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ProductSerializer(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ("id", "name", "price", "currency", "is_active", "created_at", "updated_at")
        read_only_fields = ("id", "created_at", "updated_at")


class OpportunityStageSerializer(serializers.ModelSerializer[OpportunityStage]):
    class Meta:
        model = OpportunityStage
        fields = ("id", "slug", "name", "position", "status", "expected_days", "is_active")
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer[OpportunityLine]):
    product = NamedSerializer()

    class Meta:
        model = OpportunityLine
        fields = ("product", "quantity", "price")


class OpportunityCompanySerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ("id", "name")


class OpportunitySerializer(serializers.ModelSerializer[Opportunity]):
    """An opportunity as everybody who may see it sees it; a role's hidden fields are masked here.

    ``created_at`` is null where a file did not say when it began.
    """

    lead = serializers.SerializerMethodField()
    company = OpportunityCompanySerializer()
    owner = PersonSerializer()
    team = NamedSerializer()
    product = NamedSerializer()
    campaign: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    persona: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    stage: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    competitor = NamedSerializer()
    competitors = NamedSerializer(many=True)
    lines = LineSerializer(many=True)
    created_at = serializers.SerializerMethodField()

    class Meta:
        model = Opportunity
        fields = (
            "id", "external_id", "name", "lead", "company", "owner", "owner_name", "team", "team_name", "product",
            "lines", "campaign", "persona", "source", "amount", "currency", "stage", "stage_entered_at", "status",
            "expected_close_on", "closed_at", "lost_reason", "outcome_to", "competitor", "competitors", "won_reason",
            "next_step", "next_step_on", "attributes", "created_at", "updated_at", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
        }
    )
    def get_lead(self, opportunity: Opportunity) -> dict[str, Any] | None:
        """Only a lead that the reader may see; its name only where names are shown."""
        if opportunity.lead is None or not getattr(opportunity, "sees_lead", False):
            return None
        is_hidden = "full_name" in masked_fields(self._user, "leads.lead")
        return {"id": opportunity.lead_id, "name": MASK if is_hidden else str(opportunity.lead)}

    @extend_schema_field({"type": "string", "format": "date-time", "nullable": True})
    def get_created_at(self, opportunity: Opportunity) -> Any:
        known = opportunity.created_at if opportunity.is_created_known else None
        return serializers.DateTimeField().to_representation(known) if known else None

    @property
    def _user(self) -> User:
        return self.context["request"].user

    def to_representation(self, instance: Opportunity) -> dict[str, Any]:
        data = super().to_representation(instance)
        for name in masked_fields(self._user, "opportunities.opportunity") & data.keys():
            data[name] = MASK if data[name] else data[name]
        return data


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "nullable": True})
class MeantField(serializers.Field):
    """A row by id or name, found by the method of ``Meant`` that ``finder`` names."""

    def __init__(self, finder: str, **options: Any) -> None:
        options.setdefault("required", False)
        options.setdefault("allow_null", True)
        super().__init__(**options)
        self.finder = finder

    def to_internal_value(self, data: Any) -> Any:
        if data == "" and self.allow_null:
            return None
        try:
            return getattr(Meant(self.context["request"].user), self.finder)(data)
        except NotFound as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: Any) -> Any:
        return value.pk


class ShortList(serializers.ListField):
    """Refuses a long list before it looks for a row for each of its items."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and len(data) > MOST_ROWS:
            raise serializers.ValidationError(f"Name at most {MOST_ROWS}.")
        return super().to_internal_value(data)


class LineInput(serializers.Serializer[Any]):
    product = MeantField("product", required=True, allow_null=False)
    quantity = serializers.DecimalField(
        max_digits=10, decimal_places=2, min_value=Decimal("0.01"), required=False
    )
    price = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )


class OpportunityInput(serializers.Serializer[Any]):
    """What can be written. References are ids or names; ``null`` takes a value away."""

    external_id = serializers.CharField(max_length=120, required=False, allow_blank=True)
    name = serializers.CharField(max_length=200, required=False)
    lead = MeantField("lead")
    company = MeantField("company")
    owner = MeantField("owner")
    team = MeantField("team")
    product = MeantField("product")
    lines = LineInput(many=True, required=False, max_length=MOST_ROWS)  # type: ignore[call-arg]
    campaign = MeantField("campaign")
    source = serializers.CharField(  # type: ignore[assignment]  # a field called source
        max_length=120, required=False, allow_blank=True
    )
    amount = serializers.DecimalField(
        max_digits=16,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=LARGEST,
        required=False,
        allow_null=True,
    )
    currency = serializers.RegexField(r"\A[A-Za-z]{3}\Z", required=False)
    stage = MeantField("stage", allow_null=False)
    expected_close_on = serializers.DateField(required=False, allow_null=True)
    competitors = ShortList(child=MeantField("competitor", allow_null=False), required=False)
    next_step = serializers.CharField(max_length=200, required=False, allow_blank=True)
    next_step_on = serializers.DateField(required=False, allow_null=True)
    attributes = serializers.DictField(required=False)

    #: Which fields are only for a new one.
    only_new: ClassVar = {"stage": "POST …/stage/"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["Send one object."]})
        refused = {
            name: [f"This changes by its own act: {act}."]
            for name, act in (ACTS | (self.only_new if self.partial else {})).items()
            if name in data
        }
        refused |= {
            name: ["There is no field of this name that can be written."]
            for name in data
            if name not in self.fields and name not in refused
        }
        if refused:
            raise serializers.ValidationError(refused)
        return super().to_internal_value(data)

    def validate_currency(self, value: str) -> str:
        return value.upper()

    def validate_attributes(self, value: dict[str, Any]) -> dict[str, Any]:
        for name, held in value.items():
            if not ATTRIBUTE_NAME.fullmatch(str(name)):
                raise serializers.ValidationError(
                    f"“{str(name)[:40]}”: use letters, digits and single underscores."
                )
            if not isinstance(held, str | int | float | bool | None):
                raise serializers.ValidationError(f"“{name}” holds no plain value.")
        return value


class ConvertInput(OpportunityInput):
    """What may be said when a lead becomes an opportunity. Everything has a value of its own."""

    lead = None  # type: ignore[assignment]  # the lead stands in the address
    only_new: ClassVar = {}


@extend_schema_serializer(component_name="OpportunityMove")
class MoveInput(serializers.Serializer[Any]):
    stage = MeantField("stage", required=True, allow_null=False)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}], "nullable": True})
class CompetitorField(serializers.Field):
    """The competitor that it was lost to, or who was beaten: an id, or a name, known or new."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            return data[:200]
        try:
            return Meant(self.context["request"].user).competitor(data)
        except NotFound as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: Any) -> Any:
        return value.pk


@extend_schema_serializer(component_name="OpportunityEnding")
class CloseInput(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[Status.WON.value, Status.LOST.value])
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    outcome_to = serializers.ChoiceField(
        choices=Outcome.choices, required=False, allow_blank=True, default=""
    )
    competitor = CompetitorField(required=False, allow_null=True, default=None)
    closed_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


@extend_schema_serializer(component_name="OpportunityReopening")
class ReopenInput(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)
    stage = MeantField("stage", allow_null=False)
