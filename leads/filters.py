"""What leads can be filtered by, on the page and in the API alike.

``?stage=mql&owner=me&created_at__gte=2026-01-01&attributes.visits__gt=3``. A filter on a field
that the reader's role sees hidden is unknown to them: it would tell what the mask hides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NoReturn

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower, Upper
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from campaigns.models import Campaign
from leads.attributes import AttributeFilter
from leads.conditions.asking import Condition, read
from leads.conditions.parsing import LONGEST_JSON
from leads.conditions.tree import Wrong
from leads.fields import ATTRIBUTE_NAME, ATTRIBUTES
from leads.models import Lead, Tag, Touchpoint
from leads.normalising import email_key
from leads.querysets import tagged
from leads.reach import was_contacted
from leads.search import find_leads
from personas.models import Persona
from portal.accounts.models import Team, User
from portal.accounts.policy import masked_fields
from portal.core.filters import STEERING, StrictFilterSet
from portal.core.listing import counts_with_patience
from portal.core.moments import is_possible
from portal.funnel.models import Stage

ATTRIBUTE_LOOKUPS = ("lt", "lte", "gt", "gte", "isnull")
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: More conditions on attributes than this are no question that a person asks.
MOST_ATTRIBUTES = 20
MOST_WORDS = 100
MOMENT_LOOKUPS = ("gte", "gt", "lte", "lt", "date")
VIEWS = {"mine": "Mine", "teams": "My teams", "pool": "Unassigned"}


class MomentField(forms.CharField):
    """A day or a moment (ISO 8601). A day stays a day, so that "up to" can mean its end."""

    def clean(self, value: Any) -> date | datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            value = date.fromisoformat(text) if len(text) == 10 else self._moment(text)
            if not is_possible(value):
                raise ValueError
        except ValueError:
            raise ValidationError(
                "Write a day like 2026-03-31 or a moment like 2026-03-31T08:00:00Z."
            ) from None
        return value

    @staticmethod
    def _moment(text: str) -> datetime:
        moment = parse_datetime(text.replace(" ", "+") if "T" in text else text)
        if moment is None:
            raise ValueError
        return moment if moment.tzinfo else timezone.make_aware(moment)


class MomentFilter(filters.Filter):
    """Compares a moment with a moment, or with a whole day in the reader's zone."""

    field_class = MomentField
    #: How to say the same of the column by which lists are ordered, where that follows.
    narrow: Callable[[datetime], Q] | None = None

    def filter(self, qs: QuerySet[Any], value: date | datetime | None) -> QuerySet[Any]:
        if value is None:
            return qs
        bounds = self._bounds(value)
        ends = [moment for sign, moment in bounds.items() if sign in {"lt", "lte", "exact"}]
        if ends and self.narrow:
            qs = qs.filter(self.narrow(ends[0]))
        return qs.filter(
            **{f"{self.field_name}__{sign}": moment for sign, moment in bounds.items()}
        )

    def _bounds(self, value: date | datetime) -> dict[str, datetime]:
        if isinstance(value, datetime):
            return {"exact" if self.lookup_expr == "date" else self.lookup_expr: value}
        start = timezone.make_aware(datetime.combine(value, time()))
        end = timezone.make_aware(datetime.combine(value + timedelta(days=1), time()))
        return {
            "gte": {"gte": start},
            "gt": {"gte": end},
            "lte": {"lt": end},
            "lt": {"lt": start},
            "date": {"gte": start, "lt": end},
        }[self.lookup_expr]


def came_before(moment: datetime) -> Q:
    """True of every lead that last changed before the moment. It tells the database where in the
    order of creation they begin, which its statistics do not. Data that says otherwise is looked for
    by an index of its own, and where there is any, nothing is said.
    """
    odd = Exists(Lead.objects.order_by().filter(created_at__gt=F("updated_at")))
    end = Case(When(odd, then=Value(NEVER)), default=Value(moment), output_field=DateTimeField())
    return Q(created_at__lte=end)


def _moments(column: str) -> dict[str, filters.Filter]:
    return {
        f"{column}__{sign}": MomentFilter(field_name=column, lookup_expr=sign)
        for sign in MOMENT_LOOKUPS
    }


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
    next_step_on__isnull = filters.BooleanFilter(field_name="next_step_on", lookup_expr="isnull")
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


TouchpointFilter.base_filters.update(_moments("occurred_at"))
TouchpointFilter.base_filters.update(_moments("recorded_at"))
for _column in ("created_at", "updated_at", "converted_at", "lost_at"):
    for _name, _filter in _moments(_column).items():
        _filter.narrow = came_before if _column == "updated_at" else None
        LeadFilter.base_filters[_name] = _filter
