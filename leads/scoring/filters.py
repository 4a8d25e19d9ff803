"""``?score__gte=60&grade=A1,B1`` on lists of leads."""

from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from leads.scoring.models import ScoreEntry
from leads.search.store import listed

GRADE = re.compile(r"[A-D]?[1-4]?")
#: So many leads are looked up by their keys.
FEW = 2_000
SIGNS = {"": "exact", "__gte": "gte", "__gt": "gt", "__lte": "lte", "__lt": "lt"}


class ScoreFilter(filters.NumberFilter):
    """Compares a figure of the score in use."""

    def __init__(self, name: str, sign: str, **options: Any) -> None:
        super().__init__(min_value=-1000, max_value=1000, **options)
        self.place, self.sign = name, sign

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        condition = Q(**{f"{self.place}__{self.sign}": value})
        if self.place == "score" and (few := _few_of(condition)) is not None:
            return qs.filter(pk__in=listed(few))
        return qs.filter(ScoreEntry.objects.all().where(condition))


def _few_of(condition: Q) -> list[int] | None:
    """The leads themselves where a score leaves few, which their index tells at once.

    Asked lead by lead, the newest first, a score that hardly anybody has takes a walk through all.
    """
    found = ScoreEntry.objects.all().in_use().filter(condition).order_by("-score", "lead")
    keys = list(found.values_list("lead", flat=True)[: FEW + 1])
    return keys if len(keys) <= FEW else None


class GradeFilter(filters.CharFilter):
    """A grade, or several with commas; a letter or a digit alone means the whole row or column."""

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not value:
            return qs
        asked = Q()
        for part in (part.strip().upper() for part in value.split(",") if part.strip()):
            if not GRADE.fullmatch(part):
                raise ValidationError({"grade": ["Grades run from A1 to D4."]})
            name = {True: "grade", False: "grade__startswith"}[len(part) == 2]
            asked |= Q(**{"grade__endswith" if part.isdigit() else name: part})
        return qs.filter(ScoreEntry.objects.all().where(asked))


class ReadyFilter(filters.BooleanFilter):
    """Whether the score makes the lead ready for sales."""

    def filter(self, qs: QuerySet[Any], value: bool | None) -> QuerySet[Any]:
        if value is None:
            return qs
        return qs.filter(ScoreEntry.objects.all().where(Q(is_ready=value)))


def score_filters() -> dict[str, filters.Filter]:
    found: dict[str, filters.Filter] = {
        f"{name}{ending}": ScoreFilter(name, sign, label=name.capitalize())
        for name in ("score", "fit", "engagement")
        for ending, sign in SIGNS.items()
    }
    found["grade"] = GradeFilter(label="Grade, or several with commas")
    found["ready"] = ReadyFilter(label="Ready for sales by its score")
    return found
