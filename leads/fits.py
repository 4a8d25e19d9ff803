"""The fit of leads to personas: for one lead with reasons, and as SQL for all.

The rule itself stands in ``personas.matching``; ``strength_of`` is its set-based twin.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import Exact

from personas.matching import THRESHOLD, Criterion, Fit, judge, read_criteria
from personas.models import Persona

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models.expressions import Combinable

    from leads.models import Lead

NUMBER = models.FloatField()
NEVER = Q(pk__in=[])
NOBODY = Value(None, output_field=models.BigIntegerField())

#: How many leads one statement matches, so that no row is held for long.
SLICE = 20_000

PATHS = {
    "title": "title",
    "seniority": "seniority",
    "country": "country",
    "city": "city",
    "language": "language",
    "source": "source",
    "company.industry": "company__industry",
    "company.employees": "company__employees",
    "company.country": "company__country",
    "company.region": "company__region",
}


def facts_of(lead: Lead) -> dict[str, Any]:
    """What the criteria may ask about. No query when the company is loaded."""
    company = lead.company
    facts: dict[str, Any] = {
        "title": lead.title,
        "seniority": lead.seniority,
        "country": lead.country,
        "city": lead.city,
        "language": lead.language,
        "source": lead.source,
        "company.industry": company.industry if company else None,
        "company.employees": company.employees if company else None,
        "company.country": company.country if company else None,
        "company.region": company.region if company else None,
    }
    return facts | {f"attributes.{name}": value for name, value in lead.attributes.items()}


def personas_in_force() -> list[Persona]:
    """The personas that leads are matched to, in a fixed order."""
    return list(Persona.objects.in_force().select_related("document").order_by("pk"))


def fit_of(lead: Lead, persona: Persona) -> Fit:
    """How well the lead fits one persona, by the criteria in force, with reasons."""
    return judge(read_criteria(persona.criteria), facts_of(lead))


def fits_of(lead: Lead, personas: Sequence[Persona] | None = None) -> list[tuple[Persona, Fit]]:
    """Every persona in force with the lead's fit, best first."""
    judged = [(persona, fit_of(lead, persona)) for persona in personas or personas_in_force()]
    return sorted(judged, key=lambda pair: (not pair[1].fits, -pair[1].strength, pair[0].pk))


def match_lead(lead: Lead, personas: Sequence[Persona] | None = None) -> bool:
    """Set the best persona on an unsaved or loaded lead. True when that changed something.

    A persona that a person chose stays.
    """
    if lead.persona_chosen_by_id is not None:
        return False
    ranked = fits_of(lead, personas)
    best = ranked[0][0] if ranked and ranked[0][1].fits else None
    revision_id = best.document.in_force_id if best else None
    changed = (lead.persona_id, lead.persona_revision_id) != (
        best.pk if best else None,
        revision_id,
    )
    lead.persona, lead.persona_revision_id = best, revision_id
    return changed


class JsonType(models.Func):
    """The JSON type of one custom attribute; numbers are "number" on both engines."""

    output_field = models.TextField()

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(F("attributes"))

    def __repr__(self) -> str:
        return f"JsonType({self.name!r})"

    def as_sqlite(
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql, params = compiler.compile(self.source_expressions[0])
        kind, path = f"JSON_TYPE({sql}, %s)", f'$."{self.name}"'
        text = f"CASE WHEN {kind} IN ('integer', 'real') THEN 'number' ELSE {kind} END"
        return text, (*params, path, *params, path)

    def as_postgresql(
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        sql, params = compiler.compile(self.source_expressions[0])
        return f"JSONB_TYPEOF({sql} -> %s)", (*params, self.name)


def _is_numeric(criterion: Criterion) -> bool:
    return criterion.operator in {"at_least", "at_most"}


def _fact(criterion: Criterion) -> Combinable:
    """The fact as a lower-case text, or as a number where the criterion compares numbers."""
    if criterion.fact.startswith("attributes."):
        name = criterion.fact.removeprefix("attributes.")
        text = KT(f"attributes__{name}")
        if not _is_numeric(criterion):
            return Lower(Cast(text, models.TextField()))
        is_number = Exact(JsonType(name), Value("number"))
        return Case(When(is_number, then=Cast(text, NUMBER)), default=None, output_field=NUMBER)
    column = PATHS[criterion.fact]
    if not _is_numeric(criterion):
        return Lower(Cast(F(column), models.TextField()))
    return (
        Cast(F(column), NUMBER)
        if column == "company__employees"
        else Value(None, output_field=NUMBER)
    )


def _condition(criterion: Criterion, fact: str) -> Q:
    """When the criterion is met. ``fact`` names the annotation; empty is unknown, never met."""
    if _is_numeric(criterion):
        lookup = "gte" if criterion.operator == "at_least" else "lte"
        limit = criterion.number
        return NEVER if limit is None else Q(**{f"{fact}__{lookup}": float(limit)})
    known = Q(**{f"{fact}__gt": ""})
    if criterion.operator == "contains":
        return known & reduce(
            or_, (Q(**{f"{fact}__contains": value}) for value in criterion.values)
        )
    inside = Q(**{f"{fact}__in": criterion.values})
    return known & (inside if criterion.operator == "is" else ~inside)


def with_strength(rows: models.QuerySet[Lead], persona: Persona) -> models.QuerySet[Lead]:
    """Leads annotated with ``strength_<pk>``: the fit in thousandths, or -1 when ruled out."""
    criteria = list(enumerate(read_criteria(persona.criteria)))
    rows = rows.annotate(**{f"fact_{persona.pk}_{i}": _fact(c) for i, c in criteria})
    conditions = [(c, _condition(c, f"fact_{persona.pk}_{i}")) for i, c in criteria]
    total = sum(c.points for c, _ in conditions if not c.is_exclusion)
    points: Combinable = Value(0)
    for criterion, condition in conditions:
        if not criterion.is_exclusion:
            points = points + Case(When(condition, then=Value(criterion.points)), default=Value(0))
    strength = points * Value(1000) / Value(total) if total else Value(0)
    excluded = reduce(or_, (cond for c, cond in conditions if c.is_exclusion), NEVER)
    expression = Case(
        When(excluded, then=Value(-1)), default=strength, output_field=models.IntegerField()
    )
    return rows.annotate(**{f"strength_{persona.pk}": expression})


def with_best(rows: models.QuerySet[Lead], personas: Sequence[Persona]) -> models.QuerySet[Lead]:
    """Leads annotated with ``best``: the id of the persona they fit best, or null."""
    for persona in personas:
        rows = with_strength(rows, persona)
    names = {persona.pk: f"strength_{persona.pk}" for persona in personas}
    cases = [
        When(
            Q(**{f"{name}__gte": THRESHOLD})
            & reduce(and_, (Q(**{f"{name}__gte": F(other)}) for other in names.values())),
            then=Value(pk),
        )
        for pk, name in names.items()
    ]
    return rows.annotate(best=Case(*cases, default=None, output_field=models.BigIntegerField()))


def match_slice(rows: models.QuerySet[Lead], personas: Sequence[Persona]) -> int:
    """Match a bounded set of leads in as many statements as there are personas, plus one.

    Writes only rows that change. Returns how many did.
    """
    open_rows = rows.filter(persona_chosen_by=None).order_by()
    ranked = with_best(open_rows, personas) if personas else open_rows.annotate(best=NOBODY)
    changed = 0
    for persona in personas:
        same = Q(persona=persona, persona_revision=persona.document.in_force_id)
        changed += _set(ranked.filter(best=persona.pk).exclude(same), persona)
    return changed + _set(ranked.filter(best=None, persona__isnull=False), None)


def _set(rows: models.QuerySet[Lead], persona: Persona | None) -> int:
    return rows.model._base_manager.filter(pk__in=rows.values("pk")).update(
        persona=persona, persona_revision=persona.document.in_force_id if persona else None
    )
