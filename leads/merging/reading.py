"""Leads as the people that likeness compares, a slice at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from leads.merging.features import Person, person_of
from leads.merging.models import Nickname
from leads.merging.nicknames import Nicknames
from leads.normalising import folded

if TYPE_CHECKING:
    from django.db.models import QuerySet

_COLUMNS = {
    "first_name": "first_name", "last_name": "last_name", "full_name": "full_name", "name_key": "name_key",
    "email": "email", "email_key": "email_key", "phone": "phone", "phone_key": "phone_key", "title": "title",
    "company_key": "company__name_key", "domain": "company__domain", "country": "country", "city": "city",
    "external_id": "external_id", "attributes": "attributes",
}  # fmt: skip
_NAMES = tuple(_COLUMNS)


def people(rows: QuerySet[Any]) -> Iterator[tuple[Person, int, int]]:
    """Each lead of ``rows`` as a person, with its version and its company's. One query."""
    columns = ("pk", "version", "company__version", *_COLUMNS.values())
    for pk, version, company, *values in rows.order_by("pk").values_list(*columns):
        yield person_of(pk, dict(zip(_NAMES, values, strict=True))), version, company or 0


def nicknames() -> Nicknames:
    """The table as managers keep it now."""
    return Nicknames({folded(row.name): row.words for row in Nickname.objects.all()})
