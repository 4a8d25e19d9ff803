"""Keeping scores current: at once for what is known to have changed, in slices for everything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from leads.conditions.tree import Did, leaves
from leads.following import What
from leads.models import Lead, Touchpoint
from leads.scoring.models import ScoreChange, ScoreEntry, Standing
from leads.scoring.ready import kept_ready, opened_revision
from leads.scoring.services.writing import write_changed, write_switch, write_unseen
from leads.scoring.sets import fetch
from portal.core.errors import RuleViolation
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from datetime import datetime

    from leads.scoring.reading import Opened
    from portal.accounts.models import User
    from portal.jobs.models import Job
    from portal.jobs.registry import Checkpoint

RESCORE = "scoring.rescore_leads"
Cause = ScoreChange.Cause
#: How many leads one statement scores, so that nothing is held for long.
SLICE = 5_000
#: More leads than this are not scored while somebody waits, nor one by one in a sweep.
AT_ONCE, MOST_A_SWEEP = 500, 10_000
#: Up to here the statement that is kept ready is asked lead by lead.
FEW = 10
#: Transactions that began before the last look may have ended after it.
OVERLAP, OVERLAP_TOUCHES = timedelta(minutes=2), 1_000
CAUSES = {What.LEAD: Cause.LEAD, What.TOUCH: Cause.TOUCH}


# --- single leads -------------------------------------------------------------------------------
def something_changed(lead_ids: Collection[int], what: What) -> None:
    """Called where it happens: the score is right when the transaction ends."""
    if len(lead_ids) <= AT_ONCE:
        rescore_leads(lead_ids, cause=CAUSES[what])


def merged(lead: Lead) -> None:
    """Two records became one, or two again: worked out anew from what the lead has now, never added."""
    rescore_leads([lead.pk], cause=Cause.MERGE)


@transaction.atomic
def rescore_leads(lead_ids: Collection[int], *, cause: str, at: datetime | None = None) -> int:
    """Score these leads by the model in use, and by the one that is being prepared."""
    standing = Standing.objects.filter(pk=1).first()
    if standing is None or not lead_ids or not (standing.active_id or standing.preparing_id):
        return 0
    if connection.features.has_select_for_update:
        # Who scores the same lead at the same moment sees what the other has written.
        held = Lead.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
        list(held.filter(pk__in=lead_ids).values_list("pk", flat=True))
    count = 0
    for revision in dict.fromkeys(filter(None, (standing.active_id, standing.preparing_id))):
        opened, found = _scores_of(list(lead_ids), revision, at)
        is_seen = revision == standing.active_id
        count += write_changed(opened, found, revision=revision, cause=cause, is_seen=is_seen)
    return count


def _scores_of(
    lead_ids: list[int], revision: int, at: datetime | None
) -> tuple[Opened, list[dict[str, Any]]]:
    """A few leads by the statement that is kept ready, more by one of their own."""
    if at is None and len(lead_ids) <= FEW:
        ready = kept_ready(revision)
        return ready.opened, [row for pk in lead_ids for row in ready.fetch(pk)]
    opened = opened_revision(revision, now=at)
    return opened, fetch(opened, Lead.objects.filter(pk__in=lead_ids), revision=revision)


# --- all leads ----------------------------------------------------------------------------------
def rescore_later(*, revision: int, cause: str, by: User | None = None, key: str = "") -> Job:
    return enqueue(
        kind=RESCORE,
        args={"revision": revision, "cause": cause},
        actor=by,
        unique_key=f"scores:{revision}:{key or cause}",
    )


def rescore_all(
    *, revision: int, cause: str, checkpoint: Checkpoint, cursor: dict[str, Any] | None = None
) -> int:
    """Score all leads, slice by slice of the primary key; each commits with its position.

    A revision that is being prepared is shown to nobody until its last lead is scored; then it takes
    the place of the former one in one moment. Answers how many scores were written.
    """
    place = dict(cursor or {})
    changed = int(place.get("changed", 0))
    for lower, upper, last in _slices(int(place.get("after", 0))):
        with transaction.atomic():
            changed += _score_slice(revision, lower, upper, cause)
            place = {"after": upper, "changed": changed}
            checkpoint(place, done=min(upper, last), total=last)
    _switch(revision)
    _forget_others(checkpoint, place)
    return changed


def _slices(after: int) -> Iterator[tuple[int, int, int]]:
    """From, to and the last, until no lead is left; those that came meanwhile are seen too."""
    while upper := Lead.objects.end_of_slice(after, SLICE):
        yield after, upper, Lead.objects.aggregate(last=Max("pk"))["last"] or upper
        after = upper


def _score_slice(revision: int, lower: int, upper: int, cause: str) -> int:
    standing = Standing.objects.get(pk=1)
    rows = Lead.objects.filter(pk__gt=lower, pk__lte=upper)
    if standing.active_id == revision:
        opened = opened_revision(revision)
        found = fetch(opened, rows, revision=revision)
        return write_changed(opened, found, revision=revision, cause=cause)
    if standing.preparing_id != revision:
        raise RuleViolation("Another scoring model was chosen meanwhile, so this one was left.")
    return write_unseen(opened_revision(revision), rows, revision=revision)


@transaction.atomic
def _switch(revision: int) -> None:
    """The prepared scores become those that everybody sees."""
    standing = Standing.objects.select_for_update().get(pk=1)
    if standing.active_id == revision:
        return
    if standing.preparing_id != revision:
        raise RuleViolation("Another scoring model was chosen meanwhile, so this one was left.")
    now = timezone.now()
    if standing.active_id:
        write_switch(before=standing.active_id, after=revision, at=now)
    standing.active_id, standing.preparing, standing.active_since = revision, None, now
    standing.daily_on = timezone.localdate(now, timezone.get_default_timezone())
    standing.save()


def _forget_others(checkpoint: Checkpoint, place: dict[str, Any]) -> None:
    """Scores of models that are no longer in use, a slice at a time."""
    while True:
        with transaction.atomic():
            standing = Standing.objects.get(pk=1)
            kept = [key for key in (standing.active_id, standing.preparing_id) if key]
            old = ScoreEntry.objects.exclude(revision__in=kept).order_by()
            keys = list(old.values_list("pk", flat=True)[:SLICE])
            if not keys:
                return
            ScoreEntry.objects.filter(pk__in=keys).delete()
            checkpoint(place)


# --- the clock ----------------------------------------------------------------------------------
def keep_scores(at: datetime) -> dict[str, int]:
    """Follow what nobody announced: files, bulk acts, windows that passed, and each new day."""
    standing = Standing.objects.filter(pk=1).first()
    if standing is None or standing.active_id is None:
        return {"rescored": 0}
    today = timezone.localdate(at, timezone.get_default_timezone())
    # Of two sweeps at once, one makes the day's work.
    if Standing.objects.filter(pk=1).exclude(daily_on=today).update(daily_on=today):
        rescore_later(revision=standing.active_id, cause=Cause.TIME, key=f"daily:{today}")
    last = Touchpoint.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    count = _follow(standing, at)
    Standing.objects.filter(pk=1).update(seen_at=at, touch=last)
    return {"rescored": count}


def _follow(standing: Standing, at: datetime) -> int:
    """Whoever changed since the last look; all leads in the background where they are too many."""
    since = (standing.seen_at or at) - OVERLAP
    count = 0
    for cause, keys in _changed_since(standing, since, at):
        if len(keys) > MOST_A_SWEEP:
            rescore_later(revision=standing.active_id, cause=cause, key="many")  # type: ignore[arg-type]
            continue
        for start in range(0, len(keys), AT_ONCE):
            count += rescore_leads(keys[start : start + AT_ONCE], cause=cause, at=at)
    return count


def _changed_since(
    standing: Standing, since: datetime, at: datetime
) -> Iterator[tuple[str, list[int]]]:
    most = MOST_A_SWEEP + 1
    leads = Lead.objects.filter(updated_at__gte=since).order_by("-updated_at")
    yield Cause.LEAD, list(leads.values_list("pk", flat=True)[:most])
    touches = Touchpoint.objects.filter(lead__isnull=False, pk__gt=standing.touch - OVERLAP_TOUCHES)
    yield Cause.TOUCH, _of(touches)
    passed: set[int] = set()
    for days, did in _windows(opened_revision(standing.active_id, now=at)):  # type: ignore[arg-type]
        away = timedelta(days=days)
        gone = Touchpoint.objects.filter(
            occurred_at__gte=since - away,
            occurred_at__lte=at - away,
            left_out="",
            lead__isnull=False,
        )
        passed.update(_of(gone.filter(kind__in=did.kinds) if did.kinds else gone))
    yield Cause.TIME, sorted(passed)


def _of(touches: Any) -> list[int]:
    rows = touches.order_by().values_list("lead_id", flat=True).distinct()
    return list(rows[: MOST_A_SWEEP + 1])


def _windows(opened: Opened) -> list[tuple[int, Did]]:
    """How many days back the rules look, and at what."""
    conditions = [asked.condition for asked in opened.asked if asked.condition]
    found = [leaf for condition in conditions for leaf in leaves(condition.node)]
    return [(leaf.days, leaf) for leaf in found if isinstance(leaf, Did) and leaf.days]
