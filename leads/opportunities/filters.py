"""What opportunities can be filtered by, on the page, on the board and in the API alike.

``?stage=proposal&owner=me&amount__gte=10000&closed_at__gte=2026-01-01``. Source, campaign, persona
and industry mean what they mean in the report on win rates (``leads.opportunities.origins``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Q

from campaigns.competitors.models import Competitor
from campaigns.models import Campaign
from leads.filters import MOST_WORDS
from leads.models import Company
from leads.moment_filters import MOMENT_LOOKUPS, MomentFilter
from leads.normalising import company_key, folded
from leads.opportunities import origins
from leads.opportunities.models import Opportunity, OpportunityStage, Outcome, Product, Status
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.policy import masked_fields
from portal.core.filters import STEERING, StrictFilterSet

if TYPE_CHECKING:
    from django.db.models import QuerySet

#: What the column of amounts can be compared with.
LARGEST = 10**14 - 1
VIEWS = {"mine": "Mine", "teams": "My teams", "pool": "Without owner"}
#: Texts for which blank is an answer of its own.
BLANKS = {
    "source": origins.from_source(""),
    "industry": origins.in_industry(""),
    "owner_name": Q(owner_name=""),
    "team_name": Q(team_name=""),
    "lost_to": Q(outcome_to=""),
}


class OpportunityFilter(StrictFilterSet):
    only_named = True

    stage = filters.CharFilter(method="in_stage", label="Stage, or several with commas")
    status = filters.CharFilter(
        method="with_status", label="open, won or lost; several with commas"
    )
    owner = filters.CharFilter(method="of_owner", label="Owner: an id, me or none")
    owner_name = filters.CharFilter(method="of_owner_named", label="Owner who is no user, exactly")
    team = filters.CharFilter(method="of_team", label="Team: an id or none")
    team_name = filters.CharFilter(method="of_team_named", label="Team that is not here, exactly")
    product = filters.CharFilter(method="of_product", label="Product: an id or none")
    competitor = filters.CharFilter(method="against", label="Competitor: an id or none")
    lost_to = filters.ChoiceFilter(
        field_name="outcome_to", choices=Outcome.choices, label="Lost to"
    )
    source = filters.CharFilter(method="from_source", label="Source, exactly")
    campaign = filters.CharFilter(method="of_campaign", label="Campaign: a slug or none")
    persona = filters.CharFilter(method="of_persona", label="Persona: a slug or none")
    industry = filters.CharFilter(method="in_industry", label="Industry, exactly")
    lead = filters.NumberFilter(field_name="lead_id", label="Lead: an id", max_value=2**63 - 1)
    company = filters.NumberFilter(
        field_name="company_id", label="Company: an id", max_value=2**63 - 1
    )
    currency = filters.CharFilter(method="in_currency", max_length=3, label="Currency")
    amount__gte = filters.NumberFilter(
        field_name="amount", lookup_expr="gte", min_value=0, max_value=LARGEST
    )
    amount__lte = filters.NumberFilter(
        field_name="amount", lookup_expr="lte", min_value=0, max_value=LARGEST
    )
    amount__isnull = filters.BooleanFilter(field_name="amount", lookup_expr="isnull")
    expected_close_on = filters.DateFilter(label="Expected to close on")
    expected_close_on__gte = filters.DateFilter(field_name="expected_close_on", lookup_expr="gte")
    expected_close_on__lte = filters.DateFilter(field_name="expected_close_on", lookup_expr="lte")
    expected_close_on__isnull = filters.BooleanFilter(
        field_name="expected_close_on", lookup_expr="isnull"
    )
    closed_at__isnull = filters.BooleanFilter(field_name="closed_at", lookup_expr="isnull")
    next_step_on__gte = filters.DateFilter(field_name="next_step_on", lookup_expr="gte")
    next_step_on__lte = filters.DateFilter(field_name="next_step_on", lookup_expr="lte")
    next_step_on__isnull = filters.BooleanFilter(field_name="next_step_on", lookup_expr="isnull")
    external_id = filters.CharFilter(label="External id, exactly")

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User = self.request.user
        self.hidden = masked_fields(self.user, "opportunities.opportunity")
        #: What each reference in use is called, for the chips of the page.
        self.names: dict[str, str] = {}
        for name in [name for name in self.filters if name.partition("__")[0] in self.hidden]:
            del self.filters[name]

    def unknown(self, steering: frozenset[str] = STEERING) -> list[str]:
        """``format`` names the file of an export."""
        return super().unknown(steering | {"format"})

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        for name, is_blank in BLANKS.items():
            if self.data.get(name) == "":
                rows = rows.filter(is_blank)
        words = (self.data.get("q") or self.data.get("search") or "").strip()[:MOST_WORDS]
        rows = rows.filter(self._search(words)) if words else rows
        return self._view(rows, self.data.get("view", ""))

    # --- single filters ------------------------------------------------------------------------
    def in_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        slugs = {part.strip().lower() for part in value.split(",") if part.strip()}
        stages = OpportunityStage.objects.permitted(
            self.user, "opportunities.view_opportunitystage"
        )
        found = [stage for stage in stages if stage.slug in slugs]
        if {stage.slug for stage in found} != slugs:
            _refuse(name, f"Stages are: {', '.join(stage.slug for stage in stages)}.")
        self.names[name] = " or ".join(stage.name for stage in found)
        return rows.filter(stage__in=[stage.pk for stage in found])

    def with_status(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        asked = {part.strip().lower() for part in value.split(",") if part.strip()}
        if not asked <= set(Status.values):
            _refuse(name, f"A status is one of: {', '.join(Status.values)}.")
        self.names[name] = " or ".join(label for key, label in Status.choices if key in asked)
        return rows.filter(status__in=sorted(asked))

    def of_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "me":
            self.names[name] = "me"
            return rows.filter(owner=self.user)
        people = User.objects.permitted(self.user, "accounts.view_user")
        return self._by_id(rows, name, value, people)

    def of_team(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        teams = Team.objects.permitted(self.user, "accounts.view_team")
        return self._by_id(rows, name, value, teams)

    def of_product(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        products = Product.objects.permitted(self.user, "opportunities.view_product")
        return self._by_id(rows, name, value, products)

    def against(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "none recorded"
            return rows.filter(origins.met(None))
        known = Competitor.objects.permitted(self.user, "competitors.view_competitor")
        found = known.filter(pk=_id(name, value, "Give an id or none.")).first()
        self.names[name] = str(found or value)
        return rows.filter(origins.met(found)) if found else rows.none()

    def of_owner_named(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(origins.of_owner_named(value))

    def of_team_named(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(origins.of_team_named(value))

    def from_source(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(origins.from_source(value))

    def in_industry(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(origins.in_industry(value))

    def in_currency(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(origins.in_currency(value.upper()))

    def of_campaign(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        campaigns = Campaign.objects.permitted(self.user, "campaigns.view_campaign")
        return rows.filter(origins.of_campaign(self._slug(campaigns, name, value)))

    def of_persona(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        personas = Persona.objects.permitted(self.user, "personas.view_persona")
        return rows.filter(origins.of_persona(self._slug(personas, name, value)))

    def _by_id(
        self, rows: QuerySet[Any], name: str, value: str, others: QuerySet[Any]
    ) -> QuerySet[Any]:
        """Rows that point at one other row, by its id; ``none`` for those that point at nothing."""
        if value == "none":
            self.names[name] = "nobody" if name == "owner" else "none"
            return rows.filter(**{name: None})
        found = others.filter(pk=_id(name, value, "Give an id or none.")).first()
        self.names[name] = str(found or value)
        return rows.filter(**{name: found}) if found else rows.none()

    def _slug(self, documents: QuerySet[Any], name: str, value: str) -> str:
        if value == "none":
            self.names[name] = "none"
            return ""
        found = documents.filter(slug=value).only("pk", "slug", "title").first()
        if found is None:
            _refuse(name, f"There is no {name} “{value[:80]}”.")
        self.names[name] = found.title
        return str(found.slug)

    # --- views and search ----------------------------------------------------------------------
    def _view(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        if view == "mine":
            return rows.filter(owner=self.user)
        if view == "teams":
            return rows.filter(team__in=self.user.team_ids)
        return rows.filter(owner=None, status=Status.OPEN) if view == "pool" else rows

    def _search(self, words: str) -> Q:
        """Name of the opportunity or of its company, or external id."""
        company = company_key(words) or folded(words)
        companies = Company.objects.filter(Q(name_key__contains=company) | Q(name__icontains=words))
        found = Q(name__icontains=words) | Q(company__in=companies)
        return found if "external_id" in self.hidden else found | Q(external_id=words)


def _id(name: str, value: str, otherwise: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value):
        _refuse(name, otherwise)
    return int(value)


def _refuse(name: str, text: str) -> NoReturn:
    raise ValidationError({name: [text]})


for _column in ("created_at", "updated_at", "closed_at"):
    for _sign in MOMENT_LOOKUPS:
        OpportunityFilter.base_filters[f"{_column}__{_sign}"] = MomentFilter(
            field_name=_column, lookup_expr=_sign
        )


class ProductFilter(StrictFilterSet):
    is_active = filters.BooleanFilter(label="Offered")

    class Meta:
        model = Product
        fields: tuple[str, ...] = ()


class StageFilter(StrictFilterSet):
    is_active = filters.BooleanFilter(label="In use")
    status = filters.ChoiceFilter(choices=Status.choices, label="Status")

    class Meta:
        model = OpportunityStage
        fields: tuple[str, ...] = ()
