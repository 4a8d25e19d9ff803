"""Bringing the agreed stages into use, and the definition by which things are judged today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from portal.documents.services import create_document
from portal.funnel.defaults import CONTENT, TITLE
from portal.funnel.models import FunnelDefinition, Stage

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.documents.models import Revision

#: Positions leave room, so that a stage can be told apart from its neighbours in between.
STEP = 10


def current_definition() -> tuple[FunnelDefinition | None, Revision | None]:
    """The definition in force and its agreed revision (without content). One query."""
    definition = (
        FunnelDefinition.objects.in_force()
        .select_related("document__in_force")
        .defer("document__in_force__content")
        .first()
    )
    return (None, None) if definition is None else (definition, definition.document.in_force)


@transaction.atomic
def ensure_default_funnel(*, by: User) -> FunnelDefinition:
    """The company's definition; a first draft with the usual stages where there is none yet."""
    found = FunnelDefinition.objects.living().first()
    if found is None:
        create_document(
            model=FunnelDefinition, title=TITLE, by=by, content=CONTENT, note="The usual stages"
        )
    return found or FunnelDefinition.objects.living().get()


def project_stages(*, subject: FunnelDefinition, revision: Revision, by: User) -> None:
    """Make the agreed stages the ones in use. A dropped stage becomes inactive: leads and history
    keep pointing at it."""
    # Two definitions signed at the same moment meet here; the later one sees the other's word.
    list(Stage.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    subject.require_only_one()
    rows = [
        Stage(
            slug=row["key"],
            name=row["name"],
            kind=row["kind"],
            position=place * STEP,
            owner_department=row.get("owner") or "",
            longest_stay_days=int(float(row["longest_stay"])) if row.get("longest_stay") else None,
            is_active=True,
            revision=revision,
        )
        for place, row in enumerate(revision.content["stages"], start=1)
    ]
    Stage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["slug"],
        update_fields=[
            "name",
            "kind",
            "position",
            "owner_department",
            "longest_stay_days",
            "is_active",
            "revision",
        ],
    )
    dropped = Stage.objects.filter(is_active=True).exclude(slug__in=[row.slug for row in rows])
    dropped.update(is_active=False)
