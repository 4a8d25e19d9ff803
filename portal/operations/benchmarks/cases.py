"""Questions to the list of leads: every filter and every order that it offers, often and seldom met.

Each is an address, and the same question to the rows. What nobody in the generated data answers to
is left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, Max, OuterRef, Q

from leads.columns import ORDERS
from leads.conditions.asking import read
from leads.models import Lead
from leads.reach import reached_kind, was_contacted
from leads.segments.membership import membership
from leads.segments.models import Segment
from leads.segments.services import create_segment
from portal.accounts.roles import Role
from portal.core.listing import Cursor

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User

#: How far into the list "deep" is.
DEEP = 0.9
#: Filters on a column: the most frequent value is asked, and a rare one.
COLUMNS = {
    "stage": "stage__slug",
    "status": "status",
    "owner": "owner",
    "team": "team",
    "source": "source",
    "campaign": "campaign__slug",
    "persona": "persona__slug",
    "company": "company",
    "country": "country",
    "language": "language",
    "landing_page": "landing_page",
    "consent": "consent",
    "heard_state": "heard_state",
    "heard_about_us": "heard_about_us",
    "external_id": "external_id",
    "email": "email_key",
    "next_step_on": "next_step_on",
}
MOMENTS = ("created_at", "updated_at", "converted_at", "lost_at")
TAGGINGS = Lead.tags.through.objects
#: The question of the requirements, and one of every kind of part.
DOWNLOADED = {
    "all": [
        {"did": ["download"], "title_contains": "case study", "in_last": 14},
        {"field": "owner", "blank": True},
    ]
}
EITHER = {
    "any": [
        {
            "all": [
                {"field": "country", "is": ["DE", "FR"]},
                {"field": "attributes.visits", "gte": 8},
            ]
        },
        {"not": {"field": "company.employees", "lt": 5000}},
    ]
}
SILENT = {
    "all": [
        {"did_not": ["call", "meeting"], "in_last": 30},
        {"field": "stage", "is": ["mql", "sql"]},
        {"field": "title", "contains": "manager"},
    ]
}


@dataclass(frozen=True)
class Case:
    """``rows`` is the question to the table; ``edge`` begins behind a row, as a deep page does."""

    asked: dict[str, str]
    rows: Q = Q()
    order: str = "-created_at"
    role: str = Role.MARKETER
    edge: Cursor | None = None

    @property
    def address(self) -> str:
        asked = dict(self.asked)
        if self.edge:
            asked["after"] = self.edge.encoded()
        return f"/leads/?{urlencode(asked)}"


@dataclass(frozen=True)
class Scene:
    """Who asks, and the last moment of the generated data."""

    marketer: User
    now: datetime

    @classmethod
    def of(cls, marketer: User) -> Scene:
        return cls(marketer, Lead.objects.aggregate(at=Max("created_at"))["at"])


Maker = Callable[[Scene], Case | None]


def _fixed(rows: Q, order: str = "-created_at", role: str = Role.MARKETER, **asked: str) -> Maker:
    return lambda scene: Case(asked, rows, order, role)


def _column(name: str, *, often: bool) -> Maker:
    """The value of a column that most leads have, or fewest."""
    lookup = COLUMNS[name]
    field = Lead._meta.get_field(lookup.partition("__")[0])
    blank = {f"{lookup}__isnull": True} if field.null or field.is_relation else {lookup: ""}

    def make(scene: Scene) -> Case | None:
        values = Lead.objects.exclude(**blank).order_by().values_list(lookup)
        counted = values.annotate(n=Count("pk")).order_by("-n" if often else "n")
        found = counted.first()
        if found is None:
            return None
        # What a partial index leaves out is said, or SQLite would read every lead.
        unsaid = Q(**({lookup: Lead.Heard.NOT_ASKED} if name == "heard_state" else blank))
        rows = Q(**{lookup: found[0]})
        return Case({name: str(found[0])}, rows if rows == unsaid else rows & ~unsaid)

    return make


def _tag(*, often: bool) -> Maker:
    def make(scene: Scene) -> Case | None:
        counted = TAGGINGS.values_list("tag", "tag__name").annotate(n=Count("pk"))
        found = counted.order_by("-n" if often else "n").first()
        if found is None:
            return None
        rows = Q(Exists(TAGGINGS.filter(lead=OuterRef("pk"), tag=found[0])))
        return Case({"tag": found[1]}, rows)

    return make


def _since(column: str, days: int, sign: str = "gte") -> Maker:
    def make(scene: Scene) -> Case:
        at = scene.now - timedelta(days=days)
        name = f"{column}__{sign}"
        return Case({name: at.isoformat()}, Q(**{name: at}))

    return make


def _day(column: str, days: int) -> Maker:
    def make(scene: Scene) -> Case:
        day = (scene.now - timedelta(days=days)).replace(hour=0, minute=0, second=0)
        rows = Q(**{f"{column}__gte": day, f"{column}__lt": day + timedelta(days=1)})
        return Case({f"{column}__date": day.date().isoformat()}, rows)

    return make


def _next_step(sign: str, days: int) -> Maker:
    def make(scene: Scene) -> Case:
        day = scene.now.date() + timedelta(days=days)
        name = f"next_step_on__{sign}"
        return Case({name: day.isoformat()}, Q(**{name: day}))

    return make


def _condition(node: dict[str, Any]) -> Maker:
    def make(scene: Scene) -> Case:
        text = json.dumps(node)
        return Case({"filter": text}, read(text, scene.marketer).q)

    return make


def _segment(scene: Scene) -> Case:
    made = Segment.objects.filter(name="Benchmark").first()
    made = made or create_segment(owner=scene.marketer, name="Benchmark", condition=EITHER)
    return Case({"segment": made.slug}, membership(made))


def _ordered(name: str, sign: str, **asked: str) -> Maker:
    rows = Q(**asked) if asked else Q()
    return _fixed(rows, f"{sign}{ORDERS[name]}", ordering=f"{sign}{name}", **asked)


def _deep(name: str, sign: str) -> Maker:
    """Behind nine tenths of the leads that have a value in the column."""

    def make(scene: Scene) -> Case | None:
        column = ORDERS[name]
        rows = Lead.objects.exclude(**{f"{column}__isnull": True})
        place = int(rows.count() * DEEP)
        found = rows.order_by(f"{sign}{column}", f"{sign}pk").values_list(column, "pk")[place:][:1]
        asked = {"ordering": f"{sign}{name}"}
        return Case(asked, order=f"{sign}{column}", edge=Cursor(*found[0])) if found else None

    return make


def _all() -> Iterator[tuple[str, Maker]]:
    for name in COLUMNS:
        for end in ("often", "seldom"):
            yield f"{name}-{end}", _column(name, often=end == "often")
    for name in ("owner", "team", "campaign", "persona"):
        yield f"{name}-none", _fixed(Q(**{name: None}), **{name: "none"})
    yield "source-none", _fixed(Q(source=""), source__empty="true")
    yield "source-blank", _fixed(Q(source=""), source="")
    yield "tag-often", _tag(often=True)
    yield "tag-seldom", _tag(often=False)
    none = ~Q(Exists(TAGGINGS.filter(lead=OuterRef("pk"))))
    yield "tag-none", _fixed(none, tag="none")
    for answer, rows in (
        ("true", ~Q(heard_state="not_asked")),
        ("false", Q(heard_state="not_asked")),
    ):
        yield f"asked-{answer}", _fixed(rows, asked=answer)
    for answer, rows in (("true", was_contacted()), ("false", ~was_contacted())):
        yield f"contacted-{answer}", _fixed(rows, contacted=answer)
    for kind in ("mql", "customer"):
        yield f"reached-{kind}", _fixed(reached_kind(kind), reached__gte=kind)
    yield from _of_time()
    yield "attribute", _fixed(Q(attributes__visits__gte=10), **{"attributes.visits__gte": "10"})
    yield "attribute-exact", _fixed(Q(attributes__job="Student"), **{"attributes.job": "Student"})
    yield "condition-behaviour", _condition(DOWNLOADED)
    yield "condition-either", _condition(EITHER)
    yield "condition-silent", _condition(SILENT)
    yield "segment", _segment
    for view in ("mine", "teams", "pool"):
        yield f"view-{view}", _fixed(Q(), role=Role.REP, view=view)
    yield "rep", _fixed(Q(), role=Role.REP)
    yield from _of_order()


def _of_time() -> Iterator[tuple[str, Maker]]:
    for column in MOMENTS:
        yield f"{column}-recent", _since(column, 7)
        yield f"{column}-old", _since(column, 1000, "lt")
        yield f"{column}-day", _day(column, 400)
    yield "next_step-late", _next_step("lte", -5)
    yield "next_step-soon", _next_step("gte", 20)
    yield "next_step-none", _fixed(Q(next_step_on=None), next_step_on__isnull="true")


def _of_order() -> Iterator[tuple[str, Maker]]:
    for name in ORDERS:
        for word, sign in (("by", ""), ("down", "-")):
            yield f"{word}-{name}", _ordered(name, sign)
            yield f"{word}-{name}-deep", _deep(name, sign)
            yield f"{word}-{name}-lost", _ordered(name, sign, status="lost")
            yield f"{word}-{name}-source", _ordered(name, sign, source="Partner")


CASES: dict[str, Maker] = dict(_all())
