"""Finding the products and stages that files name, and making those that are new.

For many rows at once: each function takes the distinct texts and costs a few queries in all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from leads.opportunities.models import OpportunityStage, Product, Status
from leads.opportunities.naming import MEANS
from portal.core.naming import name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@transaction.atomic
def products_named(names: Iterable[str]) -> dict[str, Product]:
    """Each name as given → its product, made where it is new. Names that say nothing are left out."""
    keys = {name: key for name in names if (key := name_key(name))}
    wanted = {key: " ".join(name.split())[:200] for name, key in keys.items()}
    known = Product.objects.in_bulk(list(wanted), field_name="key")
    new = [Product(name=name, key=key) for key, name in wanted.items() if key not in known]
    if new:
        Product.objects.bulk_create(new, ignore_conflicts=True)
        known = Product.objects.in_bulk(list(wanted), field_name="key")
    return {name: known[key] for name, key in keys.items()}


@transaction.atomic
def stages_named(
    names: Iterable[str], statuses: Mapping[str, str] | None = None
) -> dict[str, OpportunityStage]:
    """Each name as given → its stage.

    A name that no stage has, and that means no usual one, becomes a stage of its own behind the
    others: open, unless ``statuses`` (name → status) says that rows with that name are closed.
    """
    given = {name: key for name in names if (key := name_key(name, longest=80))}
    found = _known(set(given.values()))
    missing = {key: name for name, key in given.items() if key not in found}
    if missing:
        _add(missing, statuses or {})
        found = _known(set(given.values()))
    return {name: found[key] for name, key in given.items()}


def usual_stage(status: str) -> OpportunityStage:
    """Where a row stands that names a status and no stage: the first stage in use of that status."""
    rows = OpportunityStage.objects.filter(status=status).order_by("-is_active", "position", "pk")
    stage = rows.first()
    if stage is None:
        raise LookupError(f"There is no stage with the status {status}.")
    return stage


def placed(stage: OpportunityStage | None, status: str = "") -> OpportunityStage:
    """The stage of a row that names a stage, a status or both; ``ValueError`` when they contradict.

    A stage that is open and a status that is not put the row where that status ends.
    """
    if stage is None:
        return usual_stage(status or Status.OPEN)
    if not status or stage.status == status:
        return stage
    if stage.is_open:
        return usual_stage(status)
    raise ValueError(f"The stage {stage.name} says {stage.status}, the status says {status}.")


def _known(keys: set[str]) -> dict[str, OpportunityStage]:
    """By the stage's own name first, then by what other systems call it."""
    stages = list(OpportunityStage.objects.all())
    by_key = {stage.key: stage for stage in stages}
    by_slug = {stage.slug: stage for stage in stages}
    found = {}
    for key in keys:
        stage = by_key.get(key) or by_slug.get(MEANS.get(key, ""))
        if stage is not None:
            found[key] = stage
    return found


def _add(missing: Mapping[str, str], statuses: Mapping[str, str]) -> None:
    last = OpportunityStage.objects.aggregate(last=Max("position"))["last"] or 0
    taken = set(OpportunityStage.objects.values_list("slug", flat=True))
    rows = []
    for place, (key, name) in enumerate(missing.items(), start=1):
        slug = free_slug(name, taken)
        taken.add(slug)
        rows.append(
            OpportunityStage(
                name=" ".join(name.split())[:80],
                slug=slug,
                key=key,
                position=last + place,
                status=Status(statuses.get(name, Status.OPEN)),
            )
        )
    OpportunityStage.objects.bulk_create(rows, ignore_conflicts=True)


def free_slug(name: str, taken: set[str]) -> str:
    """A short name for addresses that no other stage has."""
    base = slugify(name)[:70] or "stage"
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
