"""What a comparison of two people may come out as, in words, and how many bits each weighs. Plain."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """One comparison: what came out, in words, and how many bits it weighs."""

    text: str
    bits: float


# --- e-mail and phone --------------------------------------------------------------------------
SAME_MAILBOX = Reason("Same mailbox", 18.0)
SAME_SHARED_MAILBOX = Reason("Same shared mailbox", 4.0)
ADDRESS_ONE_SLIP = Reason("E-mail addresses alike", 9.0)
ADDRESS_TWO_SLIPS = Reason("E-mail addresses alike", 7.0)
ANOTHER_AT_DOMAIN = Reason("Another address at the same domain", -5.0)
SAME_LOCAL = Reason("Same name before the @", 7.0)
ADDRESSES_DIFFER = Reason("E-mail addresses differ", -1.0)
#: From which likeness of whole addresses at different domains.
ADDRESSES_ALIKE = tuple(
    (least, Reason("E-mail addresses alike", bits))
    for least, bits in ((0.9, 11.0), (0.8, 8.0), (0.7, 5.0))
)
SAME_PHONE = Reason("Same phone number", 13.0)
SAME_PHONE_ABROAD = Reason("Same phone number but for its country", 12.0)
PHONES_ALIKE = Reason("Phone numbers alike", 2.0)
PHONES_DIFFER = Reason("Phone numbers differ", -1.0)

# --- the name ----------------------------------------------------------------------------------
#: The bits of one name, of several words or of one; of each part that both have; what another order costs a part.
SAME_NAME, SAME_WORD, EACH_PART, SWAPPED = 15.0, 8.0, 6.0, 0.5
SAME_FIRST_NAME = Reason("Same first name", 6.0)
FIRST_NAME_ABBREVIATED = Reason("First name abbreviated", 3.0)
FIRST_NAMES_MEAN = Reason("First names mean each other", 5.0)
FIRST_NAMES_ALIKE = Reason("First names alike", 4.5)
FIRST_NAMES_SOUND_ALIKE = Reason("First names sound alike", 2.0)
ONE_FIRST_NAME = Reason("One of the first names is the same", 4.0)
FIRST_NAMES_DIFFER = Reason("First names differ", -4.5)
SAME_LAST_NAME = Reason("Same last name", 9.0)
LAST_NAME_ABBREVIATED = Reason("Last name abbreviated", 3.0)
LAST_NAMES_ALIKE = Reason("Last names alike", 7.0)
LAST_NAMES_SOUND_ALIKE = Reason("Last names sound alike", 5.0)
ONE_LAST_NAME = Reason("One of the last names is the same", 6.0)
LAST_NAMES_DIFFER = Reason("Last names differ", -4.5)
PART_OF_NAME = Reason("A part of the name is alike", 2.0)
NAMES_DIFFER = Reason("Names differ", -6.0)

# --- company and place -------------------------------------------------------------------------
SAME_DOMAIN = Reason("Same company domain", 5.0)
SAME_COMPANY = Reason("Same company", 5.0)
COMPANIES_ALIKE = Reason("Companies alike", 3.5)
COMPANIES_DIFFER = Reason("Companies differ", -2.0)
SAME_TITLE = Reason("Same job title", 1.5)
SAME_LINE = Reason("Same second line of the address", 4.0)
COUNTRIES_DIFFER = Reason("Countries differ", -3.0)
SAME_POSTCODE = Reason("Same postcode", 7.0)
POSTCODES_ALIKE = Reason("Postcodes alike", 3.0)
POSTCODES_DIFFER = Reason("Postcodes differ", -3.5)
SAME_TOWN = Reason("Same town", 3.0)
TOWNS_ALIKE = Reason("Towns alike", 2.0)
TOWNS_DIFFER = Reason("Towns differ", -2.5)
STREETS_ALIKE = Reason("Streets alike", 5.0)
SAME_BIRTH = Reason("Same day of birth", 12.0)
BIRTHS_ALIKE = Reason("Days of birth alike", 4.0)
BIRTHS_DIFFER = Reason("Days of birth differ", -5.0)
IDS_DIFFER = Reason("Different external ids", -1.0)
SAME_REGION = Reason("Same region", 1.5)
REGIONS_DIFFER = Reason("Regions differ", -1.5)
SAME_ADDRESS = Reason("Same street address", 9.0)
SAME_NUMBER = Reason("Same street address", 3.0)
SAME_STREET_AND_NUMBER = Reason("Same street", 8.0)
SAME_STREET = Reason("Same street", 5.5)
STREETS_PARTLY_DIFFER = Reason("Streets differ", -1.0)
STREETS_DIFFER = Reason("Streets differ", -4.0)
