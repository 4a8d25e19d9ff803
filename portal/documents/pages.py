"""The pages that every kind of agreed document has, for one kind.

A kind's ``urls.py`` says ``pages = DocumentPages(Persona)`` and lists ``*pages.paths()`` after its
own list page. Templates are looked for in the kind's folder first, then in ``documents/``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts.decorators import requires
from portal.core.errors import StaleEdit
from portal.core.htmx import is_fragment
from portal.core.listing import Listing, Page
from portal.core.statements import SLUG, Statement
from portal.documents import reading, services
from portal.documents.diff import as_text
from portal.documents.filters import DocumentFilter, filter_for
from portal.documents.forms import (
    DecisionForm,
    NoteForm,
    OwnerForm,
    ReasonForm,
    ReviewForm,
    SectionForm,
)
from portal.documents.models import AgreedDocument, Decision, Document, Revision
from portal.documents.references import differences
from portal.documents.schema import NAME, ContentError

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.urls import URLPattern

    from portal.accounts.models import User
    from portal.accounts.requests import PortalRequest

View = Callable[..., HttpResponse]
Details = Callable[..., dict[str, Any]]
Tabs = list[dict[str, Any]]

require_safe_or_post = require_http_methods(["GET", "HEAD", "POST"])

#: Pages that only show, and acts that only change; the others are forms and do both.
METHODS: dict[str, Callable[[View], View]] = {
    **dict.fromkeys(("list", "detail", "revision", "revisions", "compare"), require_safe),
    **dict.fromkeys(("draft", "propose", "sign", "withdraw", "watch"), require_POST),
}


#: The newest of a document.
_decisions = Statement(lambda key: Decision.objects.filter(document=key).select_related("by")[:20])
#: What a revision says.
_contents = Statement(lambda key: Revision.objects.filter(pk=key).only("content"))


def _watching(document: Document, user: User) -> bool:
    watching = Document.watchers.through.objects.filter(document=document, user=user)
    return watching.exists()


class DocumentPages:
    """Create, read, edit by section, propose, sign, withdraw, compare, merge, retire."""

    #: What the list can be sorted by: name in the address → column.
    orders: ClassVar[dict[str, str]] = {"title": "title", "newest": "id"}
    default_order = "title"

    def __init__(
        self,
        model: type[AgreedDocument],
        *,
        filterset_class: type[DocumentFilter] | None = None,
        details: Details | None = None,
    ) -> None:
        """``details`` adds to the detail page's context what only this kind shows."""
        self.model = model
        self.noun = model.noun()
        self.folder = model._meta.app_label
        self.filterset_class = filterset_class or filter_for(model)
        self.details = details
        self._any_subject = Statement(
            lambda slug: model.objects.with_document().filter(slug=slug), SLUG
        )

    # --- addresses ----------------------------------------------------------------------------
    def paths(self) -> list[URLPattern]:
        """The address of every page, verb by verb."""
        revision = "<slug:slug>/revisions/<int:number>/"
        return [
            self._path("", "list", "view", self.list),
            self._path("new/", "create", "add", self.create),
            self._path("<slug:slug>/", "detail", "view", self.detail),
            self._path("<slug:slug>/draft/", "draft", "change", self.draft),
            self._path("<slug:slug>/revisions/", "revisions", "view", self.revisions),
            self._path(revision, "revision", "view", self.revision),
            self._path(revision + "edit/<slug:section>/", "edit", "change", self.edit),
            self._path(revision + "propose/", "propose", "propose", self.propose),
            self._path(revision + "sign/", "sign", "sign", self.sign),
            self._path(revision + "withdraw/", "withdraw", "withdraw", self.withdraw),
            self._path("<slug:slug>/compare/", "compare", "view", self.compare),
            self._path("<slug:slug>/merge/", "merge", "change", self.merge),
            self._path("<slug:slug>/retire/", "retire", "retire", self.retire),
            self._path("<slug:slug>/decisions/", "decide", "change", self.decide),
            self._path("<slug:slug>/review/", "review", "change", self.review),
            self._path("<slug:slug>/hand-over/", "hand-over", "change", self.hand_over),
            self._path("<slug:slug>/watch/", "watch", "watch", self.watch),
        ]

    def _path(self, route: str, page: str, verb: str, view: View) -> URLPattern:
        guarded = METHODS.get(page, require_safe_or_post)(view)
        return path(route, requires(self.model.action(verb))(guarded), name=f"{self.noun}-{page}")

    def url(self, page: str, *args: object) -> str:
        return reverse(f"{self.folder}:{self.noun}-{page}", args=args)

    # --- fetching -----------------------------------------------------------------------------
    def _subject(self, request: PortalRequest, slug: str, verb: str) -> AgreedDocument:
        rows = self.model.objects.permitted(request.user, self.model.action(verb))
        if not rows.query.where and (found := self._any_subject(slug)):
            return found[0]
        return get_object_or_404(rows.with_document(), slug=slug)

    def _numbered(self, subject: AgreedDocument, number: object) -> Revision:
        """The revision of this number out of those that were read with the subject. What is in force was
        read with its content."""
        numbered = {str(revision.number): revision for revision in subject.document.revisions.all()}
        revision = numbered.get(str(number))
        if revision is None:
            raise Http404
        read = subject.document.in_force
        if read is None or read != revision:
            read = _contents(revision.pk)[0]
        revision.content = read.content
        return revision

    def _render(
        self, request: PortalRequest, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        context |= {"noun": self.noun, "kind": self.model._meta, "list_url": self.url("list")}
        response = render(
            request,
            [f"{self.folder}/{self.noun}{template}", f"documents/document{template}"],
            context,
            status=status,
        )
        patch_vary_headers(response, ["HX-Request"])
        return response

    def _done(self, request: PortalRequest, text: str, target: str) -> HttpResponse:
        messages.success(request, text)
        return redirect(target)

    # --- reading ------------------------------------------------------------------------------
    def list(self, request: PortalRequest) -> HttpResponse:
        rows = self.model.objects.permitted(request.user, self.model.action("view"))
        filters = self.filterset_class(request.GET, queryset=rows.with_standing(), request=request)
        found = filters.qs if filters.is_valid() else rows.none()
        if "status" not in request.GET:
            found = found.living()
        page = self._page(request, found)
        context = {
            "filters": filters,
            "form": filters.form,
            "page": page,
            "rows": page.rows,
            "tabs": self._tabs(request),
            "may_add": request.user.has_perm(self.model.action("add")),
            "create_url": self.url("create"),
        }
        return self._render(request, "_list.html", context)

    def _page(self, request: PortalRequest, found: QuerySet[Any]) -> Page:
        return Listing(self.orders, default=self.default_order).page(request, found)

    def _tabs(self, request: PortalRequest) -> Tabs:
        """Saved views: everything living, and one for each status."""
        chosen = request.GET.get("status", "")
        views = [("", "In use"), *Document.Status.choices]
        return [
            {
                "label": label,
                "url": f"{self.url('list')}?status={value}" if value else self.url("list"),
                "active": value == chosen,
            }
            for value, label in views
        ]

    def detail(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "view")
        return self._read(request, subject, self._numbered(subject, subject.shown_revision.number))

    def revision(self, request: PortalRequest, slug: str, number: int) -> HttpResponse:
        subject = self._subject(request, slug, "view")
        return self._read(request, subject, self._numbered(subject, number))

    def _read(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision
    ) -> HttpResponse:
        content = subject.complete(revision.content)
        sections = reading.read(subject, content)
        document = subject.document
        may_edit = request.user.has_perm(self.model.action("change")) and not document.retired_at
        context = {
            "subject": subject,
            "document": document,
            "revision": revision,
            "sections": sections,
            "shown": reading.by_key(sections),
            "heading": content[NAME.key],
            "missing": subject.missing(content) if revision.is_draft else [],
            "may_edit": may_edit and revision.is_draft,
            "may_draft": may_edit,
            "may_sign": self._may_sign(request, subject, revision),
            "is_watching": _watching(document, request.user),
            "decisions": _decisions(document.pk),
            "note_form": NoteForm(initial={"note": revision.note}),
            "may_withdraw": request.user.has_perm(self.model.action("withdraw")),
            "may_retire": request.user.has_perm(self.model.action("retire"))
            and not document.retired_at,
            "label": self.model._meta.label_lower,
            "feedback_url": f"/feedback/on/{self.model._meta.label_lower}/{subject.pk}/",
        }
        if self.details is not None:
            context |= self.details(request, subject, revision)
        return self._render(request, "_detail.html", context)

    def _may_sign(
        self, request: PortalRequest, subject: AgreedDocument, revision: Revision
    ) -> bool:
        user = request.user
        return (
            revision.state == Revision.State.IN_REVIEW
            and not subject.document.retired_at
            and user.is_manager
            and user.department in subject.signers()
            and user.department not in revision.signed_departments
        )

    def revisions(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "view")
        return self._render(request, "_revisions.html", {"subject": subject})

    def compare(self, request: PortalRequest, slug: str) -> HttpResponse:
        """Any two revisions, field by field; without choice, the newest against what is in force."""
        subject = self._subject(request, slug, "view")
        numbers = [r.number for r in subject.document.revisions.all()]
        in_force = subject.document.in_force
        fallback = in_force.number if in_force and in_force.number != numbers[0] else numbers[-1]
        before = self._numbered(subject, request.GET.get("from") or fallback)
        after = self._numbered(subject, request.GET.get("to") or numbers[0])
        context = {
            "subject": subject,
            "revisions_url": self.url("revisions", slug),
            "before": before,
            "after": after,
            "diffs": differences(subject, before, after),
        }
        return self._render(request, "_compare.html", context)

    # --- writing ------------------------------------------------------------------------------
    def create(self, request: PortalRequest) -> HttpResponse:
        section = self.model.schema.sections[0]
        form = SectionForm(section, user=request.user, content={}, data=request.POST or None)
        if request.method != "POST" or not form.is_valid():
            status = 422 if request.method == "POST" else 200
            token = request.POST.get("form_token") or secrets.token_hex(16)
            context = {"form": form, "section": section, "form_token": token[:40]}
            return self._render(request, "_create.html", context, status)
        subject = services.create_document(
            model=self.model,
            title=form.values[NAME.key],
            by=request.user,
            content=form.values,
            form_token=request.POST.get("form_token", ""),
        )
        text = "The draft is saved. Fill in the other sections, then propose it."
        return self._done(request, text, subject.get_absolute_url())

    def draft(self, request: PortalRequest, slug: str) -> HttpResponse:
        """Start a draft from what is in force (or from ``?revision=``)."""
        subject = self._subject(request, slug, "change")
        number = request.POST.get("revision")
        source = self._numbered(subject, number) if number else None
        draft = services.start_draft(subject=subject, by=request.user, based_on=source)
        return redirect(self.url("revision", slug, draft.number))

    def edit(self, request: PortalRequest, slug: str, number: int, section: str) -> HttpResponse:
        """One section of a draft. A conflict shows both texts and keeps what was typed."""
        subject = self._subject(request, slug, "change")
        revision = self._numbered(subject, number)
        try:
            part = subject.schema.section(section)
        except KeyError as error:
            raise Http404 from error
        form = SectionForm(
            part,
            user=request.user,
            content=subject.complete(revision.content),
            version=revision.version,
            data=request.POST or None,
        )
        context = {"subject": subject, "revision": revision, "form": form, "section": part}
        if request.method != "POST":
            return self._render(request, self._edit_template(request), context)
        if not form.is_valid():
            return self._render(request, self._edit_template(request), context, 422)
        return self._save_section(request, context)

    @staticmethod
    def _edit_template(request: PortalRequest) -> str:
        return "_edit_section.html" if is_fragment(request) else "_edit.html"

    def _save_section(self, request: PortalRequest, context: dict[str, Any]) -> HttpResponse:
        subject, revision, form = context["subject"], context["revision"], context["form"]
        try:
            services.edit_draft(
                subject=subject,
                revision=revision,
                changes=self._chosen(request, form.values),
                by=request.user,
                base_version=form.cleaned_data.get("version"),
            )
        except ContentError as error:
            for key, texts in error.errors.items():
                form.add_error(key if key in form.fields else None, " ".join(texts))
            return self._render(request, self._edit_template(request), context, 422)
        except StaleEdit as stale:
            return self._conflict(request, context, stale)
        target = self.url("revision", subject.slug, revision.number)
        return self._done(request, "Saved.", f"{target}#{context['section'].key}")

    @staticmethod
    def _chosen(request: PortalRequest, values: dict[str, Any]) -> dict[str, Any]:
        """What is saved after a conflict: fields for which the other's text was chosen stay."""
        return {key: v for key, v in values.items() if request.POST.get(f"keep_{key}") != "theirs"}

    def _conflict(
        self, request: PortalRequest, context: dict[str, Any], stale: StaleEdit
    ) -> HttpResponse:
        """Show both texts; sending the form again then means what it says."""
        subject: AgreedDocument = context["subject"]
        fresh = Revision.objects.get(pk=context["revision"].pk)
        data = request.POST.copy()
        data["version"] = str(fresh.version)
        form = SectionForm(
            context["section"],
            user=request.user,
            content=subject.complete(fresh.content),
            data=data,
        )
        conflicts = [
            {
                "name": conflict.key,
                "label": conflict.label,
                "mine": as_text(subject.schema[conflict.key], conflict.mine),
                "theirs": as_text(subject.schema[conflict.key], conflict.theirs),
            }
            for conflict in stale.conflicts.values()
        ]
        context |= {"form": form, "conflicts": conflicts, "message": stale.message}
        return self._render(request, self._edit_template(request), context, 409)

    def merge(self, request: PortalRequest, slug: str) -> HttpResponse:
        """Two drafts side by side; for each difference a person chooses."""
        subject = self._subject(request, slug, "change")
        given = request.POST if request.method == "POST" else request.GET
        into = self._numbered(subject, given.get("into", ""))
        other = self._numbered(subject, given.get("other", ""))
        if request.method == "POST":
            keep = {f.key: given.get(f"keep_{f.key}", "mine") for f in subject.schema}
            services.merge_draft(
                subject=subject, into=into, other=other, keep=keep, by=request.user
            )
            target = self.url("revision", slug, into.number)
            return self._done(request, f"Draft {other.number} is merged into this one.", target)
        conflicts = [
            {"name": d.key, "label": d.label, "mine": d.before, "theirs": d.after}
            for d in differences(subject, into, other)
        ]
        context = {"subject": subject, "into": into, "other": other, "conflicts": conflicts}
        return self._render(request, "_merge.html", context)

    # --- the agreed life ----------------------------------------------------------------------
    def propose(self, request: PortalRequest, slug: str, number: int) -> HttpResponse:
        subject = self._subject(request, slug, "propose")
        revision = self._numbered(subject, number)
        form = NoteForm(request.POST)
        note = form.cleaned_data["note"] if form.is_valid() else ""
        services.propose(subject=subject, revision=revision, by=request.user, note=note)
        text = "Proposed. The managers who sign have been told."
        return self._done(request, text, self.url("revision", slug, number))

    def sign(self, request: PortalRequest, slug: str, number: int) -> HttpResponse:
        subject = self._subject(request, slug, "sign")
        services.sign(subject=subject, revision=self._numbered(subject, number), by=request.user)
        department = request.user.get_department_display().lower()
        return self._done(request, f"Signed for {department}.", self.url("revision", slug, number))

    def withdraw(self, request: PortalRequest, slug: str, number: int) -> HttpResponse:
        subject = self._subject(request, slug, "withdraw")
        draft = services.withdraw(
            subject=subject, revision=self._numbered(subject, number), by=request.user
        )
        text = "Withdrawn. Its text is kept; this new draft carries on from it."
        return self._done(request, text, self.url("revision", slug, draft.number))

    def _form_act(
        self, request: PortalRequest, page: str, context: dict[str, Any], act: Callable[..., Any]
    ) -> HttpResponse | None:
        """One form that does one thing: the page while it waits for its fields, None when done."""
        form = context["form"]
        if request.method == "POST" and form.is_valid():
            act(subject=context["subject"], by=request.user, **form.cleaned_data)
            return None
        return self._render(request, page, context, 422 if request.method == "POST" else 200)

    def retire(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "retire")
        context = {"subject": subject, "form": ReasonForm(request.POST or None)}
        shown = self._form_act(request, "_retire.html", context, services.retire)
        return shown or self._done(request, "Retired.", subject.get_absolute_url())

    def decide(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "change")
        context = {"subject": subject, "form": DecisionForm(request.POST or None)}
        shown = self._form_act(request, "_decide.html", context, services.record_decision)
        target = f"{subject.get_absolute_url()}#decisions"
        return shown or self._done(request, "The decision is on record.", target)

    def review(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "change")
        initial = {"review_on": subject.document.review_on}
        context = {"subject": subject, "form": ReviewForm(request.POST or None, initial=initial)}
        shown = self._form_act(request, "_review.html", context, services.set_review_date)
        return shown or self._done(request, "The review date is set.", subject.get_absolute_url())

    def hand_over(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "change")
        form = OwnerForm(request.POST or None, subject=subject, user=request.user)
        context = {"subject": subject, "form": form}
        shown = self._form_act(request, "_hand_over.html", context, services.hand_over)
        text = "Handed over. Both have been told."
        return shown or self._done(request, text, subject.get_absolute_url())

    def watch(self, request: PortalRequest, slug: str) -> HttpResponse:
        subject = self._subject(request, slug, "watch")
        watching = request.POST.get("watching") == "1"
        services.set_watching(subject=subject, by=request.user, watching=watching)
        text = "You will be told of changes." if watching else "You will not be told any more."
        return self._done(request, text, subject.get_absolute_url())
