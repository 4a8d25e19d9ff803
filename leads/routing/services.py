"""The acts of routing: choosing people for leads, rules and absences, and leads of those who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from leads.models import Lead
from leads.routing.desk import Desk, read_desk
from leads.routing.models import Absence, RoutingRule, Seat
from leads.services import give_lead
from portal.accounts.models import User
from portal.accounts.roles import Department
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from leads.routing.rules import Choice

#: Leads of people who left that one sweep gives on; the next one, a minute later, goes on.
REROUTED_A_SWEEP = 200
STALE = "Somebody else saved this rule at the same moment. Look at it again; nothing was saved."


def any_rules() -> bool:
    return RoutingRule.objects.in_force().exists()


@transaction.atomic
def choose_people(
    *, leads: Sequence[Lead], at: datetime, without: Mapping[int, Collection[int]] | None = None
) -> dict[int, Choice]:
    """Lead → who gets it, and why. In the caller's transaction, which keeps the choice or drops it.

    The rules' rows are locked in one order, so that two who choose at once take turns: no turn is
    dealt twice, no capacity is passed, nobody waits in a circle.
    """
    rows = list(
        RoutingRule.objects.filter(is_active=True).select_for_update(of=("self",)).order_by("pk")
    )
    ordered = RoutingRule.objects.filter(pk__in=[row.pk for row in rows]).select_related(
        "territory"
    )
    desk = read_desk(at, rows=ordered.order_by("position", "pk"), owners=_owners_of(leads))
    choices = desk.decide(leads, without)
    _keep_counts(desk)
    return choices


def try_out(*, leads: Sequence[Lead], at: datetime) -> dict[int, Choice]:
    """Where these leads would go now. Changes nothing; the second takes the first into account."""
    rows = RoutingRule.objects.in_force().select_related("territory")
    return read_desk(at, rows=rows, owners=_owners_of(leads)).decide(leads)


def _owners_of(leads: Sequence[Lead]) -> set[int]:
    return {lead.company.owner_id for lead in leads if lead.company and lead.company.owner_id}


def _keep_counts(desk: Desk) -> None:
    """Only what moved is written; who sits there for the first time gets a row."""
    fresh: list[Seat] = []
    moved: list[Seat] = []
    for (rule, person), row in desk.seats.items():
        seat = next(s for s in desk.plain[rule].seats if s.person == person)
        if row.pk is None:
            row.dealt = seat.dealt
            fresh.append(row)
        elif row.dealt != seat.dealt:
            row.dealt = seat.dealt
            moved.append(row)
    Seat.objects.bulk_create(fresh, ignore_conflicts=True)
    Seat.objects.bulk_update(moved, ["dealt"])


# --- rules ----------------------------------------------------------------------------------------
@transaction.atomic
def save_rule(
    *,
    rule: RoutingRule,
    values: Mapping[str, Any],
    by: User,
    seats: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None,
) -> RoutingRule:
    """Make or change a rule; ``seats`` (person, weight, capacity, calendar) replace those it names.

    With ``version``, of two who save at once the later one is refused. Counting begins anew, since
    what was dealt by other weights says nothing about these.
    """
    is_new = rule.pk is None
    for name, value in values.items():
        setattr(rule, name, value)
    if is_new:
        rule.save(force_insert=True)
    else:
        advance(rule, version)
        rule.save()
    if seats is not None:
        _seat(rule, seats)
    count_anew(rule=rule)
    names = sorted([*values, *(["seats"] if seats is not None else [])])
    record(
        actor=by,
        verb="added" if is_new else "changed",
        subject=rule,
        summary=str(rule),
        data={"fields": names},
    )
    return rule


def advance(rule: RoutingRule, version: int | None) -> None:
    """A higher version, unless somebody else has saved since ``version`` was read."""
    seen = RoutingRule.objects.filter(pk=rule.pk)
    if version is not None:
        seen = seen.filter(version=version)
    if not seen.update(version=F("version") + 1):
        raise StaleEdit(STALE)
    rule.version = RoutingRule.objects.values_list("version", flat=True).get(pk=rule.pk)


def _seat(rule: RoutingRule, seats: Sequence[Mapping[str, Any]]) -> None:
    people = [row["person"].pk for row in seats]
    if len(set(people)) != len(people):
        raise RuleViolation("Each person has one seat under a rule; write their share as a weight.")
    rule.seats.all().delete()
    Seat.objects.bulk_create([Seat(rule=rule, **row) for row in seats])


def take_seat(seat: Seat) -> None:
    """Somebody is named who sat there because of the team: one seat, not two."""
    if seat.pk is None and seat.rule_id and seat.person_id:
        Seat.objects.filter(rule=seat.rule_id, person=seat.person_id, is_named=False).delete()


def count_anew(*, rule: RoutingRule) -> None:
    """Everybody begins at nothing again."""
    rule.seats.update(dealt=0)


@transaction.atomic
def delete_rule(*, rule: RoutingRule, by: User) -> None:
    record(actor=by, verb="deleted", subject=rule, summary=str(rule))
    rule.delete()


# --- absence --------------------------------------------------------------------------------------
@transaction.atomic
def add_absence(*, person: User, first_on: date, last_on: date, by: User) -> Absence:
    """Somebody gets no new leads on these days. The same days of the same person are one absence."""
    if last_on < first_on:
        raise RuleViolation("An absence ends on or after its first day.")
    User.objects.select_for_update().get(pk=person.pk)  # Two clicks take turns.
    days: dict[str, Any] = {"person": person, "first_on": first_on, "last_on": last_on}
    if known := Absence.objects.filter(**days).first():
        return known
    absence = Absence.objects.create(**days)
    record(
        actor=by, verb="absent", subject=person, summary=f"{first_on} to {last_on}",
        data={"absence": absence.pk},
    )  # fmt: skip
    text = f"You get no new leads from {first_on} to {last_on}."
    notify(person, text, kind="lead_assigned", url="/leads/routing/absences/", actor=by)
    return absence


@transaction.atomic
def delete_absence(*, absence: Absence, by: User) -> None:
    record(actor=by, verb="back", subject=absence.person, summary=str(absence))
    absence.delete()


# --- people who leave -----------------------------------------------------------------------------
def reroute_departed(at: datetime) -> dict[str, int]:
    """Open leads of people who may no longer sign in go to somebody else, or to the team's pool."""
    with transaction.atomic():
        rows = Lead.objects.filter(owner__is_active=False, status=Lead.Status.OPEN)
        locked = rows.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
        leads = list(locked.select_related("owner", "company", "stage")[:REROUTED_A_SWEEP])
        sold = [lead for lead in leads if lead.owner and lead.owner.department == Department.SALES]
        choices = choose_people(leads=sold, at=at) if sold else {}
        chosen = {choice.person for choice in choices.values() if choice.person}
        people = User.objects.in_bulk(chosen)
        for lead in leads:
            _give_on(lead, choices.get(lead.pk), people)
    return {"rerouted": len(leads)} if leads else {}


def _give_on(lead: Lead, choice: Choice | None, people: Mapping[int, User]) -> None:
    former, department = lead.owner, lead.owner.department if lead.owner else ""
    reason = f"{former} has left. {choice.reason if choice else ''}".strip()
    owner = people.get(choice.person or 0) if choice else None
    give_lead(lead=lead, owner=owner, reason=reason)
    if owner is None:
        managers = User.objects.managers_of(department)
        text = f"{lead} waits for somebody in the pool: {reason}"
        key = f"departed:{lead.pk}:{former.pk if former else 0}"
        url = lead.get_absolute_url()
        notify(managers, text, kind="lead_assigned", url=url, about=lead, key=key)
