"""For whom a brief is written: personas, each in the revision that was in force then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from personas.models import Persona
from portal.documents.reading import in_force_at

if TYPE_CHECKING:
    from portal.documents.models import Revision


@dataclass(frozen=True, slots=True)
class Aim:
    """A persona as the brief meant it, and as it is today. None: not agreed (then, or now)."""

    persona: Persona
    then: int | None
    now: int | None

    @property
    def has_changed(self) -> bool:
        return self.then is not None and self.then != self.now

    @property
    def compare_url(self) -> str:
        return f"{self.persona.get_absolute_url()}compare/?from={self.then}&to={self.now}"


def audience(revision: Revision) -> list[Aim]:
    """The personas of one revision of a brief. Two queries; none when it names nobody."""
    ids = revision.content.get("personas") or []
    if not ids:
        return []
    personas = {
        row.pk: row
        for row in Persona.objects.filter(pk__in=ids)
        .order_by()
        .select_related("document__in_force")
        .only("title", "slug", "document__in_force__number")
    }
    moment = revision.agreed_at or timezone.now()
    then = in_force_at([row.document_id for row in personas.values()], moment)
    return [_aim(personas[key], then) for key in ids if key in personas]


def _aim(persona: Persona, then: dict[int, Revision]) -> Aim:
    meant, now = then.get(persona.document_id), persona.document.in_force
    return Aim(persona, meant.number if meant else None, now.number if now else None)
