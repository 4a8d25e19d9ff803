"""Companies."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from portal.accounts.querysets import PermittedQuerySet
from portal.core.models import TimeStamped
from portal.core.routes import row_address
from portal.topics.models import HasTopic


class Company(HasTopic, TimeStamped):
    """An organisation that people we know work for. ``name_key`` is how names are compared.

    ``tier`` says how much the two departments want it: A before B before C [R22].
    """

    class Tier(models.TextChoices):
        A = "A", "A"
        B = "B", "B"
        C = "C", "C"

    external_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, unique=True)
    domain = models.CharField(max_length=200, blank=True, db_index=True)
    industry = models.CharField(max_length=120, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    country = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    revenue = models.DecimalField(
        "annual revenue", max_digits=18, decimal_places=2, null=True, blank=True
    )
    revenue_currency = models.CharField(max_length=3, blank=True)
    tier = models.CharField(max_length=1, choices=Tier.choices, blank=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="subsidiaries"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="companies",
    )
    attributes = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        verbose_name_plural = "companies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="leads_one_company_external_id",
            ),
            # A double click makes one company.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="leads_one_company_a_form"
            ),
        ]
        indexes: ClassVar = [
            # One index an offered order.
            models.Index(fields=["name", "id"], name="leads_companies_by_name"),
            models.Index(fields=["employees", "id"], name="leads_companies_by_size"),
            models.Index(fields=["-created_at", "-id"], name="leads_companies_newest"),
            models.Index(fields=["-updated_at", "-id"], name="leads_companies_changed"),
            # What the list is asked for most, in its usual order.
            models.Index(fields=["industry", "name", "id"], name="leads_companies_in"),
            models.Index(Upper("country"), F("name"), F("id"), name="leads_companies_where"),
            models.Index(
                fields=["tier", "name", "id"],
                condition=~Q(tier=""),
                name="leads_companies_wanted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return row_address("companies:company-detail", self.pk)
