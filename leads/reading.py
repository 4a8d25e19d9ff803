"""Reading values of a lead: one value, a whole row, the type of a column. Plain Python."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from leads import normalising
from leads.fields import ATTRIBUTES, LeadField, Place, Reading, Type, lead_field
from portal.core.moments import is_possible


# --- reading one value ------------------------------------------------------------------------
def _text(raw: Any, known: LeadField, reading: Reading) -> str:
    if isinstance(raw, bool):
        raw = "yes" if raw else "no"
    elif isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    elif isinstance(raw, Mapping | list | tuple):
        raise ValueError("This must be a text.")
    text = normalising.clean_text(raw, lines=known.type is Type.LINES)
    if known.max_length and len(text) > known.max_length:
        raise ValueError(f"This is longer than {known.max_length:,} characters.")
    return text


def _email(raw: Any, known: LeadField, reading: Reading) -> str:
    text = normalising.email_text(_text(raw, known, reading))
    if text and not normalising.email_key(text):
        raise ValueError("This is not an e-mail address.")
    return text


def _phone(raw: Any, known: LeadField, reading: Reading) -> str:
    given = _text(raw, known, reading)
    text = normalising.phone_text(given)
    if given and not text:
        raise ValueError("This is not a phone number.")
    return text


def _domain(raw: Any, known: LeadField, reading: Reading) -> str:
    return normalising.domain_text(_text(raw, known, reading))


_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")
_GROUPED_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+\.\d+")
_EUROPEAN = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+")


def _decimal(text: str) -> Decimal:
    compact = unicodedata.normalize("NFKC", text).replace(" ", "").replace("'", "")
    if _GROUPED.fullmatch(compact) or _GROUPED_DECIMAL.fullmatch(compact):
        compact = compact.replace(",", "")
    elif _EUROPEAN.fullmatch(compact):
        compact = compact.replace(".", "").replace(",", ".")
    elif compact.count(",") == 1 and "." not in compact:
        compact = compact.replace(",", ".")
    if "_" in compact:
        raise ValueError("This is not a number.")
    return Decimal(compact)


def _number(raw: Any, known: LeadField, reading: Reading) -> int | float | None:
    """A whole number or a float; None for nothing. No NaN, no infinity, no more than a float holds."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        value = Decimal(str(raw))
    else:
        text = _text(raw, known, reading)
        if not text:
            return None
        try:
            value = _decimal(text)
        except (InvalidOperation, ValueError):
            raise ValueError("This is not a number.") from None
    if not value.is_finite() or abs(value) > Decimal("1e15") or not math.isfinite(float(value)):
        raise ValueError("This number is out of range.")
    return int(value) if value == value.to_integral_value() else float(value)


_MONEY_MARKS = re.compile(r"[$€£¥₹]|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_LARGEST_AMOUNT = Decimal("1e12")


def _money(raw: Any, known: LeadField, reading: Reading) -> Decimal | None:
    """An amount to the cent; a sign or code of a currency around it is left aside."""
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        value = Decimal(str(raw))
    else:
        text = _MONEY_MARKS.sub("", _text(raw, known, reading)).strip()
        if not text:
            return None
        try:
            value = _decimal(text)
        except (InvalidOperation, ValueError):
            raise ValueError("This is not an amount.") from None
    if not value.is_finite() or abs(value) >= _LARGEST_AMOUNT:
        raise ValueError("This amount is out of range.")
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}


def _currency(raw: Any, known: LeadField, reading: Reading) -> str:
    text = _text(raw, known, reading)
    code = _SIGNS.get(text, text).upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValueError("A currency is a code of three letters, like EUR.")
    return code


def _choice(raw: Any, known: LeadField, reading: Reading) -> str:
    """The value whose name or label this is."""
    word = normalising.folded(_text(raw, known, reading))
    if not word:
        return ""
    for value, label in known.choices:
        if word in {value, normalising.folded(label)}:
            return value
    labels = ", ".join(label for _, label in known.choices)
    raise ValueError(f"This must be one of: {labels}.")


_TRUE = frozenset({"yes", "y", "true", "t", "1", "on", "ja", "oui", "si"})
_FALSE = frozenset({"no", "n", "false", "f", "0", "off", "nein", "non"})


def _boolean(raw: Any, known: LeadField, reading: Reading) -> bool | None:
    if isinstance(raw, bool):
        return raw
    word = normalising.folded(_text(raw, known, reading))
    if not word:
        return None
    if word not in _TRUE | _FALSE:
        raise ValueError("This must be yes or no.")
    return word in _TRUE


_GRANTED = _TRUE | {"granted", "given", "opted in", "opt in", "optin", "subscribed"}
_DENIED = _FALSE | {"denied", "withdrawn", "opted out", "opt out", "optout", "unsubscribed"}


def _consent(raw: Any, known: LeadField, reading: Reading) -> str:
    word = normalising.folded(_text(raw, known, reading)).replace("-", " ")
    if word in _GRANTED:
        return "granted"
    if word in _DENIED:
        return "denied"
    if word in {"", "unknown", "not asked"}:
        return "unknown"
    raise ValueError("Consent is granted, denied or unknown.")


def _moment(raw: Any, known: LeadField, reading: Reading) -> datetime | None:
    """An aware moment. A day alone is its first minute; a text without a zone is read in ``zone``."""
    if isinstance(raw, datetime):
        moment = raw
    elif isinstance(raw, date):
        moment = datetime.combine(raw, time(), reading.zone)
    else:
        text = _text(raw, known, reading)
        if not text:
            return None
        moment = _parsed(text, reading.date_format)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=reading.zone)
    if not is_possible(moment):
        raise ValueError("This date is out of range.")
    return moment


def _parsed(text: str, date_format: str) -> datetime:
    try:
        if date_format:
            return datetime.strptime(text, date_format)  # noqa: DTZ007 - the caller adds the zone
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        like = (
            f" like {date(2026, 3, 31).strftime(date_format)}"
            if date_format
            else " like 2026-03-31"
        )
        raise ValueError(f"This is not a date{like}.") from None


def _date(raw: Any, known: LeadField, reading: Reading) -> date | None:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    moment = _moment(raw, known, reading)
    return moment.date() if moment else None


_CLEANERS: dict[Type, Callable[[Any, LeadField, Reading], Any]] = {
    Type.TEXT: _text,
    Type.LINES: _text,
    Type.REFERENCE: _text,
    Type.EMAIL: _email,
    Type.PHONE: _phone,
    Type.DOMAIN: _domain,
    Type.NUMBER: _number,
    Type.BOOLEAN: _boolean,
    Type.CONSENT: _consent,
    Type.DATE: _date,
    Type.MOMENT: _moment,
    Type.MONEY: _money,
    Type.CURRENCY: _currency,
    Type.CHOICE: _choice,
}
_PLAIN = Reading()
_PEOPLE = ("employees", "company.employees")


def clean(name: str, raw: Any, reading: Reading = _PLAIN) -> Any:
    """The value of one field as it is stored. Raises ``ValueError`` with a sentence for the person."""
    known = lead_field(name)
    if known is None:
        raise ValueError("There is no field of this name.")
    return clean_field(known, raw, reading)


def clean_field(known: LeadField, raw: Any, reading: Reading = _PLAIN) -> Any:
    """The value of a field of any kind of record. Raises ``ValueError`` with a sentence."""
    if isinstance(raw, str) and reading.nulls and raw.strip() in reading.nulls:
        raw = None
    value = _CLEANERS[known.type](raw, known, reading)
    if (
        known.name in _PEOPLE
        and value is not None
        and not (isinstance(value, int) and 0 <= value < 2**31)
    ):
        raise ValueError("This must be a whole number of people.")
    return value


def clean_attribute(name: str, raw: Any, kind: str = "", reading: Reading = _PLAIN) -> Any:
    """The value of a free attribute. Without a type, numbers and yes/no stay what they are in JSON."""
    if not kind and isinstance(raw, bool | int | float):
        kind = Type.BOOLEAN if isinstance(raw, bool) else Type.NUMBER
    value = clean(f"{ATTRIBUTES}{name}:{kind}" if kind else f"{ATTRIBUTES}{name}", raw, reading)
    return value.isoformat() if isinstance(value, date) else value


@dataclass
class Prepared:
    """A row, cleaned. Only what was given is in it, so that an update touches nothing else."""

    lead: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def email_key(self) -> str:
        return self.lead.get("email_key", "")

    @property
    def external_id(self) -> str:
        return self.lead.get("external_id", "")

    @property
    def identifies(self) -> bool:
        """Whether somebody can be told by it: external id, e-mail, phone, or name with company."""
        named = self.lead.get("full_name") and self.company.get("name")
        return bool(self.external_id or self.email_key or self.lead.get("phone") or named)


# --- reading a whole row ----------------------------------------------------------------------
def prepare(
    values: Mapping[str, Any], reading: Reading = _PLAIN, types: Mapping[str, str] | None = None
) -> Prepared:
    """Clean a row given as contract name → raw value. Attributes may also be given as one mapping.

    ``types`` holds the types of attributes that people have defined; they win over what is inferred.
    """
    row = Prepared()
    for name, raw in values.items():
        if name == "attributes" and isinstance(raw, Mapping):
            for key, value in raw.items():
                _put(row, f"{ATTRIBUTES}{key}", value, reading, types or {})
        else:
            _put(row, name, raw, reading, types or {})
    _complete(row)
    return row


def _put(row: Prepared, name: str, raw: Any, reading: Reading, types: Mapping[str, str]) -> None:
    known = lead_field(name)
    if known is None:
        row.errors[name] = "There is no field of this name."
        return
    try:
        if known.place is Place.ATTRIBUTE:
            kind = name.partition(":")[2] or types.get(known.key, "")
            row.attributes[known.key] = clean_attribute(known.key, raw, kind, reading)
            return
        value = clean(name, raw, reading)
    except ValueError as error:
        row.errors[name] = str(error)
        return
    if known.place is Place.LEAD:
        row.lead[known.key] = value
    elif known.place is Place.COMPANY:
        row.company[known.key] = value
    elif known.place is Place.REFERENCE:
        row.references[known.name] = value
    else:
        row.note = value


def _complete(row: Prepared) -> None:
    """Fill in what follows from what was given; nothing that would overwrite what was not."""
    lead = row.lead
    if lead.get("created_at", "") is None:
        del lead["created_at"]
    if lead.get("full_name") and not {"first_name", "last_name"} & lead.keys():
        first, last = normalising.split_name(lead["full_name"])
        lead["first_name"], lead["last_name"] = first[:120], last[:120]
    elif "full_name" not in lead and {"first_name", "last_name"} <= lead.keys():
        lead["full_name"] = f"{lead['first_name']} {lead['last_name']}".strip()[:240]
    if "email" in lead:
        lead["email_key"] = normalising.email_key(lead["email"])
    if row.company.get("name"):
        row.company["name_key"] = normalising.company_key(row.company["name"])


# --- types of free attributes -----------------------------------------------------------------
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YES_NO = frozenset({"yes", "no", "true", "false"})


def infer_type(texts: Iterable[object]) -> Type:
    """The narrowest type that every non-empty sample has. ``007`` and ``+49`` are texts, not numbers."""
    seen = {text for text in (normalising.clean_text(value) for value in texts) if text}
    if not seen:
        return Type.TEXT
    if all(_PLAIN_NUMBER.fullmatch(text) for text in seen):
        return Type.NUMBER
    if all(text.casefold() in _YES_NO for text in seen):
        return Type.BOOLEAN
    if all(_ISO_DAY.fullmatch(text) for text in seen):
        return Type.DATE
    return Type.TEXT
