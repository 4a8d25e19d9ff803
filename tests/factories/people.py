from __future__ import annotations

import itertools

from portal.accounts.models import Team, User
from portal.accounts.roles import Department, Role

_numbers = itertools.count(1)

HOME = {
    Role.MARKETER: Department.MARKETING,
    Role.REP: Department.SALES,
    Role.MANAGER: Department.SALES,
    Role.EXECUTIVE: Department.LEADERSHIP,
    Role.ADMINISTRATOR: Department.OPERATIONS,
}


def make_team(name=None, department=Department.SALES):
    return Team.objects.create(name=name or f"Team {next(_numbers)}", department=department)


def make_user(role=Role.REP, department=None, *, teams=(), password=None, **fields):
    number = next(_numbers)
    fields.setdefault("email", f"person{number}@accord.example")
    fields.setdefault("name", f"Person {number}")
    email = fields.pop("email")
    user = User.objects.create_user(
        email, password, role=role, department=department or HOME[role], **fields
    )
    user.teams.set(teams)
    return user
