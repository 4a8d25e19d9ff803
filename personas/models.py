"""Buyer personas: who both teams agreed to sell to [R14–R24]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from personas.faces import Face, face_of
from personas.matching import faults
from personas.page import SCHEMA
from personas.querysets import PersonaQuerySet
from portal.core.errors import RuleViolation
from portal.documents.models import AgreedDocument

if TYPE_CHECKING:
    from portal.documents.schema import Content


class Persona(AgreedDocument):
    """One kind of buyer. The essence and the fit criteria are projected from what is agreed."""

    schema = SCHEMA
    review_after_days = 180

    essence = models.CharField(max_length=300, blank=True, editable=False)
    face = models.CharField(max_length=20, blank=True, editable=False)
    criteria = models.JSONField(default=list, editable=False)

    objects = PersonaQuerySet.as_manager()

    class Meta(AgreedDocument.Meta):
        verbose_name = "persona"

    @property
    def portrait(self) -> Face:
        return face_of(self.face, self.slug)

    def check_proposal(self, content: Content) -> None:
        """Every fit criterion can be met by somebody, and says what it means."""
        if wrong := faults(content["criteria"]):
            raise RuleViolation(f"This cannot be proposed yet. {' '.join(wrong)}")

    def project(self, content: Content) -> None:
        self.essence = content["essence"]
        self.face = content.get("face", "")
        self.criteria = content["criteria"]
