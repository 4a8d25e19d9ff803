"""Writing: a document, its drafts, what several people write at once."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils.text import slugify

from portal.accounts.models import User
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.documents.merging import merge
from portal.documents.models import Document, DraftEdit, Revision
from portal.documents.references import refuse_foreign
from portal.documents.schema import NAME
from portal.documents.services.rows import locked, project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.documents.models import AgreedDocument
    from portal.documents.schema import Content


def _free_slug(model: type[AgreedDocument], title: str) -> str:
    base = slugify(title)[:70] or model.noun()
    taken = set(model.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(f"{base}-{n}" for n in range(2, len(taken) + 3) if f"{base}-{n}" not in taken)


@transaction.atomic
def create_document(
    *,
    model: type[AgreedDocument],
    title: str,
    by: User,
    content: Mapping[str, Any] | None = None,
    note: str = "",
    form_token: str = "",
) -> AgreedDocument:
    """A new document with its first draft. ``content`` may be partial; ContentError if wrong.

    The same ``form_token`` again answers with the document that it made.
    """
    cleaned = model.schema.blank() | model.schema.clean({**(content or {}), NAME.key: title})
    refuse_foreign(model.schema, cleaned, stored={}, user=by)
    kind = model._meta.label_lower
    try:
        with transaction.atomic():
            document = Document.objects.create(
                kind=kind, owner=by, last_number=1, form_token=form_token[:40]
            )
    except IntegrityError:
        return model.objects.get(document__form_token=form_token[:40], document__owner=by)
    Revision.objects.create(
        document=document, number=1, content=cleaned, author=by, note=note[:300]
    )
    name = cleaned[NAME.key]
    subject = model(title=name, slug=_free_slug(model, name), document=document)
    subject.project(cleaned)
    _save_new(subject)
    subject.project_relations(cleaned)
    document.watchers.add(by)
    record(actor=by, verb="created", subject=subject)
    return subject


def _save_new(subject: AgreedDocument) -> None:
    """Save under its address, or under another where somebody took it at the same moment."""
    try:
        with transaction.atomic():
            subject.save(force_insert=True)
    except IntegrityError:
        subject.slug = f"{subject.slug[:70]}-{secrets.token_hex(3)}"
        subject.save(force_insert=True)


@transaction.atomic
def start_draft(
    *, subject: AgreedDocument, by: User, based_on: Revision | None = None, note: str = ""
) -> Revision:
    """A new draft with the words of ``based_on``, else of what is in force, else of the newest."""
    document = Document.objects.select_for_update().get(pk=subject.document_id)
    document.require_living()
    source = based_on or document.in_force or document.revisions.latest("number")
    if source.document_id != document.pk:
        raise RuleViolation("This revision belongs to another document.")
    document.last_number = F("last_number") + 1
    document.save(update_fields=["last_number", "updated_at"])
    document.refresh_from_db(fields=["last_number"])
    draft = Revision.objects.create(
        document=document,
        number=document.last_number,
        content=subject.complete(source.content),
        author=by,
        based_on=source,
        note=note[:300],
    )
    record(actor=by, verb="started draft", subject=subject, data={"revision": draft.number})
    return draft


def _content_at(revision: Revision, version: int) -> Content:
    """The draft's content as it was at an earlier version, from the log of edits."""
    content = dict(revision.content)
    for edit in revision.edits.filter(version__gt=version).order_by("-version"):
        content.update(edit.before)
    return content


@transaction.atomic
def edit_draft(
    *,
    subject: AgreedDocument,
    revision: Revision,
    changes: Mapping[str, Any],
    by: User,
    base_version: int | None = None,
    note: str = "",
) -> Revision:
    """Save changed fields of a draft, merged with what others saved since ``base_version``.

    Raises ContentError for values that do not fit, and StaleEdit (with both texts for each field)
    where two people changed the same words; then nothing is saved.
    """
    revision = locked(revision)
    revision.document.require_living()
    subject.refresh_from_db()
    mine = subject.schema.clean(changes)
    stored = subject.complete(revision.content)
    refuse_foreign(subject.schema, mine, stored=stored, user=by)
    base = _content_at(revision, base_version) if base_version else stored
    merged, conflicts = merge(subject.schema, base, stored, mine)
    if conflicts:
        raise StaleEdit(
            "Somebody saved this part while you were writing. Both texts are below; nothing is lost.",
            conflicts={c.key: c for c in conflicts},
        )
    before = {key: stored[key] for key, value in merged.items() if value != stored[key]}
    if before or note:
        revision.edit(stored | merged, note=note)
        revision.save(update_fields=["content", "note", "version", "updated_at"])
        DraftEdit.objects.create(revision=revision, version=revision.version, before=before, by=by)
        data = {"revision": revision.number, "fields": sorted(before)}
        record(actor=by, verb="edited", subject=subject, data=data)
    if revision.document.in_force_id is None and _is_shown(revision):
        project(subject, revision.content)
    return revision


def _is_shown(revision: Revision) -> bool:
    """Whether this draft is what people see first while nothing is in force."""
    others = revision.document.revisions.exclude(pk=revision.pk)
    newer = Q(state=Revision.State.DRAFT, number__gt=revision.number)
    return not others.filter(newer | Q(state=Revision.State.IN_REVIEW)).exists()


@transaction.atomic
def write_draft(
    *,
    subject: AgreedDocument,
    revision: Revision,
    changes: Mapping[str, Any],
    by: User,
    **more: Any,
) -> Revision:
    """Edit ``revision`` if it is a draft, else the draft that carries on from it.

    That draft is started where there is none; where there is one, the changes are merged into it,
    so a second click, or a second person who began from the same text, makes no second draft.
    """
    if revision.is_draft:
        return edit_draft(subject=subject, revision=revision, changes=changes, by=by, **more)
    Document.objects.select_for_update().get(pk=subject.document_id)
    followers = Revision.objects.filter(based_on=revision, state=Revision.State.DRAFT)
    draft = followers.order_by("number").first() or start_draft(
        subject=subject, by=by, based_on=revision
    )
    more["base_version"] = 1
    return edit_draft(subject=subject, revision=draft, changes=changes, by=by, **more)


@transaction.atomic
def merge_draft(
    *, subject: AgreedDocument, into: Revision, other: Revision, keep: Mapping[str, str], by: User
) -> Revision:
    """Unite two drafts. ``keep`` says, for each field that differs, "mine" (into) or "theirs"."""
    first, second = sorted([into, other], key=lambda r: r.pk)
    held = {r.pk: r for r in (locked(first), locked(second))}
    into, other = held[into.pk], held[other.pk]
    if (
        not (into.is_draft and other.is_draft)
        or into.document_id != other.document_id
        or into == other
    ):
        raise RuleViolation("Only two drafts of the same document can be merged.")
    taken = {
        key: subject.complete(other.content)[key]
        for key, side in keep.items()
        if side == "theirs" and key in subject.schema
    }
    merged = edit_draft(subject=subject, revision=into, changes=taken, by=by)
    other.state = Revision.State.MERGED
    other.save(update_fields=["state", "updated_at"])
    record(
        actor=by,
        verb="merged drafts",
        subject=subject,
        data={"into": into.number, "from": other.number},
    )
    return merged
