"""References from a document's content to rows: what may be chosen, and how it is called."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.apps import apps

from portal.documents.diff import compare
from portal.documents.models import AgreedDocument
from portal.documents.schema import ContentError, Field, Kind, Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from django.db.models import Model, QuerySet

    from portal.accounts.models import User
    from portal.documents.diff import FieldDiff, Naming
    from portal.documents.models import Revision

#: A select with more choices than this is of no use to a person.
MOST_CHOICES = 500


def choosable(user: User, label: str) -> QuerySet[Any]:
    """The rows of a model that ``user`` may point at from a document."""
    model = apps.get_model(label)
    rows = model.objects.permitted(user, f"{model._meta.app_label}.view_{model._meta.model_name}")
    if issubclass(model, AgreedDocument):
        rows = rows.living()
    if label == "accounts.user":
        rows = rows.active()
    return rows


def choices(user: User, field: Field) -> list[tuple[int, str]]:
    """Ids and names for a select."""
    return [(row.pk, str(row)) for row in choosable(user, field.refers_to)[:MOST_CHOICES]]


def _pairs(fields: Iterable[Field], values: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """(path, model label, id) of every reference in ``values``."""
    for field in fields:
        value = values.get(field.key)
        if field.kind == Kind.REFERENCE and value:
            yield field.key, field.refers_to, value
        elif field.kind == Kind.REFERENCES:
            yield from ((field.key, field.refers_to, key) for key in value or [])
        elif field.kind == Kind.ITEMS:
            for item in value or []:
                for path, label, key in _pairs(field.items, item):
                    yield f"{field.key}.{path}", label, key


def refuse_foreign(
    schema: Schema, values: Mapping[str, Any], *, stored: Mapping[str, Any], user: User
) -> None:
    """Raise ContentError for a reference that the person may not see and that was not there."""
    known = {(label, key) for _, label, key in _pairs(schema, stored)}
    wanted: dict[str, dict[int, str]] = defaultdict(dict)
    for path, label, key in _pairs(schema, values):
        if (label, key) not in known:
            wanted[label][key] = path
    errors: dict[str, list[str]] = {}
    for label, paths in wanted.items():
        found = set(choosable(user, label).filter(pk__in=paths).values_list("pk", flat=True))
        for key, path in paths.items():
            if key not in found:
                errors[path] = ["This choice is not available."]
    if errors:
        raise ContentError(errors)


def named(schema: Schema, *contents: Mapping[str, Any]) -> dict[tuple[str, int], Model]:
    """Every row that the contents point at, fetched with one query a model."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for content in contents:
        for _, label, key in _pairs(schema, content):
            wanted[label].add(key)
    return {
        (label, row.pk): row
        for label, keys in wanted.items()
        for row in apps.get_model(label)._default_manager.filter(pk__in=keys).order_by()
    }


def naming(schema: Schema, *contents: Mapping[str, Any]) -> Naming:
    """How ``diff`` and readers call the rows that the contents point at."""
    rows = named(schema, *contents)

    def name(label: str, key: int) -> str:
        row = rows.get((label, key))
        return str(row) if row is not None else "(no longer there)"

    return name


def differences(subject: AgreedDocument, before: Revision, after: Revision) -> list[FieldDiff]:
    """Every field in which two revisions differ, with the names of what they point at."""
    old, new = subject.complete(before.content), subject.complete(after.content)
    return compare(subject.schema, old, new, naming(subject.schema, old, new))
