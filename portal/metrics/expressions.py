"""SQL that both databases understand: days between two moments, a custom attribute as text."""

from __future__ import annotations

import json
from datetime import tzinfo
from typing import Any

from django.db.models import Expression, F, FloatField, Func, IntegerField, TextField, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone


class DaysBetween(Func):
    """Whole days from one moment to another by calendar date, in the deployment's time zone.

    Negative where the second comes first. Not the reader's zone: a figure is the same for all.
    """

    output_field = IntegerField()

    def __init__(
        self, start: str | Expression | F, end: str | Expression | F, **extra: Any
    ) -> None:
        zone = timezone.get_default_timezone()
        super().__init__(TruncDate(end, tzinfo=zone), TruncDate(start, tzinfo=zone), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner=" - ", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Moments are stored in UTC, so where the deployment is in UTC their text begins with the
        day; elsewhere Django's function in Python tells it, which takes several times as long."""
        clone = self.copy()
        template, joiner = "CAST(julianday(%(expressions)s) AS INTEGER)", ") - julianday("
        if is_utc(timezone.get_default_timezone()):
            clone.set_source_expressions([day.lhs for day in self.get_source_expressions()])
            template = "CAST(julianday(SUBSTR(%(expressions)s, 1, 10)) AS INTEGER)"
            joiner = ", 1, 10)) - julianday(SUBSTR("
        return clone.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)


def is_utc(zone: tzinfo) -> bool:
    return str(zone) in {"UTC", "Etc/UTC"}


class Aside(Func):
    """A column by which rows are grouped without its index.

    SQLite would walk through the index to have the rows in order and fetch each from elsewhere in
    the table, which takes several times as long as to sort what one pass over the table found.
    """

    arity = 1

    def __init__(self, expression: str | Expression | F, **extra: Any) -> None:
        super().__init__(expression, **extra)

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return compiler.compile(self.source_expressions[0])

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        return f"+{column}", params


class HoursBetween(Func):
    """Hours from one moment to another, with their fractions."""

    output_field = FloatField()

    def __init__(
        self, start: str | Expression | F, end: str | Expression | F, **extra: Any
    ) -> None:
        super().__init__(end, start, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(EXTRACT(EPOCH FROM (%(expressions)s)) / 3600.0)::float",
            arg_joiner=" - ",
            **context,
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="((julianday(%(expressions)s)) * 24.0)",
            arg_joiner=") - julianday(",
            **context,
        )


class _AttributeText(Func):
    """One member of ``attributes`` as text: true, false, 12, words; NULL where it is not set."""

    output_field = TextField()

    def __init__(self, column: str, name: str, **extra: Any) -> None:
        self.path = f"$.{json.dumps(name)}"
        super().__init__(column, Value(name), **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="(%(expressions)s)", arg_joiner=" ->> ", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column, _ = compiler.compile(self.source_expressions[0])
        return (
            f"CASE JSON_TYPE({column}, %s) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
            f"ELSE CAST(JSON_EXTRACT({column}, %s) AS TEXT) END",
            (self.path, self.path),
        )


def attribute_text(name: str) -> Coalesce:
    """A custom attribute as text; not set, null and empty are all the empty text."""
    return Coalesce(_AttributeText("attributes", name), Value(""), output_field=TextField())
