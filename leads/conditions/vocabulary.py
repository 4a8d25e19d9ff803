"""What a condition can name: the fields of a lead, how each compares, and what people call it.

Plain Python. Names are those of the contract; custom attributes are ``attributes.NAME``. Rooms above
may add fields of their own at start-up (``add_field``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES, FIELDS


class Kind(StrEnum):
    TEXT = "text"
    EXACT = "exact"
    NUMBER = "number"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    REFERENCE = "reference"


#: How each kind of field compares, in the order in which the editor offers it.
OPS: dict[Kind, tuple[str, ...]] = {
    Kind.TEXT: ("is", "is_not", "contains", "not_contains", "starts_with", "blank", "not_blank"),
    Kind.EXACT: ("is", "is_not", "contains", "not_contains", "starts_with", "blank", "not_blank"),
    Kind.NUMBER: ("is", "is_not", "gt", "gte", "lt", "lte", "between", "blank", "not_blank"),
    Kind.CHOICE: ("is", "is_not", "blank", "not_blank"),
    Kind.BOOLEAN: ("is", "blank", "not_blank"),
    Kind.DATE: (
        "in_last",
        "older_than",
        "in_next",
        "on",
        "before",
        "after",
        "between",
        "blank",
        "not_blank",
    ),
    Kind.REFERENCE: ("is", "is_not", "blank", "not_blank"),
}
OPS[Kind.MOMENT] = OPS[Kind.DATE]
WORDS = {
    "is": "is",
    "is_not": "is not",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "gt": "is more than",
    "gte": "is at least",
    "lt": "is less than",
    "lte": "is at most",
    "between": "is between",
    "on": "is on",
    "before": "is before",
    "after": "is after",
    "in_last": "is in the last … days",
    "older_than": "is more than … days ago",
    "in_next": "is in the next … days",
    "blank": "is blank",
    "not_blank": "is not blank",
}
#: Comparisons that need no value, one number of days, or two values.
VALUELESS = frozenset({"blank", "not_blank"})
IN_DAYS = frozenset({"in_last", "older_than", "in_next"})
#: Comparisons that are the opposite of another one.
OPPOSITES = {"is_not": "is", "not_contains": "contains", "not_blank": "blank"}


@dataclass(frozen=True)
class FieldSpec:
    """One field. ``column`` is where it stands: on the lead, on its company, among attributes or tags."""

    name: str
    label: str
    kind: Kind
    group: str
    column: str = ""
    of: str = "lead"
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def ops(self) -> tuple[str, ...]:
        return OPS[self.kind]

    @property
    def is_never_blank(self) -> bool:
        return self.column in NEVER_BLANK


#: Columns of a lead that always hold something.
NEVER_BLANK = frozenset({"status", "consent", "heard_state", "stage", "created_at", "updated_at"})
CONTACT, COMPANY, ORIGIN, WORK, DATES, OTHER = (
    "Contact",
    "Company",
    "Where they came from",
    "Work",
    "Dates",
    "Attributes",
)
_GROUPS = {
    CONTACT: "full_name first_name last_name title seniority country city language",
    ORIGIN: "source source_detail converting_source landing_page heard_about_us "
    "utm_source utm_medium utm_campaign utm_term utm_content",
    WORK: "next_step lost_reason",
}
_COMPANY = "name domain industry country region city".split()
_STATUS = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))
_CONSENT = (("unknown", "Unknown"), ("granted", "Granted"), ("denied", "Denied"))
_HEARD = (("not_asked", "Not asked yet"), ("told", "Told us"), ("cannot_recall", "Cannot recall"))
_TIERS = (("A", "A"), ("B", "B"), ("C", "C"))
_MOMENTS = {
    "created_at": "Created",
    "updated_at": "Changed",
    "converted_at": "Won",
    "lost_at": "Lost",
    "stage_entered_at": "In this stage since",
    "consent_at": "Consent given",
}
REFERENCES = ("owner", "team", "campaign", "persona", "stage")


def _registry() -> dict[str, FieldSpec]:
    found = [
        FieldSpec(name, FIELDS[name].label, Kind.TEXT, group, name)
        for group, names in _GROUPS.items()
        for name in names.split()
    ]
    found += [
        FieldSpec("email", "E-mail", Kind.EXACT, CONTACT, "email_key"),
        FieldSpec("phone", "Phone", Kind.TEXT, CONTACT, "phone"),
        FieldSpec("external_id", "External id", Kind.EXACT, CONTACT, "external_id"),
        FieldSpec("consent", "Consent", Kind.CHOICE, CONTACT, "consent", choices=_CONSENT),
        FieldSpec(
            "heard_state",
            "Asked how they heard",
            Kind.CHOICE,
            ORIGIN,
            "heard_state",
            choices=_HEARD,
        ),
        FieldSpec("status", "Status", Kind.CHOICE, WORK, "status", choices=_STATUS),
        FieldSpec("next_step_on", "Next step on", Kind.DATE, DATES, "next_step_on"),
    ]
    found += [FieldSpec(name, label, Kind.MOMENT, DATES, name) for name, label in _MOMENTS.items()]
    found += [
        FieldSpec(
            f"company.{name}", FIELDS[f"company.{name}"].label, Kind.TEXT, COMPANY, name, "company"
        )
        for name in _COMPANY
    ]
    found += [
        FieldSpec("company.employees", "Employees", Kind.NUMBER, COMPANY, "employees", "company"),
        FieldSpec("company.tier", "Tier", Kind.CHOICE, COMPANY, "tier", "company", _TIERS),
    ]
    found += [FieldSpec(name, name.capitalize(), Kind.REFERENCE, WORK, name) for name in REFERENCES]
    found.append(FieldSpec("tag", "Tag", Kind.REFERENCE, WORK, "tags", "tags"))
    return {spec.name: spec for spec in found}


STANDARD: dict[str, FieldSpec] = _registry()


def add_field(spec: FieldSpec) -> None:
    """Called in ``AppConfig.ready`` by rooms that stand on leads."""
    STANDARD[spec.name] = spec


@dataclass(frozen=True)
class Attribute:
    """A custom attribute that people have defined."""

    label: str
    kind: Kind


@dataclass(frozen=True)
class Vocabulary:
    """What one reader can name. What their role sees hidden does not exist for them.

    ``sees_touchpoints`` is false for who may not see what leads did. ``kinds`` are the kinds of
    touchpoints with their labels.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    sees_touchpoints: bool = True

    def find(self, name: str) -> FieldSpec | None:
        """The field of a name; None when there is none, or the reader sees it hidden."""
        if self.hides(name):
            return None
        if name in STANDARD:
            return STANDARD[name]
        if not name.startswith(ATTRIBUTES):
            return None
        key = name.removeprefix(ATTRIBUTES)
        if not ATTRIBUTE_NAME.fullmatch(key):
            return None
        known = self.attributes.get(key)
        label = known.label if known else key.replace("_", " ").replace("-", " ").capitalize()
        kind = known.kind if known else Kind.TEXT
        return FieldSpec(name, label, kind, OTHER, key, "attributes")

    def is_defined(self, name: str) -> bool:
        """Whether somebody has said what type the attribute has."""
        return name.removeprefix(ATTRIBUTES) in self.attributes

    def hides(self, name: str) -> bool:
        return (ATTRIBUTES.rstrip(".") if name.startswith(ATTRIBUTES) else name) in self.hidden

    def fields(self) -> list[FieldSpec]:
        """Everything that can be offered, group by group."""
        order = (CONTACT, COMPANY, ORIGIN, WORK, DATES)
        names = sorted(STANDARD, key=lambda name: order.index(STANDARD[name].group))
        names += [f"{ATTRIBUTES}{key}" for key in sorted(self.attributes)]
        return [spec for spec in map(self.find, names) if spec is not None]


def typed_as(spec: FieldSpec, kind: Kind) -> FieldSpec:
    """An attribute that nobody has defined, read by the type of what it is compared with."""
    return replace(spec, kind=kind)
