"""Taking a person's words out of every table that nobody named, and out of sessions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.db.models import Func, Value
from django.db.models.functions import Cast

from leads.identity import KEY_COLUMNS, KEYED_FIELDS
from leads.privacy.person import Person, holding
from leads.privacy.places import EMPTY_WHOLE, Act, place_of
from portal.accounts.lapsed import SESSION_KEY
from portal.accounts.models import KeptAnswer

_TEXTS = (models.CharField, models.TextField, models.JSONField)
#: What a table needs to stay whole; a person's words are never in it.
_STRUCTURE = frozenset(
    {"kind", "state", "subject_type", "lease_owner", "token_key", "digest", "slug"}
)
#: By these others are known: two people may share a name or a switchboard.
_IDENTITY = {
    "leads.lead": frozenset({*KEY_COLUMNS, *KEYED_FIELDS, "external_id"}),
}


def searched_models() -> Iterator[type[models.Model]]:
    """Every table in which words are looked for: all but those kept."""
    for model in apps.get_models(include_auto_created=False):
        acts = {place.act for place in place_of(model._meta.label_lower)}
        if Act.KEEP not in acts and not model._meta.proxy and model._meta.managed:
            yield model


def text_fields(model: type[models.Model]) -> list[str]:
    """The columns of a table that can hold words."""
    identity = _IDENTITY.get(model._meta.label_lower, frozenset())
    return [
        field.attname
        for field in model._meta.concrete_fields
        if isinstance(field, (*_TEXTS, models.BinaryField))
        and not field.choices
        and not field.primary_key
        and field.attname not in _STRUCTURE | identity
        and not isinstance(field, models.FileField)
    ]


def rows_holding(model: type[models.Model], person: Person) -> Any:
    """The rows of a table in which a word of the person may stand."""
    names = text_fields(model)
    if not names or not person.words:
        return model._base_manager.none()
    texts = {f"_in_{name}": _as_text(model, name) for name in names}
    return model._base_manager.annotate(**texts).filter(holding(list(texts), person))


def _as_text(model: type[models.Model], name: str) -> Any:
    """A column as the database compares it; bytes in PostgreSQL would else be written in hexadecimal."""
    if (
        isinstance(model._meta.get_field(name), models.BinaryField)
        and connection.vendor == "postgresql"
    ):
        return Func(name, Value("escape"), function="encode", output_field=models.TextField())
    return Cast(name, models.TextField())


def clean(model: type[models.Model], person: Person) -> int:
    """Take the words out of every row that holds one; how many rows changed."""
    if model is KeptAnswer:
        return _clean_answers(person)
    names = text_fields(model)
    found = rows_holding(model, person)
    whole = EMPTY_WHOLE.get(model._meta.label_lower, ())
    changed = 0
    for row in list(found.values("pk", *names)):
        new = {name: person.redacted(row[name]) for name in names}
        if new != {name: row[name] for name in names}:
            new |= {name: empty_value(model, name) for name in whole}
        new = {
            name: _fitting(model, name, value) for name, value in new.items() if value != row[name]
        }
        if new:
            changed += model._base_manager.filter(pk=row["pk"]).update(**new)
    return changed


def empty_value(model: type[models.Model], name: str) -> Any:
    """What a column holds when nothing was ever put in."""
    field: Any = model._meta.get_field(name)
    return field.get_default()


def _fitting(model: type[models.Model], name: str, value: Any) -> Any:
    limit = getattr(model._meta.get_field(name), "max_length", None)
    return value[:limit] if limit and isinstance(value, str) else value


def _clean_answers(person: Person) -> int:
    """What the API answered about the person goes as a whole: a part of it makes no sense."""
    about = [
        answer.pk
        for answer in KeptAnswer.objects.iterator(chunk_size=500)
        if person.is_meant_by(f"{answer.route}/ {bytes(answer.body).decode(errors='replace')}")
    ]
    return KeptAnswer.objects.filter(pk__in=about).delete()[0]


def clean_sessions(person: Person) -> int:
    """Forms that a lapsed session kept and that are about the person."""
    changed = 0
    for session in Session.objects.iterator(chunk_size=500):
        kept = session.get_decoded()
        named = [
            name
            for name in (SESSION_KEY, "_messages")
            if person.is_meant_by(str(kept.get(name, "")))
        ]
        if named:
            for name in named:
                del kept[name]
            changed += Session.objects.filter(pk=session.pk).update(
                session_data=SessionStore().encode(kept)
            )
    return changed
