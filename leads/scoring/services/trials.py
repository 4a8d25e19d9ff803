"""Trying a model, or points suggested from outcomes, and what people are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from leads.models import Lead
from leads.scoring import measuring, trying
from leads.scoring.definition import FIT
from leads.scoring.features import known_of
from leads.scoring.leaks import suspects
from leads.scoring.models import ScoringModel, Standing, Trial
from leads.scoring.reading import open_model
from leads.scoring.ready import opened_revision
from leads.scoring.suggested import GROUP, rule_of
from portal.core.errors import RuleViolation
from portal.documents import services as documents
from portal.documents.models import Revision
from portal.jobs.services import enqueue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leads.querysets import LeadQuerySet
    from portal.accounts.models import User

TRY = "scoring.try_model"
#: With more leads than this a trial runs in the background.
AT_ONCE = 20_000


def sides(train: str, test: str, reader: User | None = None) -> tuple[LeadQuerySet, LeadQuerySet]:
    """The leads to learn from and those to try on. What is not named is the rest, or the oldest four fifths."""
    if not train and not test:
        return trying.split(trying.chosen("", reader))
    every = trying.chosen("", reader)
    first = trying.chosen(train, reader) if train else None
    second = trying.chosen(test, reader) if test else None
    if first is None and second is not None:
        first = every.exclude(pk__in=second.order_by().values("pk"))
    if second is None and first is not None:
        second = every.exclude(pk__in=first.order_by().values("pk"))
    assert first is not None and second is not None  # noqa: S101, PT018 (one of them was given)
    return first, second


def try_content(
    content: Mapping[str, Any], *, train: str = "", test: str = "", reader: User | None = None
) -> dict[str, Any]:
    """A model on the test leads: how well it foretells, beside the model in use; changes nothing."""
    opened = open_model(content)
    goal = opened.model.shape.goal
    learn, judge = sides(train, test, reader)
    taught = trying.score_rows(opened, learn, goal)
    tried = trying.score_rows(opened, judge, goal)
    answer = trying.measured(tried, measuring.learned(taught.scores, taught.outcomes))
    answer |= {
        "train": _side(train, taught),
        "test": _side(test, tried),
        "goal": goal,
        "as_of": trying.as_of(),
        "moves": trying.moves(tried),
        "in_use": _in_use(judge, learn, goal),
    }
    known = known_of(
        judge if len(tried.leads) > 500 else learn, goal, leave_out=trying.asked_fields(train, test)
    )
    return answer | told_leaks(suspects(known))


def _side(filters: str, tried: trying.Tried) -> dict[str, Any]:
    return {"filters": filters, "leads": len(tried.leads), "converted": sum(tried.outcomes)}


def _in_use(judge: LeadQuerySet, learn: LeadQuerySet, goal: str) -> dict[str, Any] | None:
    """The same figures of the model in use, on the same leads."""
    standing = Standing.objects.filter(pk=1, active__isnull=False).first()
    if standing is None or standing.active_id is None:
        return None
    opened = opened_revision(standing.active_id)
    taught = trying.score_rows(opened, learn, goal)
    curve = measuring.learned(taught.scores, taught.outcomes)
    return trying.measured(trying.score_rows(opened, judge, goal), curve)


def told_leaks(found: Mapping[str, list[str]]) -> dict[str, Any]:
    return {"leaks": sorted(found), "leak_reasons": dict(found)}


def learn_and_try(
    *, goal: str, train: str = "", test: str = "", reader: User | None = None
) -> dict[str, Any]:
    """Points suggested from the outcomes of some leads, tried on others. Needs scikit-learn."""
    # Web servers never load it; whoever calls this is a worker or a command.
    from leads.scoring import suggesting
    from leads.scoring.suggested import content_of

    learn, judge = sides(train, test, reader)
    known = known_of(learn, goal, leave_out=trying.asked_fields(train, test))
    learned = suggesting.suggest(known)
    opened = open_model(content_of([one.as_json() for one in learned.points], goal))
    taught = trying.score_rows(opened, learn, goal)
    tried = trying.score_rows(opened, judge, goal)
    answer = trying.measured(tried, measuring.learned(taught.scores, taught.outcomes))
    found = learned.area
    return (
        answer
        | told_leaks(learned.leaks)
        | {
            "train": _side(train, taught),
            "test": _side(test, tried),
            "goal": goal,
            "as_of": trying.as_of(),
            "cross_validated": {"auc": found.auc, "interval": [found.low, found.high]},
            "points": [one.as_json() for one in learned.points],
        }
    )


# --- trials that are kept -----------------------------------------------------------------------
def start_trial(
    *,
    subject: ScoringModel,
    revision: Revision,
    by: User | None,
    kind: str = Trial.Kind.TRY,
    **sides_: str,
) -> Trial:
    """Try a revision. A few leads are tried at once, many in the background, and so is learning."""
    for text in sides_.values():
        trying.chosen(text, by)
    trial = Trial.objects.create(subject=subject, revision=revision, kind=kind, by=by, **sides_)
    if kind == Trial.Kind.TRY and Lead.objects.order_by()[: AT_ONCE + 1].count() <= AT_ONCE:
        return run_trial(trial)
    enqueue(kind=TRY, args={"trial": trial.pk}, actor=by, unique_key=f"trial:{trial.pk}")
    return trial


def run_trial(trial: Trial) -> Trial:
    """Do what the trial asks. What cannot be answered ends it with a sentence."""
    result, error = None, ""
    try:
        if trial.kind == Trial.Kind.SUGGEST:
            goal = open_model(trial.revision.content).model.shape.goal
            result = learn_and_try(goal=goal, train=trial.train, test=trial.test, reader=trial.by)
        else:
            result = try_content(
                trial.revision.content, train=trial.train, test=trial.test, reader=trial.by
            )
    except RuleViolation as refusal:
        error = refusal.message
    trial.end(result, error=error, at=timezone.now())
    trial.save(update_fields=["result", "error", "ended_at"])
    return trial


@transaction.atomic
def adopt_suggestion(*, trial: Trial, place: int, by: User) -> Revision:
    """One suggested rule goes into the draft of the model; nothing takes effect before it is signed."""
    points = (trial.result or {}).get("points") or []
    if not 0 <= place < len(points):
        raise RuleViolation("There is no such suggestion.")
    rule = rule_of(points[place])
    subject = ScoringModel.objects.with_document().get(pk=trial.subject_id)
    drafts = subject.drafts
    draft = drafts[0] if drafts else documents.start_draft(subject=subject, by=by)
    content = subject.schema.complete(Revision.objects.get(pk=draft.pk).content)
    if any(row["name"].casefold() == rule["name"].casefold() for row in content["rules"]):
        raise RuleViolation("A rule of this name is already in the draft.")
    changes: dict[str, Any] = {"rules": [*content["rules"], rule]}
    if not any(group["name"].casefold() == GROUP.casefold() for group in content["groups"]):
        changes["groups"] = [*content["groups"], {"name": GROUP, "axis": FIT}]
    return documents.edit_draft(subject=subject, revision=draft, changes=changes, by=by)
