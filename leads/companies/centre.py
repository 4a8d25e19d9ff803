"""The buying centre of a company as one reader may see it: people, relations, gaps, picture.

What is missing is computed from everybody, so that all readers work on the same truth; names and the
words people wrote are shown only where the reader may open the person. A company asks the same few
queries for one person as for a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from leads.companies.drawing import Card, Line, Picture, draw
from leads.companies.gaps import SILENCE, Gap, Person, Tie, gaps_of
from leads.companies.models import Member, Relation
from leads.companies.querysets import PERSONAL
from leads.models import Lead, Touchpoint
from portal.accounts.policy import masked_fields

if TYPE_CHECKING:
    from leads.models import Company
    from portal.accounts.models import User


@dataclass(frozen=True)
class Seat:
    """One person's place as the reader may see it. ``is_open``: the person is within reach."""

    member: Member
    label: str
    is_open: bool
    is_named: bool
    has_left: bool
    last_contact: datetime | None
    is_silent: bool

    @property
    def url(self) -> str:
        return self.member.lead.get_absolute_url() if self.is_open else ""


@dataclass(frozen=True)
class Bond:
    """One relation in words, and whether the reader may take it out."""

    relation: Relation
    source: Seat
    target: Seat
    is_open: bool


@dataclass
class Centre:
    """Everything that the page, the panel and the API say about one buying centre."""

    company: Company
    seats: list[Seat]
    bonds: list[Bond] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    @cached_property
    def picture(self) -> Picture:
        cards = [_card(seat) for seat in self.seats]
        lines = [
            Line(bond.relation.source_id, bond.relation.target_id, bond.relation.kind)
            for bond in self.bonds
        ]
        return draw(self.finding, cards, lines, name=f"centre-{self.company.pk}")

    @property
    def finding(self) -> str:
        """The title of the picture: what it shows, in one sentence."""
        number = len(self.seats)
        people = f"{number} {'person' if number == 1 else 'people'} decide{'s' if number == 1 else ''} at {self.company}"
        worst = [gap.title for gap in self.gaps if gap.level == "bad"][:2]
        return f"{people}. {'; '.join(worst)}." if worst else f"{people}."

    def seat_of(self, lead_pk: int) -> Seat | None:
        return next((seat for seat in self.seats if seat.member.lead_id == lead_pk), None)


def _card(seat: Seat) -> Card:
    member = seat.member
    return Card(
        key=member.pk,
        name=seat.label,
        roles=member.roles,
        role_labels=member.role_labels,
        stance=member.stance,
        stance_label=member.get_stance_display(),
        influence=member.influence,
        is_silent=seat.is_silent or seat.has_left,
    )


def centre_of(company: Company, reader: User) -> Centre:
    """Five queries: people, who of them is within reach, contacts, relations, people without a part."""
    now = timezone.now()
    members = list(Member.objects.filter(company=company).for_list())
    seats = _seats(company, members, reader, now)
    relations: Iterable[Relation] = Relation.objects.filter(source__company=company)
    by_key = {seat.member.pk: seat for seat in seats}
    bonds = [
        Bond(relation, source, target, source.is_open and target.is_open)
        for relation in relations
        if (source := by_key.get(relation.source_id)) and (target := by_key.get(relation.target_id))
    ]
    placed = [member.lead_id for member in members]
    unplaced = Lead.objects.filter(company=company).exclude(pk__in=placed)[:1000].count()
    people = [_person(seat) for seat in seats]
    ties = [Tie(b.relation.source_id, b.relation.target_id, b.relation.kind) for b in bonds]
    gaps = gaps_of(people, ties, now=now, unplaced=unplaced)
    return Centre(company, seats, bonds, gaps)


def _seats(company: Company, members: Sequence[Member], reader: User, now: datetime) -> list[Seat]:
    people = [member.lead_id for member in members]
    if not people:
        return []
    mine = Lead.objects.permitted(reader, "leads.view_lead").filter(pk__in=people)
    within_reach = set(mine.values_list("pk", flat=True))
    contacts = last_contacts(people)
    is_masked = "full_name" in masked_fields(reader, "leads.lead")
    return [
        _seat(
            member,
            number,
            is_open=member.lead_id in within_reach,
            is_masked=is_masked,
            last=contacts.get(member.lead_id),
            now=now,
        )
        for number, member in enumerate(members, start=1)
    ]


def _seat(
    member: Member,
    number: int,
    *,
    is_open: bool,
    is_masked: bool,
    last: datetime | None,
    now: datetime,
) -> Seat:
    if is_open:
        label = f"Lead {member.lead_id}" if is_masked else str(member.lead)
    else:
        label = f"Person {number}"
    return Seat(
        member=member,
        label=label,
        is_open=is_open,
        is_named=is_open and not is_masked,
        has_left=member.lead.company_id != member.company_id,
        last_contact=last,
        is_silent=last is None or last < now - SILENCE,
    )


def _person(seat: Seat) -> Person:
    member = seat.member
    return Person(
        key=member.pk,
        label=seat.label,
        roles=frozenset(member.roles),
        stance=member.stance,
        last_contact=seat.last_contact,
        verified_at=member.verified_at,
        has_answer=bool(member.answer.strip()),
        has_left=seat.has_left,
    )


def last_contacts(leads: Sequence[int]) -> dict[int, Any]:
    """Lead id → when somebody last spoke with them or wrote to them. One query."""
    rows = Touchpoint.objects.filter(lead__in=leads, kind__in=PERSONAL, left_out="")
    return dict(
        rows.order_by().values("lead").annotate(last=Max("occurred_at")).values_list("lead", "last")
    )
