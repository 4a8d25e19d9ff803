"""Who hears of a handoff, and what the history of its lead says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.activity.models import Activity
from portal.activity.services import record
from portal.notifications.services import Message, notify, notify_each
from portal.todo.models import Task
from portal.todo.services import ask_each

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leads.handoffs.models import Handoff

KIND = "handoff"


def task_key(handoff: Handoff) -> str:
    return f"handoff:{handoff.pk}"


def incomplete_key(lead_id: int) -> str:
    return f"handoff:incomplete:{lead_id}"


def side_of_marketing(handoff: Handoff) -> list[User]:
    """Whoever offered it; the managers of marketing where the rules did."""
    if handoff.offered_by is not None and handoff.offered_by.is_active:
        return [handoff.offered_by]
    return list(User.objects.managers_of(Department.MARKETING))


def asked_of(
    handoff: Handoff, managers: Sequence[User], mates: dict[int, list[User]]
) -> list[User]:
    """The people who are asked to answer. What nobody was found for is the managers' to see to."""
    if handoff.to is not None:
        return [handoff.to]
    return mates.get(handoff.team_id or 0) or list(managers)


def announce(handoffs: Sequence[Handoff], *, by: User | None, at: datetime) -> None:
    """History, tasks and messages of new offers, with as many queries as one."""
    managers = list(User.objects.managers_of(Department.SALES))
    mates = _mates({handoff.team_id for handoff in handoffs if handoff.to is None} - {None})
    Activity.objects.bulk_create(
        Activity(
            actor=by,
            verb="handed_over",
            subject_type="leads.lead",
            subject_id=handoff.lead_id,
            summary=f"To {handoff.addressee}. {handoff.why}"[:300],
            data={"handoff": handoff.pk, "to": handoff.to_id},
            at=at,
        )
        for handoff in handoffs
    )
    asked = {handoff.pk: asked_of(handoff, managers, mates) for handoff in handoffs}
    ask_each(
        Task(
            owner=person,
            kind=Task.Kind.ANSWER,
            title=f"Accept or reject {handoff.lead}"[:200],
            key=task_key(handoff),
            url=handoff.get_absolute_url(),
            due_at=handoff.clock.due_at if handoff.clock else None,
        )
        for handoff in handoffs
        for person in asked[handoff.pk]
    )
    messages = [
        Message(
            asked[handoff.pk],
            f"{handoff.lead} is offered to {'you' if handoff.to else handoff.addressee}: {handoff.why}",
            url=handoff.get_absolute_url(),
            key=f"handoff:{handoff.pk}:offered",
        )
        for handoff in handoffs
    ]
    notify_each(messages, kind=KIND, actor=by)


def _mates(teams: set[int | None]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = {}
    rows = User.objects.active().filter(teams__in=teams, department=Department.SALES)
    for person in rows.prefetch_related("teams") if teams else ():
        for team in person.teams.all():
            found.setdefault(team.pk, []).append(person)
    return found


def write_down(
    handoff: Handoff, verb: str, *, by: User | None, at: datetime, summary: str = ""
) -> None:
    """A line in the history of the lead, which its timeline shows."""
    record(
        actor=by,
        verb=verb,
        subject=handoff.lead,
        summary=summary,
        data={"handoff": handoff.pk, "state": handoff.state},
        at=at,
    )


def tell(handoff: Handoff, whom: Sequence[User], text: str, *, by: User | None, step: str) -> None:
    """Each of them once, whatever runs twice."""
    notify(
        whom,
        text,
        kind=KIND,
        url=handoff.get_absolute_url(),
        actor=by,
        about=handoff,
        key=f"handoff:{handoff.pk}:{step}",
    )
