"""The people of the demonstration company, and their teams."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from portal.accounts.models import Team, User
from portal.accounts.roles import Department, Role

MARKETING, SALES = Department.MARKETING, Department.SALES
DOMAIN = "accord.example"

TEAMS = [
    ("Content", MARKETING, "Europe/London"),
    ("Demand", MARKETING, "Europe/London"),
    ("Sales north", SALES, "Europe/London"),
    ("Sales south", SALES, "Europe/Madrid"),
]

#: mailbox, name, role, department, teams, job title
PEOPLE = [
    (
        "admin",
        "Robin Achterberg",
        Role.ADMINISTRATOR,
        Department.OPERATIONS,
        [],
        "Head of operations",
    ),
    ("marketer", "Maya Lindqvist", Role.MARKETER, MARKETING, ["Content"], "Content marketer"),
    ("marketer2", "Tomas Ferreira", Role.MARKETER, MARKETING, ["Demand"], "Demand marketer"),
    ("rep", "Kim Berg", Role.REP, SALES, ["Sales north"], "Account executive"),
    ("rep2", "Lucía Romero", Role.REP, SALES, ["Sales south"], "Account executive"),
    (
        "manager.marketing",
        "Ingrid Solberg",
        Role.MANAGER,
        MARKETING,
        ["Content", "Demand"],
        "Head of marketing",
    ),
    (
        "manager.sales",
        "Daniel Okafor",
        Role.MANAGER,
        SALES,
        ["Sales north", "Sales south"],
        "Head of sales",
    ),
    ("executive", "Helen Marsh", Role.EXECUTIVE, Department.LEADERSHIP, [], "Managing director"),
    (
        "priya.nair",
        "Priya Nair",
        Role.REP,
        SALES,
        ["Sales north"],
        "Sales development representative",
    ),
    ("owen.clarke", "Owen Clarke", Role.REP, SALES, ["Sales north"], "Account executive"),
    (
        "javier.molina",
        "Javier Molina",
        Role.REP,
        SALES,
        ["Sales south"],
        "Sales development representative",
    ),
    ("chiara.conti", "Chiara Conti", Role.REP, SALES, ["Sales south"], "Account executive"),
    ("ana.duarte", "Ana Duarte", Role.MARKETER, MARKETING, ["Demand"], "Events"),
]


def make_people(password: str) -> dict[str, User]:
    """Teams and people, by mailbox. Everybody signs in with the same password."""
    teams = {
        name: Team.objects.get_or_create(name=name, defaults={"department": d, "time_zone": zone})[
            0
        ]
        for name, d, zone in TEAMS
    }
    people = {}
    hashed = make_password(password)  # once: hashing is meant to be slow
    for mailbox, name, role, department, names, title in PEOPLE:
        person = User.objects.create(
            email=f"{mailbox}@{DOMAIN}",
            password=hashed,
            name=name,
            role=role,
            department=department,
            title=title,
            phone="+44 20 7946 0000" if department != SALES else "+44 20 7946 0100",
        )
        person.teams.set([teams[team] for team in names])
        people[mailbox] = person
    return people
