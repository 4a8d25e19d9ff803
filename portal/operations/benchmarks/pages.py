"""Pages and the API against bare views of the same rows."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from leads.models import Lead
from portal.accounts.models import User
from portal.accounts.roles import Department, Role
from portal.core.listing import Cursor
from portal.operations.benchmarks import bare
from portal.operations.benchmarks.cases import DEEP, Case
from portal.operations.benchmarks.measuring import RUNS, Duel, Work

BARE_VIEW = "a bare view of the same rows"
BARE_ROW = "a bare page of one row"
BARE_ROWS = "a bare page of fifty rows"
PAGES = (
    "lead-list",
    "lead-list-filtered",
    "lead-list-deep",
    "lead-list-deep-to-first",
    "lead-record",
    "lead-api-list",
)
GOAL_LIST, GOAL_RECORD, GOAL_API, GOAL_PAGE, GOAL_DEEP = 2.0, 2.5, 1.3, 4.0, 1.1


class Reader:
    """Somebody of a role, signed in to the portal and to the bare views."""

    def __init__(self, role: str = Role.MARKETER) -> None:
        self.user = _person(role)
        self.portal, self.plain = Client(), Client()
        with override_settings(MIDDLEWARE=bare.MIDDLEWARE):
            self.plain.handler.load_middleware()
        for client in (self.portal, self.plain):
            client.force_login(self.user, backend="portal.accounts.backends.RoleBackend")

    def opens(self, address: str, *, plainly: bool = False) -> Work:
        client = self.plain if plainly else self.portal

        def work() -> None:
            response = client.get(address)
            if response.status_code != 200:
                raise AssertionError(f"{address} answered {response.status_code}.")

        return work

    def duel(
        self,
        name: str,
        goal: float,
        addresses: tuple[str, str],
        against: str = BARE_VIEW,
        runs: int = RUNS,
    ) -> Duel:
        ours, plain = addresses
        return Duel(
            name, goal, against, self.opens(ours), self.opens(plain, plainly=True), runs=runs
        )


def _person(role: str) -> User:
    """Somebody of the generated people, or, where none has the role, somebody new."""
    found = User.objects.active().with_role(Role(role)).order_by("pk").first()
    return found or User.objects.create_user(
        f"{role}@bench.example",
        None,
        name=role.title(),
        role=role,
        department=Department.OPERATIONS if role == Role.ADMINISTRATOR else Department.MARKETING,
    )


def page_duels(wanted: frozenset[str]) -> list[Duel]:
    if wanted.isdisjoint(PAGES):
        return []
    reader = Reader()
    often = Lead.objects.exclude(owner=None).values_list("owner").annotate(n=Count("pk"))
    owner = often.order_by("-n")[0][0]
    busiest = Lead.objects.order_by("pk").values_list("pk", flat=True)[0]
    edge = _deep_edge()
    bare.CASES["owner"] = Case({"owner": str(owner)}, Q(owner=owner))
    bare.CASES["deep"] = Case({}, edge=edge)
    first = reader.duel("lead-list", GOAL_LIST, ("/leads/", "/bare/leads/"))
    deep = bare.CASES["deep"].address
    return [
        first,
        reader.duel(
            "lead-list-filtered",
            GOAL_LIST,
            (bare.CASES["owner"].address, "/bare/leads/?case=owner"),
        ),
        reader.duel("lead-list-deep", GOAL_LIST, (deep, "/bare/leads/?case=deep")),
        Duel(
            "lead-list-deep-to-first", GOAL_DEEP, "the first page", reader.opens(deep), first.work
        ),
        reader.duel(
            "lead-record", GOAL_RECORD, (f"/leads/{busiest}/", f"/bare/leads/{busiest}/"), BARE_ROW
        ),
        reader.duel(
            "lead-api-list",
            GOAL_API,
            ("/api/v1/leads/", "/bare/api/leads/"),
            "a bare DRF view of the same rows",
        ),
    ]


def _deep_edge() -> Cursor:
    """The lead at nine tenths of the list, newest first."""
    place = int(Lead.objects.count() * DEEP)
    return Cursor(
        *Lead.objects.order_by("-created_at", "-pk").values_list("created_at", "pk")[place]
    )


# --- every other page -------------------------------------------------------------------------------
#: Pages that show rows of a table, by who reads them.
LISTS = {
    Role.MARKETER: {
        "home": ("/", "leads.lead"),
        "companies": ("/companies/", "leads.company"),
        "target-lists": ("/companies/targets/", "companies.targetlist"),
        "segments": ("/segments/", "segments.segment"),
        "opportunities": ("/opportunities/", "opportunities.opportunity"),
        "opportunity-board": ("/opportunities/board/", "opportunities.opportunity"),
        "personas": ("/personas/", "personas.persona"),
        "campaigns": ("/campaigns/", "campaigns.campaign"),
        "talking-points": ("/talking-points/", "talking_points.talkingpoint"),
        "feedback": ("/feedback/", "feedback.thread"),
        "agreement": ("/agreement/", "funnel.stage"),
        "reports": ("/reports/", "funnel.stage"),
        "imports": ("/leads/import/", "intake.import"),
        "bulk-acts": ("/leads/acts/", "bulk.bulkact"),
        "duplicates": ("/leads/duplicates/", "merging.candidate"),
        "merges": ("/leads/merges/", "merging.merge"),
        "saved-views": ("/leads/views/", "leads.savedview"),
        "lead-filters": ("/leads/filters/", "campaigns.campaign"),
        "lead-create": ("/leads/new/", "campaigns.campaign"),
        "people": ("/people/", "accounts.user"),
        "tasks": ("/tasks/", "todo.task"),
        "notifications": ("/notifications/", "notifications.notification"),
    },
    Role.REP: {
        "rep-home": ("/", "leads.lead"),
        "rep-queue": ("/queue/", "leads.lead"),
        "rep-companies": ("/companies/", "leads.company"),
        "rep-opportunities": ("/opportunities/", "opportunities.opportunity"),
        "rep-opportunity-board": ("/opportunities/board/", "opportunities.opportunity"),
        "rep-duplicates": ("/leads/duplicates/", "merging.candidate"),
    },
    Role.MANAGER: {
        "manager-home": ("/", "leads.lead"),
        "privacy": ("/privacy/", "privacy.personrequest"),
    },
    Role.ADMINISTRATOR: {
        "audit": ("/audit/", "activity.activity"),
        "hooks": ("/hooks/", "webhooks.hook"),
    },
}
#: Lists that hang on a row: its table, what comes behind its address, and the table of the plain rows.
HANGING = {
    "company-timeline": ("leads.company", "timeline/", "leads.lead"),
    "lead-touchpoints": ("leads.lead", "touchpoints/", "leads.lead"),
}
#: Pages of one row: its table, and what comes behind its address.
RECORDS = {
    "company": ("leads.company", ""),
    "buying-centre": ("leads.company", "buying-centre/"),
    "opportunity": ("opportunities.opportunity", ""),
    "persona": ("personas.persona", ""),
    "campaign": ("campaigns.campaign", ""),
    "funnel-definition": ("funnel.funneldefinition", ""),
    "sla": ("slas.sla", ""),
    "lead-drawer": ("leads.lead", "drawer/"),
    "lead-edit": ("leads.lead", "edit/"),
    "person": ("accounts.user", ""),
}


def other_names() -> list[str]:
    lists = [name for pages in LISTS.values() for name in pages]
    return [f"page-{name}" for name in (*lists, *HANGING, *RECORDS)]


def other_duels(wanted: frozenset[str]) -> list[Duel]:
    if wanted.isdisjoint(other_names()):
        return []
    found = []
    for role, pages in LISTS.items():
        reader = Reader(role)
        for name, (address, label) in pages.items():
            plain = f"/bare/rows/{label}/"
            found.append(reader.duel(f"page-{name}", GOAL_PAGE, (address, plain), BARE_ROWS))
    reader = Reader()
    for name, (label, behind, listed) in HANGING.items():
        if row := apps.get_model(label)._default_manager.order_by("pk").first():
            addresses = (f"{_address(row)}{behind}", f"/bare/rows/{listed}/")
            found.append(reader.duel(f"page-{name}", GOAL_PAGE, addresses, BARE_ROWS))
    for name, (label, behind) in RECORDS.items():
        if row := apps.get_model(label)._default_manager.order_by("pk").first():
            addresses = (f"{_address(row)}{behind}", f"/bare/rows/{label}/{row.pk}/")
            found.append(reader.duel(f"page-{name}", GOAL_PAGE, addresses, BARE_ROW))
    return found


def _address(row: Any) -> str:
    return str(row.get_absolute_url())


def queries_of(work: Work) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)
