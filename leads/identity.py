"""By what a person is known: the keys that are stored, indexed and compared. Knows no row.

Every way in (form, API, file, hook) asks ``keys_of`` and stores what it answers, so that the same
person written three ways meets the same key.
"""

from __future__ import annotations

from leads import mailboxes, normalising

#: Columns of a lead that follow from others and are never given.
KEY_COLUMNS = ("email_key", "email_canonical", "phone_key", "name_key")
#: Which field each follows from; ``phone_key`` needs the country besides.
DERIVED_KEYS = {
    "email_key": "email",
    "email_canonical": "email",
    "phone_key": "phone",
    "name_key": "full_name",
}
#: What they follow from.
KEYED_FIELDS = frozenset({"email", "phone", "first_name", "last_name", "full_name", "country"})


def keys_of(
    *, email: str = "", phone: str = "", full_name: str = "", country: str = ""
) -> dict[str, str]:
    """The values of ``KEY_COLUMNS``; empty where nothing is known.

    ``email_key`` is the address as it is unique in the portal, ``email_canonical`` the mailbox behind
    it, ``phone_key`` the number as E.164 where the country is known, ``name_key`` the words of the
    name, in order.
    """
    address = normalising.email_key(email) if email else ""
    return {
        "email_key": address,
        "email_canonical": mailboxes.canonical(address) if address else "",
        "phone_key": normalising.phone_key(phone, country)[:40] if phone else "",
        "name_key": normalising.name_key(full_name) if full_name else "",
    }
