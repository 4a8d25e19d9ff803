"""Which fields a lead has, what each is called outside, and where it is stored. Plain Python.

One definition for the form, the API, the import and the export. In short:

``FIELDS``                     contract name → ``LeadField`` (label, type, where it is stored)
``lead_field(name)``           the field, also for ``attributes.NAME`` and ``attributes.NAME:type``; None if unknown
``attribute_name(text)``       a safe attribute name out of a column's heading
``Reading``                    how texts are to be read: date format, time zone, words that mean "nothing"

and in ``leads.reading``:

``clean(name, raw, reading)``  one value; raises ``ValueError`` with a sentence
``prepare(values, reading)``   a whole row → ``Prepared``: cleaned columns, company, references, attributes,
                               note, and ``errors`` (field name → sentence); never raises
``infer_type(texts)``          the type of a free attribute, from samples of its column

References (campaign, persona, stage, owner) stay texts there; ``leads.capture`` finds their rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from leads import normalising


class Type(StrEnum):
    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    PHONE = "phone"
    DOMAIN = "domain"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "moment"
    CONSENT = "consent"
    REFERENCE = "reference"
    MONEY = "money"
    CURRENCY = "currency"
    CHOICE = "choice"


class Place(StrEnum):
    """Where the value of a field ends up."""

    LEAD = "lead"
    COMPANY = "company"
    REFERENCE = "reference"
    ATTRIBUTE = "attribute"
    NOTE = "note"
    #: Another record that the row belongs to, by one of its keys.
    LINK = "link"


@dataclass(frozen=True)
class LeadField:
    """One field by its contract name. ``column`` is the model field (or attribute) it fills.

    ``choices`` are the values that a field of few values has, with their labels.
    """

    name: str
    label: str
    type: Type = Type.TEXT
    place: Place = Place.LEAD
    column: str = ""
    max_length: int = 0
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        return self.column or self.name


@dataclass(frozen=True)
class Reading:
    """How texts of one source are to be read."""

    date_format: str = ""
    zone: tzinfo = UTC
    nulls: frozenset[str] = frozenset()


NOBODY = "Give an external id, an e-mail address, a phone number, or a name with a company."


_C, _R = Place.COMPANY, Place.REFERENCE
_REGISTRY = (
    LeadField("external_id", "External id", max_length=120),
    LeadField("first_name", "First name", max_length=120),
    LeadField("last_name", "Last name", max_length=120),
    LeadField("full_name", "Full name", max_length=240),
    LeadField("email", "E-mail", Type.EMAIL, max_length=254),
    LeadField("phone", "Phone", Type.PHONE, max_length=60),
    LeadField("title", "Job title", max_length=160),
    LeadField("seniority", "Seniority", max_length=60),
    LeadField("company.name", "Company", place=_C, column="name", max_length=200),
    LeadField("company.domain", "Company domain", Type.DOMAIN, _C, "domain", 200),
    LeadField("company.industry", "Industry", place=_C, column="industry", max_length=120),
    LeadField("company.employees", "Employees", Type.NUMBER, _C, "employees"),
    LeadField("company.country", "Company country", place=_C, column="country", max_length=80),
    LeadField("company.region", "Company region", place=_C, column="region", max_length=120),
    LeadField("company.city", "Company city", place=_C, column="city", max_length=120),
    LeadField("country", "Country", max_length=80),
    LeadField("city", "City", max_length=120),
    LeadField("source", "Source", max_length=120),
    LeadField("source_detail", "Source in detail", max_length=300),
    LeadField("converting_source", "Converting touch", max_length=120),
    LeadField("campaign", "Campaign", Type.REFERENCE, _R),
    LeadField("landing_page", "Landing page", max_length=500),
    LeadField("utm_source", "UTM source", max_length=120),
    LeadField("utm_medium", "UTM medium", max_length=120),
    LeadField("utm_campaign", "UTM campaign", max_length=200),
    LeadField("utm_term", "UTM term", max_length=200),
    LeadField("utm_content", "UTM content", max_length=200),
    LeadField("heard_about_us", "How they heard about us", max_length=300),
    LeadField("persona", "Persona", Type.REFERENCE, _R),
    LeadField("stage", "Stage", Type.REFERENCE, _R),
    LeadField("owner", "Owner", Type.REFERENCE, _R),
    LeadField("language", "Language", max_length=20),
    LeadField("consent", "Consent", Type.CONSENT),
    LeadField("created_at", "Created", Type.MOMENT),
    LeadField("converted_at", "Converted", Type.MOMENT),
    LeadField("lost_at", "Lost", Type.MOMENT),
    LeadField("lost_reason", "Reason of the loss", max_length=300),
    LeadField("next_step", "Next step", max_length=200),
    LeadField("next_step_on", "Next step on", Type.DATE),
    LeadField("notes", "Notes", Type.LINES, Place.NOTE, max_length=10_000),
)
FIELDS: dict[str, LeadField] = {known.name: known for known in _REGISTRY}
ATTRIBUTE_TYPES = {kind.value: kind for kind in (Type.TEXT, Type.NUMBER, Type.BOOLEAN, Type.DATE)}
#: Two underscores would read as a look-up, so a name never holds them.
ATTRIBUTE_NAME = re.compile(r"(?!.*__)[A-Za-z][A-Za-z0-9_-]{0,79}(?<!_)")
ATTRIBUTE_LENGTH = 1000
ATTRIBUTES = "attributes."


def lead_field(name: str) -> LeadField | None:
    """The field of a contract name; ``attributes.visits:number`` too."""
    return FIELDS.get(name) or attribute_field(name)


def attribute_field(name: str) -> LeadField | None:
    """The field of ``attributes.NAME`` or ``attributes.NAME:type``; None if that is no safe name."""
    if not name.startswith(ATTRIBUTES):
        return None
    key, _, kind = name.removeprefix(ATTRIBUTES).partition(":")
    if not ATTRIBUTE_NAME.fullmatch(key) or (kind and kind not in ATTRIBUTE_TYPES):
        return None
    label = key.replace("_", " ").replace("-", " ").capitalize()
    return LeadField(
        f"{ATTRIBUTES}{key}",
        label,
        ATTRIBUTE_TYPES.get(kind, Type.TEXT),
        Place.ATTRIBUTE,
        key,
        ATTRIBUTE_LENGTH,
    )


def attribute_name(heading: str) -> str:
    """``Total Time Spent (min)`` → ``total_time_spent_min``; always a safe name."""
    words = re.sub(r"[^a-z0-9]+", "_", normalising.folded(heading)).strip("_")
    return (words if words[:1].isalpha() else f"a_{words}")[:80].rstrip("_")
