"""What companies, people of buying centres and target lists can be asked by, on pages and in the API."""

from __future__ import annotations

import re
from typing import Any, NoReturn

import django_filters as filters
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact

from leads.companies.bands import BY_KEY, CHOICES, UNKNOWN
from leads.companies.models import ROLES, Member, TargetAccount, TargetList
from leads.models import Company
from leads.normalising import company_key, domain_text, folded
from leads.search import find_companies
from portal.accounts.models import User
from portal.accounts.policy import masked_fields
from portal.core.filters import STEERING, StrictFilterSet

MOST_WORDS = 100
LARGEST_ID = 2**63 - 1


def _refuse(name: str, text: str) -> NoReturn:
    raise ValidationError({name: [text]})


def _number(name: str, value: str, otherwise: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", value):
        _refuse(name, otherwise)
    return int(value)


class CompanyFilter(StrictFilterSet):
    only_named = True

    name = filters.CharFilter(method="of_name", label="Name, legal form and case aside")
    domain = filters.CharFilter(method="of_domain", label="Domain, exactly")
    industry = filters.CharFilter(label="Industry, exactly")
    country = filters.CharFilter(method="in_capitals", label="Country")
    region = filters.CharFilter(method="in_capitals", label="Region")
    size = filters.ChoiceFilter(choices=CHOICES, method="of_size", label="Size")
    employees__gte = filters.NumberFilter(
        field_name="employees", lookup_expr="gte", label="Employees at least", max_value=2**31
    )
    employees__lte = filters.NumberFilter(
        field_name="employees", lookup_expr="lte", label="Employees at most", max_value=2**31
    )
    tier = filters.ChoiceFilter(
        choices=[*Company.Tier.choices, ("none", "No tier")], method="of_tier", label="Tier"
    )
    owner = filters.CharFilter(method="of_owner", label="Owner: an id, me or none")
    parent = filters.CharFilter(method="of_parent", label="Parent company: an id or none")
    target_list = filters.CharFilter(method="on_list", label="Target list: an id, any or none")
    external_id = filters.CharFilter(label="External id, exactly")

    class Meta:
        model = Company
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user: User = self.request.user
        # A filter on what is hidden from the reader would tell what the mask hides.
        for name in masked_fields(self.user, "leads.lead") & {"external_id"}:
            self.filters.pop(name, None)
        #: What each reference in use is called, for the chips of the page.
        self.names: dict[str, str] = {}

    def unknown(self, steering: frozenset[str] = STEERING) -> list[str]:
        """``format`` names the file of an export."""
        return super().unknown(steering | {"format"})

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        words = (self.data.get("q") or self.data.get("search") or "").strip()[:MOST_WORDS]
        if "\x00" in words:
            _refuse("q", "Words hold no NUL character.")
        return find_companies(rows, words).rows if words else rows

    # --- single filters ------------------------------------------------------------------------
    def in_capitals(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Capitals or not, as the index has it."""
        return rows.filter(Exact(Upper(name), Upper(Value(value))))

    def of_name(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(name_key=company_key(value))

    def of_domain(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(domain__iexact=domain_text(value))

    def of_size(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == UNKNOWN:
            return rows.filter(Q(employees=None) | Q(employees=0))
        band = BY_KEY[value]
        rows = rows.filter(employees__gte=band.least)
        return rows if band.most is None else rows.filter(employees__lte=band.most)

    def of_tier(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(tier="" if value == "none" else value)

    def of_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "nobody"
            return rows.filter(owner=None)
        if value == "me":
            self.names[name] = "me"
            return rows.filter(owner=self.user)
        people = User.objects.permitted(self.user, "accounts.view_user")
        owner = people.filter(pk=_number(name, value, "Give an id, me or none.")).first()
        self.names[name] = str(owner or value)
        return rows.filter(owner=owner) if owner else rows.none()

    def of_parent(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "none":
            self.names[name] = "none"
            return rows.filter(parent=None)
        return rows.filter(parent=_number(name, value, "Give an id or none."))

    def on_list(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        held = TargetAccount.objects.on_list().filter(company=OuterRef("pk"))
        if value in {"any", "none"}:
            self.names[name] = "any list" if value == "any" else "no list"
            return rows.filter(Exists(held) if value == "any" else ~Exists(held))
        lists = TargetList.objects.permitted(self.user, "companies.view_targetlist")
        found = lists.filter(pk=_number(name, value, "Give an id, any or none.")).first()
        if found is None:
            _refuse(name, "There is no target list of this id.")
        self.names[name] = str(found)
        return rows.filter(Exists(held.filter(target_list=found)))


class MemberFilter(StrictFilterSet):
    company = filters.NumberFilter(
        field_name="company_id", label="Company: an id", max_value=LARGEST_ID
    )
    lead = filters.NumberFilter(field_name="lead_id", label="Lead: an id", max_value=LARGEST_ID)
    role = filters.ChoiceFilter(
        choices=[(key, label) for key, (label, _) in ROLES.items()], method="of_role", label="Role"
    )
    stance = filters.ChoiceFilter(choices=Member.Stance.choices, label="Stance")
    influence = filters.ChoiceFilter(choices=Member.Influence.choices, label="Influence")

    class Meta:
        model = Member
        fields: tuple[str, ...] = ()

    def of_role(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(**{f"is_{value}": True})

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """``search``: part of the person's name, unless names are hidden from the reader."""
        rows = super().filter_queryset(queryset)
        words = self.data.get("search", "").strip()[:MOST_WORDS]
        if not words:
            return rows
        if "\x00" in words:
            _refuse("search", "Words hold no NUL character.")
        of_company = Q(company__name_key__contains=company_key(words) or folded(words))
        if "full_name" in masked_fields(self.request.user, "leads.lead"):
            return rows.filter(of_company)
        return rows.filter(of_company | Q(lead__full_name__icontains=words))


class TargetListFilter(StrictFilterSet):
    owner = filters.CharFilter(method="of_owner", label="Owner on either side: an id or me")
    company = filters.NumberFilter(
        method="with_company", label="Company on it", max_value=LARGEST_ID
    )

    class Meta:
        model = TargetList
        fields: tuple[str, ...] = ()

    def of_owner(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        pk = self.request.user.pk if value == "me" else _number(name, value, "Give an id or me.")
        return rows.filter(Q(marketing_owner=pk) | Q(sales_owner=pk))

    def with_company(self, rows: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        held = TargetAccount.objects.on_list().filter(target_list=OuterRef("pk"), company=value)
        return rows.filter(Exists(held))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        words = folded(self.data.get("search", "").strip()[:MOST_WORDS])
        return rows.filter(name_key__contains=words) if words else rows
