"""What hangs on a record that an import made: whether anybody would lose something if it went.

Asked of the models themselves, so that a room that is built later counts without being named here.
Rows that the portal calculates and makes anew say so: ``is_derived = True`` on their model.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DO_NOTHING, SET_NULL, Count, Model, Q

from leads.intake.models import Import, ImportRow
from portal.activity.models import Activity


@dataclass(frozen=True)
class Relation:
    """Rows of ``model`` point at the record by ``column``."""

    model: type[Model]
    column: str

    @property
    def words(self) -> str:
        return str(self.model._meta.verbose_name_plural)


#: Notes of a file carry a digest of their text; those of a form a shorter token.
_DIGEST = r"^[0-9a-f]{40}$"


#: Rows that the portal makes from the leads by itself, and makes anew.
DERIVED = frozenset({"merging.key", "merging.scanned", "merging.candidate", "leads.consentchange"})


def _by(run: Import) -> int | None:
    return run.uploaded_by_id


#: Rows that an import itself wrote with the record, by the label of their model.
_OURS: dict[str, Callable[[Import], Q]] = {
    # What files wrote counts by the change itself (see ``changed_since``).
    "leads.stagechange": lambda run: Q(from_stage=None) | Q(reason__startswith=_OF_FILES),
    "leads.assignment": lambda run: Q(reason__startswith=_OF_FILES),
    "leads.note": lambda run: (
        Q(author_id=_by(run), created_at__gte=run.started_at) & Q(form_token__regex=_DIGEST)
    ),
    "leads.formerkey": lambda run: Q(kind="external_id", since=run.finished_at),
    "opportunities.opportunitychange": lambda run: Q(reason=_reason(run)),
}


#: How histories call what a file did.
_OF_FILES = "Import of "
#: Changes that nobody made by hand: by files, by what follows from touches and sales, by taking those back.
_BY_ITSELF = ("imported", "undid_import", "source_tracked", "followed_sale")


def _reason(run: Import) -> str:
    return f"{_OF_FILES}{run.filename}"[:300]


def changed_since(model: type[Model], rows: Sequence[Any], run: Import) -> set[int]:
    """Keys of records that people, or another file that was not taken back, have changed since they came."""
    versions = {row.pk: row.version for row in rows if getattr(row, "version", 1) > 1}
    if not versions:
        return set()
    label = model._meta.label_lower
    told = Activity.objects.filter(
        subject_type=label, subject_id__in=versions, verb__in=_BY_ITSELF, data__has_key="version"
    )
    counts = dict(told.order_by().values_list("subject_id").annotate(changes=Count("pk")))
    changed = {key for key, version in versions.items() if counts.get(key, 0) < version - 1}
    others = ImportRow.objects.filter(
        outcome=ImportRow.Outcome.UPDATED, record_id__in=versions, run__kind=run.kind
    ).exclude(Q(run=run) | Q(run__state=Import.State.UNDONE))
    keys: Any = others.order_by().values_list("record_id", flat=True)
    return changed | set(keys)


def relations_of(model: type[Model]) -> list[Relation]:
    """What may hang on records of this kind. Their own lists of others do not count."""
    own = {field.remote_field.through for field in model._meta.local_many_to_many}
    found = []
    related: Any
    for related in model._meta.get_fields(include_hidden=True):
        if not (related.one_to_many or related.one_to_one) or not related.auto_created:
            continue
        source: Any = related.related_model
        passes = related.on_delete in (SET_NULL, DO_NOTHING)
        is_derived = getattr(source, "is_derived", source._meta.label_lower in DERIVED)
        if passes or source in own or is_derived:
            continue
        found.append(Relation(source, related.field.attname))
    return found


def hung_on(
    model: type[Model], keys: Collection[int], run: Import, *, but: str = ""
) -> dict[int, str]:
    """Key → what hangs on it, for those of ``keys`` on which something does that the import did not write."""
    found: dict[int, str] = {}
    for relation in relations_of(model):
        if relation.model is model and relation.column == but:
            continue
        rows = relation.model._base_manager.filter(**{f"{relation.column}__in": keys})
        if ours := _OURS.get(relation.model._meta.label_lower):
            rows = rows.exclude(ours(run))
        for key in rows.order_by().values_list(relation.column, flat=True).distinct():
            found.setdefault(key, relation.words)
    return found
