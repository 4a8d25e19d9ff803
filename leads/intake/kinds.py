"""What can be brought in: for each kind of record its fields, and by what a record is known. Plain data.

Whoever shows, proposes or checks a mapping asks here, so that every kind is treated alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from leads.fields import FIELDS, NOBODY, LeadField, Place, lead_field
from leads.intake.fields import COMPANY_FIELDS, OPPORTUNITY_FIELDS, TOUCHPOINT_FIELDS, Fields

#: Chosen by a person where the file has no key: a row is known by the file's name and its line.
ROW = "row"
_ROW_WORDS = "The line of this file (its rows have no key of their own)"


class UnknownKind(ValueError):
    """The kind cannot be brought in; the message is a sentence for the person."""


@dataclass(frozen=True)
class Kind:
    """One kind of record: its fields and how a field is found by its contract name.

    ``keys`` are the choices of "known by", with their words, the best one first;
    ``identities`` the combinations of fields of which a row needs one, and ``nobody`` the sentence
    for a row without any. ``groups`` sorts the fields on the page, ``personal`` never have one value
    for the whole file, texts of ``translated`` can be given another meaning, and
    ``unknown`` says what becomes of a name that nobody here has, unless the mapping says otherwise:
    it is kept as it stands in the file, or its row is rejected.
    """

    name: str
    label: str
    fields: dict[str, LeadField]
    field_of: Callable[[str], LeadField | None]
    keys: dict[str, str]
    identities: tuple[frozenset[str], ...]
    nobody: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    personal: frozenset[str]
    translated: tuple[str, ...]
    unknown: dict[str, str]

    def identifies(self, fields: Iterable[str]) -> bool:
        """Whether rows with these fields can be told apart at all."""
        have = set(fields)
        return any(identity <= have for identity in self.identities)


def _rest(fields: dict[str, LeadField], *taken: tuple[str, ...]) -> tuple[str, ...]:
    known = {name for names in taken for name in names}
    return tuple(name for name in fields if name not in known)


def _sets(*identities: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(identity.split()) for identity in identities)


_PERSON = (
    "external_id", "first_name", "last_name", "full_name", "email", "phone", "title", "seniority", "country", "city",
    "language", "consent",
)  # fmt: skip
_COMPANY = (
    *(name for name, known in FIELDS.items() if known.place is Place.COMPANY),
    "company.external_id",
)
#: Beside what a lead has itself, the company that it belongs to may be named by its id.
_EMPLOYER = LeadField(
    "company.external_id", "External id of the company", place=Place.LINK, max_length=120
)
_LEAD_TABLE = FIELDS | {_EMPLOYER.name: _EMPLOYER}
_LEADS = Kind(
    "leads",
    "Leads",
    _LEAD_TABLE,
    lambda name: _LEAD_TABLE.get(name) or lead_field(name),
    keys={
        "": "Best there is in each row: external id, then e-mail, then phone or name with company",
        "external_id": "External id",
        "email": "E-mail",
        "phone": "Phone",
        "name": "Name with company",
        ROW: _ROW_WORDS,
    },
    identities=_sets(
        "external_id", "email", "phone", "full_name company.name", "first_name company.name", "last_name company.name",
    ),
    nobody=NOBODY,
    groups=(
        ("Person", _PERSON),
        ("Company", _COMPANY),
        ("Where from, how far", _rest(FIELDS, _PERSON, _COMPANY)),
    ),
    personal=frozenset(
        "external_id email phone first_name last_name full_name campaign notes".split()
    ),
    translated=(
        "stage", "consent", "source", "owner", "persona", "campaign", "seniority", "language",
    ),
    unknown={"owner": "keep", "campaign": "reject", "persona": "reject", "company.external_id": "keep"},
)  # fmt: skip

_COMPANY_TABLE = Fields(COMPANY_FIELDS)
_COMPANIES = Kind(
    "companies",
    "Companies",
    _COMPANY_TABLE,
    _COMPANY_TABLE.of,
    keys={
        "": "Best there is in each row: external id, then domain, then name",
        "external_id": "External id",
        "domain": "Domain",
        "name": "Name",
    },
    identities=_sets("name", "domain", "external_id"),
    nobody="Give a name or a domain, or the external id of a company that is here already.",
    groups=(("Company", tuple(_COMPANY_TABLE)),),
    personal=frozenset({"external_id", "name", "domain", "phone"}),
    translated=("tier", "owner", "industry", "country", "parent", "name"),
    unknown={"owner": "keep"},
)

_TOUCH_TABLE = Fields(TOUCHPOINT_FIELDS)
_WHO = ("lead.external_id", "lead.email", "visitor")
_WHAT = (
    "external_id",
    "system",
    "kind",
    "direction",
    "occurred_at",
    "title",
    "body",
    "outcome",
    "value",
)
_TOUCHPOINTS = Kind(
    "touchpoints",
    "Touchpoints",
    _TOUCH_TABLE,
    _TOUCH_TABLE.of,
    keys={
        "": "External id; without one, everything that the row says",
        "external_id": "External id",
        ROW: _ROW_WORDS,
    },
    identities=_sets(*_WHO),
    nobody="Say whose touchpoint this is: external id or e-mail of the lead, or a visitor.",
    groups=(("Who", _WHO), ("What", _WHAT), ("Where from", _rest(_TOUCH_TABLE, _WHO, _WHAT))),
    personal=frozenset({"external_id", *_WHO, "body"}),
    translated=("kind", "direction", "outcome", "campaign"),
    unknown={"campaign": "reject", "lead.external_id": "reject", "lead.email": "reject"},
)  # fmt: skip

_DEAL_TABLE = Fields(OPPORTUNITY_FIELDS)
_DEAL = ("external_id", "name", "amount", "currency", "product", "competitor", "source", "campaign")
_WHOSE = ("lead.external_id", "lead.email", "company.name", "company.external_id", "owner", "team")
_OPPORTUNITIES = Kind(
    "opportunities",
    "Opportunities",
    _DEAL_TABLE,
    _DEAL_TABLE.of,
    keys={"": "External id", ROW: _ROW_WORDS},
    identities=_sets("external_id"),
    nobody="Give the external id of the opportunity.",
    groups=(
        ("Opportunity", _DEAL),
        ("Whose", _WHOSE),
        ("How far", _rest(_DEAL_TABLE, _DEAL, _WHOSE)),
    ),
    personal=frozenset({"external_id", "name", "lead.external_id", "lead.email"}),
    translated=(
        "stage", "status", "owner", "team", "product", "competitor", "campaign", "source",
        "lost_reason", "company.name",
    ),
    unknown={
        "owner": "keep", "team": "keep", "product": "keep", "competitor": "keep", "campaign": "reject",
        "company.external_id": "keep", "lead.external_id": "reject", "lead.email": "reject",
    },
)  # fmt: skip

KINDS = {kind.name: kind for kind in (_LEADS, _COMPANIES, _TOUCHPOINTS, _OPPORTUNITIES)}


def kind_named(name: str) -> Kind:
    if name in KINDS:
        return KINDS[name]
    raise UnknownKind(
        f"There is no kind of records called “{name[:40]}”. This version imports {', '.join(KINDS)}."
    )
