"""Leads and touchpoints as the API shows and takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from leads import fits
from leads.capture import attribute_types
from leads.channels import channel_of
from leads.fields import ATTRIBUTES, FIELDS, Type, lead_field
from leads.models import Company, Lead, Tag, Touchpoint
from leads.reading import Prepared, prepare
from leads.scored import score_of
from leads.services.journal import SKEW
from leads.services.sources import facts_of_touch
from leads.touches import TOUCH_FIELDS, prepare_touch
from portal.accounts.policy import MASK, masked_fields

if TYPE_CHECKING:
    from portal.accounts.models import User

#: What the acts change; a write that names one is told where it belongs.
ACTS = {
    "owner": "POST …/assign/",
    "stage": "POST …/stage/",
    "status": "POST …/lost/ and …/reopen/",
}
#: What only people who may bring in history can give, and only for a new lead.
HISTORY = frozenset({"created_at", "converted_at", "lost_at", "lost_reason"})


@extend_schema_serializer(component_name="LeadPerson")
class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class TagSerializer(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ("id", "name")
        read_only_fields = fields


class LeadCompanySerializer(serializers.ModelSerializer[Company]):
    class Meta:
        model = Company
        fields = ("id", "name", "domain")


class LeadSerializer(serializers.ModelSerializer[Lead]):
    """A lead as everybody who may see it sees it; a role's hidden fields are masked here."""

    company = LeadCompanySerializer()
    campaign: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    persona = serializers.SerializerMethodField()
    stage: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    owner = PersonSerializer()
    team: serializers.PrimaryKeyRelatedField[Any] = serializers.PrimaryKeyRelatedField(
        read_only=True
    )
    tags: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="name", many=True, read_only=True
    )
    # Null before a scoring model is in use.
    score = serializers.SerializerMethodField()
    fit = serializers.SerializerMethodField()
    engagement = serializers.SerializerMethodField()
    grade = serializers.SerializerMethodField()

    class Meta:
        model = Lead
        fields = (
            "id", "external_id", "first_name", "last_name", "full_name", "email", "phone", "title", "seniority",
            "company", "country", "city", "source", "source_detail", "converting_source", "tracked_source",
            "tracked_converting_source", "heard_about_us", "heard_detail", "heard_state", "campaign", "persona", "stage", "stage_entered_at", "status", "owner", "team", "score",
            "fit", "engagement", "grade", "next_step", "next_step_on", "landing_page", "utm_source", "utm_medium",
            "utm_campaign", "utm_term", "utm_content", "language", "consent", "attributes", "tags", "created_at",
            "updated_at", "converted_at", "lost_at", "lost_reason", "version",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "properties": {
                "slug": {"type": "string"},
                "name": {"type": "string"},
                "reasons": {"type": "array", "items": {"type": "object"}},
            },
        }
    )
    def get_persona(self, lead: Lead) -> dict[str, Any] | None:
        if lead.persona is None:
            return None
        reasons = [reason.as_json() for reason in fits.fit_of(lead, lead.persona).reasons]
        if self._hidden():
            reasons = [reason | {"found": MASK if reason["found"] else ""} for reason in reasons]
        return {"slug": lead.persona.slug, "name": lead.persona.title, "reasons": reasons}

    def get_score(self, lead: Lead) -> int | None:
        found = score_of(lead)
        return found.score if found else None

    def get_fit(self, lead: Lead) -> int | None:
        found = score_of(lead)
        return found.fit if found else None

    def get_engagement(self, lead: Lead) -> int | None:
        found = score_of(lead)
        return found.engagement if found else None

    def get_grade(self, lead: Lead) -> str | None:
        found = score_of(lead)
        return found.grade if found else None

    def _hidden(self) -> frozenset[str]:
        return masked_fields(self.context["request"].user, "leads.lead")

    def to_representation(self, instance: Lead) -> dict[str, Any]:
        data = super().to_representation(instance)
        for name in self._hidden() & data.keys():
            data[name] = MASK if data[name] else data[name]
        return data


class LeadInput(serializers.Serializer[Any]):
    """What can be written, by contract name; ``company`` and ``attributes`` may be objects.

    Validated data is a ``Prepared``, so that the API cleans values exactly as form and import do.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        """Only for the OpenAPI document."""
        kinds = {
            Type.EMAIL: serializers.EmailField,
            Type.DATE: serializers.DateField,
            Type.MOMENT: serializers.DateTimeField,
        }
        fields: dict[str, serializers.Field] = {
            name: kinds.get(known.type, serializers.CharField)(required=False)
            for name, known in FIELDS.items()
            if "." not in name
        }
        if not self.partial:
            fields["duplicate_reason"] = serializers.CharField(required=False, max_length=300)
        return fields | {
            "company": serializers.DictField(required=False),
            "attributes": serializers.DictField(required=False),
        }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["Send one object."]})
        values = _flat(data)
        if errors := self._refused(values):
            raise serializers.ValidationError(errors)
        prepared = prepare(values, types=attribute_types())
        if prepared.errors:
            raise serializers.ValidationError(
                {name: [text] for name, text in prepared.errors.items()}
            )
        return {"prepared": prepared}

    def _refused(self, values: Mapping[str, Any]) -> dict[str, list[str]]:
        user: User = self.context["request"].user
        errors = {
            name: ["There is no field of this name that can be written."]
            for name in values
            if lead_field(name) is None
        }
        for name in values:
            if name in ACTS and (self.partial or name == "status"):
                errors[name] = [f"This changes by its own act: {ACTS[name]}."]
            elif name in HISTORY and (self.partial or not user.may("intake.add_import")):
                errors[name] = ["This cannot be written here."]
        if self.partial and "notes" in values:
            errors["notes"] = ["Notes are added by POST …/notes/."]
        return errors

    @property
    def prepared(self) -> Prepared:
        return self.validated_data["prepared"]


def _flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """``{"company": {"name": …}}`` as ``company.name``; a company may also be its bare name."""
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "company":
            parts = value if isinstance(value, Mapping) else {"name": value}
            values |= {f"company.{part}": inner for part, inner in parts.items() if part != "id"}
        elif name == "attributes" and isinstance(value, Mapping):
            values |= {f"{ATTRIBUTES}{part}": inner for part, inner in value.items()}
        elif name in {"owner", "persona", "campaign"} and isinstance(value, Mapping):
            values[name] = value.get("slug", value.get("id"))
        else:
            values[name] = value
    return values


class TouchpointSerializer(serializers.ModelSerializer[Touchpoint]):
    """A touchpoint as it is read. ``source`` is the channel that it tells."""

    by = PersonSerializer(read_only=True)
    campaign: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    source = serializers.SerializerMethodField()  # type: ignore[assignment]

    class Meta:
        model = Touchpoint
        fields = (
            "id", "lead", "visitor", "kind", "direction", "occurred_at", "recorded_at", "by", "campaign", "title",
            "body", "outcome", "url", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
            "source", "value", "attributes", "left_out", "system", "external_id",
        )  # fmt: skip
        read_only_fields = fields

    def get_source(self, touchpoint: Touchpoint) -> str:
        return str(channel_of(facts_of_touch(touchpoint)))


class TouchpointInput(serializers.Serializer[Any]):
    """What can be logged, by contract name. The lead is an id, or its external id or address.

    Validated data is a ``PreparedTouch`` and the id that was given, so that the API, files and hooks
    clean values alike.
    """

    def get_fields(self) -> dict[str, serializers.Field]:
        """Only for the OpenAPI document."""
        kinds = {Type.EMAIL: serializers.EmailField, Type.MOMENT: serializers.DateTimeField}
        fields: dict[str, serializers.Field] = {
            name: kinds.get(known.type, serializers.CharField)(required=name == "kind")
            for name, known in TOUCH_FIELDS.items()
        }
        more: dict[str, serializers.Field] = {
            "lead": serializers.IntegerField(required=False),
            "system": serializers.CharField(required=False, max_length=60),
            "attributes": serializers.DictField(required=False),
        }
        return fields | more

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["Send one object."]})
        values = dict(data)
        system, lead = values.pop("system", ""), values.pop("lead", None)
        if isinstance(lead, Mapping):
            values["lead"], lead = lead, None
        touch = prepare_touch(values)
        if lead is not None and not _is_key(lead):
            touch.errors["lead"] = "Give the id of a lead."
        if not isinstance(system, str) or len(system) > 60:
            touch.errors["system"] = "The name of a system has at most 60 characters."
        if touch.occurred_at and touch.occurred_at > timezone.now() + SKEW:
            touch.errors["occurred_at"] = "A contact cannot lie in the future."
        if touch.errors:
            raise serializers.ValidationError({n: [text] for n, text in touch.errors.items()})
        return {"touch": touch, "lead": lead, "system": system.strip()}


def _is_key(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


class RecordedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    external_id = serializers.CharField()
    status = serializers.ChoiceField(choices=["created", "repeated"])


class RecordedListSerializer(serializers.Serializer[Any]):
    results = RecordedSerializer(many=True)


@extend_schema_serializer(component_name="LeadAssign")
class AssignSerializer(serializers.Serializer[Any]):
    owner = serializers.IntegerField(allow_null=True, min_value=1, max_value=2**63 - 1)
    reason = serializers.CharField(required=False, max_length=300, allow_blank=True)


class StageSerializer(serializers.Serializer[Any]):
    stage = serializers.CharField(max_length=60)
    reason = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class SourceToldSerializer(serializers.Serializer[Any]):
    """``text`` is an answer of the list or their own words; ``detail`` what they added."""

    state = serializers.ChoiceField(choices=Lead.Heard.choices)
    text = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")
    detail = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")


class OptionalReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(required=False, max_length=300, allow_blank=True, default="")


@extend_schema_serializer(component_name="LeadNote")
class NoteSerializer(serializers.Serializer[Any]):
    body = serializers.CharField(max_length=10_000)


class EntrySerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    text = serializers.CharField()
    detail = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    left_out = serializers.CharField()
