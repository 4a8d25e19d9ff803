"""Looking for duplicates: all of them in the background, or those of one lead at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from leads.merging import scanning
from leads.merging.models import Candidate, Scanned
from leads.merging.reading import nicknames
from leads.models import Lead
from portal.jobs.models import Job
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.registry import Checkpoint

SCAN = "merging.scan_leads"
SLICE = 1_000
#: Between which hours of the night the scan starts by itself, in the portal's time zone.
NIGHT = range(2, 5)
KEYS, PAIRS = "keys", "pairs"


def start_scan(*, by: User | None) -> Job:
    """Scan what changed since the last time; a scan that is under way is the answer."""
    return enqueue(kind=SCAN, actor=by, unique_key="scan")


def start_over(*, by: User | None) -> Job:
    """Compare everything anew, because the rules of comparison have changed."""
    Scanned.objects.update(version=0, is_paired=False)
    return start_scan(by=by)


def last_scan() -> Job | None:
    return Job.objects.filter(kind=SCAN).order_by("-pk").first()


def scan_at_night(at: datetime) -> dict[str, int]:
    """Once a night. Called by the sweep, which may come at any time and twice."""
    if timezone.localtime(at).hour not in NIGHT:
        return {}
    if Job.objects.filter(kind=SCAN, created_at__gt=at - timedelta(hours=12)).exists():
        return {}
    start_scan(by=None)
    return {"duplicate_scans": 1}


def scan_leads(*, job: Job, checkpoint: Checkpoint) -> dict[str, int]:
    """First the keys, then the common values, then the pairs; each slice commits with its place."""
    last = Lead.objects.aggregate(last=Max("pk"))["last"] or 0
    place: dict[str, Any] = {
        "step": KEYS,
        "after": 0,
        "compared": 0,
        "kept": 0,
        "paired": last,
    } | job.cursor
    known = nicknames()
    while place["step"] == KEYS:
        upto = Lead.objects.end_of_slice(place["after"], SLICE) or last
        with transaction.atomic():
            scanning.store_keys(scanning.stale_in(place["after"], upto), known)
            place |= {"after": upto}
            if upto >= last:
                scanning.count_common()
                place |= {"step": PAIRS, "after": 0, "paired": scanning.last_paired()}
            checkpoint(dict(place), done=min(upto, last), total=2 * last, message="Reading leads")
    while place["after"] < last:
        upto = Lead.objects.end_of_slice(place["after"], SLICE) or last
        with transaction.atomic():
            found = scanning.pair_slice(place["after"], upto, known, last=place["paired"])
            compared, kept = found
            place |= {
                "after": upto,
                "compared": place["compared"] + compared,
                "kept": place["kept"] + kept,
            }
            text = f"{place['compared']:,} pairs compared, {place['kept']:,} worth a look"
            checkpoint(dict(place), done=last + min(upto, last), total=2 * last, message=text)
    return {"compared": place["compared"], "kept": place["kept"]}


@transaction.atomic
def flag_duplicates(lead: Lead) -> list[Candidate]:
    """Look for the duplicates of one lead at once, and keep them. For hooks and forms, which accept
    whom they are given and flag whoever may be here already. Answers with the open pairs, strongest first.
    """
    known = nicknames()
    scanning.store_keys(Lead.objects.filter(pk=lead.pk), known)
    last = Lead.objects.aggregate(last=Max("pk"))["last"]
    scanning.pair_slice(lead.pk - 1, lead.pk, known, last=last)
    return list(Candidate.objects.open().of(lead.pk).for_list())
