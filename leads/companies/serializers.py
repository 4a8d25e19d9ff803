"""Companies, people of buying centres and target lists as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from leads.capture import attribute_types
from leads.companies.bands import band_of
from leads.companies.models import ROLES, Member, Relation, TargetAccount, TargetList
from leads.companies.preparing import LABELS, PreparedCompany, owners, prepare_company
from leads.companies.services import ListValues, Part
from leads.models import Company, Lead
from leads.serializers import LeadCompanySerializer, PersonSerializer
from portal.accounts.policy import MASK, masked_fields

LARGEST_ID = 2**63 - 1


@extend_schema_serializer(component_name="CompanyParent")
class ParentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CompanySerializer(serializers.ModelSerializer[Company]):
    """A company as everybody sees it; contact data is masked for those who see it hidden on leads."""

    parent = ParentSerializer()
    owner = PersonSerializer()
    size = serializers.SerializerMethodField()

    class Meta:
        model = Company
        fields = (
            "id", "external_id", "name", "domain", "industry", "employees", "size", "country", "region", "city",
            "phone", "revenue", "revenue_currency", "tier", "parent", "owner", "attributes", "created_at",
            "updated_at", "version",
        )  # fmt: skip
        read_only_fields = fields

    def get_size(self, company: Company) -> str | None:
        band = band_of(company.employees)
        return band.key if band else None

    def to_representation(self, instance: Company) -> dict[str, Any]:
        data = super().to_representation(instance)
        hidden = masked_fields(self.context["request"].user, "leads.lead")
        for name in hidden & {"phone", "attributes", "external_id"}:
            data[name] = MASK if data[name] else data[name]
        return data


class CompanyInput(serializers.Serializer[Any]):
    """What can be written. Validated data is a ``PreparedCompany``, cleaned exactly as by the form."""

    def get_fields(self) -> dict[str, serializers.Field]:
        """Only for the OpenAPI document."""
        fields: dict[str, serializers.Field] = {
            name: serializers.CharField(required=False) for name in LABELS
        }
        return fields | {
            "name": serializers.CharField(),
            "employees": serializers.IntegerField(required=False, allow_null=True),
            "revenue": serializers.DecimalField(
                max_digits=18, decimal_places=2, required=False, allow_null=True
            ),
            "parent": serializers.IntegerField(required=False, allow_null=True),
            "owner": serializers.IntegerField(required=False, allow_null=True),
            "attributes": serializers.DictField(required=False),
        }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["Send one object."]})
        prepared = prepare_company(data, types=attribute_types())
        if not self.partial and not prepared.name_key:
            prepared.errors.setdefault("name", "A company needs a name.")
        if prepared.errors:
            raise serializers.ValidationError(
                {name: [text] for name, text in prepared.errors.items()}
            )
        return {"prepared": prepared}

    @property
    def prepared(self) -> PreparedCompany:
        return self.validated_data["prepared"]


# --- the buying centre ------------------------------------------------------------------------
@extend_schema_serializer(component_name="ContactLead")
class ContactLeadSerializer(serializers.ModelSerializer[Lead]):
    """The person behind a part, with what the reader's role sees hidden masked."""

    class Meta:
        model = Lead
        fields = ("id", "first_name", "last_name", "full_name", "email", "phone", "title")

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        data = super().to_representation(instance)
        for name in masked_fields(self.context["request"].user, "leads.lead") & data.keys():
            data[name] = MASK if data[name] else data[name]
        return data


class MemberSerializer(serializers.ModelSerializer[Member]):
    company = LeadCompanySerializer()
    lead = ContactLeadSerializer()
    roles = serializers.SerializerMethodField()
    verified_by = PersonSerializer()

    class Meta:
        model = Member
        fields = (
            "id", "company", "lead", "roles", "stance", "influence", "pains", "answer", "note", "verified_at",
            "verified_by", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string", "enum": list(ROLES)}})
    def get_roles(self, member: Member) -> list[str]:
        return member.roles

    def to_representation(self, instance: Member) -> dict[str, Any]:
        data = super().to_representation(instance)
        for name in masked_fields(self.context["request"].user, "companies.member") & data.keys():
            data[name] = MASK if data[name] else data[name]
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields that it does not know, by name."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            raise serializers.ValidationError(
                {str(n): ["There is no field of this name that can be written."] for n in unknown}
            )
        return super().to_internal_value(data)


class PartInput(StrictSerializer):
    """A part that changes; all of it may be left out."""

    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=list(ROLES)), required=False, max_length=len(ROLES)
    )
    stance = serializers.ChoiceField(choices=Member.Stance.choices, required=False)
    influence = serializers.ChoiceField(choices=Member.Influence.choices, required=False)
    pains = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    answer = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)

    @property
    def part(self) -> Part:
        names = ("roles", "stance", "influence", "pains", "answer", "note")
        return Part(**{name: self.validated_data.get(name) for name in names})


class MemberInput(PartInput):
    """A new part: of which lead, at their company."""

    lead = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class RelationSerializer(serializers.ModelSerializer[Relation]):
    class Meta:
        model = Relation
        fields = ("id", "source", "target", "kind", "created_at")
        read_only_fields = fields


class RelationInput(StrictSerializer):
    target = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    kind = serializers.ChoiceField(choices=Relation.Kind.choices)


class GapSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    level = serializers.CharField()
    title = serializers.CharField()
    why = serializers.CharField()
    what = serializers.CharField()


# --- target lists -----------------------------------------------------------------------------
class TargetListSerializer(serializers.ModelSerializer[TargetList]):
    marketing_owner = PersonSerializer()
    sales_owner = PersonSerializer()

    class Meta:
        model = TargetList
        fields = (
            "id", "name", "purpose", "marketing_owner", "sales_owner", "created_at", "updated_at", "version",
        )  # fmt: skip
        read_only_fields = fields


class TargetListInput(StrictSerializer):
    name = serializers.CharField(max_length=120)
    purpose = serializers.CharField(max_length=2000)
    marketing_owner: Any = serializers.PrimaryKeyRelatedField(queryset=Company.objects.none())
    sales_owner: Any = serializers.PrimaryKeyRelatedField(queryset=Company.objects.none())

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            for name in ("marketing_owner", "sales_owner"):
                fields[name] = serializers.PrimaryKeyRelatedField(queryset=owners(request.user))
        return fields

    @property
    def values(self) -> ListValues:
        return ListValues(**self.validated_data)


class TargetAccountSerializer(serializers.ModelSerializer[TargetAccount]):
    company = LeadCompanySerializer()
    added_by = PersonSerializer()
    is_reached = serializers.BooleanField()
    is_engaged = serializers.BooleanField()
    has_opportunity = serializers.BooleanField()
    is_won = serializers.BooleanField()

    class Meta:
        model = TargetAccount
        fields = (
            "id", "company", "tier", "reason", "added_by", "added_at", "is_reached", "is_engaged",
            "has_opportunity", "is_won",
        )  # fmt: skip
        read_only_fields = fields


def _ids() -> serializers.ListField:
    child = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    return serializers.ListField(child=child, required=False, default=list, max_length=1000)


class AccountsInput(StrictSerializer):
    """Companies to put on and to take off, by id."""

    add = _ids()
    remove = _ids()
    tier = serializers.ChoiceField(choices=Company.Tier.choices, required=False, default="")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300, default="")


class AccountsAnswer(serializers.Serializer[Any]):
    added = serializers.IntegerField()
    removed = serializers.IntegerField()
