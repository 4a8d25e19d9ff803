"""Lists for pages: keyset paging, capped counts, columns that sort.

A cursor holds the sort value and the primary key of the row at the edge of a page, so page
900,000 costs what the first does. Empty values stand last in both directions, on both engines.
"""

from __future__ import annotations

import binascii
import contextlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, ValidationError
from django.db import connections
from django.db.models import Field, Model, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from portal.core.moments import is_possible
from portal.core.patience import TookTooLong, within

PAGE_SIZE = 50
#: Counts are exact up to here; beyond, the list says "about 43,000".
COUNT_CAP = 10_000
#: Seconds that a count without an index may take before it becomes an estimate, and how many a sample must
#: tell of so that nobody tries.
PATIENCE, MANY = 0.3, 2 * COUNT_CAP
#: Rows that an estimate looks at where the database has no planner to ask. They lie evenly spread over the
#: keys, some neighbours at each place: neighbours share a page, and each page of its own takes its time.
SAMPLES, NEIGHBOURS = 2_500, 10


@dataclass(frozen=True)
class Order:
    """A column that a list offers to sort by. ``column`` is a concrete field of the model."""

    name: str
    column: str
    descending: bool = False

    @property
    def parameter(self) -> str:
        return f"-{self.name}" if self.descending else self.name


@dataclass(frozen=True)
class Cursor:
    """The edge of a page: what the row there has in the sort column, and its key."""

    value: Any
    pk: int

    def encoded(self) -> str:
        raw = json.dumps([_plain(self.value), self.pk], separators=(",", ":"), ensure_ascii=False)
        return urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _decoded(text: str, column: Field[Any, Any]) -> Cursor | None:
    """The cursor in the address, or None when somebody has tampered with it."""
    try:
        raw = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
        value, pk = json.loads(raw)
        if not isinstance(pk, int) or isinstance(pk, bool) or not 0 <= pk < 2**63:
            return None
        if isinstance(value, str) and "\x00" in value:
            return None
        if value is None:
            return Cursor(None, pk) if column.null else None
        value = column.to_python(value)
        if isinstance(value, datetime) and (value.tzinfo is None or not is_possible(value)):
            return None
        if isinstance(value, Decimal) and not _fits(value, column):
            return None
        return Cursor(value, pk)
    except (ValueError, TypeError, RecursionError, ValidationError, binascii.Error, OverflowError):
        return None


def is_cursor(text: str, model: type[Model], column: str) -> bool:
    """Whether ``text`` names an edge in that order, for those who must not fall back in silence."""
    return _decoded(text, _column(model, column)) is not None


def _fits(value: Decimal, column: Field[Any, Any]) -> bool:
    """Whether a column of numbers can hold it; databases refuse to compare with what it cannot."""
    whole_digits = column.max_digits - column.decimal_places  # type: ignore[attr-defined]
    return abs(value) < Decimal(10) ** whole_digits


@dataclass
class Page:
    """One page of a list. ``previous`` and ``next`` are query strings, or None at the ends."""

    rows: list[Any]
    previous: str | None = None
    next: str | None = None
    total: int | None = None
    total_is_estimate: bool = False
    ordering: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def count_text(self) -> str:
        """``1,204``, or ``about 43,000`` when there are more than anybody would count."""
        return "" if self.total is None else f"{'about ' * self.total_is_estimate}{self.total:,}"


class HasQuery(Protocol):
    """A request, or whatever else carries the query of an address."""

    @property
    def GET(self) -> QueryDict: ...  # noqa: N802 (Django's name)


@dataclass(frozen=True)
class Listing:
    """What one list offers: its orders (name → column) and its page size.

    ``Listing({"created": "created_at", "name": "last_name"}, default="-created").page(request, rows)``
    Reads ``ordering``, ``after`` and ``before`` from the address. A name that is not offered and a
    cursor that cannot be read fall back to the first page in the default order.
    """

    orders: Mapping[str, str]
    default: str
    page_size: int = PAGE_SIZE
    #: The rows have a value in every column that they are sorted by; nobody looks for others.
    is_filled: bool = False

    def order(self, data: Mapping[str, Any]) -> Order:
        asked = str(data.get("ordering", ""))
        asked = asked if asked.removeprefix("-") in self.orders else self.default
        name = asked.removeprefix("-")
        return Order(name, self.orders[name], asked.startswith("-"))

    def page(self, request: HasQuery, rows: QuerySet[Any], *, count: bool = True) -> Page:
        """The page that the address asks for; at most two queries and a capped count."""
        data: QueryDict = request.GET
        order = self.order(data)
        column = _column(rows.model, order.column)
        after, before = (
            _decoded(str(data[key]), column) if data.get(key) else None
            for key in ("after", "before")
        )
        found = self._fetch(rows, order, column, edge=before or after, backwards=before is not None)
        more = len(found) > self.page_size
        found = found[: self.page_size][:: -1 if before else 1]
        page = Page(found, ordering=order.parameter)
        if found:
            first, last = (
                Cursor(getattr(row, order.column), row.pk) for row in (found[0], found[-1])
            )
            page.next = _query(data, after=last.encoded()) if before or more else None
            page.previous = (
                _query(data, before=first.encoded()) if after or (before and more) else None
            )
        elif after or before:
            page.previous = _query(data)
        is_all = not (after or before or more)
        if count and is_all and (not found or _is_dear(rows)):
            page.total = len(found)
        elif count:
            page.total, page.total_is_estimate = counted(rows)
        return page

    def _fetch(
        self,
        rows: QuerySet[Any],
        order: Order,
        column: Field[Any, Any],
        *,
        edge: Cursor | None,
        backwards: bool,
    ) -> list[Any]:
        """One row more than a page, in reading direction.

        Rows without a value are a part of their own behind the others: each part is then a plain
        range of the index on (column, id), and engines need not agree on where NULL stands.
        """
        found: list[Any] = []
        parts = [False] if self.is_filled else _parts(column, edge, backwards=backwards)
        for is_empty in parts:
            part = rows.order_by(*_order_by(order, is_empty=is_empty, backwards=backwards))
            if column.null and not self.is_filled:
                part = part.filter(**{f"{order.column}__isnull": is_empty})
            if edge is not None and (edge.value is None) == is_empty:
                part = part.filter(_beyond(order, edge, backwards=backwards))
            found += part[: self.page_size + 1 - len(found)]
            if len(found) > self.page_size:
                break
        return found


def first_of_each(parts: Iterable[QuerySet[Any]]) -> Any:
    """For ``pk__in``: the keys of several short lists in one statement. Each part is an ordered,
    limited queryset of keys, which SQLite takes into a union only in brackets."""
    statements: list[str] = []
    params: list[Any] = []
    for part in parts:
        with contextlib.suppress(EmptyResultSet):
            statement, given = part.query.sql_with_params()
            statements.append(f"SELECT * FROM ({statement}) part{len(statements)}")  # noqa: S608
            params += given
    return RawSQL(" UNION ALL ".join(statements), params) if statements else []  # noqa: S611


def capped_count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many, and whether that is only the floor: never a full scan in a request."""
    seen = rows.order_by()[: COUNT_CAP + 1].count()
    return min(seen, COUNT_CAP), seen > COUNT_CAP


def counts_by(rows: QuerySet[Any], way: Callable[[], int]) -> QuerySet[Any]:
    """The rows, of which ``way`` tells quicker how many there are: exactly up to the cap, and more than that
    otherwise. ``counted`` asks it as long as nobody narrows them further."""
    rows = rows.all()
    rows.query.counted_by = way, len(rows.query.where.children)  # type: ignore[attr-defined]
    return rows


def counts_with_patience(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows, of which no index tells how many there are: what they did, part of a text."""
    rows = rows.all()
    rows.query.counted_with_patience = True  # type: ignore[attr-defined]
    return rows


def counted(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many, and whether that is an estimate: exact up to 10,000, two telling digits beyond.

    One statement, however many there are; two where there is a quicker way, or rows have to be looked
    at one by one.
    """
    return _counted_with_patience(rows) if _is_dear(rows) else _counted(rows)


def _is_dear(rows: QuerySet[Any]) -> bool:
    return getattr(rows.query, "counted_with_patience", False)


def _counted_with_patience(rows: QuerySet[Any]) -> tuple[int, bool]:
    """A sample tells how many there may be. Where that is far beyond the cap nobody counts up to it;
    nor is a count waited for that takes too long."""
    likely = _stood_for(rows.order_by())
    if likely <= MANY:
        with contextlib.suppress(TookTooLong), within(PATIENCE, rows.db):
            return _counted(rows)
    return _rounded(likely), True


def _counted(rows: QuerySet[Any]) -> tuple[int, bool]:
    way, narrowed = getattr(rows.query, "counted_by", (None, 0))
    if way is not None and len(rows.query.where.children) == narrowed:
        seen = way()
        expected = _stood_for(rows.order_by()) if seen > COUNT_CAP else seen
    else:
        is_planned = connections[rows.db].vendor == "postgresql"
        seen, expected = (_planned if is_planned else _sampled)(rows.order_by())
    return (max(_rounded(expected), COUNT_CAP), True) if seen > COUNT_CAP else (seen, False)


def _rounded(number: int) -> int:
    step = 10 ** max(0, len(str(number)) - 2)
    return round(number / step) * step


def _planned(rows: QuerySet[Any]) -> tuple[int, int]:
    """How many up to the cap, and how many PostgreSQL expected without one: its plan tells both."""
    capped = rows.values("pk")[: COUNT_CAP + 1]
    told = capped.explain(format="json", analyze=True, timing=False)
    if not told:
        return 0, 0
    plan = json.loads(told)[0]["Plan"]
    whole = plan["Plans"][0] if plan["Node Type"] == "Limit" else plan
    return int(plan["Actual Rows"]), int(whole["Plan Rows"])


#: The keys of the rows to look at: places as far apart as all of them fit between the first and the last.
_SPREAD = {
    "sqlite": """
WITH RECURSIVE place(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place WHERE n < {last})
SELECT 1 + n - n / {near} * {near} + n / {near} * {near} * (SELECT MAX({key}) FROM {table}) / {number} FROM place
""",
    "postgresql": """
SELECT 1 + n - n / {near} * {near} + n / {near} * {near} * (SELECT MAX({key}) FROM {table}) / {number}
FROM generate_series(0, {last}) n
""",
}
_COUNTED = """
WITH found(pk) AS NOT MATERIALIZED ({found})
SELECT n, CASE WHEN n > {cap}
    THEN (SELECT COUNT(*) FROM found WHERE pk IN ({spread})) * (SELECT MAX({key}) FROM {table}) / {number} END
FROM (SELECT COUNT(*) n FROM (SELECT pk FROM found LIMIT {cap} + 1))
"""
_STOOD_FOR = "SELECT (SELECT COUNT(*) FROM ({sample}) sample), (SELECT MAX({key}) FROM {table})"


def _sampled(rows: QuerySet[Any]) -> tuple[int, int]:
    """How many up to the cap, and beyond it how many a sample of the table stands for.

    The whole table needs none: SQLite adds up what its pages say they hold, a million rows in 0.1 ms.
    """
    if not rows.query.where:
        return (number := rows.count()), number
    names, spread = _spread(rows)
    try:
        found, params = rows.values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0, 0
    statement = _COUNTED.format(
        cap=COUNT_CAP, number=SAMPLES, found=found, spread=spread.sql, **names
    )
    with connections[rows.db].cursor() as cursor:
        cursor.execute(statement, params)
        seen, expected = cursor.fetchone()
    return seen, expected or 0


def _stood_for(rows: QuerySet[Any]) -> int:
    """How many the rows of a sample stand for."""
    names, spread = _spread(rows)
    try:
        sample, params = rows.filter(pk__in=spread).values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connections[rows.db].cursor() as cursor:
        cursor.execute(_STOOD_FOR.format(sample=sample, **names), params)
        found, last = cursor.fetchone()
    return int(found * last / min(last, SAMPLES)) if last else 0


def _spread(rows: QuerySet[Any]) -> tuple[dict[str, str], RawSQL]:
    """What key and table are called, and the keys of a sample."""
    quoted, options = connections[rows.db].ops.quote_name, rows.model._meta
    names = {"key": quoted(str(options.pk.column)), "table": quoted(options.db_table)}
    keys = _SPREAD[connections[rows.db].vendor].format(
        last=SAMPLES - 1, number=SAMPLES, near=NEIGHBOURS, **names
    )
    return names, RawSQL(keys, [])  # noqa: S611


def _column(model: type[Model], name: str) -> Field[Any, Any]:
    found = model._meta.get_field(name)
    if not isinstance(found, Field):
        raise FieldDoesNotExist(f"{name} is not a column of {model.__name__}.")
    return found


def _parts(column: Field[Any, Any], edge: Cursor | None, *, backwards: bool) -> list[bool]:
    """Which parts follow the edge (False: rows with a value, True: rows without), in order."""
    if not column.null:
        return [False]
    parts = [True, False] if backwards else [False, True]
    return parts if edge is None else parts[parts.index(edge.value is None) :]


def _order_by(order: Order, *, is_empty: bool, backwards: bool) -> tuple[str, ...]:
    sign = "-" if order.descending != backwards else ""
    return (f"{sign}pk",) if is_empty else (f"{sign}{order.column}", f"{sign}pk")


def _beyond(order: Order, edge: Cursor, *, backwards: bool) -> Q:
    """The rows after the edge in reading direction, written so that an index finds the start."""
    sign = "lt" if order.descending != backwards else "gt"
    by_key = Q(**{f"pk__{sign}": edge.pk})
    if edge.value is None:
        return by_key
    past = Q(**{f"{order.column}__{sign}": edge.value})
    return Q(**{f"{order.column}__{sign}e": edge.value}) & (past | by_key)


def _query(data: QueryDict, **edge: str) -> str:
    changed = data.copy()
    for key in ("after", "before", "cursor"):
        changed.pop(key, None)
    for key, value in edge.items():
        changed[key] = value
    return f"?{changed.urlencode()}"
