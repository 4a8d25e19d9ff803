"""For whom a brief is written: personas, each in the revision that was in force then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from personas.models import Persona
from portal.documents.reading import number_at

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
    """The personas of one revision of a brief. One query; none when it names nobody."""
    ids = revision.content.get("personas") or []
    if not ids:
        return []
    then = number_at(revision.agreed_at or timezone.now())
    personas = (
        Persona.objects.filter(pk__in=ids)
        .order_by()
        .only("title", "slug")
        .annotate(then=then, now=F("document__in_force__number"))
        .in_bulk()
    )
    found = (personas[key] for key in ids if key in personas)
    return [Aim(persona, persona.then, persona.now) for persona in found]
