"""The life that every agreed document shares: draft, in review, agreed, superseded, retired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from portal.accounts.roles import Department, Role
from portal.core.errors import RuleViolation
from portal.core.models import TimeStamped
from portal.core.routes import row_address
from portal.documents.querysets import STANDING, AgreedDocumentQuerySet, DocumentQuerySet
from portal.documents.schema import NAME
from portal.topics.models import HasTopic

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from portal.accounts.models import User
    from portal.documents.schema import Content, Missing, Schema


class Document(TimeStamped):
    """What all kinds have in common. The kind's own row (a persona, a brief) points down at it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        AGREED = "agreed", "Agreed"
        RETIRED = "retired", "Retired"

    kind = models.CharField(max_length=60, editable=False)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.DRAFT)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="documents"
    )
    in_force = models.ForeignKey(
        "documents.Revision", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    in_force_since = models.DateTimeField(null=True, blank=True)
    last_number = models.PositiveIntegerField(default=0)
    review_on = models.DateField(null=True, blank=True)
    watchers = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="watched_documents"
    )
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retired_because = models.CharField(max_length=300, blank=True)
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            # A form that is sent twice makes one document.
            models.UniqueConstraint(
                fields=["form_token"], condition=~Q(form_token=""), name="documents_one_a_form"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "status"], name="documents_of_kind"),
            # The daily reminder asks for what is due among the living.
            models.Index(
                fields=["review_on"], condition=Q(retired_at=None), name="documents_to_review"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def subject_model(self) -> type[AgreedDocument]:
        return apps.get_model(self.kind)

    @property
    def subject(self) -> AgreedDocument:
        """The persona, brief, … that this row belongs to. Costs a query."""
        return self.subject_model.objects.get(document=self)

    def retire(self, *, at: datetime, by: User, reason: str) -> None:
        """Take it out of use for good; what was judged under it keeps pointing at it."""
        if self.retired_at is not None:
            raise RuleViolation("This document has already been retired.")
        if not reason.strip():
            raise RuleViolation("Say why it is retired: people who used it will ask.")
        self.retired_at, self.retired_by, self.retired_because = at, by, reason.strip()[:300]
        self.status = self.Status.RETIRED

    def set_review(self, *, review_on: date, today: date) -> None:
        """The day by which it must be looked at again."""
        self.require_living()
        if review_on < today:
            raise RuleViolation("This day is over. Choose one that people can still keep.")
        self.review_on = review_on

    def hand_over(self, *, owner: User, may_write: bool) -> None:
        """Somebody else looks after it. ``may_write``: whether the policy lets them."""
        self.require_living()
        if not owner.is_active or not may_write:
            raise RuleViolation(f"{owner} may not write documents of this kind.")
        self.owner = owner

    def require_living(self) -> None:
        if self.retired_at is not None:
            raise RuleViolation("This document has been retired and cannot be changed any more.")


class Revision(TimeStamped):
    """One numbered state of a document. Immutable from the moment it is proposed."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        AGREED = "agreed", "Agreed"
        SUPERSEDED = "superseded", "Superseded"
        WITHDRAWN = "withdrawn", "Withdrawn"
        MERGED = "merged", "Merged into another draft"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    note = models.CharField("what changed", max_length=300, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    based_on = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document", "number"], name="documents_one_revision_a_number"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(state="in_review"), name="documents_one_in_review"
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(state="agreed"), name="documents_one_agreed"
            ),
        ]

    def __str__(self) -> str:
        return f"Revision {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def signed_departments(self) -> list[str]:
        """Whose word this revision has; for the seal. Read with the revision by ``with_standing``."""
        if "joined_departments" in self.__dict__:
            joined: str | None = self.__dict__["joined_departments"]
            return joined.split(",") if joined else []
        return [signature.department for signature in self.signatures.all()]

    @property
    def needed_departments(self) -> tuple[str, ...]:
        """Whose word it needs; for the seal."""
        return self.document.subject_model.signers()

    @property
    def is_taken_back(self) -> bool:
        """Withdrawn, or merged into another draft: its words live on elsewhere."""
        return self.state in {self.State.WITHDRAWN, self.State.MERGED}

    def edit(self, content: Content, *, note: str = "") -> None:
        """Replace the text of a draft."""
        if not self.is_draft:
            raise RuleViolation("Only a draft can be edited. Start a new draft from this revision.")
        self.content = content
        self.note = note[:300] or self.note
        self.version += 1

    def propose(self, *, at: datetime, by: User) -> None:
        """Put the draft before both departments; from here on its words do not change."""
        if not self.is_draft:
            raise RuleViolation("Only a draft can be proposed.")
        self.state, self.proposed_at, self.proposed_by = self.State.IN_REVIEW, at, by

    def withdraw(self) -> None:
        """Take a proposal back before everybody has signed."""
        if self.state != self.State.IN_REVIEW:
            raise RuleViolation("Only a revision in review can be withdrawn.")
        self.state = self.State.WITHDRAWN

    def agree(self, *, at: datetime) -> None:
        if self.state != self.State.IN_REVIEW:
            raise RuleViolation("Only a revision in review can be agreed.")
        self.state, self.agreed_at = self.State.AGREED, at

    def supersede(self, *, at: datetime) -> None:
        if self.state != self.State.AGREED:
            raise RuleViolation("Only the revision in force can be superseded.")
        self.state, self.superseded_at = self.State.SUPERSEDED, at

    def check_signer(self, signer: User, departments: Iterable[str]) -> None:
        """Refuse whoever may not sign this revision for their department."""
        if self.state != self.State.IN_REVIEW:
            raise RuleViolation("Only a revision in review can be signed.")
        if signer.role != Role.MANAGER or signer.department not in set(departments):
            names = " or ".join(Department(d).label.lower() for d in departments)
            raise RuleViolation(f"Only a manager of {names} can sign this document.")


class DraftEdit(models.Model):
    """One saved change of a draft: what was there before, so that no word is ever lost."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="edits")
    version = models.PositiveIntegerField()
    before = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "version"], name="documents_one_edit_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"Edit {self.version} of {self.revision}"


class Signature(models.Model):
    """The word of one department on one revision, given by a manager of it."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="signatures")
    department = models.CharField(max_length=20, choices=Department.choices)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures"
    )
    signed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["signed_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["revision", "department"], name="documents_signed_once_a_department"
            ),
            # One person never signs for both.
            models.UniqueConstraint(
                fields=["revision", "signer"], name="documents_signed_once_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signer} for {self.get_department_display()}"


class Decision(models.Model):
    """What was decided about a document, why, and by whom."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="decisions")
    what = models.CharField(max_length=300)
    why = models.TextField(max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-decided_on", "-pk"]

    def __str__(self) -> str:
        return self.what


class AgreedDocument(HasTopic):
    """Base of every kind of agreed document.

    A kind declares its ``schema``; its words live in revisions. The fields a kind adds beside
    ``title`` are *projections*: copied from the content in force (or from the first draft while
    there is none) by ``project``, so that lists and filters need not look into JSON.
    """

    schema: ClassVar[Schema]
    #: Whose signatures make it agreed.
    signing_departments: ClassVar[tuple[str, ...]] = (Department.MARKETING, Department.SALES)
    #: How many days after agreement it must be looked at again.
    review_after_days: ClassVar[int] = 180

    title = models.CharField("name", max_length=160)
    slug = models.SlugField(max_length=80, unique=True, editable=False)
    document = models.OneToOneField(
        Document, on_delete=models.PROTECT, editable=False, related_name="%(class)s"
    )

    objects = AgreedDocumentQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering: ClassVar = ["title", "pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return row_address(f"{self._meta.app_label}:{self.noun()}-detail", self.slug)

    def revision_url(self, revision: Revision) -> str:
        """Where one revision is read, and signed while it is in review."""
        name = f"{self._meta.app_label}:{self.noun()}-revision"
        return reverse(name, args=[self.slug, revision.number])

    @classmethod
    def noun(cls) -> str:
        """The kind's name as routes and templates spell it: "talking-point"."""
        return str(cls._meta.verbose_name).lower().replace(" ", "-")

    @classmethod
    def kind_name(cls) -> str:
        """The kind as a heading spells it: "Talking point", "SLA"."""
        name = str(cls._meta.verbose_name)
        return name[:1].upper() + name[1:]

    @classmethod
    def action(cls, verb: str) -> str:
        """The policy's name for doing ``verb`` to this kind."""
        return f"{cls._meta.app_label}.{verb}_{cls._meta.model_name}"

    @classmethod
    def signers(cls) -> tuple[str, ...]:
        return cls.signing_departments

    def project(self, content: Content) -> None:
        """Copy what lists filter by from the content to this row's own fields. Does not save."""

    def project_relations(self, content: Content) -> None:
        """Set many-to-many projections; called after the row is saved."""

    def complete(self, content: Content) -> Content:
        """``content`` with a blank for what the schema has gained since, and with a name."""
        complete = self.schema.complete(content)
        return complete | {NAME.key: complete[NAME.key] or self.title}

    def missing(self, content: Content) -> list[Missing]:
        """Every part that is missing before it can be proposed, and why it matters."""
        return self.schema.missing(content)

    def check_proposal(self, content: Content) -> None:
        """Refuse a proposal that breaks a rule of the kind; missing parts are checked before."""

    # --- reads for pages; cheap when fetched ``with_document()`` or ``with_standing()`` ---------
    def _revisions(self) -> list[Revision]:
        standing: list[Revision] | None = self.document.__dict__.get(STANDING)
        return list(self.document.revisions.all()) if standing is None else standing

    @property
    def drafts(self) -> list[Revision]:
        return [r for r in self._revisions() if r.state == Revision.State.DRAFT]

    @property
    def proposal(self) -> Revision | None:
        return next((r for r in self._revisions() if r.state == Revision.State.IN_REVIEW), None)

    @property
    def shown_revision(self) -> Revision:
        """What a visitor sees first: in force, else in review, else the newest."""
        revisions = self._revisions()
        ranked: dict[str, int] = {
            Revision.State.AGREED: 0,
            Revision.State.IN_REVIEW: 1,
            Revision.State.DRAFT: 2,
        }
        return min(revisions, key=lambda r: (ranked.get(r.state, 3), -r.number))

    @property
    def content(self) -> Content:
        """The content of the shown revision, complete by today's schema."""
        return self.complete(self.shown_revision.content)

    @property
    def review_on(self) -> date | None:
        return self.document.review_on

    @property
    def owner(self) -> Any:
        return self.document.owner
