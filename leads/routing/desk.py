"""The rules in force with everybody's standing at one moment: what ``rules.choose`` decides from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from django.db.models import Q
from django.utils import timezone

from leads.conditions.asking import reopen
from leads.conditions.tree import Wrong
from leads.models import Lead
from leads.routing import rules
from leads.routing.load import open_work
from leads.routing.models import Absence, RoutingRule, Seat
from portal.accounts.models import User
from portal.accounts.roles import Department, Role
from portal.slas.calendars import work_calendar
from portal.slas.models import Calendar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

log = structlog.get_logger(__name__)
NEVER = Q(pk__in=[])


@dataclass
class Desk:
    """``plain`` are the rules as they decide, by the key of their row; ``people`` are all who may be asked."""

    at: datetime
    rows: list[RoutingRule] = field(default_factory=list)
    plain: dict[int, rules.Rule] = field(default_factory=dict)
    people: dict[int, User] = field(default_factory=dict)
    away: frozenset[int] = frozenset()
    seats: dict[tuple[int, int], Seat] = field(default_factory=dict)

    def decide(
        self, leads: Sequence[Lead], without: Mapping[int, Collection[int]] | None = None
    ) -> dict[int, rules.Choice]:
        """Lead → who gets it and why, one after the other. One query for each rule."""
        takes = [self._taken(row, leads) for row in self.rows]
        return {
            lead.pk: rules.choose(
                [
                    self.plain[row.pk]
                    for row, taken in zip(self.rows, takes, strict=True)
                    if lead.pk in taken
                ],
                self._asked(lead, frozenset((without or {}).get(lead.pk, ()))),
            )
            for lead in leads
        }

    def _taken(self, row: RoutingRule, leads: Sequence[Lead]) -> set[int]:
        rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads]).order_by()
        return set(rows.filter(condition_of(row, at=self.at)).values_list("pk", flat=True))

    def _asked(self, lead: Lead, without: frozenset[int]) -> rules.Asked:
        company = lead.company if lead.company_id else None
        owner = self.people.get(company.owner_id or 0) if company else None
        seat = None
        if owner is not None and owner.department == Department.SALES:
            seat = rules.Seat(owner.pk, str(owner), is_away=owner.pk in self.away)
        return rules.Asked(str(company or ""), seat, without)


def condition_of(row: RoutingRule, *, at: datetime) -> Q:
    """The leads that a rule takes. One that cannot be read any longer takes none."""
    found = Q()
    parts = [row.territory.condition if row.territory else None, row.condition]
    try:
        for part in parts:
            if part is not None:
                found &= reopen(part, now=at).q
    except Wrong:
        log.warning("routing_rule_unreadable", rule=row.pk)
        return NEVER
    return found


def read_desk(at: datetime, *, rows: Iterable[RoutingRule], owners: Collection[int] = ()) -> Desk:
    """Everything that the choice stands on. ``owners`` are people who have the leads' companies."""
    desk = Desk(at, list(rows))
    stored = list(Seat.objects.filter(rule__in=desk.rows).order_by("pk"))
    seats = {(seat.rule_id, seat.person_id): seat for seat in stored}
    desk.people = _people(stored, desk.rows, owners)
    desk.away = _away(desk.people, at)
    opening = _Openings(at)
    load = _load(desk, seats)
    for row in desk.rows:
        mine = {person: seat for (rule, person), seat in seats.items() if rule == row.pk}
        for person in _team_of(row, desk.people):
            mine.setdefault(person.pk, Seat(rule=row, person=person, is_named=False, dealt=0))
        sitting = [
            seat
            for seat in mine.values()
            if seat.person_id in desk.people and _takes_part(row, seat, desk.people)
        ]
        desk.seats |= {(row.pk, seat.person_id): seat for seat in sitting}
        desk.plain[row.pk] = _rule(row, sitting, desk, load, opening)
    return desk


def _takes_part(row: RoutingRule, seat: Seat, people: Mapping[int, User]) -> bool:
    """Whoever sits here only because of the team, while they are in it."""
    return seat.is_named or row.team_id in people[seat.person_id].team_ids


def _people(
    seats: Sequence[Seat], rows: Iterable[RoutingRule], owners: Collection[int]
) -> dict[int, User]:
    """Active people who may work on leads: named ones, reps of the teams, owners of companies."""
    teams = {row.team_id for row in rows if row.team_id}
    named = {seat.person_id for seat in seats} | set(owners)
    wanted = Q(pk__in=named) | Q(teams__in=teams, role=Role.REP)
    found = User.objects.active().filter(wanted).distinct().prefetch_related("teams")
    people = {person.pk: person for person in found if person.may("leads.change_lead")}
    for person in people.values():
        person.team_ids = [team.pk for team in person.teams.all()]
    return people


def _team_of(row: RoutingRule, people: Mapping[int, User]) -> list[User]:
    if not row.team_id:
        return []
    mates = [p for p in people.values() if row.team_id in p.team_ids and p.role == Role.REP]
    return sorted(mates, key=lambda person: person.pk)


def _away(people: Mapping[int, User], at: datetime) -> frozenset[int]:
    """Who is away on the day that it is where they are."""
    rows = Absence.objects.filter(person__in=people).around(at.date())
    return frozenset(
        row.person_id
        for row in rows
        if row.first_on <= _day_of(people[row.person_id], at) <= row.last_on
    )


def _day_of(person: User, at: datetime) -> Any:
    zone = ZoneInfo(person.time_zone) if person.time_zone else timezone.get_default_timezone()
    return at.astimezone(zone).date()


def _load(desk: Desk, seats: Mapping[Any, Seat]) -> Mapping[int, int]:
    """Counted only where a rule asks for it."""
    asks = any(
        row.capacity is not None or row.strategy == RoutingRule.Strategy.LEAST_OPEN
        for row in desk.rows
    )
    if asks or any(seat.capacity is not None for seat in seats.values()):
        return open_work(desk.people)
    return {}


class _Openings:
    """Whether calendars are open at one moment; each is read once."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._known: dict[int, bool] = {}

    def holds(self, calendar_id: int | None) -> bool:
        if calendar_id is None:
            return True
        if calendar_id not in self._known:
            row = Calendar.objects.with_holidays().get(pk=calendar_id)
            self._known[calendar_id] = work_calendar(row).is_open(self.at)
        return self._known[calendar_id]


def _rule(
    row: RoutingRule,
    sitting: Sequence[Seat],
    desk: Desk,
    load: Mapping[int, int],
    opening: _Openings,
) -> rules.Rule:
    old = [seat for seat in sitting if seat.pk]
    level = min((seat.dealt / seat.weight for seat in old), default=0.0)
    for seat in sitting:
        if not seat.pk:
            # Who is new goes on where the others are, and is not flooded with what went before.
            seat.dealt = int(level * seat.weight)
    return rules.Rule(
        row.pk,
        row.name,
        [
            rules.Seat(
                seat.person_id,
                str(desk.people[seat.person_id]),
                seat.weight,
                seat.dealt,
                load.get(seat.person_id, 0),
                row.capacity if seat.capacity is None else seat.capacity,
                seat.person_id in desk.away,
                opening.holds(seat.calendar_id or row.calendar_id),
            )
            for seat in sitting
        ],
        row.strategy,
        row.owner_first,
        row.catches_up,
    )
