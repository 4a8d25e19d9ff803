"""How values are brought into one form before they are stored or compared. Knows no row.

Form, API and import all go through here, so the same person typed three ways stays one person.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import phonenumbers
from django.utils.translation import override
from django_countries import countries

_ADDRESS = re.compile(
    r"[^\s@<>(),;:\"\[\]\\]{1,64}@(?:[^\s@<>(),;:\"\[\]\\.]+\.)+[^\s@<>(),;:\"\[\]\\.]{2,}"
)
_BRACKETED = re.compile(r"^[^<>]*<([^<>]+)>$")
_SPACES = re.compile(r"\s+")
#: What nearly every address, number and name of a large file looks like: nothing has to be mended.
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_NOT_WORD = re.compile(r"[^\w]+")
#: What most numbers look like: nothing has to be taken out.
_PLAIN_PHONE = re.compile(r"\+?[\d() -]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_NOT_PHONE = re.compile(r"[^\d+()/.\-x ]+")

#: Legal forms, folded, that say nothing about which company is meant.
LEGAL_FORMS = frozenset(
    [
        "ab",
        "ag",
        "as",
        "aps",
        "asa",
        "bv",
        "corp",
        "corporation",
        "co",
        "company",
        "doo",
        "eg",
        "eu",
        "gmbh",
        "inc",
        "incorporated",
        "kft",
        "kg",
        "kgaa",
        "limitada",
        "limited",
        "llc",
        "llp",
        "lp",
        "ltd",
        "ltda",
        "mbh",
        "nv",
        "oao",
        "ohg",
        "ood",
        "oy",
        "oyj",
        "plc",
        "pte",
        "pty",
        "pvt",
        "private",
        "sa",
        "sarl",
        "sas",
        "se",
        "sl",
        "spa",
        "spzoo",
        "sro",
        "srl",
        "ug",
        "und",
        "zoo",
    ]
)
#: Words that belong to the family name that follows them.
PARTICLES = frozenset(
    [
        "af",
        "al",
        "av",
        "bin",
        "da",
        "das",
        "de",
        "del",
        "della",
        "den",
        "der",
        "des",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "las",
        "los",
        "ten",
        "ter",
        "van",
        "von",
        "vom",
        "y",
        "zu",
        "zum",
        "zur",
    ]
)
HONORIFICS = frozenset(
    [
        "dr",
        "prof",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "dame",
        "herr",
        "frau",
        "ing",
        "mag",
        "dipl",
    ]
)


def clean_text(value: object, *, lines: bool = False) -> str:
    """Text that any database stores: composed, trimmed, without NUL and other control characters.

    ``lines`` keeps line breaks; otherwise every run of white space becomes one space.
    """
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():  # nearly everything in a large file
        return text.strip() if lines else " ".join(text.split())
    text = unicodedata.normalize("NFC", text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(char for char in text if _is_kept(char))
    if lines:
        return text.strip()
    return _SPACES.sub(" ", text).strip()


def _is_kept(char: str) -> bool:
    """Control characters, lone surrogates and private or unassigned code points go."""
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Cn"}


def folded(value: object) -> str:
    """The form in which words are compared: compatible characters made one, case and accents gone."""
    text = clean_text(value)
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in text if not unicodedata.combining(char))


def is_plain_address(text: str) -> bool:
    """Whether this is an address that is stored as it stands, as nearly all are."""
    return len(text) <= 254 and _PLAIN_ADDRESS.fullmatch(text) is not None


def email_text(value: object) -> str:
    """An address as people write it, taken out of ``Name <address>``; no check whether it is one."""
    if value.__class__ is str and _PLAIN_ADDRESS.fullmatch(value):
        return str(value)
    text = clean_text(value)
    if not text.isascii():
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    if found := _BRACKETED.match(text):
        text = found.group(1)
    return text.removeprefix("mailto:").strip()


def email_key(email: object) -> str:
    """The form in which addresses are compared: NFKC, lower case; empty when it is no address."""
    if email.__class__ is str and _PLAIN_ADDRESS.fullmatch(email):
        text = str(email)
        return text.lower() if len(text) <= 254 else ""
    text = email_text(email)
    key = (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()
    return key if len(key) <= 254 and _ADDRESS.fullmatch(key) else ""


def phone_text(value: object) -> str:
    """A phone number as people read it, without labels; a spreadsheet's ``491234.0`` loses its end."""
    text = clean_text(value)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if not _PLAIN_PHONE.fullmatch(text):
        text = re.sub(r"^(\d+)\.0$", r"\1", text)
        text = re.sub(r"(?i)\b(?:ext|extension)\b\.?", "x", text)
        text = _SPACES.sub(" ", _NOT_PHONE.sub(" ", text))
    text = text.strip(" .-/")
    return text if sum(map(str.isdigit, text)) >= 3 else ""


def phone_key(value: object, country: str = "") -> str:
    """The form in which numbers are compared: E.164 where it can be told, else the digits.

    A national number is completed with the calling code of ``country`` (a name or a code of ISO 3166);
    extensions do not count. ``00`` in front is read as ``+``.
    """
    text = phone_text(value).split("x")[0]
    digits = _NOT_DIGIT.sub("", text.replace("(0)", ""))
    if text.startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    region = region_code(country) if country else ""
    return _international(text, region) or digits if region else digits


def _international(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _regions() -> dict[str, str]:
    """Folded names and codes of countries (ISO 3166-1) → alpha-2 code."""
    found: dict[str, str] = {}
    with override("en"):
        for code, name in countries:
            found |= {folded(name): code, code.casefold(): code}
            found[countries.alpha3(code).casefold()] = code
    return found | {"uk": "GB", "united states": "US", "usa": "US"}


def region_code(country: str) -> str:
    """``Germany``, ``DEU`` or ``de`` → ``DE``; empty when it is no country that we know."""
    return _regions().get(folded(country), "")


def name_key(full: object) -> str:
    """The words of a name, folded and in alphabetical order, without honorifics."""
    if full.__class__ is str and _PLAIN_NAME.fullmatch(full):
        words = str(full).lower().split(" ")
    else:
        words = _NOT_WORD.sub(" ", folded(full).replace("'", "")).split()
    return " ".join(sorted(word for word in words if word not in HONORIFICS))[:240]


def split_name(full: object) -> tuple[str, str]:
    """First and last name of a full one: ``Ana de la Cruz`` → ``Ana``, ``de la Cruz``.

    ``Cruz, Ana`` is understood; a single word is a first name; honorifics are dropped.
    """
    text = clean_text(full)
    if text.count(",") == 1:
        last, first = (part.strip() for part in text.split(","))
        if last and first:
            return first, last
    words = [word for word in text.split(" ") if word]
    while len(words) > 1 and words[0].rstrip(".").casefold() in HONORIFICS:
        words.pop(0)
    if len(words) < 2:
        return (words[0] if words else ""), ""
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:])


def company_key(name: object) -> str:
    """The form in which company names are compared: ``ACME Widgets GmbH & Co. KG`` → ``acme widgets``."""
    # Dots join the letters of an abbreviation (S.A., B.V.); other marks part words.
    words = _NOT_WORD.sub(" ", folded(name).replace(".", "").replace("'", "")).split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS:
        kept.pop()
    return " ".join(kept)[:200]


def domain_text(value: object) -> str:
    """The bare domain of an address, a link or a domain: ``https://www.Acme.com/x`` → ``acme.com``."""
    text = unicodedata.normalize("NFKC", clean_text(value)).lower()
    text = re.sub(r"^[a-z]+://", "", text).rsplit("@", 1)[-1]
    return re.split(r"[/?#:\s]", text, maxsplit=1)[0].removeprefix("www.").strip(".")
