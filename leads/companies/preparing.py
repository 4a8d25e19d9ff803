"""Reading what a form or the API says about a company, into values that can be stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from leads.capture import assignable
from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES
from leads.models import Company
from leads.normalising import clean_text, company_key
from leads.reading import clean, clean_attribute
from portal.accounts.models import User

#: Contract name → what people read. The order is that of the form and of files.
LABELS = {
    "name": "Name",
    "domain": "Domain",
    "industry": "Industry",
    "employees": "Employees",
    "country": "Country",
    "region": "Region",
    "city": "City",
    "phone": "Phone",
    "revenue": "Annual revenue",
    "revenue_currency": "Currency",
    "tier": "Tier",
    "parent": "Parent company",
    "owner": "Owner",
    "external_id": "External id",
}
#: Read exactly as the same field of a lead.
AS_OF_LEADS = {
    **{
        name: f"company.{name}"
        for name in ("name", "domain", "industry", "employees", "country", "region", "city")
    },
    "phone": "phone",
    "external_id": "external_id",
}
REFERENCES = ("parent", "owner")
LARGEST = Decimal(10) ** 16
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass
class PreparedCompany:
    """Cleaned values, by column. Only what was given is in it."""

    columns: dict[str, Any] = field(default_factory=dict)
    references: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def name_key(self) -> str:
        return self.columns.get("name_key", "")

    @property
    def domain(self) -> str:
        return self.columns.get("domain", "")


def prepare_company(
    values: Mapping[str, Any], types: Mapping[str, str] | None = None
) -> PreparedCompany:
    """Clean contract name → raw value. Never raises: ``errors`` holds a sentence for each field."""
    row = PreparedCompany()
    for name, raw in values.items():
        if name == "attributes" and isinstance(raw, Mapping):
            for key, value in raw.items():
                _put_attribute(row, str(key), value, types or {})
        elif name in REFERENCES:
            row.references[name] = raw
        elif name in LABELS:
            _put(row, name, raw)
        else:
            row.errors[name] = "There is no field of this name that can be written."
    _complete(row)
    return row


def _put(row: PreparedCompany, name: str, raw: Any) -> None:
    try:
        reader = {"revenue": _revenue, "revenue_currency": _currency, "tier": _tier}.get(name)
        row.columns[name] = reader(raw) if reader else clean(AS_OF_LEADS[name], raw)
    except ValueError as error:
        row.errors[name] = str(error)


def _put_attribute(row: PreparedCompany, key: str, raw: Any, types: Mapping[str, str]) -> None:
    name = f"{ATTRIBUTES}{key}"
    if not ATTRIBUTE_NAME.fullmatch(key):
        row.errors[name] = "Use letters, digits and single underscores, and begin with a letter."
        return
    try:
        row.attributes[key] = clean_attribute(key, raw, types.get(key, ""))
    except ValueError as error:
        row.errors[name] = str(error)


def _revenue(raw: Any) -> Decimal | None:
    text = clean_text(raw).replace(" ", "").replace("'", "")
    if not text:
        return None
    try:
        value = Decimal(re.sub(r",(?=\d{3}(?:[,.]|$))", "", text))
    except InvalidOperation:
        raise ValueError("Write an amount like 1250000 or 1,250,000.50.") from None
    if not value.is_finite() or not 0 <= value < LARGEST:
        raise ValueError("This amount is out of range.")
    return value.quantize(Decimal("0.01"))


def _currency(raw: Any) -> str:
    text = clean_text(raw).upper()
    if text and not _CURRENCY.fullmatch(text):
        raise ValueError("A currency has three letters, such as EUR.")
    return text


def _tier(raw: Any) -> str:
    text = clean_text(raw).upper()
    if text and text not in Company.Tier.values:
        raise ValueError("A tier is A, B or C.")
    return text


def _complete(row: PreparedCompany) -> None:
    """What follows from what was given: the key of the name."""
    columns = row.columns
    if "name" in columns:
        columns["name_key"] = company_key(columns["name"])
        if not columns["name_key"]:
            row.errors.setdefault("name", "A company needs a name.")


# --- whom a text means ------------------------------------------------------------------------
def resolve(row: PreparedCompany, by: User) -> dict[str, Any]:
    """The rows behind parent and owner, as far as ``by`` may see them; faults go to ``errors``."""
    found: dict[str, Any] = {}
    for name, raw in row.references.items():
        if isinstance(raw, Mapping):
            raw = raw.get("id")
        text = clean_text(raw)
        if not text:
            found[name] = None
            continue
        match = _parent(text, by) if name == "parent" else _owner(text, by)
        if match is None:
            row.errors[name] = (
                f"There is no company “{text[:80]}”. Add it first, or write its exact name."
                if name == "parent"
                else f"There is nobody “{text[:80]}” who works with companies."
            )
        else:
            found[name] = match
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _parent(text: str, by: User) -> Company | None:
    """By its id or its name; a company that is called by a number is found by its name first."""
    rows = Company.objects.permitted(by, "leads.view_company")
    by_name = rows.filter(name_key=company_key(text) or "-").first()
    number = _number(text)
    return by_name if by_name or number is None else rows.filter(pk=number).first()


def _owner(text: str, by: User) -> Any:
    people = owners(by)
    if text == "me":
        return people.filter(pk=by.pk).first()
    number = _number(text)
    if number is not None:
        return people.filter(pk=number).first()
    return people.filter(email=text.lower()).first()


def owners(by: User) -> Any:
    """People who can own a company or a list."""
    return assignable(by)
