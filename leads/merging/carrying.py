"""Carrying everything from one lead to another, and back. Follows ``leads.moving`` for every relation.

What is carried is written into a manifest of plain values (ids and serialised rows), which is all
that the way back needs. Holds for any relation; knows none by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.core import serializers
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, Model, OuterRef, QuerySet, UniqueConstraint
from django.db.models.deletion import Collector

from leads.models import Lead
from leads.moving import Relation, Way, pointers, relations_to_leads, relations_to_topics, ways
from portal.core.errors import RuleViolation
from portal.topics.services import topic_of

Manifest = dict[str, Any]
#: Only keeps a double click from making two rows; it may go.
TOKEN = "form_token"  # noqa: S105 - the name of a column
#: The merge itself came after the merge.
OWN = "merging.merge.lead"
BATCH = 500


def undeclared() -> list[str]:
    known = ways()
    relations = [*relations_to_leads(), *relations_to_topics()]
    return [relation.label for relation in relations if relation.label not in known]


# --- there -------------------------------------------------------------------------------------
def carry(lost: Lead, kept: Lead) -> Manifest:
    """Everything that points at ``lost`` points at ``kept`` afterwards, or waits in the manifest."""
    if missing := undeclared():
        raise RuleViolation(
            f"It is not said how {', '.join(missing)} go along, so nothing was merged."
        )
    known = ways()
    manifest: Manifest = {"rows": {}, "aside": [], "tokens": {}, "pointers": {}, "last": {}}
    for relation in relations_to_leads():
        if known[relation.label] is Way.WAITS:
            _set_aside(_of(relation, lost.pk), manifest)
    for relation in relations_to_leads():
        if known[relation.label] is Way.MOVES:
            _move(relation, lost.pk, kept.pk, manifest)
    if lost.topic_id:
        _carry_talk(lost.topic_id, kept.topic_id, manifest)
    _turn_pointers(lost, kept, manifest)
    return manifest


def _carry_talk(lost: int, kept: int | None, manifest: Manifest) -> None:
    """The threads of the one join those of the other; a lead without a topic takes the other's over."""
    for relation in relations_to_topics():
        if kept is None:
            manifest["last"][relation.label] = _newest(relation)
        else:
            _move(relation, lost, kept, manifest)


def _turn_pointers(lost: Lead, kept: Lead, manifest: Manifest) -> None:
    for pointer in pointers():
        rows = pointer.model._base_manager.filter(**pointer.values(lost.pk))
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        manifest["pointers"][pointer.label] = ids
        rows.update(**pointer.values(kept.pk))


def _of(relation: Relation, target: int) -> QuerySet[Any]:
    return relation.model._base_manager.filter(**{f"{relation.field}": target}).order_by("pk")


def _move(relation: Relation, lost: int, kept: int, manifest: Manifest) -> None:
    """Rows that the other has already go aside first; then one update takes the rest along."""
    _between(relation, lost, kept, manifest)
    for constraint in _unique(relation):
        twins = _twins(relation, constraint, lost, kept)
        if TOKEN in constraint.fields:
            tokens = dict(twins.values_list("pk", TOKEN))
            manifest["tokens"].setdefault(relation.label, {}).update(tokens)
            relation.model._base_manager.filter(pk__in=list(tokens)).update(**{TOKEN: ""})
        else:
            _set_aside(twins, manifest)
    rows = _of(relation, lost)
    ids = list(rows.values_list("pk", flat=True))
    manifest["last"][relation.label] = _newest(relation)
    if ids:
        manifest["rows"][relation.label] = ids
        rows.order_by().update(**{relation.field: kept})


def _newest(relation: Relation) -> int:
    return relation.model._base_manager.aggregate(last=Max("pk"))["last"] or 0


def _between(relation: Relation, lost: int, kept: int, manifest: Manifest) -> None:
    """A row that relates the two to each other would relate the one to itself."""
    others = [
        other.field
        for other in relations_to_leads()
        if other.model is relation.model and other.field != relation.field
    ]
    for other in others:
        _set_aside(_of(relation, lost).filter(**{other: kept}), manifest)


def _unique(relation: Relation) -> list[UniqueConstraint]:
    """The constraints under which two leads' rows may not come together."""
    meta = relation.model._meta
    found = [
        c
        for c in meta.constraints
        if isinstance(c, UniqueConstraint) and relation.field in c.fields
    ]
    together = [fields for fields in meta.unique_together if relation.field in fields]
    if getattr(meta.get_field(relation.field), "unique", False):
        together.append((relation.field,))
    return found + [UniqueConstraint(fields=fields, name="_") for fields in together]


def _twins(relation: Relation, constraint: UniqueConstraint, lost: int, kept: int) -> QuerySet[Any]:
    """Rows of the lost lead for which the other has the same already."""
    mine, theirs = _of(relation, lost), _of(relation, kept)
    if constraint.condition is not None:
        mine, theirs = mine.filter(constraint.condition), theirs.filter(constraint.condition)
    same = {name: OuterRef(name) for name in constraint.fields if name != relation.field}
    return mine.filter(Exists(theirs.filter(**same)))


def _set_aside(rows: QuerySet[Any], manifest: Manifest) -> None:
    """Write the rows, and what hangs on them, into the manifest and delete them."""
    found = list(rows)
    if not found:
        return
    collector = Collector(using=rows.db)
    collector.collect(found)
    hanging = [row for group in collector.data.values() for row in group]
    hanging += [row for some in collector.fast_deletes for row in some]
    unique = {(type(row), row.pk): row for row in hanging}
    manifest["aside"] += packed(unique.values())
    collector.delete()


def packed(rows: Iterable[Model]) -> list[dict[str, Any]]:
    """Rows as plain values. Moments keep their microseconds, which Django's JSON would cut."""
    told: list[dict[str, Any]] = serializers.serialize("python", list(rows))
    return [row | {"fields": {n: _plain(v) for n, v in row["fields"].items()}} for row in told]


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def unpacked(rows: Sequence[dict[str, Any]]) -> list[Any]:
    return list(serializers.deserialize("python", list(rows)))


# --- and back ----------------------------------------------------------------------------------
def carry_back(
    manifest: Manifest, *, lost: int, kept: Lead, topics: tuple[int, int] | None
) -> list[str]:
    """What moved returns. Answers with sentences about what could not, and what came since."""
    report: list[str] = []
    targets = {r.label: (r, lost, kept.pk) for r in relations_to_leads()}
    if topics:
        targets |= {r.label: (r, topics[0], topics[1]) for r in relations_to_topics()}
    for label, ids in manifest["rows"].items():
        if label in targets:
            report += _return(*targets[label], ids, manifest["tokens"].get(label, {}))
    for label, last in manifest["last"].items():
        if label in targets and label != OWN:
            report += _made_since(targets[label][0], targets[label][2], last)
    for pointer in pointers():
        ids = manifest["pointers"].get(pointer.label, [])
        for some in _batches(ids):
            rows = pointer.model._base_manager.filter(pk__in=some, **pointer.values(kept.pk))
            rows.update(**pointer.values(lost))
    return report + _restore(manifest["aside"])


def leave_since(manifest: Manifest, *, topic: int, kept: Lead) -> list[str]:
    """The topic that was taken over goes back; what was said since is about the lead that was kept."""
    report: list[str] = []
    for relation in relations_to_topics():
        if (last := manifest["last"].get(relation.label)) is None:
            continue
        since = _of(relation, topic).filter(pk__gt=last)
        if since.exists():
            since.order_by().update(**{relation.field: topic_of(kept)})
            report += _made_since(relation, topic_of(kept).pk, last)
    return report


def _return(
    relation: Relation, lost: int, kept: int, ids: Sequence[int], tokens: dict[str, str]
) -> list[str]:
    moved = 0
    for some in _batches(ids):
        rows = relation.model._base_manager.filter(pk__in=some, **{relation.field: kept})
        moved += rows.update(**{relation.field: lost})
    for pk, token in tokens.items():
        relation.model._base_manager.filter(pk=pk, **{relation.field: lost}).update(
            **{TOKEN: token}
        )
    gone = len(ids) - moved
    return [f"{gone} of {len(ids)} {relation.noun} are no longer there."] if gone else []


def _made_since(relation: Relation, kept: int, last: int) -> list[str]:
    count = relation.model._base_manager.filter(pk__gt=last, **{relation.field: kept}).count()
    if not count:
        return []
    return [f"{count} {relation.noun} came after the merge and stay with the lead that was kept."]


def _restore(aside: Sequence[dict[str, Any]]) -> list[str]:
    """Rows that were set aside come back where what they point at is still there."""
    lost: dict[str, int] = {}
    for made in unpacked(aside):
        if not _stands(made.object) or not _saved(made):
            noun = str(made.object._meta.verbose_name_plural)
            lost[noun] = lost.get(noun, 0) + 1
    return [f"{count} {noun} could not be brought back." for noun, count in sorted(lost.items())]


def _stands(row: Model) -> bool:
    """Whether everything that the row points at exists, so that no constraint is broken later."""
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.is_relation and value is not None:
            target = field.related_model
            if not target._base_manager.filter(**{field.target_field.attname: value}).exists():  # type: ignore[union-attr, attr-defined]
                return False
    return True


def _saved(made: Any) -> bool:
    if type(made.object)._base_manager.filter(pk=made.object.pk).exists():
        return False
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        return False
    return True


def _batches(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
