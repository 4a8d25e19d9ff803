"""A touchpoint as other systems give it: the fields of the contract, cleaned. Knows no row.

``prepare_touch`` takes a mapping of contract names and never raises: ``errors`` holds a sentence for
each field that cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from leads.fields import ATTRIBUTES, LeadField, Reading, Type, lead_field
from leads.normalising import folded
from leads.reading import clean_attribute, clean_field
from leads.utm import LENGTHS

_REGISTRY = (
    LeadField("external_id", "External id", max_length=120),
    LeadField("lead.external_id", "Lead: external id", max_length=120),
    LeadField("lead.email", "Lead: e-mail", Type.EMAIL, max_length=254),
    LeadField("visitor", "Visitor", max_length=80),
    LeadField("kind", "Kind"),
    LeadField("direction", "Direction"),
    LeadField("occurred_at", "When", Type.MOMENT),
    LeadField("campaign", "Campaign", Type.REFERENCE),
    LeadField("url", "Address", max_length=8_000),
    LeadField("title", "Title", max_length=200),
    LeadField("body", "What was said", Type.LINES, max_length=10_000),
    LeadField("outcome", "Outcome", max_length=60),
    *(
        LeadField(name, name.replace("_", " ").upper(), max_length=most)
        for name, most in LENGTHS.items()
    ),
    LeadField("value", "Value", Type.NUMBER),
)
TOUCH_FIELDS: dict[str, LeadField] = {known.name: known for known in _REGISTRY}
KINDS = (
    "call email meeting event form download page_view chat mail_open mail_click advert social other"
).split()
#: Other words for the same kinds.
WORDS = {
    "page visit": "page_view",
    "pageview": "page_view",
    "page view": "page_view",
    "visit": "page_view",
    "mail opened": "mail_open",
    "open": "mail_open",
    "click": "mail_click",
    "link in a mail": "mail_click",
    "advertisement": "advert",
    "ad": "advert",
    "social media": "social",
    "phone": "call",
    "mail": "email",
    "e-mail": "email",
    "form submission": "form",
    "webinar": "event",
}
DIRECTIONS = {"in": "in", "inbound": "in", "from the buyer": "in", "out": "out", "outbound": "out"}
MOST_VALUE = Decimal(10) ** 12
MOST_ATTRIBUTES = 50


@dataclass
class PreparedTouch:
    """What was given, cleaned: columns of the touchpoint, who it is about, and what is wrong."""

    columns: dict[str, Any] = field(default_factory=dict)
    utm: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    campaign: str = ""
    lead_external_id: str = ""
    lead_email: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def names_somebody(self) -> bool:
        return bool(self.lead_external_id or self.lead_email)

    @property
    def occurred_at(self) -> datetime | None:
        return self.columns.get("occurred_at")


def prepare_touch(values: Mapping[str, Any], reading: Reading | None = None) -> PreparedTouch:
    row = PreparedTouch()
    for name, raw in _flat(values).items():
        try:
            _put(row, name, raw, reading or Reading())
        except ValueError as error:
            row.errors[name] = str(error)
    if not row.columns.get("kind") and "kind" not in row.errors:
        row.errors["kind"] = f"Say what it was: one of {', '.join(KINDS)}."
    if len(row.attributes) > MOST_ATTRIBUTES:
        row.errors["attributes"] = f"A touchpoint has at most {MOST_ATTRIBUTES} attributes."
    return row


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """``lead`` and ``attributes`` may also be objects."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        if name in {"lead", "attributes"} and isinstance(value, Mapping):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif not (name == "attributes" and value is None):
            flat[name] = value
    return flat


def _put(row: PreparedTouch, name: str, raw: Any, reading: Reading) -> None:
    if name.startswith(ATTRIBUTES):
        known = lead_field(name)
        if known is None:
            raise ValueError("There is no field of this name.")
        value = clean_attribute(known.key, raw, name.partition(":")[2], reading)
        if value not in (None, ""):
            row.attributes[known.key] = value
        return
    if name not in TOUCH_FIELDS:
        raise ValueError("There is no field of this name.")
    value = clean_field(TOUCH_FIELDS[name], raw, reading)
    if name in LENGTHS:
        row.utm[name] = value
    elif name.startswith("lead.") or name == "campaign":
        setattr(row, name.replace(".", "_"), value)
    elif value not in (None, ""):
        row.columns[name] = _CHOSEN.get(name, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def _kind(text: str) -> str:
    word = folded(text)
    kind = WORDS.get(word, word.replace(" ", "_").replace("-", "_"))
    if kind not in KINDS:
        raise ValueError(f"There is no such kind. There are: {', '.join(KINDS)}.")
    return kind


def _direction(text: str) -> str:
    if folded(text) not in DIRECTIONS:
        raise ValueError("The direction is in (from the buyer) or out (from us).")
    return DIRECTIONS[folded(text)]


def _value(number: float) -> Decimal:
    value = Decimal(str(number)).quantize(Decimal("0.01"))
    if abs(value) >= MOST_VALUE:
        raise ValueError("This number is out of range.")
    return value


_CHOSEN: dict[str, Callable[[Any], Any]] = {"kind": _kind, "direction": _direction, "value": _value}
