"""The stages of the funnel, as both teams defined them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.urls import reverse

from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.documents.models import AgreedDocument
from portal.funnel.definition import SCHEMA, faults
from portal.funnel.querysets import StageQuerySet

if TYPE_CHECKING:
    from portal.documents.schema import Content


class FunnelDefinition(AgreedDocument):
    """The agreed meaning of every stage. One is in force at a time for the whole company."""

    schema = SCHEMA
    review_after_days = 180

    class Meta(AgreedDocument.Meta):
        verbose_name = "funnel definition"

    def check_proposal(self, content: Content) -> None:
        """The stages make a funnel, keep their standard terms, and no other definition rules."""
        if wrong := faults(content, dict(Stage.objects.values_list("slug", "kind"))):
            raise RuleViolation(f"This cannot be proposed yet. {' '.join(wrong)}")
        self.require_only_one()

    def require_only_one(self) -> None:
        """Refuse while another definition is in force: the company counts by one."""
        other = FunnelDefinition.objects.in_force().exclude(pk=self.pk).first()
        if other is not None:
            raise RuleViolation(
                f"“{other}” is in force, and there is one funnel for the company. "
                "Change that one, or retire it first."
            )


class Stage(models.Model):
    """One stage in force, projected from the funnel definition when it is agreed.

    ``kind`` is the field's standard term, by which reports compare; ``name`` is the company's.
    A stage that a later revision drops becomes inactive: leads and history keep pointing at it.
    """

    class Kind(models.TextChoices):
        LEAD = "lead", "Lead"
        MQL = "mql", "Marketing qualified lead (MQL)"
        SAL = "sal", "Sales accepted lead (SAL)"
        SQL = "sql", "Sales qualified lead (SQL)"
        OPPORTUNITY = "opportunity", "Opportunity"
        CUSTOMER = "customer", "Customer"

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    owner_department = models.CharField(max_length=20, choices=Department.choices, blank=True)
    longest_stay_days = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    revision = models.ForeignKey(
        "documents.Revision", null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = StageQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Where its meaning is written."""
        return f"{reverse('funnel:funnel-definition-list')}#{self.slug}"
