"""Acts on segments: make, change, archive, fill, count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify

from leads.conditions.asking import Condition, read
from leads.conditions.tree import Wrong
from leads.models import Lead
from leads.segments.membership import members_of
from leads.segments.models import DailySize, Member, Segment
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.core.listing import COUNT_CAP
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from datetime import datetime

    from leads.querysets import LeadQuerySet
    from portal.accounts.models import User
    from portal.jobs.models import Job
    from portal.jobs.registry import Checkpoint

FILL = "segments.fill_segment"
#: How many leads one statement of a large fill looks at.
SLICE = 50_000
#: How many ids one call may name.
MOST_IDS = 1_000
#: How many segments one sweep counts; the next sweep, seconds later, counts the next ones.
COUNTED_A_SWEEP = 5
PERSONAL = (
    "A segment must mean the same for everybody, so it cannot ask for “me” or “mine”. "
    "Name the person or the team instead."
)


class About(TypedDict, total=False):
    """What a new segment is about."""

    purpose: str
    kind: str
    condition: dict[str, Any] | None
    is_shared: bool


def check_condition(value: Any, user: User) -> dict[str, Any]:
    """A condition as a segment stores it. Raises ``Wrong`` with what must change."""
    condition: Condition = read(value, user)
    if condition.is_personal:
        raise Wrong("condition", PERSONAL)
    return condition.json


def create_segment(
    *, owner: User, name: str, form_token: str = "", **about: Unpack[About]
) -> Segment:
    """Make one; a static one with a condition is filled from it at once.

    The same ``form_token`` again answers with the first.
    """
    segment = Segment(name=name, owner=owner, form_token=form_token, slug=_free_slug(name), **about)
    if segment.is_live and segment.condition is None:
        raise RuleViolation("A live segment needs a condition that says who is in it.")
    if form_token and (made := Segment.objects.filter(form_token=form_token).first()):
        return made
    try:
        with transaction.atomic():
            segment.save(force_insert=True)
            record(actor=owner, verb="created", subject=segment, summary=name)
            _record_sharing(segment, was_shared=False, by=owner)
            if segment.condition is not None and not segment.is_live:
                fill_segment(segment=segment, by=owner)
    except IntegrityError:
        made = Segment.objects.filter(form_token=form_token).first() if form_token else None
        if made is None:
            raise RuleViolation(
                "Somebody has just made a segment of this name. Nothing was saved; try again."
            ) from None
        return made
    return segment


def _free_slug(name: str) -> str:
    base = slugify(name)[:70].strip("-") or "segment"
    if base.isdigit():
        base = f"segment-{base}"
    taken = set(Segment.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)


@transaction.atomic
def change_segment(
    *, segment: Segment, by: User, changes: dict[str, Any], version: int | None = None
) -> Segment:
    """Name, purpose, sharing, condition; what a static one was filled from stays as it is."""
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    if version is not None and version != segment.version:
        raise StaleEdit(
            "Somebody else changed this segment. Nothing of yours was saved; look again."
        )
    was_shared = segment.is_shared
    if not segment.is_live:
        changes = {name: value for name, value in changes.items() if name != "condition"}
    elif changes.get("condition", {}) is None:
        raise RuleViolation("A live segment needs a condition that says who is in it.")
    for name in ("name", "purpose", "condition", "is_shared"):
        if name in changes:
            setattr(segment, name, changes[name])
    segment.version += 1
    segment.save()
    record(
        actor=by,
        verb="changed",
        subject=segment,
        summary=segment.name,
        data={"fields": sorted(changes), "version": segment.version},
    )
    _record_sharing(segment, was_shared=was_shared, by=by)
    return segment


def _record_sharing(segment: Segment, *, was_shared: bool, by: User) -> None:
    """Who let others see it stands in the audit trail."""
    if segment.is_shared != was_shared:
        verb = "shared" if segment.is_shared else "unshared"
        record(actor=by, verb=verb, subject=segment, summary=f"Segment {segment.name}")


@transaction.atomic
def archive_segment(*, segment: Segment, by: User) -> Segment:
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    segment.archive(at=timezone.now())
    segment.save(update_fields=["archived_at"])
    record(actor=by, verb="archived", subject=segment, summary=segment.name)
    return segment


@transaction.atomic
def restore_segment(*, segment: Segment, by: User) -> Segment:
    segment = Segment.objects.select_for_update().get(pk=segment.pk)
    segment.restore()
    segment.save(update_fields=["archived_at"])
    record(actor=by, verb="restored", subject=segment, summary=segment.name)
    return segment


# --- members of a static segment --------------------------------------------------------------
@transaction.atomic
def add_members(*, segment: Segment, leads: LeadQuerySet, by: User) -> int:
    """Put leads in, in one statement. Who is in already stays. Answers how many are new."""
    segment.must_be_static()
    added = _insert(segment, leads, by)
    record(actor=by, verb="filled", subject=segment, summary=segment.name, data={"added": added})
    return added


@transaction.atomic
def remove_members(*, segment: Segment, lead_ids: Iterable[int], by: User) -> int:
    """Take leads out that ``by`` may see."""
    segment.must_be_static()
    mine = Lead.objects.permitted(by, "leads.view_lead").filter(pk__in=list(lead_ids))
    gone = Member.objects.filter(segment=segment, lead__in=mine).delete()[0]
    record(actor=by, verb="emptied", subject=segment, summary=segment.name, data={"removed": gone})
    return gone


def fill_segment(*, segment: Segment, by: User) -> Job | None:
    """Fill a static segment from its condition with the leads that ``by`` may see.

    Up to 10,000 at once; more in the background, which the answer is.
    """
    segment.must_be_static()
    rows = _to_add(segment, by)
    if rows.order_by()[: COUNT_CAP + 1].count() <= COUNT_CAP:
        add_members(segment=segment, leads=rows, by=by)
        return None
    return enqueue(
        kind=FILL, args={"segment": segment.pk}, actor=by, unique_key=f"segment:{segment.pk}"
    )


def _to_add(segment: Segment, by: User) -> LeadQuerySet:
    rows = Lead.objects.permitted(by, "leads.view_lead")
    if segment.condition is None:
        return rows.none()
    try:
        return rows.filter(read(segment.condition, by).q)
    except Wrong as wrong:
        raise RuleViolation(f"Its condition can no longer be asked. {wrong}") from None


def fill_in_slices(*, job: Job, checkpoint: Checkpoint) -> None:
    """A large fill, slice by slice of the primary key; each commits with its position."""
    segment = Segment.objects.get(pk=job.args["segment"])
    segment.must_be_static()
    by = _actor_of(job)
    last = Lead.objects.aggregate(last=Max("pk"))["last"] or 0
    position = int(job.cursor.get("after", 0))
    while position < last and (upper := Lead.objects.end_of_slice(position, SLICE)):
        with transaction.atomic():
            rows = _to_add(segment, by).filter(pk__gt=position, pk__lte=upper)
            _insert(segment, rows, by)
            checkpoint({"after": upper}, done=min(upper, last), total=last)
        position = upper
    record(actor=by, verb="filled", subject=segment, summary=segment.name)


def _actor_of(job: Job) -> User:
    if job.actor is None:
        raise RuleViolation("Nobody asked for this, so nobody's leads can be put in.")
    return job.actor


def _insert(segment: Segment, leads: LeadQuerySet, by: User) -> int:
    """One INSERT … SELECT. Names are ours; everything else travels as parameters."""
    try:
        chosen, params = leads.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    table = connection.ops.quote_name(Member._meta.db_table)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    # Only names of our own stand in the text.
    at = "%s::timestamptz" if connection.vendor == "postgresql" else "%s"
    sql = (
        f"INSERT INTO {table} (segment_id, lead_id, added_by_id, added_at) "  # noqa: S608
        f"SELECT %s, picked.pk, %s, {at} FROM ({chosen}) AS picked WHERE true "
        "ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [segment.pk, by.pk, now, *params])
        return max(cursor.rowcount, 0)


# --- the daily count --------------------------------------------------------------------------
def count_segments(at: datetime) -> dict[str, int]:
    """Count the segments that have not been counted today. A few at a time, each once a day."""
    today = timezone.localdate(at, timezone.get_default_timezone())
    counted = DailySize.objects.filter(on=today).values("segment")
    due = Segment.objects.in_use().exclude(pk__in=counted).order_by("pk")[:COUNTED_A_SWEEP]
    sizes = [
        DailySize(segment=segment, on=today, count=members_of(segment, now=at).count())
        for segment in due
    ]
    DailySize.objects.bulk_create(sizes, ignore_conflicts=True)
    return {"segments_counted": len(sizes)}
