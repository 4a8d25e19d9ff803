"""Documents of all kinds together: what waits, what is unsigned or stale, what is due for review."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import Count, QuerySet, Window

from portal.core.statements import Statement
from portal.documents.models import AgreedDocument, Document, Revision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from portal.accounts.models import User
    from portal.documents.querysets import DocumentQuerySet

#: As many of each sort are shown at once; the rest is counted. What is stale stands once more in the list of
#: reviews, where the oldest come first as well.
SHOWN, SHOWN_STALE = 25, 6
#: As many documents are shown of a kind that is shown whole.
MOST = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """A revision in review, and whose word it still needs."""

    subject: AgreedDocument
    revision: Revision
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The first documents of one sort, and how many there are."""

    subjects: list[AgreedDocument]
    total: int

    @property
    def more(self) -> int:
        return max(0, self.total - len(self.subjects))


@dataclass(frozen=True, slots=True)
class Board:
    """All sorts at once, fetched together."""

    waiting: list[Waiting]
    unsigned: Shelf
    stale: Shelf
    reviews: list[AgreedDocument]
    #: Label of a kind that is shown whole → its documents, by name.
    whole: dict[str, list[AgreedDocument]]


def visible_kinds(user: User) -> dict[str, type[AgreedDocument]]:
    """Label → model of every kind that this person may read."""
    return {
        label: model for label, model in _kinds().items() if user.has_perm(model.action("view"))
    }


@cache
def _kinds() -> dict[str, type[AgreedDocument]]:
    models = (model for model in apps.get_models() if issubclass(model, AgreedDocument))
    return {model._meta.label_lower: model for model in models}


def living(kinds: Iterable[str]) -> DocumentQuerySet:
    """The documents of these kinds that nobody has retired."""
    return Document.objects.filter(kind__in=kinds, retired_at=None)


def subjects_of(
    keys: Iterable[int], user: User, kinds: Mapping[str, type[AgreedDocument]]
) -> dict[int, AgreedDocument]:
    """The personas, briefs, … that documents of these kinds belong to, by the documents' ids.

    Costs two queries for the documents and one a kind, however many there are.
    """
    documents = Document.objects.with_standing().in_bulk(set(keys))
    by_kind: dict[str, list[int]] = defaultdict(list)
    for document in documents.values():
        by_kind[document.kind].append(document.pk)
    found: dict[int, AgreedDocument] = {}
    for label, some in by_kind.items():
        rows = kinds[label].objects.permitted(user, kinds[label].action("view"))
        for row in rows.filter(document__in=some).only("title", "slug", "document"):
            row.document = documents[row.document_id]
            found[row.document_id] = row
    return found


@lru_cache(maxsize=64)
def _sorts(kinds: tuple[str, ...], whole: tuple[str, ...]) -> dict[str, Statement[int]]:
    """Which documents are shown whatever the day is: statements that are composed once for each set of
    kinds that somebody may read."""
    rows = living(kinds)
    in_review = rows.filter(revisions__state=Revision.State.IN_REVIEW)
    sorts = {
        "waiting": in_review.order_by("revisions__proposed_at", "pk")[:SHOWN],
        "unsigned": rows.unsigned().order_by("updated_at", "pk")[:SHOWN],
        "whole": rows.filter(kind__in=whole).order_by("pk")[:MOST],
    }
    return {sort: _keys_of(found) for sort, found in sorts.items()}


def _keys_of(rows: QuerySet[Document]) -> Statement[int]:
    return Statement(lambda _: rows.values_list("pk", flat=True))


def board(user: User, today: date, reviews: Iterable[Document], whole: tuple[str, ...]) -> Board:
    """What waits for signatures (longest first), what is unsigned (longest untouched first), what
    is past its review, the subjects of ``reviews``, and all documents of the kinds ``whole``."""
    kinds = visible_kinds(user)
    stale = living(kinds).due_for_review(today).annotate(total=Window(Count("pk")))
    stalest = list(stale.order_by("review_on", "pk").values_list("pk", "total")[:SHOWN_STALE])
    keys = {sort: find(0) for sort, find in _sorts(tuple(kinds), whole).items()}
    keys["stale"] = [key for key, _ in stalest]
    keys["reviews"] = [document.pk for document in reviews]
    found = subjects_of([key for some in keys.values() for key in some], user, kinds)
    sorts = {sort: [found[key] for key in some if key in found] for sort, some in keys.items()}
    proposals = [(subject, subject.proposal) for subject in sorts["waiting"]]
    return Board(
        waiting=[_waiting(subject, proposal) for subject, proposal in proposals if proposal],
        unsigned=Shelf(sorts["unsigned"], _unsigned_in_all(kinds, keys["unsigned"])),
        stale=Shelf(sorts["stale"], stalest[0][1] if stalest else 0),
        reviews=sorts["reviews"],
        whole={label: _by_name(label, sorts["whole"]) for label in whole},
    )


def _unsigned_in_all(kinds: Iterable[str], keys: list[int]) -> int:
    """Counted only where there may be more than were found."""
    return len(keys) if len(keys) < SHOWN else living(kinds).unsigned().count()


def _by_name(label: str, subjects: Iterable[AgreedDocument]) -> list[AgreedDocument]:
    return sorted((row for row in subjects if row.document.kind == label), key=str)


def _waiting(subject: AgreedDocument, proposal: Revision) -> Waiting:
    signed = proposal.signed_departments
    return Waiting(subject, proposal, [s for s in subject.signers() if s not in signed])


def to_review(user: User) -> QuerySet[Document]:
    """Every document in force that has a day of review; sort and page it where it is shown."""
    rows = living(visible_kinds(user)).filter(in_force__isnull=False, review_on__isnull=False)
    return rows.only("review_on")
