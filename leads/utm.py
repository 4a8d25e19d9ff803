"""Campaign parameters in addresses. Plain Python; never raises, whatever the address looks like.

Read from the query, then from the part after ``#``. Names count in any case. Of a parameter that
stands there several times, the first one that says something counts. Escapes are resolved once
(``%20`` and ``+`` are spaces), control characters go, and a text that is too long is cut where its
column ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_plus

from leads.normalising import clean_text

#: Parameter → the most characters that are kept.
LENGTHS = {
    "utm_source": 120,
    "utm_medium": 120,
    "utm_campaign": 200,
    "utm_term": 200,
    "utm_content": 200,
}
#: No parameter stands further on in an address that a person followed.
LONGEST = 8_000
MOST_PARAMETERS = 200
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def utm_of(url: str) -> dict[str, str]:
    """The parameters that the address holds; those without a text are left out."""
    found: dict[str, str] = {}
    for name, text in parameters(url):
        if name in LENGTHS and name not in found:
            value = clean_text(text)[: LENGTHS[name]].strip()
            if value:
                found[name] = value
    return found


def parameters(url: str) -> Iterator[tuple[str, str]]:
    """Name (lower case) and text of each parameter, in the order in which they stand."""
    address = url[:LONGEST].replace("&amp;", "&")
    before, _, fragment = address.partition("#")
    query = before.partition("?")[2]
    # A page that lives behind the hash keeps its own query there: /#/offer?utm_source=x
    hidden = fragment.partition("?")[2] or fragment
    for part in re.split(r"[&;?]", f"{query}&{hidden}")[:MOST_PARAMETERS]:
        name, sign, text = part.partition("=")
        if sign:
            yield unquote_plus(name).strip().lower(), unquote_plus(text)


def host_of(url: str) -> str:
    """The host of an address, without port, credentials and ``www``; empty where there is none."""
    text = url[:LONGEST].strip()
    if not (found := _SCHEME.match(text)) and not text.startswith("//"):
        return ""
    rest = text[found.end() if found else 2 :]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0].rpartition("@")[2]
    host = authority.partition("]")[0] if authority.startswith("[") else authority.partition(":")[0]
    return host.strip("[]. ").lower().removeprefix("www.")
