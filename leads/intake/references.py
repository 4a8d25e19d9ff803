"""What the texts of a file point at: stages, people, campaigns, personas. Asked once for a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from campaigns.competitors.models import Competitor
from campaigns.models import Campaign
from leads.intake.guessing import Choices, stage_named
from leads.intake.words import LOST
from leads.normalising import folded
from leads.opportunities.models import Product
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.roles import Role
from portal.core.errors import RuleViolation
from portal.core.naming import name_key
from portal.funnel.models import Stage

WORKERS = (Role.REP, Role.MARKETER, Role.MANAGER)
SHOWN = 8


@dataclass
class References:
    """The rows that a file may point at, as far as ``user`` may choose them.

    Without a user somebody works on the machine itself and may choose everything.
    """

    stages: list[Stage]
    owners: dict[str, User] = field(default_factory=dict)
    campaigns: dict[str, Any] = field(default_factory=dict)
    personas: dict[str, Any] = field(default_factory=dict)
    teams: dict[str, Any] = field(default_factory=dict)
    products: dict[str, Any] = field(default_factory=dict)
    competitors: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def for_kind(cls, user: User | None, kind: str) -> References:
        """What rows of this kind may point at."""
        if kind == "leads":
            return cls.for_user(user)
        people = _rows(User, user, "accounts.view_user").with_role(*WORKERS)
        found = cls(
            stages=[],
            owners=_people(people.prefetch_related("teams")),
            campaigns=_titled(_rows(Campaign, user, "campaigns.view_campaign")),
        )
        if kind == "opportunities":
            found.teams = {name_key(team.name): team for team in Team.objects.all()}
            found.products = {row.key: row for row in Product.objects.all()}
            found.competitors = {row.key: row for row in Competitor.objects.all()}
        return found

    @classmethod
    def for_user(cls, user: User | None) -> References:
        people = _rows(User, user, "accounts.view_user").with_role(*WORKERS)
        stages = list(_rows(Stage, user, "funnel.view_stage").active())
        if not stages:
            raise RuleViolation(
                "No funnel is in force yet. Both departments agree one before leads can be added."
            )
        return cls(
            stages=stages,
            owners=_people(people.prefetch_related("teams")),
            campaigns=_titled(_rows(Campaign, user, "campaigns.view_campaign")),
            personas=_titled(
                _rows(Persona, user, "personas.view_persona").filter(
                    document__in_force__isnull=False
                )
            ),
        )

    @property
    def first_stage(self) -> Stage:
        return self.stages[0]

    @property
    def choices(self) -> Choices:
        by_kind = {stage.kind: stage.slug for stage in reversed(self.stages)}
        names = {
            folded(text): stage.slug for stage in self.stages for text in (stage.name, stage.slug)
        }
        return Choices(
            stages={LOST: LOST} | by_kind | names,
            first_stage=self.first_stage.slug if self.stages else "",
            people=frozenset(self.owners),
            campaigns=frozenset(self.campaigns),
            personas=frozenset(self.personas),
        )

    def find(self, name: str, text: str) -> Any:
        """The row that a text means. Raises ``ValueError`` with a sentence that says what there is."""
        if name == "stage":
            slug = stage_named(text, self.choices)
            found: Any = next((stage for stage in self.stages if stage.slug == slug), None)
            if found is None and slug == LOST:
                return LOST
            known = [*(stage.name for stage in self.stages), "Lost"]
        else:
            pool, key = self._pool(name, text)
            found = pool.get(key)
            known = list(dict.fromkeys(str(row) for row in pool.values()))
        if found is None:
            raise ValueError(
                f"There is no {name} “{text[:80]}” that may be chosen. {_there_are(known)}"
            )
        return found

    def _pool(self, name: str, text: str) -> tuple[dict[str, Any], str]:
        """Where to look, and the form in which names are compared there."""
        if name in {"team", "product", "competitor"}:
            return getattr(self, f"{name}s"), name_key(text)
        return getattr(self, f"{name}s"), folded(text)


def _rows(model: Any, user: User | None, action: str) -> Any:
    return model.objects.all() if user is None else model.objects.permitted(user, action)


def _titled(rows: Any) -> dict[str, Any]:
    """By title and by slug; what is retired only where nothing living has the name."""
    table: dict[str, Any] = {}
    for row in rows.select_related("document").order_by("document__retired_at", "pk"):
        for text in (row.slug, row.title):
            table.setdefault(folded(text), row)
    return table


def _people(rows: Any) -> dict[str, User]:
    """By e-mail, and by name where only one person has it."""
    people = list(rows)
    names: dict[str, list[User]] = {}
    for person in people:
        names.setdefault(folded(person.name), []).append(person)
    table = {name: found[0] for name, found in names.items() if name and len(found) == 1}
    return table | {folded(person.email): person for person in people}


def _there_are(names: list[str]) -> str:
    if not names:
        return "There is none yet."
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"There are: {', '.join(names[:SHOWN])}{more}."
