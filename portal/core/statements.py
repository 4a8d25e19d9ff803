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
#: Stands for the key while the statement is composed; no row has it.
KEY = -7_310_227_413
#: What a column of whole numbers holds at most.
LARGEST = 2**63 - 1


class Statement(Generic[Row]):
    """``rows`` makes the queryset for a key, and compares columns with it; it does nothing else with it.

    Nothing else in the queryset may change from one time to the next: not who asks, not the time, not
    a setting. Who may see the rows is settled before.
    """

    def __init__(self, rows: Callable[[int], QuerySet[Any, Row]]) -> None:
        self._rows = rows
        #: A thread has a connection of its own, and what it composed ends with it.
        self._kept = threading.local()

    def __call__(self, key: int) -> list[Row]:
        """The rows for this key, as the database has them now."""
        if abs(key) > LARGEST:
            return []
        composed: _Composed | None = getattr(self._kept, "composed", None)
        if composed is None or composed.compiler.connection is not connections[DEFAULT_DB_ALIAS]:
            composed = self._kept.composed = _Composed(self._rows(KEY))
        return composed.asked(key)


class _Composed:
    """The queryset for ``KEY`` with its text, and the compiler that knows what each column is."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows
        self.compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        self.text, self.params = self.compiler.as_sql()
        columns = [column for column, _, _ in self.compiler.select[: self.compiler.col_count]]
        converters = self.compiler.get_converters(columns)
        self.compiler.get_converters = lambda _: converters

    def asked(self, key: int) -> list[Any]:
        # PostgreSQL's driver takes whole numbers as types of its own; the key becomes the same one.
        params = tuple(type(p)(key) if p == KEY else p for p in self.params)
        query: Any = _Asked(self.compiler, self.text, params)
        asked: Any = QuerySet(self.rows.model, query)
        asked._iterable_class, asked._fields = self.rows._iterable_class, self.rows._fields
        return list(asked)


class _Asked:
    """What a queryset needs of its query to make rows out of an answer."""

    def __init__(self, compiler: Any, text: str, params: tuple[Any, ...]) -> None:
        self._compiler = copy(compiler)
        self._compiler.as_sql = lambda: (text, params)

    def get_compiler(self, using: str) -> SQLCompiler:
        """One that has nothing left to compose."""
        return self._compiler
