"""A condition as a ``Q`` on leads: one statement for all rows, on PostgreSQL and SQLite alike.

Names come from the vocabulary, values travel as parameters. "Not" moves down to the single
conditions, each of which says when it is false rather than unknown; so the answer is that of
``leads.conditions.judging``, which a property test proves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import ceil, floor
from operator import and_, or_
from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, TextField, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

from leads.attributes import (
    AnyAttribute,
    BooleanAttribute,
    DayAttribute,
    NumberAttribute,
    StringAttribute,
    holds,
)
from leads.conditions.folding import FROM, SHARP_S, TO, fold, folded_value
from leads.conditions.judging import day_texts, exact_key, spec_of, touch_span
from leads.conditions.scene import Scene, Span, days, moments
from leads.conditions.tree import Did, Group, Leaf, Node, Not
from leads.conditions.vocabulary import OPPOSITES, FieldSpec, Kind, Vocabulary
from leads.fields import ATTRIBUTES
from leads.models import Company, Lead, Touchpoint

NEVER = Q(pk__in=[])
ALWAYS = ~NEVER


class Fold(Func):
    """The folded text of a column. PostgreSQL translates by the same table as Python."""

    arity = 1
    output_field = TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"ACCORD_FOLD({column})", list(params)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:
        """Texts in plain ASCII, nearly all, are spared the table."""
        column, params = compiler.compile(self.source_expressions[0])
        lower = f'LOWER({column} COLLATE "C")'
        sql = (
            f"(CASE WHEN OCTET_LENGTH({column}) = LENGTH({column}) THEN {lower} "
            f"ELSE TRANSLATE(REPLACE({lower}, '{SHARP_S[0]}', '{SHARP_S[1]}'), '{FROM}', '{TO}') END)"
        )
        return sql, [*params, *params, *params, *params]


def teach_sqlite(connection: Any, **_: Any) -> None:
    """SQLite folds by the function itself."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            "ACCORD_FOLD",
            1,
            lambda text: fold(text) if isinstance(text, str) else text,
            deterministic=True,
        )


def compiled(node: Node, scene: Scene, vocabulary: Vocabulary) -> Q:
    """The leads of which the condition is true."""
    return _Compiler(scene, vocabulary).node(node, is_negated=False)


class _Compiler:
    def __init__(self, scene: Scene, vocabulary: Vocabulary) -> None:
        self.scene, self.vocabulary = scene, vocabulary

    def node(self, node: Node, *, is_negated: bool) -> Q:
        if isinstance(node, Not):
            return self.node(node.part, is_negated=not is_negated)
        if isinstance(node, Group):
            join = and_ if (node.how == "all") is not is_negated else or_
            return reduce(join, (self.node(part, is_negated=is_negated) for part in node.parts))
        if isinstance(node, Did):
            return self.did(node, is_negated=is_negated)
        return self.leaf(node, is_negated=is_negated)

    # --- fields -------------------------------------------------------------------------------
    def leaf(self, leaf: Leaf, *, is_negated: bool) -> Q:
        spec = spec_of(leaf, self.vocabulary)
        op = OPPOSITES.get(leaf.op, leaf.op)
        is_negated = is_negated is not (leaf.op in OPPOSITES)
        if spec.of == "tags":
            carried = self.tagged(leaf, op)
            return ~carried if is_negated else carried
        if op == "blank":
            blank = self.blank(spec)
            return ~blank if is_negated else blank
        met = _COMPARE[spec.kind](_stored(spec), op, leaf, spec, self.scene)
        row = _known(spec) & ~met if is_negated else met
        return _of_company(row) if spec.of == "company" else row

    def tagged(self, leaf: Leaf, op: str) -> Q:
        carried = Lead.tags.through.objects.order_by()
        if op == "blank":
            return ~Q(pk__in=carried.values("lead"))
        keys = sorted(set(self.scene.keys(leaf.field, leaf.values)))
        return Q(pk__in=carried.filter(tag__in=keys).values("lead")) if keys else NEVER

    def blank(self, spec: FieldSpec) -> Q:
        if spec.of == "attributes":
            stored = AnyAttribute(spec.name.removeprefix(ATTRIBUTES))
            return Q(IsNull(stored, True)) | Q(Exact(stored, Value("")))
        if spec.is_never_blank:
            return NEVER
        known = _known(spec)
        return ~_of_company(known) if spec.of == "company" else ~known

    # --- behaviour ----------------------------------------------------------------------------
    def did(self, did: Did, *, is_negated: bool) -> Q:
        """Touchpoints are counted lead by lead through their index, never further than asked."""
        asked = touches_of(did, self.scene)
        touches = Touchpoint.objects.filter(asked, lead=OuterRef("pk"), left_out="")
        found = Q(Exists(touches.order_by()))
        if did.times > 1:
            found &= Q(Exists(touches.order_by("pk")[did.times - 1 :]))
        return ~found if is_negated is not did.is_negated else found


def touches_of(did: Did, scene: Scene) -> Q:
    """The touchpoints that one condition on behaviour means, whoever's they are."""
    asked = _within("occurred_at", touch_span(did, scene))
    if did.kinds:
        asked &= Q(kind__in=did.kinds)
    if did.campaign:
        asked &= Q(campaign__in=scene.keys("campaign", (did.campaign,)))
    for column, text in (("title", did.title), ("url", did.url)):
        if text:
            place = StrIndex(Fold(F(column)), Value(folded_value(text)))
            asked &= Q(GreaterThan(place, 0))
    return asked


def _of_company(row: Q) -> Q:
    return Q(company__in=Company.objects.filter(row).order_by().values("pk"))


def _stored(spec: FieldSpec) -> Any:
    """The stored value as an expression, where the comparison needs one."""
    if spec.of != "attributes":
        return F(spec.column)
    name = spec.name.removeprefix(ATTRIBUTES)
    return _ATTRIBUTES[spec.kind](name)


_ATTRIBUTES: dict[Kind, Callable[[str], Any]] = {
    Kind.TEXT: StringAttribute,
    Kind.NUMBER: NumberAttribute,
    Kind.BOOLEAN: BooleanAttribute,
    Kind.DATE: DayAttribute,
}


def _known(spec: FieldSpec) -> Q:
    """When there is a value of the field's type. ``~_known`` is true of everything else."""
    if spec.of == "attributes":
        stored = _stored(spec)
        known = Q(IsNull(stored, False))
        return known & Q(GreaterThan(stored, Value(""))) if spec.kind is Kind.TEXT else known
    if spec.is_never_blank:
        return ALWAYS
    if spec.kind in {Kind.TEXT, Kind.EXACT, Kind.CHOICE}:
        return ~Q(**{spec.column: ""})
    return Q(**{f"{spec.column}__isnull": False})


# --- comparisons ------------------------------------------------------------------------------
def _text(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    return _words(Fold(stored), op, [folded_value(text) for text in leaf.values])


def _exact(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    given = [exact_key(spec, str(text)) for text in leaf.values]
    return Q(**{f"{spec.column}__in": given}) if op == "is" else _words(stored, op, given)


def _words(stored: Any, op: str, given: Sequence[str]) -> Q:
    if op == "is":
        return Q(In(stored, list(given)))
    places = [StrIndex(stored, Value(text)) for text in given]
    found = [Q(GreaterThan(p, 0)) if op == "contains" else Q(Exact(p, 1)) for p in places]
    return reduce(or_, found)


_SIGNS: dict[str, type[Lookup[Any]]] = {
    "gt": GreaterThan,
    "gte": GreaterThanOrEqual,
    "lt": LessThan,
    "lte": LessThanOrEqual,
}


#: Whole numbers stand in columns: what lies between two of them is asked of the nearest.
_ROUND = {"gt": floor, "lte": floor, "gte": ceil, "lt": ceil}
#: No column of ours holds a larger whole number.
LARGEST = 2**31 - 1


def _number(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    limits = [float(limit) for limit in leaf.values]  # type: ignore[arg-type]
    if op == "is":
        if spec.of == "attributes":
            name = spec.name.removeprefix(ATTRIBUTES)
            return reduce(or_, (holds(name, limit) for limit in limits))
        whole = [int(at) for at in limits if at.is_integer() and abs(at) <= LARGEST]
        return Q(**{f"{spec.column}__in": whole})
    bounds = {"gte": limits[0], "lte": limits[-1]} if op == "between" else {op: limits[0]}
    if spec.of == "attributes":
        return reduce(and_, (Q(_SIGNS[sign](stored, Value(at))) for sign, at in bounds.items()))
    rounded = {sign: _ROUND[sign](max(-LARGEST, min(LARGEST, at))) for sign, at in bounds.items()}
    # A limit beyond what the column holds is left out of the statement, and with it what is unknown.
    bounded = (Q(**{f"{spec.column}__{sign}": at}) for sign, at in rounded.items())
    return reduce(and_, bounded, _known(spec))


def _member(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    return Q(**{f"{spec.column}__in": list(leaf.values)})


def _boolean(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    name = spec.name.removeprefix(ATTRIBUTES)
    return reduce(or_, (holds(name, bool(value)) for value in leaf.values))


def _moment(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    return _within(spec.column, moments(op, leaf.values, scene))


def _day(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    span = days(op, leaf.values, scene)
    if spec.of != "attributes":
        return _within(spec.column, span)
    texts = day_texts(span)
    asked = [Q(GreaterThanOrEqual(stored, Value(texts.start)))] if texts.start else []
    if texts.end:
        last = LessThanOrEqual if texts.closed else LessThan
        asked.append(Q(last(stored, Value(texts.end))))
    return reduce(and_, asked)


def _within(column: str, span: Span) -> Q:
    asked = Q()
    if span.start is not None:
        asked &= Q(**{f"{column}__gte": span.start})
    if span.end is not None:
        asked &= Q(**{f"{column}__{'lte' if span.closed else 'lt'}": span.end})
    return asked


def _reference(stored: Any, op: str, leaf: Leaf, spec: FieldSpec, scene: Scene) -> Q:
    keys = sorted(set(scene.keys(leaf.field, leaf.values)))
    return Q(**{f"{spec.column}__in": keys}) if keys else NEVER


_COMPARE: dict[Kind, Callable[[Any, str, Leaf, FieldSpec, Scene], Q]] = {
    Kind.TEXT: _text,
    Kind.EXACT: _exact,
    Kind.NUMBER: _number,
    Kind.CHOICE: _member,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _day,
    Kind.MOMENT: _moment,
    Kind.REFERENCE: _reference,
}
