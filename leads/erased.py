"""Whom not to take in again: people who asked to be erased. Knows no table; the room of privacy answers.

Every way in (form, API, file, hook) asks before it makes a lead, or gives one another key. Asking and
erasing take turns: who was asked about is in before an erasure begins, or is refused after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from portal.core.errors import RuleViolation

#: (kind, value): ``email`` and ``external_id`` as stored, ``email_canonical``, ``phone`` as key.
Key = tuple[str, str]
REFUSED = (
    "This person asked for their data to be erased, so they are not taken in again. If they came back "
    "by their own wish, an administrator can lift this under Privacy."
)
#: The code of the refusal.
CODE = "erased"
_askers: list[Callable[[set[Key]], set[Key]]] = []
_settlers: list[Callable[[], object]] = []


def register(asker: Callable[[set[Key]], set[Key]]) -> None:
    if asker not in _askers:
        _askers.append(asker)


def afterwards(act: Callable[[], object]) -> None:
    """What follows when somebody was erased, outside of any transaction: counts that still spell what
    was written of the person are brought up to date."""
    if act not in _settlers:
        _settlers.append(act)


def settle() -> None:
    for act in _settlers:
        act()


def take_turn(*, alone: bool = False) -> None:
    """From here to the end of the transaction nobody is erased; ``alone``: nobody is taken in either.

    To be asked for before rows are locked. SQLite has one writer anyway.
    """
    if connection.vendor != "postgresql" or not connection.in_atomic_block:
        return
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtext('leads.erased'))")


def erased_among(keys: Iterable[Key]) -> set[Key]:
    """Those of the keys that belong to somebody who was erased. One question for any number."""
    take_turn()
    asked = {key for key in keys if key[1]}
    return set().union(*(asker(asked) for asker in _askers)) if asked else set()


def keys_of_values(values: dict[str, object]) -> set[Key]:
    """The keys in the columns of a lead. A phone may be a switchboard, so it counts only for somebody
    who has no address.
    """
    columns = {
        "email": "email_key",
        "email_canonical": "email_canonical",
        "external_id": "external_id",
    }
    if not values.get("email_key"):
        columns["phone"] = "phone_key"
    return {(kind, str(values.get(column) or "")) for kind, column in columns.items()}


def refuse_erased(values: dict[str, object], *, had: Iterable[Key] = ()) -> None:
    """Raises ``RuleViolation`` when the columns of a lead are those of somebody erased.

    ``had`` are the keys that it has already: only new ones are asked about.
    """
    if erased_among(keys_of_values(values) - set(had)):
        raise RuleViolation(REFUSED, code=CODE)
