"""Conditions on custom attributes, in SQL, the same on PostgreSQL and SQLite.

Attributes live in one JSON column. A comparison looks at values of its own type only, so that a
text never counts as larger than a number.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import BooleanField, FloatField, Func, Q, QuerySet, TextField, Value
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

from leads.fields import ATTRIBUTE_NAME
from portal.core.listing import counts_with_patience

_COMPARISONS: dict[str, type[Lookup[Any]]] = {
    "lt": LessThan,
    "lte": LessThanOrEqual,
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
}


class _AttributeValue(Func):
    """The value under a key when it has one of the types; NULL otherwise."""

    arity = 2
    types_postgresql = ""
    types_sqlite = ""
    cast_postgresql = ""

    def __init__(self, name: str) -> None:
        if not ATTRIBUTE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a safe attribute name.")
        self.attribute = name
        super().__init__("attributes", Value(name))

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        path = f'$."{self.attribute}"'
        sql = (
            f"(CASE WHEN JSON_TYPE({column}, %s) IN ({self.types_sqlite}) "
            f"THEN {self.sqlite_value(column)} END)"
        )
        return sql, [*params, path, *params, *self.sqlite_params(path)]

    def sqlite_value(self, column: str) -> str:
        return f"JSON_EXTRACT({column}, %s)"

    def sqlite_params(self, path: str) -> list[Any]:
        return [path]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        sql = (
            f"(CASE WHEN JSONB_TYPEOF({column} -> %s::text) IN ({self.types_postgresql}) "
            f"THEN ({column} ->> %s::text){self.cast_postgresql} END)"
        )
        return sql, [*params, self.attribute, *params, self.attribute]


class NumberAttribute(_AttributeValue):
    output_field = FloatField()
    types_postgresql = "'number'"
    types_sqlite = "'integer', 'real'"
    cast_postgresql = "::double precision"


class TextAttribute(_AttributeValue):
    """Texts as they are; yes and no as ``true`` and ``false``. ISO dates compare as texts do."""

    output_field = TextField()
    types_postgresql = "'string', 'boolean'"
    types_sqlite = "'text', 'true', 'false'"

    def sqlite_value(self, column: str) -> str:
        return (
            f"(CASE JSON_TYPE({column}, %s) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
            f"ELSE JSON_EXTRACT({column}, %s) END)"
        )

    def sqlite_params(self, path: str) -> list[Any]:
        return [path, path]


class StringAttribute(_AttributeValue):
    """Texts as they are, and nothing else."""

    output_field = TextField()
    types_postgresql = "'string'"
    types_sqlite = "'text'"


class BooleanAttribute(_AttributeValue):
    """``true`` or ``false`` where the value is one of them."""

    output_field = TextField()
    types_postgresql = "'boolean'"
    types_sqlite = "'true', 'false'"

    def sqlite_value(self, column: str) -> str:
        return f"JSON_TYPE({column}, %s)"


class DayAttribute(_AttributeValue):
    """A day as ISO 8601 writes it, compared letter by letter whatever the collation."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        path = f'$."{self.attribute}"'
        value = f"JSON_EXTRACT({column}, %s)"
        sql = f"(CASE WHEN JSON_TYPE({column}, %s) = 'text' AND {value} LIKE '____-__-__' THEN {value} END)"
        return sql, [*params, path, *params, path, *params, path]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        value = f"({column} ->> %s::text)"
        sql = (
            f"(CASE WHEN JSONB_TYPEOF({column} -> %s::text) = 'string' "
            f"AND {value} LIKE '____-__-__' THEN {value} COLLATE \"C\" END)"
        )
        return sql, [*params, self.attribute, *params, self.attribute, *params, self.attribute]


class AnyAttribute(_AttributeValue):
    """Whatever stands under a key, as text; NULL where nothing does."""

    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"CAST(JSON_EXTRACT({column}, %s) AS TEXT)", [*params, f'$."{self.attribute}"']

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} ->> %s::text)", [*params, self.attribute]


def holds(name: str, value: str | float | bool) -> Q:
    """Leads whose attribute is exactly this. On PostgreSQL the index on ``attributes`` answers."""
    if not ATTRIBUTE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a safe attribute name.")
    return Q(_Holds(name, value))


class _Holds(Func):
    output_field = BooleanField()
    conditional = True

    def __init__(self, name: str, value: str | float | bool) -> None:
        self.attribute, self.value = name, value
        super().__init__("attributes")

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        kind: type[_AttributeValue] = NumberAttribute
        asked: str | float
        if isinstance(self.value, bool):
            kind, asked = BooleanAttribute, "true" if self.value else "false"
        elif isinstance(self.value, str):
            kind, asked = StringAttribute, self.value
        else:
            asked = float(self.value)
        stored = kind(self.attribute)
        stored.set_source_expressions(self.source_expressions)
        sql, params = compiler.compile(stored)
        return f"({sql} = %s)", [*params, asked]

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} @> %s::jsonb)", [*params, json.dumps({self.attribute: self.value})]


def attribute_condition(name: str, lookup: str, text: str) -> Any:
    """The condition of ``attributes.NAME`` (lookup ""), ``__lt`` and so on, or ``__isnull``."""
    number, words = NumberAttribute(name), TextAttribute(name)
    if lookup == "isnull":
        if text.lower() not in {"true", "false"}:
            raise ValidationError({f"attributes.{name}__isnull": ["Write true or false."]})
        missing = Q(IsNull(number, True)) & Q(IsNull(words, True))
        return missing if text.lower() == "true" else ~missing
    value = _number(text)
    if lookup:
        if value is None:
            return _COMPARISONS[lookup](words, Value(text))
        return _COMPARISONS[lookup](number, Value(value))
    word = {"yes": "true", "no": "false"}.get(text.lower())
    same = holds(name, text)
    if word or text.lower() in {"true", "false"}:
        same |= Q(holds(name, (word or text.lower()) == "true"))
        same |= Q(holds(name, word or text.lower()))
    return same if value is None else same | holds(name, value)


def _number(text: str) -> float | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return float(value) if value.is_finite() and abs(value) < Decimal("1e300") else None


class AttributeFilter(filters.CharFilter):
    """A condition on a free attribute. Names are checked and values are parameters, never keywords."""

    def __init__(self, attribute: str, lookup: str, **options: Any) -> None:
        super().__init__(**options)
        self.attribute, self.lookup = attribute, lookup

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return counts_with_patience(
            qs.filter(attribute_condition(self.attribute, self.lookup, value))
        )
