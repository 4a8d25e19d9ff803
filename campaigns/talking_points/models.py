"""Talking points: templates for follow-up, tied to personas, stages and campaigns [R40, R44]."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models

from campaigns.talking_points.querysets import TalkingPointQuerySet
from campaigns.talking_points.rendering import EXAMPLE, fill, mistakes
from campaigns.talking_points.template import KINDS, SCHEMA
from campaigns.talking_points.words import fold, title_key
from portal.documents.models import AgreedDocument
from portal.documents.schema import Missing

if TYPE_CHECKING:
    from portal.documents.schema import Content


#: As much of a text as a card of the library shows.
PREVIEW = 140


class TalkingPoint(AgreedDocument):
    """One text that reps say or send. Where it belongs is projected for filters and search."""

    schema = SCHEMA
    review_after_days = 180

    kind = models.CharField(max_length=20, choices=KINDS, blank=True, editable=False)
    subject_line = models.CharField(max_length=300, blank=True, editable=False)
    body = models.TextField(blank=True, editable=False)
    language = models.CharField(max_length=10, blank=True, editable=False)
    product = models.CharField(max_length=300, blank=True, editable=False)
    competitor = models.CharField(max_length=300, blank=True, editable=False)
    stages = models.JSONField(default=list, editable=False)
    words = models.TextField(
        blank=True, editable=False, help_text="What search looks in: see words.fold."
    )
    title_key = models.CharField(
        max_length=400,
        blank=True,
        editable=False,
        help_text="How search ranks: see words.title_key.",
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="talking_points",
    )
    personas = models.ManyToManyField(
        "personas.Persona", blank=True, editable=False, related_name="talking_points"
    )

    objects = TalkingPointQuerySet.as_manager()

    class Meta(AgreedDocument.Meta):
        verbose_name = "talking point"
        indexes: ClassVar = [
            models.Index(fields=["kind", "language"], name="talking_points_by_kind")
        ]

    def missing(self, content: Content) -> list[Missing]:
        """Also what is wrong with the merge fields, so that nobody sends a broken text."""
        wrong = [*mistakes(content["subject"]), *mistakes(content["body"])]
        return [
            *super().missing(content),
            *(
                Missing("body", sentence, "text", "It could not be filled in.")
                for sentence in wrong
            ),
        ]

    @classmethod
    def signers(cls) -> tuple[str, ...]:
        return tuple(settings.TALKING_POINT_SIGNERS)

    @property
    def preview(self) -> str:
        """The beginning of the text, filled with an example, for lists."""
        return fill(self.body, EXAMPLE).shortened(PREVIEW).text

    def project(self, content: Content) -> None:
        self.kind, self.subject_line, self.body = (
            content["kind"],
            content["subject"],
            content["body"],
        )
        self.language, self.product, self.competitor = (
            content["language"],
            content["product"],
            content["competitor"],
        )
        self.stages, self.campaign_id = content["stages"], content["campaign"]
        self.know_words()

    def know_words(self) -> None:
        """Set what search looks in, from the row's other fields."""
        parts = (self.title, self.get_kind_display(), self.subject_line, self.body)
        self.words = fold(" ".join([*parts, self.product, self.competitor]))
        self.title_key = title_key(self.title)[:400]

    def project_relations(self, content: Content) -> None:
        self.personas.set(content["personas"])
