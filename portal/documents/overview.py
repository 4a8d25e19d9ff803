"""Documents of all kinds together: what waits, what is unsigned or stale, what is due for review."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps
from django.db.models import QuerySet

from portal.documents.models import AgreedDocument, Document, Revision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from portal.accounts.models import User
    from portal.documents.querysets import DocumentQuerySet

#: As many of each sort are shown at once; the rest is counted.
SHOWN = 25


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


def visible_kinds(user: User) -> dict[str, type[AgreedDocument]]:
    """Label → model of every kind that this person may read."""
    models = [m for m in apps.get_models() if issubclass(m, AgreedDocument)]
    return {m._meta.label_lower: m for m in models if user.has_perm(m.action("view"))}


def living(user: User) -> DocumentQuerySet:
    """The documents of all kinds that this person may read and nobody has retired."""
    return Document.objects.filter(kind__in=visible_kinds(user), retired_at=None)


def subjects_of(keys: Iterable[int], user: User) -> dict[int, AgreedDocument]:
    """The personas, briefs, … that documents belong to, by the documents' ids.

    Costs four queries for the documents and one a kind, however many there are.
    """
    documents = living(user).filter(pk__in=set(keys)).with_revisions().in_bulk()
    by_kind: dict[str, list[int]] = defaultdict(list)
    for document in documents.values():
        by_kind[document.kind].append(document.pk)
    found: dict[int, AgreedDocument] = {}
    for label, model in visible_kinds(user).items():
        if label in by_kind:
            rows = model.objects.permitted(user, model.action("view"))
            for row in rows.filter(document__in=by_kind[label]):
                row.document = documents[row.document_id]
                found[row.document_id] = row
    return found


def _first(rows: QuerySet[Document]) -> list[int]:
    return list(rows.values_list("pk", flat=True)[:SHOWN])


def board(user: User, today: date, reviews: Iterable[Document]) -> Board:
    """What waits for signatures (longest first), what is unsigned (longest untouched first), what
    is past its review, and the subjects of ``reviews``."""
    rows = living(user)
    in_review = rows.filter(revisions__state=Revision.State.IN_REVIEW)
    unsigned = rows.filter(in_force=None)
    stale = rows.due_for_review(today)
    keys = {
        "waiting": _first(in_review.order_by("revisions__proposed_at", "pk")),
        "unsigned": _first(unsigned.order_by("updated_at", "pk")),
        "stale": _first(stale.order_by("review_on", "pk")),
        "reviews": [document.pk for document in reviews],
    }
    found = subjects_of([key for some in keys.values() for key in some], user)
    sorts = {sort: [found[key] for key in some if key in found] for sort, some in keys.items()}
    return Board(
        waiting=[
            _waiting(subject, subject.proposal) for subject in sorts["waiting"] if subject.proposal
        ],
        unsigned=Shelf(sorts["unsigned"], unsigned.count()),
        stale=Shelf(sorts["stale"], stale.count()),
        reviews=sorts["reviews"],
    )


def _waiting(subject: AgreedDocument, proposal: Revision) -> Waiting:
    signed = proposal.signed_departments
    return Waiting(subject, proposal, [s for s in subject.signers() if s not in signed])


def to_review(user: User) -> QuerySet[Document]:
    """Every document in force that has a day of review; sort and page it where it is shown."""
    return living(user).filter(in_force__isnull=False, review_on__isnull=False)
