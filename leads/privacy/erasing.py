"""The erasure of a person: what would go, and the going. May run twice; nothing is done by halves.

Files go first, while the leads still say by which words the person is known; then, in one
transaction, tombstones, rows and words; then the database gives the bytes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from django.apps import apps
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from leads.erased import settle, take_turn
from leads.intake.models import Import
from leads.models import Lead
from leads.privacy import cleaning, files
from leads.privacy.models import PersonRequest
from leads.privacy.person import Person, person_known_by, person_of
from leads.privacy.places import PLACES, Act, Place
from leads.privacy.tombstones import bury
from portal.activity.models import Activity
from portal.activity.services import record
from portal.feedback.models import Post, PostEdit, Thread
from portal.notifications.models import Notification
from portal.slas.models import Clock
from portal.todo.models import Task
from portal.topics.models import Topic

if TYPE_CHECKING:
    from portal.accounts.models import User

log = structlog.get_logger(__name__)
#: Addresses of the pages of leads and of talk about them.
_PAGES = {Lead._meta.label_lower: "/leads/{}/", Thread._meta.label_lower: "/feedback/{}/"}
ABOUT_ERASED = "This was about a person whose data has been erased."
#: The name of what such talk is about.
ERASED_NAME = "A person whose data has been erased"


# --- what would go ----------------------------------------------------------------------------
def preview(email: str) -> dict[str, int]:
    """Rows, texts and files that an erasure would touch, by where they are. Changes nothing."""
    person = person_known_by(email)
    counts: Counter[str] = Counter()
    for place, model in _present():
        counts[_label(model)] += _rows(model, place, person).count()
    for model in cleaning.searched_models():
        if model is not Lead:
            counts[f"{_label(model)}: words"] += cleaning.rows_holding(model, person).count()
    counts["Files"] += len(files.files_of(person)) + len(files.mails_of(person))
    return {name: number for name, number in counts.items() if number}


def _present() -> list[tuple[Place, type[models.Model]]]:
    """The places whose tables this installation has."""
    present = []
    for place in PLACES:
        with suppress(LookupError):
            if place.act is not Act.KEEP:
                present.append((place, apps.get_model(place.model)))
    return present


def _rows(model: type[models.Model], place: Place, person: Person) -> models.QuerySet[Any]:
    wanted = {f"{place.lead}__in": person.lead_ids, **dict(place.where)}
    return model._base_manager.filter(**wanted)


def _label(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name_plural).capitalize()


# --- the erasure ------------------------------------------------------------------------------
def erase_person(*, request: PersonRequest, by: User | None) -> dict[str, int]:
    """Erase whom the request names; what was done by where it was. The request is done then."""
    if request.state == PersonRequest.State.DONE:
        give_bytes_back()
        return request.result
    counts: Counter[str] = Counter()
    counts["Files"] += _remove_files(person_known_by(request.email))
    with transaction.atomic():
        person = _held(partial(person_known_by, request.email))
        bury(person.keys, request)
        _erase_rows(person, counts)
        _other_requests(person, request)
        request.state, request.finished_at = PersonRequest.State.DONE, timezone.now()
        request.email, request.message = "", ""
        request.reason = person.redacted(request.reason) if person.words else request.reason
        request.result = {name: number for name, number in counts.items() if number}
        request.save()
        record(actor=by, verb="erased", subject=request, data=request.result)
    _clear_cache()
    give_bytes_back()
    log.info("person_erased", request=request.pk, rows=sum(counts.values()))
    return request.result


def let_go(*, lead: Lead) -> Counter[str]:
    """Nobody asked for it, but the record is kept no longer: all of it goes, and the person may come back."""
    find = partial(_person_of_lead, lead.pk)
    counts = Counter({"Files": _remove_files(find())})
    with transaction.atomic():
        _erase_rows(_held(find), counts)
    _clear_cache()
    return counts


def _person_of_lead(pk: int) -> Person:
    return person_of(list(Lead._base_manager.filter(pk=pk)))


def _held(find: Callable[[], Person]) -> Person:
    """Everything of the person, whoever took them in a moment ago included, kept from others' hands."""
    take_turn(alone=True)
    ids = find().lead_ids
    list(Lead._base_manager.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))
    return find()


def _erase_rows(person: Person, counts: Counter[str]) -> None:
    _close_threads(person, counts)
    _forget_history(person, counts)
    for place, model in _present():
        if place.act is Act.DETACH:
            counts[_label(model)] += _detach(_rows(model, place, person), place)
    for model in cleaning.searched_models():
        if model is not Lead:
            counts[f"{_label(model)}: words"] += cleaning.clean(model, person)
    for place, model in _present():
        if place.act is Act.DELETE and model is not Lead:
            counts[_label(model)] += _delete(_rows(model, place, person))
    counts["Sessions: kept forms"] += cleaning.clean_sessions(person)
    counts["Leads"] += len(person.lead_ids)
    Lead._base_manager.filter(pk__in=person.lead_ids).delete()
    counts[f"{_label(Lead)}: words"] += cleaning.clean(Lead, person)
    _forget_imports(counts)


def _delete(rows: models.QuerySet[Any]) -> int:
    return rows.delete()[0]


def _detach(rows: models.QuerySet[Any], place: Place) -> int:
    empty = {name: rows.model._meta.get_field(name).get_default() for name in place.fields}
    keys = list(rows.values_list("pk", flat=True))
    unlinked = {place.lead: None} if place.is_unlinked else {}
    return rows.model._base_manager.filter(pk__in=keys).update(**empty, **unlinked)


def _close_threads(person: Person, counts: Counter[str]) -> None:
    """Talk about the person keeps its authors and times; what was said goes."""
    topics = list(
        Lead._base_manager.filter(pk__in=person.lead_ids)
        .exclude(topic=None)
        .values_list("topic", flat=True)
    )
    Topic._base_manager.filter(pk__in=topics).update(title=ERASED_NAME, url="")
    Thread._base_manager.filter(pk__in=person.thread_ids).update(
        title=ABOUT_ERASED, quote="", passage="", reason=""
    )
    posts = Post._base_manager.filter(thread__in=person.thread_ids)
    PostEdit._base_manager.filter(post__in=posts).update(body=ABOUT_ERASED)
    counts["Posts"] += posts.update(body=ABOUT_ERASED)


def _forget_history(person: Person, counts: Counter[str]) -> None:
    """The audit keeps who did what to which number and when; words about the person go."""
    about = {Lead._meta.label_lower: person.lead_ids, Thread._meta.label_lower: person.thread_ids}
    pages = models.Q(pk__in=[])
    for label, keys in about.items():
        lines = Activity._base_manager.filter(subject_type=label, subject_id__in=keys)
        counts["Lines of history, pseudonymised"] += lines.update(summary="", data={})
        for pk in keys:
            pages |= models.Q(url__startswith=_PAGES[label].format(pk))
    subjects = [f"{label}:{pk}" for label, keys in about.items() for pk in keys]
    told = Notification._base_manager.filter(pages | models.Q(about__in=subjects))
    counts["Notifications"] += told.update(text=ABOUT_ERASED, url="", about="")
    for model in (Task, Clock):
        rows = model._base_manager.filter(pages)
        counts[_label(model)] += rows.update(title=ABOUT_ERASED, url="")


def _other_requests(person: Person, request: PersonRequest) -> None:
    """Earlier requests of the same person name them too; copies made for them are deleted."""
    others = PersonRequest.objects.filter(email__iexact=person.email).exclude(pk=request.pk)
    for other in others:
        if other.file:
            other.file.delete(save=False)
        other.email, other.file = "", ""
        if other.is_open:
            other.withdraw(at=timezone.now())
        other.save()


# --- files ------------------------------------------------------------------------------------
def _remove_files(person: Person) -> int:
    """Files in which the person stands are deleted, not rewritten: what they brought in stays as rows."""
    names = files.files_of(person)
    for run in Import.objects.filter(_of_files(names)).exclude(state__in=Import.ENDED):
        run.cancel(at=timezone.now())
        run.save(update_fields=["state", "finished_at"])
    for name in names:
        default_storage.delete(name)
    mails = files.mails_of(person)
    for path in mails:
        path.unlink(missing_ok=True)
    return len(names) + len(mails)


def _of_files(names: list[str]) -> models.Q:
    return models.Q(file__in=names) | models.Q(table__in=names)


def _forget_imports(counts: Counter[str]) -> None:
    """An import whose file is gone keeps its counts; examples of its columns go with the file."""
    for run in Import.objects.exclude(file="").iterator(chunk_size=100):
        if default_storage.exists(str(run.file.name)):
            continue
        run.file, run.table, run.profile = "", "", {}
        run.message = run.message or "The file was deleted, because somebody in it was erased."
        run.save(update_fields=["file", "table", "profile", "message"])
        counts["Imports without their file now"] += 1


# --- bytes ------------------------------------------------------------------------------------
def _clear_cache() -> None:
    """Nothing of people is cached on purpose; what is cached is made again. None may be set up yet."""
    try:
        cache.clear()
    except DatabaseError:
        log.warning("cache_not_cleared")


def give_bytes_back() -> None:
    """Empty the journal and rebuild what holds pages that were freed before. Not inside a transaction.

    SQLite overwrites what it deletes (``secure_delete`` in the settings), so a portal too busy to be
    rebuilt is no failure.
    """
    if connection.in_atomic_block:
        return
    try:
        settle()
    except DatabaseError:
        log.warning("not_settled")
    is_file = connection.vendor == "sqlite"
    for statement in ("VACUUM", *(["PRAGMA wal_checkpoint(TRUNCATE)"] if is_file else [])):
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError:
            log.warning("not_rebuilt", statement=statement)
