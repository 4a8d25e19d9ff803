"""The company around the leads: people who own them, campaigns and personas they come from."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from campaigns.models import Campaign
from leads.models import HeardAnswer, Tag
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.roles import Department, Role
from portal.documents.services import create_document
from portal.funnel.models import Stage
from portal.operations.generating import words

if TYPE_CHECKING:
    from collections.abc import Sequence

OWNERS, TEAMS, CAMPAIGNS = 50, 5, 200
PERSONAS = ("Plant manager", "Purchasing manager", "Head of IT", "Managing director")
#: A lead count that carries one owner, and one campaign, below the full numbers.
LEADS_AN_OWNER, LEADS_A_CAMPAIGN = 20, 200


@dataclass(frozen=True, slots=True)
class House:
    """What leads point at: primary keys, most used first."""

    owners: Sequence[int]
    team_of: Mapping[int, int]
    campaigns: Sequence[tuple[int, str]]
    personas: Sequence[int]
    stages: Sequence[Stage]
    #: Tags and how often each is used.
    tags: Sequence[tuple[int, float]]


@transaction.atomic
def build_house(chance: random.Random, *, leads: int, today: date) -> House:
    """Make or find everything that generated leads need. Uses the services of real work."""
    teams = [_team(number) for number in range(1, TEAMS + 1)]
    wanted = max(2, min(OWNERS, leads // LEADS_AN_OWNER))
    team_of = {
        _rep(number, teams[number % TEAMS]).pk: teams[number % TEAMS].pk for number in range(wanted)
    }
    author = _person(
        "marketing@generated.example", "Marie Marketing", Role.MARKETER, Department.MARKETING
    )
    personas = [create_document(model=Persona, title=title, by=author).pk for title in PERSONAS]
    number = max(4, min(CAMPAIGNS, leads // LEADS_A_CAMPAIGN))
    campaigns = [_campaign(chance, author, personas, today) for _ in range(number)]
    stages = list(Stage.objects.active())
    for place, (name, sources, _) in enumerate(words.HEARD, start=1):
        HeardAnswer.objects.get_or_create(
            name=name, defaults={"tracked_as": sources, "position": place}
        )
    tags = [(Tag.objects.get_or_create(name=name)[0].pk, weight) for name, weight in words.TAGS]
    return House(list(team_of), team_of, campaigns, personas, stages, tags)


def _team(number: int) -> Team:
    name = f"Generated sales team {number}"
    return Team.objects.get_or_create(name=name, defaults={"department": Department.SALES})[0]


def _person(email: str, name: str, role: Role, department: Department) -> User:
    """Nobody can sign in as a generated person: they have no password."""
    found = User.objects.filter(email=email).first()
    return found or User.objects.create_user(
        email, None, name=name, role=role, department=department
    )


def _rep(number: int, team: Team) -> User:
    first, last = (
        words.FIRST_NAMES[number % len(words.FIRST_NAMES)],
        words.LAST_NAMES[number % len(words.LAST_NAMES)],
    )
    rep = _person(
        f"rep{number + 1}@generated.example", f"{first} {last}", Role.REP, Department.SALES
    )
    rep.teams.add(team)
    return rep


def _campaign(
    chance: random.Random, author: User, personas: Sequence[int], today: date
) -> tuple[int, str]:
    starts = today - timedelta(days=chance.randrange(30, 1000))
    kind, theme = chance.choice(words.CAMPAIGN_KINDS), chance.choice(words.CAMPAIGN_THEMES)
    content = {
        "objective": f"More conversations about {theme}",
        "message": f"With us you get {theme}.",
        "starts_on": starts.isoformat(),
        "ends_on": (starts + timedelta(days=chance.randrange(14, 120))).isoformat(),
        "personas": [chance.choice(personas)],
    }
    title = f"{kind} on {theme}, {starts:%B %Y}"
    made = create_document(model=Campaign, title=title, by=author, content=content)
    return made.pk, made.slug
