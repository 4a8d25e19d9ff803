"""Why a lead has its score: every rule in words, as far as the reader's role may know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leads.conditions.asking import uses_hidden
from leads.scoring.definition import EVENT, RULE_OUT
from leads.scoring.evaluation import evaluate
from leads.scoring.models import ScoreEntry, Standing
from leads.scoring.reading import Asked, Opened, open_model
from leads.scoring.rules import Line, Score
from leads.scoring.rules import Standing as Was
from portal.documents.models import Revision

if TYPE_CHECKING:
    from leads.models import Lead
    from portal.accounts.models import User

HIDDEN = "Asks by what your role does not see."


@dataclass(frozen=True)
class Reason:
    """One rule: its points for this lead, and why. ``met`` is None where it is not known."""

    rule: str
    group: str
    axis: str
    effect: str
    points: float | None
    met: bool | None
    text: str

    def as_api(self) -> dict[str, Any]:
        return dict(vars(self))


#: What the API says of a lead before any model is in use: nothing is known, and nothing is amiss.
UNSCORED: dict[str, Any] = dict.fromkeys(
    ("model", "revision", "score", "fit", "engagement", "grade", "known")
) | {"is_ready": False, "is_ruled_out": False, "reasons": []}


@dataclass(frozen=True)
class Explanation:
    model: str
    revision: int
    url: str
    score: Score
    reasons: tuple[Reason, ...]

    def as_api(self) -> dict[str, Any]:
        found = self.score
        return {
            "model": self.model,
            "revision": self.revision,
            "score": found.score,
            "fit": found.fit,
            "engagement": found.engagement,
            "grade": found.grade,
            "known": found.known,
            "is_ready": found.is_ready,
            "is_ruled_out": found.is_ruled_out,
            "reasons": [reason.as_api() for reason in self.reasons],
        }


def explain(lead: Lead, reader: User) -> Explanation | None:
    """The score of a lead with every reason, as of now; None before a model is in use."""
    standing = Standing.objects.filter(pk=1, active__isnull=False).first()
    if standing is None:
        return None
    revision = Revision.objects.select_related("document").get(pk=standing.active_id)
    opened = open_model(revision.content)
    former = ScoreEntry.objects.filter(lead=lead, revision=revision).first()
    score = evaluate(opened, lead, Was(former.grade, former.is_ready) if former else None)
    reasons = tuple(
        _reason(opened, asked, line, reader)
        for asked, line in zip(opened.asked, score.lines, strict=True)
    )
    subject = revision.document.subject
    return Explanation(subject.title, revision.number, subject.get_absolute_url(), score, reasons)


def _reason(opened: Opened, asked: Asked, line: Line, reader: User) -> Reason:
    axes = {group.name: group.axis for group in opened.model.groups}
    is_hidden = _is_closed(asked, reader)
    return Reason(
        rule=line.rule.name,
        group=line.rule.group,
        axis=axes.get(line.rule.group, ""),
        effect=line.rule.kind,
        points=None if is_hidden or line.rule.kind == RULE_OUT else round(line.points, 1),
        met=None if is_hidden else line.met,
        text=HIDDEN if is_hidden else _text(asked, line),
    )


def _is_closed(asked: Asked, reader: User) -> bool:
    values = [asked.condition.json if asked.condition else None]
    values.append(asked.segment.condition if asked.segment else None)
    return any(value is not None and uses_hidden(value, reader) for value in values)


def _text(asked: Asked, line: Line) -> str:
    said = said_of(asked)
    if asked.rule.kind == EVENT and line.times:
        return f"{said}: {line.times:,} time{'' if line.times == 1 else 's'}"
    return said


def said_of(asked: Asked) -> str:
    """What a rule asks, in words."""
    if asked.is_broken:
        return "Its condition can no longer be read."
    said = asked.condition.sentence if asked.condition else ""
    if asked.segment is not None:
        inside = f"is in the segment “{asked.segment}”"
        said = f"{said} and {inside}" if said else inside[:1].upper() + inside[1:]
    return said
