"""Taking an import back as a whole, but for what people changed since or hung on its records.

Works in batches that commit with their place, so that it may be stopped, and goes on there. First
changed records get back what they had, then new records go, then the companies and the fields of
one's own that nobody needs any more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.utils import timezone

from leads.intake.applying import APPLIERS
from leads.intake.hanging import changed_since, hung_on
from leads.intake.known import hold_imports
from leads.intake.models import Import, ImportBatch, ImportRow
from leads.intake.services.absorbing import forget_merged
from leads.intake.services.reverting import Reverting, lead_back, leave
from leads.intake.services.work import enqueue_work, locked
from leads.models import AttributeDefinition, Company, KnownVisitor, Lead, Touchpoint
from leads.services import follow_departures, hold_for
from portal.activity.services import record
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.jobs.registry import Checkpoint

CHUNK = 2_000
#: Batches that a preview looks into; beyond, its figures are a part and say so.
PREVIEWED = 10
SHOWN = 50
_CHANGED = "Changed since."
_LEARNED = "Who this visitor is was learned from the file, and stays known."
PHASES = ("changed", "children", "made", "sales", "companies", "attributes")


@dataclass
class Preview:
    """What an undo would do. ``is_part``: only the first rows were looked into."""

    deleted: int = 0
    reverted: int = 0
    kept: list[tuple[str, str]] = field(default_factory=list)
    kept_count: int = 0
    is_part: bool = False


# --- asked for --------------------------------------------------------------------------------
@transaction.atomic
def undo_import(*, run: Import, by: User | None) -> Import:
    """Take an import back, in the background."""
    run = begin_undo(run=run, by=by)
    enqueue_work(run, "intake.undo_import", by=by)
    return run


@transaction.atomic
def begin_undo(*, run: Import, by: User | None) -> Import:
    """Say that it is being taken back; the caller does it, or a job."""
    run = locked(run)
    if run.job is not None and run.job.is_active and run.state == Import.State.UNDOING:
        raise RuleViolation("This import is being undone already. Nothing was done twice.")
    run.undo(at=timezone.now())
    run.save(update_fields=["state", "message"])
    record(actor=by, verb="started_undo", subject=run, summary=run.filename)
    return run


def preview_undo(run: Import) -> Preview:
    """What would happen now, looked up and not done."""
    preview = Preview()
    model: Any = APPLIERS[run.kind].model
    batches = list(run.batches.order_by("-position")[: PREVIEWED + 1])
    preview.is_part = len(batches) > PREVIEWED
    for batch in batches[:PREVIEWED]:
        going, kept = _parted(run, model, batch.keys_made())
        preview.deleted += len(going)
        preview.kept_count += len(kept)
        preview.kept += [(str(row), reason) for row, reason in kept[: SHOWN - len(preview.kept)]]
    preview.reverted = run.outcomes.filter(outcome=ImportRow.Outcome.UPDATED).count()
    return preview


# --- done -------------------------------------------------------------------------------------
def take_back(*, run: Import, by: User | None, checkpoint: Checkpoint) -> Import:
    """Every phase from where it stands. Safe to call again after a crash."""
    if run.state != Import.State.UNDOING:
        raise RuleViolation("This import is not being undone.")
    undoing = _Undoing(run, by, checkpoint)
    for phase in PHASES[PHASES.index(run.undone.get("phase", PHASES[0])) :]:
        getattr(undoing, phase)()
    return _finished(run, by)


@transaction.atomic
def _finished(run: Import, by: User | None) -> Import:
    run.refresh_from_db()
    told = {
        name: run.undone.get(name, 0) for name in ("deleted", "reverted", "companies", "attributes")
    }
    told["kept"] = run.left.count()
    run.undone, run.state, run.finished_at = told, Import.State.UNDONE, timezone.now()
    run.save(update_fields=["undone", "state", "finished_at"])
    record(actor=by, verb="undid", subject=run, summary=run.filename, data=told)
    return run


class _Undoing:
    """One undo at work: its counts and its place move with what it does."""

    def __init__(self, run: Import, by: User | None, checkpoint: Checkpoint) -> None:
        self.run, self.by, self.checkpoint = run, by, checkpoint
        self.model: Any = APPLIERS[run.kind].model
        self.reverting = Reverting(run, by, self.model)
        self.total = run.created + run.updated

    # --- phases ----------------------------------------------------------------------------
    def changed(self) -> None:
        """Records that the import changed, the last ones first."""
        forget_merged(self.run)
        while True:
            rows = self._next(
                self.run.outcomes.filter(outcome=ImportRow.Outcome.UPDATED).order_by("-line"),
                "changed", "line",
            )  # fmt: skip
            if not rows:
                return
            with transaction.atomic():
                hold_imports()
                self._advance("changed", rows[-1].line, reverted=self.reverting.put_back(rows))

    def children(self) -> None:
        """Companies of the file that are to go no longer hold on to each other."""
        if self.model is not Company:
            return
        for batch in self._batches("children"):
            with transaction.atomic():
                hold_imports()
                going, _ = _parted(self.run, Company, batch.keys_made(), but="parent_id")
                Company.objects.filter(pk__in=going).exclude(parent=None).update(parent=None)
                self._advance("children", batch.position)

    def made(self) -> None:
        for batch in self._batches("made"):
            with transaction.atomic():
                hold_imports()
                gone = self._delete(self.model, batch.keys_made())
                self._advance("made", batch.position, deleted=gone)

    def sales(self) -> None:
        """Leads that followed their sales go back, unless another sale holds them where they are."""
        for batch in self._batches("sales"):
            with transaction.atomic():
                hold_imports()
                lead_back(self.run, self.by, batch)
                self._advance("sales", batch.position)

    def companies(self) -> None:
        for batch in self._batches("companies"):
            with transaction.atomic():
                hold_imports()
                gone = self._delete(Company, batch.companies_made())
                self._advance("companies", batch.position, companies=gone)

    def attributes(self) -> None:
        """Fields of one's own that only this file brought, and that no lead has any more."""
        with transaction.atomic():
            gone = 0
            for name in self.run.attributes_made:
                if not Lead.objects.filter(attributes__has_key=name).exists():
                    gone += AttributeDefinition.objects.filter(name=name).delete()[0]
            self._advance("attributes", 0, attributes=gone)

    # --- places ----------------------------------------------------------------------------
    def _next(self, rows: Any, phase: str, column: str, count: int = CHUNK) -> list[Any]:
        undone = self.run.undone
        if undone.get("phase") == phase and "at" in undone:
            rows = rows.filter(**{f"{column}__lt": undone["at"]})
        return list(rows[:count])

    def _batches(self, phase: str) -> Iterator[ImportBatch]:
        """The batches that are left, newest first."""
        while found := self._next(self.run.batches.order_by("-position"), phase, "position", 1):
            yield found[0]

    def _advance(self, phase: str, at: int, **counts: int) -> None:
        """The place moves with the rows; whoever else works on this undo loses here."""
        before = self.run.undone
        undone = before | {"phase": phase, "at": at}
        for name, count in counts.items():
            undone[name] = undone.get(name, 0) + count
        done = undone.get("deleted", 0) + undone.get("reverted", 0)
        self.checkpoint({"phase": phase, "at": at}, done=done, total=self.total)
        run = Import.objects.select_for_update().get(pk=self.run.pk)
        if run.state != Import.State.UNDOING or run.undone != before:
            raise RuleViolation("Somebody else goes on with this undo.", code="stopped")
        Import.objects.filter(pk=run.pk).update(undone=undone, moved_at=timezone.now())
        self.run.undone = undone

    # --- deleting --------------------------------------------------------------------------
    def _delete(self, model: Any, keys: Collection[int]) -> int:
        going, kept = _parted(self.run, model, keys, lock=True)
        leave(self.run, kept)
        touches = list(Touchpoint.objects.filter(pk__in=going)) if model is Touchpoint else []
        if touches:
            hold_for(touches)
        model._base_manager.filter(pk__in=going).delete()
        if touches:
            follow_departures(touches, at=timezone.now())
            self._leave_visitors(touches)
        return len(going)

    def _leave_visitors(self, touches: Sequence[Touchpoint]) -> None:
        """Who a visitor is was learned from these; what else that visitor did stays with the person."""
        names = {touch.visitor for touch in touches if touch.visitor}
        learned = KnownVisitor.objects.filter(
            visitor__in=names, joined_at__gte=self.run.started_at
        ).select_related("lead")
        leave(self.run, [(known, _LEARNED) for known in learned])


def _parted(
    run: Import, model: Any, keys: Collection[int], *, but: str = "", lock: bool = False
) -> tuple[list[int], list[tuple[Any, str]]]:
    """Keys of records that may go, and records that stay with the reason."""
    if not keys:
        return [], []
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    if lock:
        rows = rows.select_for_update(of=("self",))
    hung = hung_on(model, keys, run, but=but)
    rows = list(rows)
    changed = changed_since(model, rows, run)
    going: list[int] = []
    kept: list[tuple[Any, str]] = []
    for row in rows:
        if reason := _CHANGED if row.pk in changed else _reason_to_stay(row, hung):
            kept.append((row, reason))
        else:
            going.append(row.pk)
    return going, kept


def _reason_to_stay(row: models.Model, hung: dict[int, str]) -> str:
    if getattr(row, "topic_id", None):
        return "People talk about it."
    return f"It has {hung[row.pk]} since." if row.pk in hung else ""
