"""Statements whose text is composed once and asked many times, each time with another key.

Django composes a statement anew each time it is asked. For a record with many columns and joins that
takes several times as long as the database needs for the answer. Rows, and what hangs on them, are
made by Django as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from copy import copy
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
#: Stand for the key while the statement is composed; no row has them.
KEY = -7_310_227_413
SLUG = "-stands-for-a-slug-7310227413-"
#: What a column of whole numbers holds at most.
LARGEST = 2**63 - 1


class Statement(Generic[Row]):
    """``rows`` makes the queryset for a key, and compares columns with it; it does nothing else with it.
    The key is a number, or a slug where ``stand_in`` says so. What the queryset prefetches is asked as ever.

    Nothing else in the queryset may change from one time to the next: not who asks, not the time, not
    a setting. Who may see the rows is settled before.
    """

    def __init__(
        self, rows: Callable[[Any], QuerySet[Any, Row]], stand_in: int | str = KEY
    ) -> None:
        self._rows, self._stand_in = rows, stand_in
        #: A thread has a connection of its own, and what it composed ends with it.
        self._kept = threading.local()

    def __call__(self, key: int | str) -> list[Row]:
        """The rows for this key, as the database has them now."""
        if isinstance(key, int) and abs(key) > LARGEST:
            return []
        composed: _Composed | None = getattr(self._kept, "composed", None)
        if composed is None or composed.compiler.connection is not connections[DEFAULT_DB_ALIAS]:
            composed = self._kept.composed = _Composed(self._rows(self._stand_in), self._stand_in)
        return composed.asked(key)


class _Composed:
    """The queryset for the stand-in with its text, and the compiler that knows what each column is."""

    def __init__(self, rows: Any, stand_in: int | str) -> None:
        self.rows, self.stand_in = rows, stand_in
        self.compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.text, self.params = self.compiler.as_sql()
        columns = [column for column, _, _ in self.compiler.select[: self.compiler.col_count]]
        converters = self.compiler.get_converters(columns)
        self.compiler.get_converters = lambda _: converters

    def asked(self, key: int | str) -> list[Any]:
        # PostgreSQL's driver takes whole numbers as types of its own; the key becomes the same one.
        params = tuple(type(p)(key) if p == self.stand_in else p for p in self.params)
        query: Any = _Asked(self.compiler, self.text, params)
        if not query.finds_any():
            return []
        asked: Any = QuerySet(self.rows.model, query)
        asked._iterable_class, asked._fields = self.rows._iterable_class, self.rows._fields
        asked._prefetch_related_lookups = self.rows._prefetch_related_lookups
        return list(asked)


class _Asked:
    """What a queryset needs of its query to make rows out of an answer that is there already."""

    def __init__(self, compiler: Any, text: str, params: tuple[Any, ...]) -> None:
        self._compiler = copy(compiler)
        self._compiler.as_sql = lambda: (text, params)
        self._chunks = self._compiler.execute_sql()
        self._compiler.execute_sql = lambda *_, **__: self._chunks

    def finds_any(self) -> bool:
        """Most records have nothing in most tables; getting ready to make rows takes longer than to ask."""
        return any(self._chunks)

    def get_compiler(self, using: str) -> SQLCompiler:
        """One that has nothing left to compose."""
        return self._compiler
