"""``?score__gte=60&grade=A1,B1`` on lists of leads."""

from __future__ import annotations

import re
from typing import Any

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from leads.scoring.models import ScoreEntry

GRADE = re.compile(r"[A-D]?[1-4]?")
SIGNS = {"": "exact", "__gte": "gte", "__gt": "gt", "__lte": "lte", "__lt": "lt"}


class ScoreFilter(filters.NumberFilter):
    """Compares a figure of the score in use."""

    def __init__(self, name: str, sign: str, **options: Any) -> None:
        super().__init__(min_value=-1000, max_value=1000, **options)
        self.place, self.sign = name, sign

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value is None:
            return qs
        return qs.filter(ScoreEntry.objects.all().where(Q(**{f"{self.place}__{self.sign}": value})))


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
