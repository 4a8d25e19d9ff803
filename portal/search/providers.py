"""What can be found: one function for each kind of thing.

Each starts at ``permitted``, so a hit is always something that the person could also list. A
provider looks only into what this person may read: the e-mail address of a lead is no word for
an executive, neither in a hit nor as a way to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from leads.filters import LeadFilter
from leads.models import Company, Lead
from leads.opportunities.filters import OpportunityFilter
from leads.opportunities.models import Opportunity
from leads.search import find_companies
from personas.models import Persona
from portal.accounts.models import User
from portal.accounts.policy import masked_fields
from portal.core.formatting import money_text
from portal.feedback.models import Thread
from portal.topics.reading import title_for

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

#: Longer questions are cut, shorter ones wait for more letters.
LONGEST, SHORTEST = 100, 2
#: Words of one question that are looked at.
WORDS = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    title: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind. ``more_url`` lists the rest; empty when this is all."""

    key: str
    label: str
    icon: str
    hits: list[Hit]
    more_url: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One kind of thing: who may find it, how, and how a hit reads."""

    key: str
    label: str
    icon: str
    action: str
    find: Callable[[PortalRequest, str], QuerySet[Any]]
    show: Callable[[Any, User], Hit]
    #: The list that takes the same words, with what it needs besides them.
    list_route: str = ""
    list_query: dict[str, str] = field(default_factory=dict)

    def more_url(self, words: str) -> str:
        if not self.list_route:
            return f"{reverse('search:search')}?{urlencode({'q': words, 'kind': self.key})}"
        return f"{reverse(self.list_route)}?{urlencode({**self.list_query, 'q': words})}"


def every_word(words: str, *columns: str) -> Q:
    """Each word stands in at least one of the columns."""
    found = Q()
    for word in words.split()[:WORDS]:
        anywhere = Q()
        for column in columns:
            anywhere |= Q(**{f"{column}__icontains": word})
        found &= anywhere
    return found


# --- one function a kind ----------------------------------------------------------------------------
def leads(request: PortalRequest, words: str) -> QuerySet[Any]:
    """The same rows as the list of leads finds: name, e-mail, company, external id, unless hidden."""
    rows = Lead.objects.permitted(request.user, "leads.view_lead").select_related(
        "company", "stage"
    )
    return LeadFilter({"q": words}, queryset=rows, request=request).qs


def show_lead(lead: Lead, user: User) -> Hit:
    hidden = masked_fields(user, "leads.lead")
    notes = [
        lead.company.name if lead.company else "",
        "" if "email" in hidden else lead.email,
        lead.stage.name,
    ]
    return Hit(
        title_for(lead, user), lead.get_absolute_url(), " · ".join(note for note in notes if note)
    )


def opportunities(request: PortalRequest, words: str) -> QuerySet[Any]:
    """The same rows as the list of opportunities finds."""
    rows = Opportunity.objects.permitted(request.user, "opportunities.view_opportunity")
    rows = rows.select_related("stage", "company")
    return OpportunityFilter({"q": words}, queryset=rows, request=request).qs


def show_opportunity(opportunity: Opportunity, user: User) -> Hit:
    amount = money_text(opportunity.amount, opportunity.currency)
    standing = opportunity.stage.name if opportunity.is_open else opportunity.get_status_display()
    return Hit(str(opportunity), opportunity.get_absolute_url(), f"{standing} · {amount}")


def companies(request: PortalRequest, words: str) -> QuerySet[Any]:
    rows = Company.objects.permitted(request.user, "leads.view_company")
    return find_companies(rows, words).rows


def show_company(company: Company, user: User) -> Hit:
    note = " · ".join(filter(None, [company.industry, company.country]))
    return Hit(company.name, company.get_absolute_url(), note)


def personas(request: PortalRequest, words: str) -> QuerySet[Any]:
    rows = Persona.objects.permitted(request.user, "personas.view_persona").select_related(
        "document"
    )
    return rows.filter(every_word(words, "title", "essence"))


def show_persona(persona: Persona, user: User) -> Hit:
    return Hit(persona.title, persona.get_absolute_url(), persona.essence)


def campaigns(request: PortalRequest, words: str) -> QuerySet[Any]:
    rows = Campaign.objects.permitted(request.user, "campaigns.view_campaign").select_related(
        "document"
    )
    return rows.filter(every_word(words, "title", "message", "offer"))


def show_campaign(campaign: Campaign, user: User) -> Hit:
    return Hit(campaign.title, campaign.get_absolute_url(), campaign.message)


def talking_points(request: PortalRequest, words: str) -> QuerySet[Any]:
    rows = TalkingPoint.objects.permitted(request.user, "talking_points.view_talkingpoint")
    return rows.select_related("document").closest(words)


def show_talking_point(point: TalkingPoint, user: User) -> Hit:
    return Hit(point.title, point.get_absolute_url(), point.get_kind_display())


def feedback(request: PortalRequest, words: str) -> QuerySet[Any]:
    return Thread.objects.permitted(request.user, "feedback.view_thread").matching(words)


def show_thread(thread: Thread, user: User) -> Hit:
    return Hit(
        thread.title,
        thread.get_absolute_url(),
        f"{thread.get_kind_display()}, {thread.get_state_display().lower()}",
    )


def people(request: PortalRequest, words: str) -> QuerySet[Any]:
    rows = User.objects.permitted(request.user, "accounts.view_user").active()
    return rows.filter(every_word(words, "name", "email", "title"))


def show_person(person: User, user: User) -> Hit:
    return Hit(
        str(person), person.get_absolute_url(), person.title or person.get_department_display()
    )


PROVIDERS: tuple[Provider, ...] = (
    Provider("leads", "Leads", "users", "leads.view_lead", leads, show_lead, "leads:lead-list"),
    Provider(
        "opportunities", "Opportunities", "target", "opportunities.view_opportunity", opportunities,
        show_opportunity, "opportunities:opportunity-list",
    ),
    Provider("companies", "Companies", "building-2", "leads.view_company", companies, show_company),
    Provider(
        "talking-points", "Talking points", "message-square-quote", "talking_points.view_talkingpoint",
        talking_points, show_talking_point, "talking_points:talking-point-list",
    ),
    Provider("personas", "Personas", "contact", "personas.view_persona", personas, show_persona),
    Provider("campaigns", "Campaigns", "megaphone", "campaigns.view_campaign", campaigns, show_campaign),
    Provider(
        "feedback", "Feedback", "messages-square", "feedback.view_thread", feedback, show_thread,
        "feedback:thread-list", {"view": "all"},
    ),
    Provider("people", "People", "user-round", "accounts.view_user", people, show_person, "accounts:user-list"),
)  # fmt: skip
