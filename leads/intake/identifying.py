"""What follows from the values of a row, and by what its record is known. Plain Python, a function a kind.

A row's ``keys`` are pairs of a kind of key and its text, the wanted one first. All of them are
unique: two rows of one file that share one are about the same record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leads import normalising
from leads.identity import keys_of
from leads.intake.cells import Kept
from leads.intake.words import FROM_BUYER, LOST
from leads.utm import LENGTHS, utm_of

if TYPE_CHECKING:
    from leads.intake.rows import Row

#: Many rows of a file name few companies.
company_key = lru_cache(maxsize=20_000)(normalising.company_key)
_UNIQUE = (("external_id", "external_id"), ("email", "email_key"))
_WEAK = ("phone", "name")
#: Clocks of two machines differ; an appointment of tomorrow has not happened.
SKEW = timedelta(days=1)
#: As much of an address is kept; what its parameters say is read before.
LONGEST_ADDRESS = 500


# --- leads ------------------------------------------------------------------------------------
def complete_lead(row: Row, wanted: str) -> None:
    values = row.values
    _name(values)
    if row.company:
        complete_employer(row.company)
    _keep_unknown(row)
    if row.references.get("stage") == LOST:
        del row.references["stage"]
        values["status"] = LOST
    keys = keys_of(
        email=values.get("email", ""),
        phone=values.get("phone", ""),
        full_name=values.get("full_name", ""),
        country=values.get("country", ""),
    )
    values.update((name, key) for name, key in keys.items() if key)
    row.keys = tuple(_lead_keys(row, wanted))


def _lead_keys(row: Row, wanted: str) -> list[tuple[str, str]]:
    """External id and e-mail are unique in the portal, so they always count; phone, or name with
    company, where there is neither."""
    values = row.values
    keys = [(name, values[column]) for name, column in _UNIQUE if values.get(column)]
    if wanted == "email":
        keys.reverse()
    if wanted in _WEAK or not keys:
        weak = {name: text for name, text in _weak(row) if text}
        chosen = wanted if weak.get(wanted) else next(iter(weak), "")
        keys = [(chosen, weak[chosen]), *keys] if chosen else keys
    return keys


def _weak(row: Row) -> Iterable[tuple[str, str]]:
    yield "phone", row.values.get("phone_key", "")
    name, company = row.values.get("full_name"), row.company.get("name_key")
    yield "name", f"{normalising.folded(name)}|{company}" if name and company else ""


def _name(values: dict[str, Any]) -> None:
    """The whole name from its parts, or the parts from the whole."""
    first, last = values.get("first_name"), values.get("last_name")
    if full := values.get("full_name"):
        if first is None and last is None:
            first, last = normalising.split_name(full)
            values["first_name"], values["last_name"] = first[:120], last[:120]
    elif first is not None or last is not None:
        values["full_name"] = f"{first or ''} {last or ''}".strip()[:240]


def complete_employer(company: dict[str, Any]) -> None:
    if not company.get("name") and company.get("domain"):
        company["name"] = company["domain"]
    company["name_key"] = company_key(company.get("name", ""))


def _keep_unknown(row: Row) -> None:
    """Names that nobody here has become attributes."""
    for name in [name for name, value in row.references.items() if isinstance(value, Kept)]:
        row.attributes.setdefault(f"{name}_name", row.references.pop(name).text)


# --- companies --------------------------------------------------------------------------------
def complete_company(row: Row, wanted: str) -> None:
    """Known by external id, else by domain, else by name; the name is unique in any case."""
    values = row.values
    _keep_unknown(row)
    if not values.get("name") and values.get("domain") and "external_id" not in values:
        values["name"] = values["domain"]
    keys = []
    if external := values.get("external_id"):
        keys.append(("external_id", external))
    elif values.get("domain") and wanted != "name":
        keys.append(("domain", values["domain"]))
    if "name" in values:
        values["name_key"] = company_key(values["name"])
        if not values["name_key"]:
            row.problem = "The name of the company has no letter or digit."
        keys.append(("company", values["name_key"]))
    row.keys = tuple(keys)


# --- touchpoints ------------------------------------------------------------------------------
def complete_touchpoint(row: Row, wanted: str) -> None:
    values = row.values
    _keep_unknown(row)
    kind = values.get("kind") or "other"
    if isinstance(kind, Kept):
        row.attributes.setdefault("kind", kind.text)
        values.setdefault("title", kind.text)
        kind = "other"
    values["kind"] = kind
    values.setdefault("direction", "in" if kind in FROM_BUYER else "out")
    if not row.links and not values.get("visitor"):
        return
    moment = values.get("occurred_at")
    if moment is None:
        row.problem = "Say when it happened."
    elif moment > timezone.now() + SKEW:
        row.problem = "This lies in the future. Plan it as a next step instead."
    if not values.get("external_id"):
        values["external_id"] = f"#{_fingerprint(row)}"
    _read_address(values)
    row.keys = (("touch", f"{values.get('system', '')}|{values['external_id']}"),)


def _read_address(values: dict[str, Any]) -> None:
    """Campaign parameters come out of the whole address where no column gives any; then it is cut."""
    if not (url := values.get("url")):
        return
    if not any(name in values for name in LENGTHS):
        values.update(utm_of(url))
    values["url"] = url[:LONGEST_ADDRESS]


def _fingerprint(row: Row) -> str:
    """Without an id, a touchpoint is what its row says: exactly the same row is the same contact."""
    campaign = row.references.get("campaign")
    said = [
        sorted(row.links.items()),
        sorted((name, str(value)) for name, value in row.values.items()),
        sorted((name, str(value)) for name, value in row.attributes.items()),
        getattr(campaign, "pk", None),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:40]


# --- opportunities ----------------------------------------------------------------------------
def complete_opportunity(row: Row, wanted: str) -> None:
    values = row.values
    if row.company:
        complete_employer(row.company)
    if (campaign := row.references.get("campaign")) and isinstance(campaign, Kept):
        row.attributes.setdefault("campaign_name", row.references.pop("campaign").text)
    if (amount := values.get("amount")) is not None and amount < 0:
        row.problem = "An amount cannot be less than nothing."
    if external := values.get("external_id"):
        row.keys = (("external_id", external),)


COMPLETE: dict[str, Callable[[Row, str], None]] = {
    "leads": complete_lead,
    "companies": complete_company,
    "touchpoints": complete_touchpoint,
    "opportunities": complete_opportunity,
}
