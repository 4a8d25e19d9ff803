"""Receiving a file and reading it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.intake import files, samples
from leads.intake.kinds import kind_named
from leads.intake.models import Import
from leads.intake.profiling import profile
from leads.intake.reading import Unreadable, Wish
from leads.intake.recognising import recognise
from leads.intake.services.work import enqueue_work, fail, locked, opened, records_of
from portal.activity.services import record
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User


#: The kind is told from the headings of the file.
FROM_HEADINGS = "from_headings"


# --- receive ----------------------------------------------------------------------------------
def receive_file(
    *,
    content: File[bytes],
    filename: str,
    kind: str,
    by: User | None,
    form_token: str = "",
    is_anew: bool = False,
) -> tuple[Import, bool]:
    """Store a file under a random name; (its import, whether it is new).

    The same form sent twice, or the same file by the same person within minutes, is one import.
    """
    kind_named(kind)
    if (content.size or 0) > settings.IMPORT_LIMIT:
        raise RuleViolation(
            f"This file has {files.size_text(content.size or 0)}; up to {files.size_text(settings.IMPORT_LIMIT)} "
            "can be imported at once. Split it, or ask your administrator to raise the limit.",
            code="too_large",
        )
    digest = files.digest_of(content)
    if by is not None and not is_anew and (same := _same_upload(digest, form_token, by)):
        return same, False
    run = Import(
        kind=kind, filename=files.clean_name(filename), digest=digest, size=content.size or 0,
        uploaded_by=by, form_token=form_token,
    )  # fmt: skip
    run.file.save(f"{secrets.token_hex(16)}.bin", content, save=False)
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        run.file.delete(save=False)
        return Import.objects.get(form_token=form_token), False
    return run, True


def _same_upload(digest: str, form_token: str, by: User) -> Import | None:
    if form_token and (
        same := Import.objects.filter(form_token=form_token, uploaded_by=by).first()
    ):
        return same
    return Import.objects.just_uploaded(digest=digest, user=by, now=timezone.now()).first()


@transaction.atomic
def upload_import(
    *,
    content: File[bytes],
    filename: str,
    kind: str,
    by: User,
    form_token: str = "",
    then: dict[str, Any] | None = None,
) -> tuple[Import, bool]:
    """Receive a file and have it read in the background. ``then`` says what follows the reading.

    Without a ``kind`` the headings tell what the rows are; a person can choose another.
    """
    run, is_new = receive_file(
        content=content, filename=filename, kind=kind or "leads", by=by, form_token=form_token
    )
    if is_new:
        if not kind:
            run.dialect = {"wish": {"kind": FROM_HEADINGS}}
            run.save(update_fields=["dialect"])
        enqueue_work(run, "intake.read_import", by=by, then=then or {})
        record(actor=by, verb="uploaded", subject=run, summary=run.filename)
    return run, is_new


def read_file(*, run: Import) -> Import:
    """Find out how the file is written and what its columns hold. Failure is told, not raised."""
    wish = Wish(**run.dialect.get("wish", {}))
    try:
        dialect = files.prepare(run, wish)
        with opened(run) as handle:
            found = profile(dialect.columns, records_of(handle, dialect))
            sample: dict[str, Any] = dict(samples.rows(records_of(handle, dialect), found))
            sample["merged"] = samples.merged(records_of(handle, dialect), dialect.columns)
            sample["top"] = samples.top(handle, dialect)
        if not found.rows:
            raise Unreadable(
                "The file has headings and no row below them. There is nothing to bring in."
            )
    except Unreadable as error:
        return fail(run, str(error))
    run.dialect, run.rows = dialect.as_json(), found.rows
    run.profile = found.as_json() | {"sample": sample}
    if wish.kind == FROM_HEADINGS:
        run.kind = recognise(dialect.columns).kind
    run.state, run.message = Import.State.UPLOADED, ""
    run.save(update_fields=["dialect", "profile", "rows", "state", "message", "table", "kind"])
    return run


# --- read again -------------------------------------------------------------------------------
@transaction.atomic
def read_again(*, run: Import, wish: Wish, by: User) -> Import:
    """Have the file read as a person says; what was said about its columns starts anew."""
    run = _not_started(run)
    run.dialect, run.profile, run.mapping = {"wish": wish.as_json()}, {}, {}
    run.state, run.message, run.rows = Import.State.READING, "", 0
    run.outcomes.all().delete()
    run.save(update_fields=["dialect", "profile", "mapping", "state", "message", "rows"])
    enqueue_work(run, "intake.read_import", by=by)
    return run


@transaction.atomic
def choose_kind(*, run: Import, kind: str, by: User) -> Import:
    """The rows are of another kind than thought; the columns are proposed anew for it."""
    run = _not_started(run)
    run.kind, run.mapping, run.state, run.message = (
        kind_named(kind).name,
        {},
        Import.State.UPLOADED,
        "",
    )
    run.outcomes.all().delete()
    run.save(update_fields=["kind", "mapping", "state", "message"])
    record(actor=by, verb="chose_kind", subject=run, summary=run.kind)
    return run


def _not_started(run: Import) -> Import:
    run = locked(run)
    if run.was_started or run.state not in (Import.State.UPLOADED, Import.State.CHECKED):
        raise RuleViolation(
            "This file is being worked on, or was brought in already. Upload it again."
        )
    return run
