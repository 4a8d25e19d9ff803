"""What happened to a lead: touchpoints, notes, stage changes, assignments."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from leads.fields import ATTRIBUTE_NAME
from leads.querysets import OfLeadQuerySet
from portal.accounts.querysets import PermittedQuerySet
from portal.core.errors import RuleViolation

_safe_name = RegexValidator(
    rf"\A(?:{ATTRIBUTE_NAME.pattern})\Z",
    "Use letters, digits and single underscores, and begin with a letter.",
)


#: What counts as having spoken or written with somebody.
CONVERSATIONS = ("call", "email", "meeting", "chat")


class Touchpoint(models.Model):
    """One contact between the buyer and us, online or offline. Append-only [R56].

    Without a lead it is what an unknown ``visitor`` did; it joins the lead when the person becomes
    known. ``left_out`` says why it counts in no figure (a burst of a scanner, a mail opened by a
    machine); it stays in the history. ``external_id`` is unique within its ``system``.
    """

    class Kind(models.TextChoices):
        CALL = "call", "Call"
        EMAIL = "email", "Email"
        MEETING = "meeting", "Meeting"
        EVENT = "event", "Event"
        FORM = "form", "Form"
        DOWNLOAD = "download", "Download"
        PAGE_VIEW = "page_view", "Page visit"
        CHAT = "chat", "Chat"
        MAIL_OPEN = "mail_open", "Mail opened"
        MAIL_CLICK = "mail_click", "Link in a mail"
        ADVERT = "advert", "Advertisement"
        SOCIAL = "social", "Social media"
        OTHER = "other", "Other"

    class LeftOut(models.TextChoices):
        BURST = "burst", "Too many at once for a person"
        MACHINE = "machine", "Done by a machine"

    class Direction(models.TextChoices):
        INBOUND = "in", "From the buyer"
        OUTBOUND = "out", "From us"

    lead = models.ForeignKey(
        "leads.Lead",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="touchpoints",
        db_index=False,
    )
    visitor = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    direction = models.CharField(
        max_length=3, choices=Direction.choices, default=Direction.OUTBOUND
    )
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="touchpoints",
    )
    title = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=10_000, blank=True)
    outcome = models.CharField(max_length=60, blank=True)
    url = models.CharField(max_length=500, blank=True)
    utm_source = models.CharField(max_length=120, blank=True)
    utm_medium = models.CharField(max_length=120, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    left_out = models.CharField(max_length=10, choices=LeftOut.choices, blank=True)
    system = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    form_token = models.CharField(max_length=40, blank=True)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-occurred_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["system", "external_id"],
                condition=~Q(external_id=""),
                name="leads_touch_once",
            ),
            # A double click logs one call.
            models.UniqueConstraint(
                fields=["lead", "form_token"],
                condition=~Q(form_token=""),
                name="leads_touch_a_form",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-occurred_at", "-id"], name="leads_touches_of"),
            # Who did this lately: conditions on behaviour begin here when few did.
            models.Index(
                fields=["kind", "-occurred_at", "lead"],
                condition=Q(left_out=""),
                name="leads_touches_by_kind",
            ),
            # Who was spoken or written with.
            models.Index(
                fields=["lead"],
                condition=Q(kind__in=CONVERSATIONS, left_out=""),
                name="leads_conversations",
            ),
            # What one browser did, to tell bursts.
            models.Index(
                fields=["visitor", "occurred_at"],
                condition=~Q(visitor=""),
                name="leads_touches_of_visitor",
            ),
            # What unknown visitors did, until they become known.
            models.Index(
                fields=["visitor"],
                condition=Q(lead=None) & ~Q(visitor=""),
                name="leads_touches_unknown",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.get_kind_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Only new ones. Joining and leaving out are acts of their services, in one statement."""
        if not self._state.adding:
            raise RuleViolation("What happened is never changed: touchpoints are append-only.")
        super().save(*args, **kwargs)


class Note(models.Model):
    """What a colleague wrote down about a lead. Markdown."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="notes_written")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    body = models.TextField(max_length=10_000)
    created_at = models.DateTimeField()
    form_token = models.CharField(max_length=40, blank=True)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lead", "form_token"], condition=~Q(form_token=""), name="leads_note_a_form"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-created_at", "-id"], name="leads_notes_of")
        ]

    def __str__(self) -> str:
        return self.body[:60]


class StageChange(models.Model):
    """A lead moved, forward or back, judged by one revision of the funnel definition."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="stage_changes", db_index=False
    )
    from_stage = models.ForeignKey(
        "funnel.Stage",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    to_stage = models.ForeignKey(
        "funnel.Stage", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reason = models.CharField(max_length=300, blank=True)
    revision = models.ForeignKey(
        "documents.Revision",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-at", "-id"], name="leads_stages_of"),
            models.Index(fields=["to_stage", "lead", "at"], name="leads_entries"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage or 'New'} → {self.to_stage}"


class Assignment(models.Model):
    """A lead got another owner, and why."""

    lead = models.ForeignKey("leads.Lead", on_delete=models.CASCADE, related_name="assignments")
    from_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    to_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-at", "-id"], name="leads_assignments_of")
        ]

    def __str__(self) -> str:
        return f"{self.from_owner or 'Pool'} → {self.to_owner or 'Pool'}"


class ConsentChange(models.Model):
    """Consent was given, refused or taken back: by which way in, when, and on which wording. Append-only."""

    lead = models.ForeignKey(
        "leads.Lead", on_delete=models.CASCADE, related_name="consent_changes", db_index=False
    )
    from_state = models.CharField(max_length=8, blank=True)
    to_state = models.CharField(max_length=8)
    source = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    wording = models.CharField(
        max_length=300, blank=True, help_text="Text or version that was agreed to."
    )

    objects = OfLeadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["lead", "-at", "-id"], name="leads_consents_of"),
        ]

    def __str__(self) -> str:
        return f"{self.from_state or 'New'} → {self.to_state}"


class AttributeDefinition(models.Model):
    """A custom attribute of leads: its name in files and the API, its label and its type."""

    class Type(models.TextChoices):
        TEXT = "text", "Text"
        NUMBER = "number", "Number"
        BOOLEAN = "boolean", "Yes or no"
        DATE = "date", "Date"

    name = models.CharField(max_length=80, unique=True, validators=[_safe_name])
    label = models.CharField(max_length=120)
    type = models.CharField(max_length=8, choices=Type.choices, default=Type.TEXT)
    is_filter = models.BooleanField("offered as a filter", default=True)

    objects = PermittedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["label"]

    def __str__(self) -> str:
        return self.label
