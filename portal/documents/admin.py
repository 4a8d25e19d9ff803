"""Agreed documents in the admin: one page to edit, try, propose, sign and compare.

A kind registers ``class SlaAdmin(DocumentAdmin)``. Saving edits the draft, or starts the draft that
carries on from what is shown; nothing takes effect before the departments have signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format

from portal.accounts.admin_base import PermittedModelAdmin
from portal.core.errors import RuleViolation, StaleEdit
from portal.documents import reading, references, services
from portal.documents.diff import as_text
from portal.documents.forms import DocumentForm, NoteForm
from portal.documents.models import AgreedDocument, Revision
from portal.documents.schema import NAME, ContentError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.requests import PortalRequest
    from portal.documents.merging import Conflict
    from portal.documents.querysets import AgreedDocumentQuerySet
    from portal.documents.schema import Content

#: Acts of the agreed life that the page offers beside saving: verb → what is said when done.
ACTS = {
    "propose": "Proposed. The managers who sign have been told.",
    "sign": "Signed for your department.",
    "withdraw": "Withdrawn. Its text is kept, and this new draft carries on from it.",
}


class DocumentAdmin(PermittedModelAdmin):
    """The base of every kind of document in the admin."""

    list_display: ClassVar = (
        "title",
        "status",
        "signatures",
        "owner",
        "in_force_since",
        "review_by",
    )
    search_fields: ClassVar = ["title"]
    list_filter: ClassVar = ["document__status"]
    actions = None
    #: Fragment shown beside the form, with what ``worked`` returns as its context.
    worked_template = ""

    def get_queryset(self, request: PortalRequest) -> QuerySet[Any]:
        return cast("AgreedDocumentQuerySet", super().get_queryset(request)).with_document()

    def has_delete_permission(self, request: PortalRequest, obj: Any = None) -> bool:
        """Documents are retired, never deleted."""
        return False

    def blank_content(self) -> Content:
        """With what a new document begins."""
        return self.model.schema.blank()

    def worked(self, content: Content) -> dict[str, Any]:
        """What ``content`` would mean in practice; writes nothing."""
        return {}

    # --- the list -----------------------------------------------------------------------------
    @admin.display(description="Status")
    def status(self, obj: AgreedDocument) -> str:
        return obj.document.get_status_display()

    @admin.display(description="Signatures")
    def signatures(self, obj: AgreedDocument) -> str:
        revision = obj.proposal or obj.shown_revision
        signed = revision.signed_departments
        missing = [side for side in obj.signers() if side not in signed]
        if revision.is_draft:
            return f"Draft {revision.number}"
        waits = f", waits for {' and '.join(missing)}" if missing else ", signed by both"
        return f"Revision {revision.number}{waits}"

    @admin.display(description="Owner")
    def owner(self, obj: AgreedDocument) -> str:
        return str(obj.document.owner)

    @admin.display(description="In force since")
    def in_force_since(self, obj: AgreedDocument) -> str:
        since = obj.document.in_force_since
        return date_format(since, "j M Y") if since else "—"

    @admin.display(description="Review by")
    def review_by(self, obj: AgreedDocument) -> str:
        return date_format(obj.review_on, "j M Y") if obj.review_on else "—"

    # --- a new document -----------------------------------------------------------------------
    def add_view(
        self,
        request: PortalRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        content = self.blank_content()
        form = self._form(request, content)
        if request.method != "POST":
            return self._page(request, {"form": form, "content": content})
        if not self._is_valid(request, form):
            return self._page(request, {"form": form, "content": content}, 422)
        if request.POST.get("act") != "save":
            return self._page(request, {"form": form, "content": content | form.values})
        return self._create(request, form)

    def _create(self, request: PortalRequest, form: DocumentForm) -> HttpResponse:
        title = form.values[NAME.key]
        twin = self.model.objects.living().filter(title__iexact=title).first()
        if twin is not None:
            messages.info(request, f"“{twin}” is already there. Here it is.")
            return HttpResponseRedirect(self._address(twin))
        try:
            subject = services.create_document(
                model=self.model, title=title, by=request.user, content=form.values
            )
        except ContentError as error:
            self._show(form, error)
            return self._page(request, {"form": form, "content": form.values}, 422)
        messages.success(request, "The draft is saved. Nothing takes effect before it is signed.")
        return HttpResponseRedirect(self._address(subject))

    # --- one document -------------------------------------------------------------------------
    def change_view(
        self,
        request: PortalRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        subject = self.get_object(request, unquote(object_id))
        if not self.has_change_permission(request, subject):
            raise PermissionDenied
        if subject is None:
            raise Http404
        given = request.POST if request.method == "POST" else request.GET
        revision = self._revision(subject, given.get("revision", ""))
        if request.method != "POST":
            return self._show_revision(request, subject, revision)
        act = request.POST.get("act", "")
        if act in ACTS or act == "draft":
            return self._act(request, subject, revision, act)
        return self._edit(request, subject, revision, act)

    def _revision(self, subject: AgreedDocument, number: str) -> Revision:
        """The revision asked for; else the newest draft, the proposal, or what is in force."""
        rows = Revision.objects.select_related("author", "proposed_by", "document")
        rows = rows.filter(document=subject.document_id).prefetch_related("signatures__signer")
        if number:
            if not (number.isascii() and number.isdigit() and len(number) < 10):
                raise Http404
            return get_object_or_404(rows, number=number)
        chosen = (subject.drafts or [subject.proposal or subject.shown_revision])[0]
        return rows.get(pk=chosen.pk)

    def _show_revision(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision
    ) -> HttpResponse:
        content = subject.complete(revision.content)
        form = self._form(request, content, version=revision.version, is_bound=False)
        return self._page(
            request, {"form": form, "content": content}, subject=subject, revision=revision
        )

    def _act(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision, act: str
    ) -> HttpResponse:
        """Propose, sign, withdraw, or start a draft: each by its own action of the policy."""
        verb = "change" if act == "draft" else act
        if not request.user.has_perm(self.model.action(verb)):
            raise PermissionDenied
        if act == "draft":
            draft = services.start_draft(subject=subject, by=request.user, based_on=revision)
            return HttpResponseRedirect(self._address(subject, draft.number))
        options: dict[str, Any] = {"subject": subject, "revision": revision, "by": request.user}
        if act == "propose":
            form = NoteForm(request.POST)
            options["note"] = form.cleaned_data["note"] if form.is_valid() else ""
        result = getattr(services, act)(**options)
        messages.success(request, ACTS[act])
        number = result.number if act == "withdraw" else revision.number
        return HttpResponseRedirect(self._address(subject, number))

    # --- editing ------------------------------------------------------------------------------
    def _edit(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision, act: str
    ) -> HttpResponse:
        stored = subject.complete(revision.content)
        form = self._form(request, stored, version=revision.version)
        here: dict[str, Any] = {"subject": subject, "revision": revision}
        if not self._is_valid(request, form):
            return self._page(request, {"form": form, "content": stored}, 422, **here)
        if act != "save":
            return self._page(request, {"form": form, "content": stored | form.values}, **here)
        return self._save(request, subject, revision, form)

    def _save(
        self,
        request: PortalRequest,
        subject: AgreedDocument,
        revision: Revision,
        form: DocumentForm,
    ) -> HttpResponse:
        """Of a draft all fields are sent, to be merged with what others saved; of what is agreed
        only those that differ. After a conflict, fields for which the other's text was chosen
        stay as they are."""
        stored = subject.complete(revision.content)
        changes = {
            key: value
            for key, value in form.values.items()
            if request.POST.get(f"keep_{key}") != "theirs"
            and (revision.is_draft or value != stored[key])
        }
        if not revision.is_draft and not changes:
            messages.info(request, "Nothing was changed, so no draft was started.")
            return HttpResponseRedirect(self._address(subject, revision.number))
        context: dict[str, Any] = {"form": form, "content": stored | form.values}
        try:
            draft = services.write_draft(
                subject=subject,
                revision=revision,
                changes=changes,
                by=request.user,
                base_version=form.version,
            )
        except ContentError as error:
            self._show(form, error)
            return self._page(request, context, 422, subject=subject, revision=revision)
        except StaleEdit as stale:
            return self._conflict(request, subject, revision, stale)
        except RuleViolation as refusal:
            context |= {"refusal": refusal.message, "may_edit": True}
            return self._page(request, context, 409, subject=subject, revision=revision)
        messages.success(request, "Saved as a draft. Nothing takes effect before it is signed.")
        return HttpResponseRedirect(self._address(subject, draft.number))

    def _conflict(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision, stale: StaleEdit
    ) -> HttpResponse:
        """Both texts of each field; sending the form again then means what it says."""
        found = cast("dict[str, Conflict]", stale.conflicts)
        drafts = Revision.objects.filter(document=subject.document_id, state=Revision.State.DRAFT)
        mine = (
            drafts.filter(pk=revision.pk) if revision.is_draft else drafts.filter(based_on=revision)
        )
        fresh = mine.order_by("number").select_related("author", "document").first() or revision
        data = request.POST.copy()
        data["version"], data["revision"] = str(fresh.version), str(fresh.number)
        content = subject.complete(fresh.content)
        form = self._form(request, content, data=data)
        naming = references.naming(
            subject.schema,
            {key: c.mine for key, c in found.items()},
            {key: c.theirs for key, c in found.items()},
        )
        conflicts = [
            {
                "name": key,
                "label": c.label,
                "mine": as_text(subject.schema[key], c.mine, naming),
                "theirs": as_text(subject.schema[key], c.theirs, naming),
            }
            for key, c in found.items()
        ]
        context = {"form": form, "content": content, "conflicts": conflicts}
        return self._page(request, context, 409, subject=subject, revision=fresh)

    # --- forms and the page -------------------------------------------------------------------
    def _form(
        self,
        request: PortalRequest,
        content: Content,
        *,
        version: int | None = None,
        data: QueryDict | None = None,
        is_bound: bool = True,
    ) -> DocumentForm:
        if data is None and is_bound and request.method == "POST":
            data = self._with_more_rows(request)
        return DocumentForm(
            self.model.schema,
            user=request.user,
            content=content,
            version=version,
            data=data,
        )

    @staticmethod
    def _with_more_rows(request: PortalRequest) -> QueryDict:
        """What was posted, with one more empty row where the button "more:FIELD" asked for it."""
        data = request.POST.copy()
        act, _, field = data.get("act", "").partition(":")
        count = data.get(f"{field}-TOTAL_FORMS", "")
        if act == "more" and count.isascii() and count.isdigit() and len(count) < 5:
            data[f"{field}-TOTAL_FORMS"] = str(int(count) + 1)
        return data

    @staticmethod
    def _is_valid(request: PortalRequest, form: DocumentForm) -> bool:
        """Adding a row never complains: the form is not finished."""
        return form.is_valid() or request.POST.get("act", "").startswith("more:")

    @staticmethod
    def _show(form: DocumentForm, error: ContentError) -> None:
        for key, texts in error.errors.items():
            form.add_error(key, texts)

    def _address(self, subject: AgreedDocument, number: int | None = None) -> str:
        meta = self.model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}_change"
        address = reverse(name, args=[subject.pk])
        return f"{address}?revision={number}" if number else address

    def _page(
        self,
        request: PortalRequest,
        context: dict[str, Any],
        status: int = 200,
        *,
        subject: AgreedDocument | None = None,
        revision: Revision | None = None,
    ) -> HttpResponse:
        meta = self.model._meta
        if subject is None:
            context["may_edit"] = True
        context |= {
            "subject": subject,
            "revision": revision,
            "kind": meta,
            "changelist_url": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
            "worked_template": self.worked_template,
            "is_preview": request.method == "POST" and request.POST.get("act") == "preview",
            **self.worked(context["content"]),
        }
        if subject is not None and revision is not None:
            context = self._standing(request, subject, revision, context["content"]) | context
        return render(request, "admin/documents/change_form.html", context, status=status)

    def _standing(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision, content: Content
    ) -> dict[str, Any]:
        """Where the document stands, and what this person may do about it."""
        user, document = request.user, subject.document
        is_asked = revision.state == Revision.State.IN_REVIEW
        is_current = revision.is_draft or revision.pk == document.in_force_id
        return {
            "document": document,
            "revisions": subject.document.revisions.all(),
            "missing": subject.schema.missing(content) if revision.is_draft else [],
            "may_edit": is_current and not document.retired_at,
            "may_propose": revision.is_draft and user.has_perm(self.model.action("propose")),
            "may_withdraw": is_asked and user.has_perm(self.model.action("withdraw")),
            "may_sign": is_asked
            and user.is_manager
            and user.department in subject.signers()
            and user.department not in revision.signed_departments,
            "sections": reading.read(subject, content),
            "note_form": NoteForm(initial={"note": revision.note}),
        }
