"""What likeness looks at: one person's facts, brought into the form in which they are compared. Plain.

Facts that have no column of their own (street, postcode, day of birth) are found among the custom
attributes by the names that files usually give them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from leads import mailboxes
from leads.normalising import company_key, domain_text, email_key, folded, name_key, phone_key

_WORDS = re.compile(r"[^\W_]+")
_PLACES = {
    "street": "street address address1 address_1 address_line1 address_line_1 street_address mailing_street strasse"
    " adresse rue calle rua via addr street_1 street1 billing_street",
    "number": "street_number house_number house_no street_no number hausnummer",
    "line": "address2 address_2 address_line2 address_line_2 street_2 street2 addr2",
    "postcode": "postcode post_code postal_code postalcode zip zip_code zipcode plz cep mailing_zip mailing_postal_code"
    " billing_postal_code codigo_postal code_postal",
    "city": "suburb town city locality village ort stadt mailing_city",
    "region": "state province region county bundesland mailing_state state_region state_province",
    "born": "date_of_birth dob birth_date birthdate birthday born geburtsdatum date_naissance",
}
#: Name of an attribute, folded → what it says.
MEANING: dict[str, str] = {
    name: meaning for meaning, names in _PLACES.items() for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person's facts, folded; empty where nothing is known."""

    pk: int
    first: str = ""
    last: str = ""
    words: tuple[str, ...] = ()
    email: str = ""
    mailbox: str = ""
    phone: str = ""
    company: str = ""
    domain: str = ""
    title: str = ""
    street: str = ""
    line: str = ""
    postcode: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    born: str = ""
    external_id: str = ""

    @property
    def local(self) -> str:
        return self.mailbox.rpartition("@")[0]


def person_of(pk: int, facts: Mapping[str, Any]) -> Person:
    """A person out of what a lead holds: ``first_name``, ``last_name``, ``full_name``, ``email``,
    ``phone``, ``company``, ``domain``, ``title``, ``city``, ``country``, ``external_id``, and
    ``attributes``. Keys that are stored already (``email_key``, ``email_canonical``, ``phone_key``,
    ``name_key``, ``company_key``) are taken as they are.
    """
    get = facts.get
    first, last = _words(get("first_name")), _words(get("last_name"))
    full = get("full_name") or f"{get('first_name') or ''} {get('last_name') or ''}"
    named = get("name_key") or name_key(full)
    key = get("email_key") or email_key(get("email") or "")
    # An address with a slip in it is none, and yet says who it was meant for.
    email = key or folded(get("email") or "").replace(" ", "")
    more = _places(get("attributes") or {})
    city = _words(more.get("city")) or _words(get("city"))
    street = " ".join(
        part for part in (_words(more.get("number")), _words(more.get("street"))) if part
    )
    return Person(
        pk=pk,
        first=first,
        last=last,
        words=tuple(named.split()),
        email=email,
        mailbox=(get("email_canonical") or (mailboxes.canonical(key) if key else "")),
        phone=get("phone_key") or phone_key(get("phone") or "", get("country") or ""),
        company=get("company_key") or company_key(get("company") or ""),
        domain=_domain(get("domain"), key),
        title=_words(get("title")),
        street=street,
        line=_words(more.get("line")),
        postcode=_words(more.get("postcode")).replace(" ", ""),
        city=city,
        region=_words(more.get("region")),
        country=_words(get("country")),
        born=_digits(more.get("born")),
        external_id=str(get("external_id") or ""),
    )


def _words(value: object) -> str:
    return _words_of(str(value)) if value not in (None, "") else ""


@lru_cache(maxsize=50_000)
def _words_of(text: str) -> str:
    return " ".join(_WORDS.findall(folded(text).replace("'", "")))


def _digits(value: object) -> str:
    return "".join(char for char in str(value or "")[:10] if char.isdigit())


def _domain(given: object, email: str) -> str:
    domain = _given_domain(str(given)) if given else ""
    if domain and not mailboxes.is_free(domain):
        return domain
    return mailboxes.company_domain(email)


_given_domain = lru_cache(maxsize=20_000)(domain_text)


def _places(attributes: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in attributes.items():
        meaning = MEANING.get(_plain_name(name))
        if meaning and value not in (None, ""):
            found.setdefault(meaning, value)
    return found


@lru_cache(maxsize=2000)
def _plain_name(name: str) -> str:
    return folded(name).replace("-", "_").replace(" ", "_")


# --- how a word sounds -------------------------------------------------------------------------
_CLUSTERS = (
    ("sch", "s"), ("tsch", "s"), ("ph", "f"), ("gh", ""), ("ck", "k"), ("ch", "k"), ("sh", "s"), ("th", "t"),
    ("wr", "r"), ("kn", "n"), ("qu", "k"), ("dt", "t"), ("tz", "s"), ("mc", "mak"),
)  # fmt: skip
_SOUNDS = str.maketrans("bcdfgjkmnpqstvwxyz", "pktfkjknnpkstffsis")
_VOWELS = re.compile(r"[aeiouh]+")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """How a name sounds, roughly: ``Meier``, ``Mayr`` and ``Maier`` are one; vowels count only in front."""
    for written, spoken in _CLUSTERS:
        word = word.replace(written, spoken)
    spoken = word.translate(_SOUNDS)
    start = "a" if spoken[:1] in "aeiou" else spoken[:1]
    return _TWICE.sub(r"\1", start + _VOWELS.sub("", spoken[1:]))[:8]
