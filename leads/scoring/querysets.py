"""Reads of scores and of their history."""

from __future__ import annotations

from typing import Self

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, Subquery

from leads.querysets import OfLeadQuerySet
from portal.accounts.querysets import PermittedQuerySet
from portal.documents.querysets import AgreedDocumentQuerySet


class ScoringModelQuerySet(AgreedDocumentQuerySet):
    pass


class ScoreEntryQuerySet(OfLeadQuerySet):
    def in_use(self) -> Self:
        """The scores that count now: those of the model in use. Empty before there is one."""
        standing = apps.get_model("scoring", "Standing").objects  # models import this module
        return self.filter(revision=Subquery(standing.order_by().values("active")[:1]))

    def where(self, condition: Q) -> Exists:
        """Of which leads a condition on their score holds."""
        return Exists(self.in_use().filter(condition, lead=OuterRef("pk")).order_by())


class ScoreChangeQuerySet(OfLeadQuerySet):
    pass


class TrialQuerySet(PermittedQuerySet):
    def for_list(self) -> Self:
        return self.select_related("subject", "revision", "by")
