"""Rules of how long data is kept: what each would take today, and the taking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils import timezone

from leads.intake.models import Import, ImportRow
from leads.models import Lead, Note, Touchpoint
from leads.privacy import erasing
from leads.privacy.models import PersonRequest, RetentionRule
from portal.accounts.models import KeptAnswer
from portal.activity.services import record
from portal.jobs.services import enqueue

What = RetentionRule.What
#: Shown beside the switch; nothing of it is in force by itself.
SUGGESTED = {
    What.LOST_LEADS: 730, What.UNKNOWN_TOUCHES: 180, What.IMPORT_FILES: 90, What.EXPORTS: 7, What.ANSWERS: 2,
    What.DELIVERIES: 30,
}  # fmt: skip
#: People erased in one run; the next sweep goes on.
AT_ONCE = 100


def _lost_leads(before: datetime) -> Any:
    touched = Touchpoint.objects.filter(lead=OuterRef("pk"), occurred_at__gte=before)
    noted = Note.objects.filter(lead=OuterRef("pk"), created_at__gte=before)
    lost = Lead.objects.filter(status=Lead.Status.LOST, lost_at__lt=before, updated_at__lt=before)
    return lost.exclude(Exists(touched)).exclude(Exists(noted)).order_by("pk")


def _unknown_touches(before: datetime) -> Any:
    return Touchpoint._base_manager.filter(lead=None, occurred_at__lt=before)


def _import_files(before: datetime) -> Any:
    ended = Import.objects.filter(state__in=Import.ENDED, finished_at__lt=before)
    return ended.exclude(file="")


def _exports(before: datetime) -> Any:
    return PersonRequest.objects.filter(finished_at__lt=before).exclude(file="")


def _answers(before: datetime) -> Any:
    return KeptAnswer.objects.filter(made_at__lt=before)


def _deliveries(before: datetime) -> Any:
    if not apps.is_installed("portal.webhooks"):
        return PersonRequest.objects.none()
    model = apps.get_model("webhooks.Delivery")
    return model._base_manager.filter(received_at__lt=before, keeps_data=True, state="applied")


_ROWS: dict[str, Callable[[datetime], Any]] = {
    What.LOST_LEADS: _lost_leads,
    What.UNKNOWN_TOUCHES: _unknown_touches,
    What.IMPORT_FILES: _import_files,
    What.EXPORTS: _exports,
    What.ANSWERS: _answers,
    What.DELIVERIES: _deliveries,
}


def rows_of(rule: RetentionRule, at: datetime | None = None) -> Any:
    """What the rule would take now. Counting it is the dry run."""
    return _ROWS[rule.what]((at or timezone.now()) - timedelta(days=rule.days))


def keep(*, rule: RetentionRule) -> int:
    """Take what the rule says, if it is still in force; with a line in the audit."""
    if not rule.is_active:
        return 0
    taken = _take(rule)
    RetentionRule.objects.filter(pk=rule.pk).update(last_run_at=timezone.now(), last_count=taken)
    if taken:
        record(actor=None, verb="kept_rule", subject=rule, data={"rows": taken, "what": rule.what})
    return taken


def _take(rule: RetentionRule) -> int:
    rows = rows_of(rule)
    if rule.what == What.LOST_LEADS:
        taken = [erasing.let_go(lead=lead) for lead in rows[:AT_ONCE]]
        erasing.give_bytes_back()
        return len(taken)
    if rule.what == What.IMPORT_FILES:
        return sum(_drop_import(run) for run in rows)
    if rule.what == What.EXPORTS:
        return sum(_drop_copy(request) for request in rows)
    if rule.what == What.DELIVERIES:
        return int(rows.update(data={}, keeps_data=False))
    return int(rows.delete()[0])


def _drop_import(run: Import) -> int:
    for file in (run.file, run.table):
        if file:
            file.delete(save=False)
    run.file, run.table, run.profile = "", "", {}
    run.save(update_fields=["file", "table", "profile"])
    ImportRow.objects.filter(run=run).update(cells=[], before={}, after={}, reason="")
    run.batches.update(moved=[])
    return 1


def _drop_copy(request: PersonRequest) -> int:
    request.file.delete(save=False)
    PersonRequest.objects.filter(pk=request.pk).update(file="")
    return 1


def sweep_retention(at: datetime) -> dict[str, int]:
    """Once a day each rule in force becomes a job."""
    due = RetentionRule.objects.filter(is_active=True).exclude(
        last_run_at__gt=at - timedelta(days=1)
    )
    asked = 0
    for rule in due:
        enqueue(
            kind="privacy.keep_rule",
            args={"rule": rule.pk},
            unique_key=f"privacy.keep_rule:{rule.pk}",
        )
        asked += 1
    return {"retention": asked}
