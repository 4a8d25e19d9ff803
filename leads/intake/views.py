"""The pages of imports."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.intake import services
from leads.intake.forms import ReadingForm, UploadForm
from leads.intake.kinds import UnknownKind
from leads.intake.mapping import Mapping, MappingError
from leads.intake.models import Import
from leads.intake.presenting import progress_of, shown_outcomes
from leads.intake.previewing import Preview, preview, shown
from leads.intake.references import References
from leads.intake.sheet import MappingSheet
from portal.accounts.decorators import requires
from portal.accounts.requests import PortalRequest
from portal.core.errors import RuleViolation
from portal.core.htmx import render_page
from portal.core.listing import Listing
from portal.core.spreadsheets import table_response

IMPORTS = Listing({"uploaded": "id"}, default="-uploaded", page_size=25)
#: Of what an undo kept, so many are shown.
LEFT_SHOWN = 200


def _get(request: PortalRequest, pk: int, action: str) -> Import:
    rows = Import.objects.permitted(request.user, action).select_related("uploaded_by", "job")
    return get_object_or_404(rows, pk=pk)


@requires("intake.add_import")
def import_list(request: PortalRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        run, is_new = services.upload_import(
            content=file,
            filename=file.name,
            kind=form.cleaned_data["kind"],
            by=request.user,
            form_token=form.cleaned_data["form_token"],
        )
        if not is_new:
            messages.info(
                request,
                "You uploaded this very file a moment ago. Here it is; nothing was done twice.",
            )
        return redirect(run)
    page = IMPORTS.page(
        request, Import.objects.permitted(request.user, "intake.view_import").for_list()
    )
    status = 422 if form.errors else 200
    context = {"form": form, "page": page}
    return render_page(
        request, "intake/import_list.html", "intake/_import_table.html", context, status=status
    )


@require_safe
@requires("intake.view_import")
def import_detail(request: PortalRequest, pk: int) -> HttpResponse:
    run = _get(request, pk, "intake.view_import")
    return _page(request, run)


def _page(
    request: PortalRequest, run: Import, *, sheet: MappingSheet | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "run": run,
        "progress": progress_of(run, timezone.now()),
        "refused": run.duplicates + run.rejected,
        "start_url": reverse("intake:import-start", args=[run.pk]),
        "cancel_url": reverse("intake:import-cancel", args=[run.pk]),
    }
    if run.state in (Import.State.UPLOADED, Import.State.CHECKED):
        context["sheet"] = sheet or _sheet(request, run)
    if not run.is_busy:
        context["outcomes"] = shown_outcomes(run)
    if run.state == Import.State.UNDONE:
        context["left"] = run.left.all()[:LEFT_SHOWN]
    return render_page(
        request, "intake/import_detail.html", "intake/_import_body.html", context, status=status
    )


def _sheet(request: PortalRequest, run: Import, written: Any = None) -> MappingSheet:
    """The sheet as it was posted, as it was saved, or as it is proposed."""
    references = References.for_kind(request.user, run.kind)
    proposal = services.propose_mapping(run=run, by=request.user, references=references)
    mapping = proposal.mapping
    if written or run.mapping:
        mapping = Mapping(**(services.as_parts(written or run.mapping)))
    sheet = MappingSheet(
        run=run,
        proposal=proposal,
        references=references,
        mapping=mapping,
    )
    sheet.reading = ReadingForm(run=run)
    if request.method != "POST" and shown(mapping):
        sheet.preview = _preview(request, sheet)
    return sheet


def _preview(request: PortalRequest, sheet: MappingSheet) -> Preview:
    """Empty where the mapping cannot be read yet; what is wrong is said when it is saved."""
    try:
        plan = services.plan_of(sheet.run, request.user, sheet.mapping, sheet.references)
        return preview(sheet.run, plan)
    except (RuleViolation, MappingError):
        return Preview()


@require_POST
@requires("intake.map_import")
def import_read(request: PortalRequest, pk: int) -> HttpResponse:
    """Read the file again as a person says: other headings, separator, encoding or sheet."""
    run = _get(request, pk, "intake.map_import")
    form = ReadingForm(request.POST, run=run)
    if not form.is_valid():
        sheet = _sheet(request, run)
        sheet.reading = form
        sheet.errors = [text for errors in form.errors.values() for text in errors]
        return _page(request, run, sheet=sheet, status=422)
    return redirect(services.read_again(run=run, wish=form.wish(), by=request.user))


@require_POST
@requires("intake.map_import")
def import_kind(request: PortalRequest, pk: int) -> HttpResponse:
    """The rows are something else than was thought."""
    run = _get(request, pk, "intake.map_import")
    try:
        run = services.choose_kind(run=run, kind=request.POST.get("kind", ""), by=request.user)
    except UnknownKind as error:
        raise RuleViolation(str(error)) from None
    return redirect(run)


@require_POST
@requires("intake.map_import")
def import_map(request: PortalRequest, pk: int) -> HttpResponse:
    """Save the mapping, and go on with what the button says: only save, try, or bring in."""
    run = _get(request, pk, "intake.map_import")
    if run.was_started or run.is_busy:
        raise RuleViolation("This import has already been started. Nothing was done twice.")
    written = _sheet(request, run).written(request.POST)
    if run.dialect.get("is_unsure") and request.POST.get("act") != "save":
        sheet = _sheet(request, run, written)
        sheet.errors = ["Say first where the headings stand: the first row looks like values."]
        return _page(request, run, sheet=sheet, status=422)
    try:
        run = services.save_mapping(
            run=run, mapping=services.read_mapping(run=run, written=written), by=request.user
        )
    except (MappingError, RuleViolation) as error:
        sheet = _sheet(request, run, written)
        sheet.errors = getattr(error, "problems", None) or [str(error)]
        return _page(request, run, sheet=sheet, status=422)
    act = {"check": services.check_import, "start": services.start_import}.get(
        request.POST.get("act", "")
    )
    if act is not None:
        act(run=run, by=request.user)
    else:
        messages.success(request, "The mapping is saved.")
    return redirect(run)


@require_POST
@requires("intake.start_import")
def import_start(request: PortalRequest, pk: int) -> HttpResponse:
    run = services.start_import(run=_get(request, pk, "intake.start_import"), by=request.user)
    return redirect(run)


@require_POST
@requires("intake.cancel_import")
def import_cancel(request: PortalRequest, pk: int) -> HttpResponse:
    run = services.cancel_import(run=_get(request, pk, "intake.cancel_import"), by=request.user)
    return redirect(run)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("intake.undo_import")
def import_undo(request: PortalRequest, pk: int) -> HttpResponse:
    """What taking the import back would do; sent, it is done in the background."""
    run = _get(request, pk, "intake.undo_import")
    if request.method == "POST":
        return redirect(services.undo_import(run=run, by=request.user))
    if not run.can_be_undone:
        return redirect(run)
    context = {"run": run, "preview": services.preview_undo(run)}
    return render_page(
        request, "intake/import_undo.html", "intake/_import_undo.html", context, status=200
    )


@require_safe
@requires("intake.view_import")
def import_refused(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The rows that were not brought in, with the reasons, to be corrected and brought in again."""
    run = _get(request, pk, "intake.view_import")
    name = f"{run.filename.rsplit('.', 1)[0]}-refused"
    return table_response("csv", name, services.refused_header(run), services.refused_rows(run))
