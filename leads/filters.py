"""What leads can be filtered by, on the page and in the API alike.

``?stage=mql&owner=me&created_at__gte=2026-01-01&attributes.visits__gt=3``. A filter on a field
that the reader's role sees hidden is unknown to them: it would tell what the mask hides.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import (
    DateField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce, Lower, Upper
from django.db.models.lookups import Exact, IsNull

from campaigns.models import Campaign
from leads.attributes import AttributeFilter
from leads.conditions.asking import Condition, read
from leads.conditions.parsing import LONGEST_JSON
from leads.conditions.tree import Wrong
from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES
from leads.models import Lead, Tag, Touchpoint
from leads.moment_filters import came_before, moments
from leads.normalising import email_key
from leads.querysets import tagged
from leads.reach import was_contacted
from leads.search import find_leads
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.policy import masked_fields
from portal.core.filters import STEERING, StrictFilterSet
from portal.core.listing import COUNT_CAP, counts_by, counts_with_patience
from portal.funnel.models import Stage

ATTRIBUTE_LOOKUPS = ("lt", "lte", "gt", "gte", "isnull")
#: More conditions on attributes than this are no question that a person asks.
MOST_ATTRIBUTES = 20
MOST_WORDS = 100
VIEWS = {"mine": "Mine", "teams": "My teams", "pool": "Unassigned"}


class LeadFilter(StrictFilterSet):
    only_named = True

    stage = filters.CharFilter(method="in_stage", label="Stage, or several with commas")
    status = filters.ChoiceFilter(choices=Lead.Status.choices, label="Status")
    owner = filters.CharFilter(method="of_owner", label="Owner: an id, me or none")
    team = filters.CharFilter(method="of_team", label="Team: an id or none")
    source = filters.CharFilter(method="from_source", label="Source, exactly")
    source__empty = filters.BooleanFilter(method="without_source", label="Source is not known")
    campaign = filters.CharFilter(method="of_campaign", label="Campaign: a slug, an id or none")
    persona = filters.CharFilter(method="of_persona", label="Persona: a slug or none")
    company = filters.NumberFilter(
        field_name="company_id", label="Company: an id", max_value=2**63 - 1
    )
    country = filters.CharFilter(method="in_capitals", label="Country")
    language = filters.CharFilter(method="in_capitals", label="Language")
    landing_page = filters.CharFilter(label="Landing page, exactly")
    consent = filters.ChoiceFilter(choices=Lead.Consent.choices, label="Consent")
    heard_state = filters.ChoiceFilter(
        choices=Lead.Heard.choices, method="in_heard_state", label="Self-reported source"
    )
    heard_about_us = filters.CharFilter(method="exactly", label="What they told us, exactly")
    asked = filters.BooleanFilter(method="that_were_asked", label="Asked how they heard about us")
    contacted = filters.BooleanFilter(method="that_were_contacted", label="Spoken or written to")
    external_id = filters.CharFilter(method="exactly", label="External id, exactly")
    email = filters.CharFilter(method="with_email", label="E-mail address, exactly")
    next_step_on = filters.DateFilter(label="Next step on")
    next_step_on__gte = filters.DateFilter(field_name="next_step_on", lookup_expr="gte")
    next_step_on__lte = filters.DateFilter(field_name="next_step_on", lookup_expr="lte")
    next_step_on__isnull = filters.BooleanFilter(
        field_name="next_step_on", lookup_expr="isnull", method="without_next_step"
    )
    tag = filters.CharFilter(method="with_tag", label="Tag: its name, or none")
    reached__gte = filters.ChoiceFilter(
        choices=Stage.Kind.choices,
        method="that_reached",
        label="Reached at least (a standard term)",
    )

    filter = filters.CharFilter(
        method="by_condition",
        label="A condition as JSON, or the same as base64url",
        max_length=LONGEST_JSON,
    )

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()

    #: What ``filter`` asked, once the rows have been narrowed by it.
    condition: Condition | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User = self.request.user
        self.hidden = masked_fields(self.user, "leads.lead")
        #: What each reference in use is called, for the chips of the page.
        self.names: dict[str, str] = {}
        #: Nothing holds the words; the rows come close.
        self.is_guess = False
        for name in [name for name in self.filters if name.partition("__")[0] in self.hidden]:
            del self.filters[name]
        if "attributes" not in self.hidden:
            self._add_attributes()

    def unknown(self, steering: frozenset[str] = STEERING) -> list[str]:
        """``format`` names the file of an export, ``saved`` the view that an address came from."""
        return super().unknown(steering | {"format", "saved"})

    def _add_attributes(self) -> None:
        asked = [name for name in self.data or {} if name.startswith(ATTRIBUTES)]
        for name in asked[:MOST_ATTRIBUTES]:
            key, _, lookup = name.removeprefix(ATTRIBUTES).partition("__")
            if ATTRIBUTE_NAME.fullmatch(key) and (not lookup or lookup in ATTRIBUTE_LOOKUPS):
                self.filters[name] = AttributeFilter(key, lookup, label=f"{key} {lookup}".strip())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        # Blank is an answer of its own: leads whose file said nothing.
        for name in ("source", "landing_page"):
            if self.data.get(name) == "":
                rows = rows.filter(**{name: ""})
        return self._search(self._view(rows, self.data.get("view", "")))

    # --- the language of conditions ------------------------------------------------------------
    def by_condition(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        try:
            self.condition = read(value, self.user)
        except Wrong as error:
            self._refuse(name, str(error))
        self.names[name] = self.condition.sentence
        return counts_with_patience(rows.filter(self.condition.q))

    # --- single filters ------------------------------------------------------------------------
    def in_stage(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        slugs = [part.strip().lower() for part in value.split(",") if part.strip()]
        found = list(Stage.objects.permitted(self.user, "funnel.view_stage").filter(slug__in=slugs))
        if {stage.slug for stage in found} != set(slugs):
            known = ", ".join(Stage.objects.active().values_list("slug", flat=True))
            self._refuse(name, f"Stages are: {known}.")
        self.names[name] = " or ".join(stage.name for stage in found)
        return rows.filter(stage__in=[stage.pk for stage in found])

    def that_reached(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        self.names[name] = dict(Stage.Kind.choices)[value]
        return rows.filter(reached__gte=Lead.reach_of(Stage(kind=value)))

    def of_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "nobody"
            return rows.filter(owner=None)
        if value == "me":
            self.names[name] = "me"
            return rows.filter(owner=self.user)
        people = User.objects.permitted(self.user, "accounts.view_user")
        owner = people.filter(pk=self._id(name, value, "Give an id, me or none.")).first()
        self.names[name] = str(owner or value)
        return rows.filter(owner=owner) if owner else rows.none()

    def of_team(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "no team"
            return rows.filter(team=None)
        teams = Team.objects.permitted(self.user, "accounts.view_team")
        team = teams.filter(pk=self._id(name, value, "Give an id or none.")).first()
        self.names[name] = str(team or value)
        return rows.filter(team=team) if team else rows.none()

    def of_campaign(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        campaigns = Campaign.objects.permitted(self.user, "campaigns.view_campaign")
        return self._of_document(rows, campaigns, name, value)

    def of_persona(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        personas = Persona.objects.permitted(self.user, "personas.view_persona")
        return self._of_document(rows, personas, name, value)

    def _of_document(
        self, rows: QuerySet[Any], documents: QuerySet[Any], name: str, value: str
    ) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "none"
            return rows.filter(**{name: None})
        wanted = Q(slug=value)
        if value.isascii() and value.isdigit() and len(value) < 19:
            wanted |= Q(pk=int(value))
        found = documents.filter(wanted).only("pk", "title").first()
        if found is None:
            self._refuse(name, f"There is no {name} “{value[:80]}”.")
        self.names[name] = found.title
        return rows.filter(**{f"{name}_id": found.pk})

    def with_tag(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Leads that carry a tag; with commas, those that carry one of several."""
        if value == "none":
            return rows.filter(~Exists(Lead.tags.through.objects.filter(lead=OuterRef("pk"))))
        names = [part.strip().lower() for part in value.split(",") if part.strip()]
        tags = Tag.objects.permitted(self.user, "leads.view_tag").alias(key=Lower("name"))
        found = list(tags.filter(key__in=names))
        if {tag.name.lower() for tag in found} != set(names):
            self._refuse(name, f"There is no tag “{value[:80]}”.")
        self.names[name] = " or ".join(tag.name for tag in found)
        return tagged(rows, found)

    def from_source(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(source=value)

    def exactly(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Who has the value; that it is not blank is said as the index has it, or SQLite would not use it."""
        return rows.filter(**{name: value}).exclude(**{name: ""})

    def in_heard_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        asked = ~Q(heard_state=Lead.Heard.NOT_ASKED) if value != Lead.Heard.NOT_ASKED else Q()
        return rows.filter(asked, heard_state=value)

    def in_capitals(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Capitals or not, as the index has it."""
        return rows.filter(Exact(Upper(name), Upper(Value(value))))

    def without_source(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.filter(source="") if value else rows.exclude(source="")

    def without_next_step(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Most leads have none. SQLite does not know that and would fetch and sort them all by the index of
        days, so the column is hidden from it where the newest of many are asked, not where they are counted.
        """
        plain = rows.filter(next_step_on__isnull=value)
        if not value or connections[rows.db].vendor != "sqlite":
            return plain
        day = Coalesce("next_step_on", Value(None, output_field=DateField()))
        return counts_by(
            rows.filter(IsNull(day, True)), lambda: plain.order_by()[: COUNT_CAP + 1].count()
        )

    def that_were_asked(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        not_asked = Q(heard_state=Lead.Heard.NOT_ASKED)
        return rows.exclude(not_asked) if value else rows.filter(not_asked)

    def that_were_contacted(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return counts_with_patience(rows.filter(was_contacted() if value else ~was_contacted()))

    def with_email(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        key = email_key(value)
        return self.exactly(rows, "email_key", key) if key else rows.none()

    # --- views and search ----------------------------------------------------------------------
    def _view(self, rows: QuerySet[Any], view: str) -> QuerySet[Any]:
        if view == "mine":
            return rows.filter(owner=self.user)
        if view == "teams":
            return rows.filter(team__in=self.user.team_ids)
        return rows.filter(owner=None, status=Lead.Status.OPEN) if view == "pool" else rows

    def _search(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Any part of a name, an address, a number, an id or the company; see ``leads.search``."""
        words = (self.data.get("q") or self.data.get("search") or "").strip()[:MOST_WORDS]
        if not words:
            return rows
        found = find_leads(rows, words, by_company_only="full_name" in self.hidden)
        self.is_guess = found.is_guess
        return found.rows

    # --- refusing ------------------------------------------------------------------------------
    def _id(self, name: str, value: str, otherwise: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", value):
            self._refuse(name, otherwise)
        return int(value)

    @staticmethod
    def _refuse(name: str, text: str) -> NoReturn:
        raise ValidationError({name: [text]})


def add_filter(name: str, made: filters.Filter) -> None:
    """Called in ``AppConfig.ready`` by rooms that stand on leads."""
    LeadFilter.base_filters[name] = made


class TouchpointFilter(StrictFilterSet):
    only_named = True

    lead = filters.NumberFilter(field_name="lead_id", min_value=1, max_value=2**63 - 1)
    lead__isnull = filters.BooleanFilter(
        field_name="lead", lookup_expr="isnull", label="Of an unknown visitor"
    )
    visitor = filters.CharFilter(method="of_visitor", label="Visitor, exactly")
    kind = filters.CharFilter(method="of_kinds", label="Kind, or several with commas")
    direction = filters.ChoiceFilter(choices=Touchpoint.Direction.choices)
    campaign = filters.CharFilter(field_name="campaign__slug")
    system = filters.CharFilter(label="System that gave it")
    external_id = filters.CharFilter()
    left_out = filters.ChoiceFilter(
        choices=[*Touchpoint.LeftOut.choices, ("none", "Counts"), ("any", "Left out")],
        method="that_are_left_out",
        label="Left out: burst, machine, any or none",
    )

    class Meta:
        model = Touchpoint
        fields: tuple[str, ...] = ()

    def of_visitor(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(visitor=value).exclude(visitor="")

    def of_kinds(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        kinds = [part.strip() for part in value.split(",") if part.strip()]
        if not set(kinds) <= set(Touchpoint.Kind.values):
            raise ValidationError({name: [f"Kinds are: {', '.join(Touchpoint.Kind.values)}."]})
        return rows.filter(kind__in=kinds)

    def that_are_left_out(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "any":
            return rows.exclude(left_out="")
        return rows.filter(left_out="" if value == "none" else value)


TouchpointFilter.base_filters.update(moments("occurred_at"))
TouchpointFilter.base_filters.update(moments("recorded_at"))
for _column in ("created_at", "updated_at", "converted_at", "lost_at"):
    for _name, _filter in moments(_column).items():
        _filter.narrow = came_before if _column == "updated_at" else None
        LeadFilter.base_filters[_name] = _filter
