"""A family of companies, a target list of both departments, and two buying centres: one complete, one with gaps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from leads import services as lead_services
from leads.companies import services
from leads.companies.preparing import prepare_company
from leads.companies.services import ListValues, Part
from leads.models import Company, Lead
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leads.companies.models import Member
    from portal.accounts.models import User

GROUP = {
    "name": "Norte Group",
    "domain": "norte-group.example",
    "industry": "Logistics",
    "employees": 2400,
    "country": "Portugal",
    "region": "Porto",
    "city": "Porto",
    "phone": "+351 22 555 0100",
    "revenue": "310000000",
    "tier": "A",
}
#: Who they are to us, in the order in which the people of the company are taken.
COMPLETE = [
    Part(
        roles=["decider", "buyer"],
        stance="supporter",
        influence="high",
        pains="Overtime in December eats the margin of the whole autumn.",
    ),
    Part(
        roles=["champion", "initiator"],
        stance="champion",
        influence="medium",
        pains="Re-plans by hand at five in the morning when somebody calls in sick.",
        note="Shows our wall view to the other depots without being asked.",
    ),
    Part(
        roles=["user", "influencer"],
        stance="neutral",
        influence="low",
        pains="Drivers ring the shift lead, not the system.",
    ),
    Part(
        roles=["gatekeeper"],
        stance="blocker",
        influence="medium",
        pains="Burnt by a set-up that took four months.",
        answer="Two-week pilot in one depot with a named engineer; a call with a customer who moved from TransPlan.",
    ),
]
WITH_GAPS = [
    Part(roles=["influencer"], stance="unknown", pains="Two depots that do not see each other."),
    Part(
        roles=["gatekeeper"],
        stance="blocker",
        influence="high",
        pains="“We have a whiteboard and it works.”",
    ),
]


def make_companies(people: dict[str, User], now: datetime) -> None:
    """Made after the leads, whose companies it needs."""
    by_number = (
        Company.objects.annotate(n=Count("leads", filter=Q(leads__status=Lead.Status.OPEN)))
        .filter(n__gte=2)
        .order_by("-n", "name")
    )
    first, second, *others = by_number[:8]
    with at(now - timedelta(days=160)):
        _family(people)
        _target_list(people, [first, second, *others])
    _complete(first, people, now)
    _incomplete(second, people, now)


def _family(people: dict[str, User]) -> None:
    """A group with its companies; the smaller ones belong to the haulier."""
    by = people["marketer2"]
    prepared = prepare_company(GROUP | {"owner": people["chiara.conti"].pk})
    group = services.create_company(prepared=prepared, by=by)
    members = list(Company.objects.filter(name__startswith="Norte ").exclude(pk=group.pk)[:5])
    for number, company in enumerate(members):
        parent = group if number < 2 else members[0]
        services.change_company(
            company=company,
            prepared=prepare_company({"parent": parent.pk, "tier": "B", "region": "North"}),
            by=by,
        )


def _target_list(people: dict[str, User], companies: Sequence[Company]) -> None:
    values = ListValues(
        name="Depots that plan by hand",
        purpose="Fleets of fifty to five hundred vehicles that still plan on a whiteboard. Both of us want "
        "ten of them to try the wall view before the next peak.",
        marketing_owner=people["marketer2"],
        sales_owner=people["manager.sales"],
    )
    made = services.create_target_list(values=values, by=people["manager.marketing"])
    services.add_accounts(
        target_list=made,
        companies=list(companies),
        by=people["marketer2"],
        tier="A",
        reason="Named by sales and by the webinar list",
    )


def _people(company: Company) -> list[Lead]:
    open_first = Lead.objects.filter(company=company).order_by("-status", "pk")
    return sorted(open_first, key=lambda lead: lead.status != Lead.Status.OPEN)


def _complete(company: Company, people: dict[str, User], now: datetime) -> None:
    """Everybody has a part, the decider is met, the blocker has an answer."""
    by = people["manager.sales"]
    members: list[Member] = []
    for number, lead in enumerate(_people(company)):
        part = (
            COMPLETE[number] if number < len(COMPLETE) else Part(roles=["user"], stance="neutral")
        )
        with at(now - timedelta(days=40 - number)):
            members.append(services.add_member(company=company, lead=lead, part=part, by=by))
    for number, member in enumerate(members[:3]):
        _meet(member.lead, by, now - timedelta(days=3 + 4 * number))
    with at(now - timedelta(days=20)):
        _relate(members, by, [(1, 0, "reports_to"), (1, 2, "influences"), (1, 3, "close_to")])


def _meet(lead: Lead, by: User, moment: datetime) -> None:
    contact: Any = lead_services.Contact(
        kind="meeting", outcome="Reached", title="Walk through the depot", occurred_at=moment
    )
    with at(moment):
        lead_services.log_touchpoint(lead=lead, contact=contact, by=by)


def _relate(members: Sequence[Member], by: User, ties: Sequence[tuple[int, int, str]]) -> None:
    for source, target, kind in ties:
        if max(source, target) < len(members):
            services.add_relation(source=members[source], target=members[target], kind=kind, by=by)


def _incomplete(company: Company, people: dict[str, User], now: datetime) -> None:
    """One contact, a blocker whom nobody answers, no decider."""
    by = people["manager.sales"]
    with at(now - timedelta(days=70)):
        members = [
            services.add_member(company=company, lead=lead, part=part, by=by)
            for lead, part in zip(_people(company), WITH_GAPS, strict=False)
        ]
        _relate(members, by, [(0, 1, "conflicts")])
