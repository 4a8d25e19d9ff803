"""Who reads a lead, turned round: from a lead to the people whom the policy lets see it.

A merge puts the history of two leads under the rights of one. It must show nobody what they could not
read before, so it asks here whether the readers of the lead that stays could read the other one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from portal.accounts.models import Team, User
from portal.accounts.policy import scope_of
from portal.accounts.roles import Scope

if TYPE_CHECKING:
    from leads.models import Lead

VIEW = "leads.view_lead"


@dataclass(frozen=True)
class Place:
    """Where a lead belongs: to somebody, or to the pool of a team (or everybody's)."""

    owner_id: int | None
    team_id: int | None


class Readers:
    """The people whose sight of leads is limited, and which places each of them sees."""

    def __init__(self) -> None:
        self.teams: dict[int, frozenset[int]] = {}
        limited = []
        for person in User.objects.filter(is_active=True, is_superuser=False).only(
            "pk", "role", "department"
        ):
            scope = scope_of(person.role, person.department, VIEW) if person.role else None
            if scope not in (None, Scope.ALL):
                limited.append(person.pk)
        self.limited = frozenset(limited)
        members = User.teams.through.objects.values_list("user_id", "team_id")
        for user_id, team_id in members:
            self.teams[user_id] = self.teams.get(user_id, frozenset()) | {team_id}

    def of(self, place: Place) -> frozenset[int]:
        """Of those whose sight is limited, who sees a lead in that place."""
        if settings.LEAD_VISIBILITY == "everyone":
            return self.limited
        if place.owner_id is not None:
            return self._of_owner(place.owner_id)
        if settings.LEAD_VISIBILITY == "own":
            return frozenset()
        if place.team_id is None:
            return self.limited
        return frozenset(pk for pk in self.limited if place.team_id in self._teams(pk))

    def _of_owner(self, owner_id: int) -> frozenset[int]:
        alone = frozenset({owner_id}) & self.limited
        if settings.LEAD_VISIBILITY == "own":
            return alone
        theirs = self._teams(owner_id)
        return alone | {pk for pk in self.limited if theirs & self._teams(pk)}

    def _teams(self, pk: int) -> frozenset[int]:
        return self.teams.get(pk, frozenset())


def place_of(lead: Lead) -> Place:
    return Place(lead.owner_id, lead.team_id)


def widened(readers: Readers, after: Place, *before: Place) -> frozenset[int]:
    """Who would read in ``after`` what they could not read in one of the places before."""
    could = [readers.of(place) for place in before]
    return readers.of(after) - frozenset.intersection(*could)


def name_of(place: Place) -> str:
    """Whose a place is, in words."""
    if place.owner_id is not None:
        return str(User.objects.get(pk=place.owner_id))
    if place.team_id is not None:
        return f"the pool of {Team.objects.get(pk=place.team_id)}"
    return "everybody's pool"
