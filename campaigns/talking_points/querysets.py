"""Reads of the library."""

from __future__ import annotations

from typing import Self

from django.db import connection
from django.db.models import Case, IntegerField, Q, Value, When

from campaigns.talking_points.words import fold
from portal.documents.querysets import AgreedDocumentQuerySet

MOST_WORDS = 8


class TalkingPointQuerySet(AgreedDocumentQuerySet):
    def matching(self, text: str) -> Self:
        """Talking points that hold every word of ``text``, in any order, at least in part: in the
        name (or its first letters), the kind, the text, or the names of campaign and personas."""
        rows = self
        for word in fold(text).split()[:MOST_WORDS]:
            of_persona = self.model._base_manager.filter(personas__title__icontains=word)
            rows = rows.filter(
                Q(words__contains=word)
                | Q(title_key__contains=f" {word}")
                | Q(campaign__title__icontains=word)
                | Q(pk__in=of_persona.values("pk"))
            )
        return rows

    def with_closeness(self, text: str) -> Self:
        """Adds ``closeness``: 0 where the name begins with what was typed, 1 where a word of it
        does or its first letters do, 2 where the name holds it, 3 else."""
        typed = fold(text)
        cases = [
            When(title_key__startswith=f" {typed}", then=Value(0)),
            When(title_key__contains=f" {typed}", then=Value(1)),
            When(title_key__contains=typed, then=Value(2)),
        ]
        closeness = Case(*cases if typed else (), default=Value(3), output_field=IntegerField())
        return self.annotate(closeness=closeness)

    def closest(self, text: str) -> Self:
        """Those that match, whose name is closest to what was typed first."""
        return self.matching(text).with_closeness(text).order_by("closeness", "title", "pk")

    def at_stage(self, stage: str) -> Self:
        """Those for one buying stage. JSON lists are searched by containment where it exists."""
        return self.filter(self.of_stage(stage))

    @staticmethod
    def of_stage(stage: str) -> Q:
        if connection.features.supports_json_field_contains:
            return Q(stages__contains=[stage])
        return Q(stages__icontains=f'"{stage}"')
