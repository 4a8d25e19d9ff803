"""Forms of companies, buying centres and target lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from leads.companies.bands import CHOICES
from leads.companies.models import ROLES, Member, Relation, TargetList
from leads.companies.preparing import LABELS, PreparedCompany, owners, prepare_company
from leads.companies.services import ListValues, Part
from leads.forms import MergingForm
from leads.models import Company
from portal.accounts.roles import Department
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

    from leads.companies.centre import Seat
    from leads.models import Lead
    from portal.accounts.models import User

GROUPS = {
    "Who they are": ("name", "domain", "industry", "employees", "revenue", "revenue_currency"),
    "Where": ("country", "region", "city", "phone"),
    "What we want of them": ("tier", "owner", "parent", "external_id"),
}
HELP = {
    "name": "One record per company: a name can belong to one only, legal form aside.",
    "domain": "As in acme.com. Two companies with one domain may be the same.",
    "industry": "Choose one that is in use where it fits, so that lists find all of them.",
    "employees": "About how many people work there.",
    "revenue_currency": "Three letters. Empty means the usual one.",
    "parent": "The exact name of the company that it belongs to.",
    "tier": "How much both departments want it: A before B before C.",
}
#: Fields that offer what is in use already, and the list that does.
LISTS = {"industry": "industries", "parent": "company-options"}
#: While somebody types a name, companies of that name are offered.
SUGGESTS = {
    "hx-get": "/companies/options/",
    "hx-trigger": "input changed delay:250ms",
    "hx-target": "#company-options",
    "hx-swap": "outerHTML",
    "hx-sync": "this:replace",
}


def offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Only what the person may choose."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


class CompanyForm(MergingForm):
    """Create and edit. ``prepared`` holds what the person changed, and nothing else."""

    def __init__(self, data: Any = None, *, user: User, company: Company | None = None) -> None:
        self.company = company
        initial = _values(company) if company else {}
        super().__init__(data, initial=initial)
        for names in GROUPS.values():
            for name in names:
                self.fields[name] = _field(name, user, keeps_initial=company is not None)
        self.prepared = PreparedCompany()

    @property
    def groups(self) -> Iterable[tuple[str, list[forms.BoundField]]]:
        for legend, names in GROUPS.items():
            yield legend, [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.company is None:
            changed = [name for name, value in given.items() if value not in (None, "")]
        else:
            changed = [name for name in self.changed_data if self.keeps_mine(name)]
        values = {name: _plain(given[name]) for name in changed if name in LABELS and name in given}
        if self.company is None:
            values.setdefault("name", given.get("name", ""))
        self.prepared = prepare_company(values)
        for name, error in self.prepared.errors.items():
            if not self.has_error(name):
                self.add_error(name, error)
        return given


def _plain(value: Any) -> Any:
    return "" if value is None else getattr(value, "pk", value)


def _field(name: str, user: User, *, keeps_initial: bool) -> forms.Field:
    options: dict[str, Any] = {
        "label": LABELS[name],
        "required": name == "name",
        "help_text": HELP.get(name, ""),
        "show_hidden_initial": keeps_initial,
    }
    if name == "tier":
        return forms.ChoiceField(choices=[("", "None"), *Company.Tier.choices], **options)
    if name == "owner":
        return forms.ModelChoiceField(owners(user), empty_label="Nobody", **options)
    attrs: dict[str, str] = {"autocomplete": "off"}
    if name in LISTS:
        attrs["list"] = LISTS[name]
    if name == "parent":
        attrs |= SUGGESTS
    if name in {"employees", "revenue"}:
        attrs["inputmode"] = "numeric" if name == "employees" else "decimal"
    column: Any = Company._meta.get_field("name" if name == "parent" else name)
    return forms.CharField(
        max_length=column.max_length, widget=forms.TextInput(attrs=attrs), **options
    )


def _values(company: Company) -> dict[str, Any]:
    """The company as the form shows it."""
    values = {name: getattr(company, name) for name in LABELS if name not in {"parent", "owner"}}
    return values | {
        "version": company.version,
        "parent": company.parent.name if company.parent else "",
        "owner": company.owner_id,
    }


class MoreFiltersForm(forms.Form):
    """Filters that the list page does not show at first. Sent with GET to the list itself."""

    industry = forms.CharField(
        required=False, label="Industry", widget=forms.TextInput(attrs={"list": "industries"})
    )
    country = forms.CharField(required=False, label="Country")
    region = forms.CharField(required=False, label="Region")
    owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Anybody", label="Owner"
    )
    target_list: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Any or none", label="Target list"
    )
    size = forms.ChoiceField(required=False, label="Size", choices=[("", "Any size"), *CHOICES])

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(initial={name: data[name] for name in data} if data else {})
        offer(self, "owner", owners(user))
        lists = TargetList.objects.permitted(user, "companies.view_targetlist")
        offer(self, "target_list", lists.order_by("name"))


# --- the buying centre ------------------------------------------------------------------------
class PartForm(forms.Form):
    """What somebody's part is. ``lead`` is asked only for a person who has none yet."""

    lead: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="Person", empty_label="Choose a person"
    )
    roles = forms.MultipleChoiceField(
        label="Part in the decision",
        required=False,
        choices=[(key, f"{label}: {text.lower()}") for key, (label, text) in ROLES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="Several where they play several.",
    )
    stance = forms.ChoiceField(
        label="Where they stand", choices=Member.Stance.choices, initial=Member.Stance.UNKNOWN
    )
    influence = forms.ChoiceField(
        label="Influence", choices=Member.Influence.choices, initial=Member.Influence.UNKNOWN
    )
    pains = forms.CharField(
        label="What hurts",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="In their words where you can.",
    )
    answer = forms.CharField(
        label="Our answer",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="What we do about their objection. A blocker without an answer is a gap.",
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self,
        data: Any = None,
        *,
        people: QuerySet[Lead] | None = None,
        member: Member | None = None,
        lead: str = "",
    ) -> None:
        initial = _part_of(member) if member else {"lead": lead}
        super().__init__(data, initial=initial)
        if member is not None:
            del self.fields["lead"]
        elif people is not None:
            offer(self, "lead", people)

    @property
    def part(self) -> Part:
        names = ("roles", "stance", "influence", "pains", "answer", "note")
        return Part(**{name: self.cleaned_data[name] for name in names})


def _part_of(member: Member) -> dict[str, Any]:
    names = ("roles", "stance", "influence", "pains", "answer", "note", "version")
    return {name: getattr(member, name) for name in names}


class RelationForm(forms.Form):
    """How two people stand to each other. Offers those of the centre whom the reader may open."""

    source = forms.TypedChoiceField(label="Who", coerce=int)
    kind = forms.ChoiceField(label="How", choices=Relation.Kind.choices)
    target = forms.TypedChoiceField(label="To whom", coerce=int)

    def __init__(self, data: Any = None, *, seats: Sequence[Seat]) -> None:
        super().__init__(data)
        people = [(seat.member.pk, seat.label) for seat in seats if seat.is_open]
        for name in ("source", "target"):
            cast("forms.ChoiceField", self.fields[name]).choices = people


# --- target lists -----------------------------------------------------------------------------
class TargetListForm(TokenForm):
    name = forms.CharField(max_length=120, label="Name")
    purpose = forms.CharField(
        max_length=2000,
        label="Purpose",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Why these companies, and what both departments want to reach with them.",
    )
    marketing_owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="Owner in marketing", empty_label="Choose a person"
    )
    sales_owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="Owner in sales", empty_label="Choose a person"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(
        self, data: Any = None, *, user: User, target_list: TargetList | None = None
    ) -> None:
        names = ("name", "purpose", "marketing_owner", "sales_owner", "version")
        initial = {name: getattr(target_list, name) for name in names} if target_list else {}
        super().__init__(data, initial=initial)
        people = owners(user)
        offer(self, "marketing_owner", people.filter(department=Department.MARKETING))
        offer(self, "sales_owner", people.filter(department=Department.SALES))

    @property
    def values(self) -> ListValues:
        names = ("name", "purpose", "marketing_owner", "sales_owner")
        return ListValues(**{name: self.cleaned_data[name] for name in names})


class AddAccountsForm(forms.Form):
    """Which list the ticked companies are put on."""

    target_list: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, label="Target list", empty_label="Choose a list"
    )
    tier = forms.ChoiceField(
        required=False,
        label="Tier on this list",
        choices=[("", "As each company has"), *Company.Tier.choices],
    )
    reason = forms.CharField(
        required=False, max_length=300, label="Why these", help_text="Both owners read it."
    )

    def __init__(self, data: Any = None, *, user: User) -> None:
        super().__init__(data)
        lists = TargetList.objects.permitted(user, "companies.add_targetaccount")
        offer(self, "target_list", lists.order_by("name"))


class AccountsByNameForm(forms.Form):
    """Companies written down, one a line, by name or domain."""

    companies = forms.CharField(
        label="Companies to add",
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, by name or domain. All of them or none: what is not found is named.",
    )
    tier = forms.ChoiceField(
        required=False,
        label="Tier on this list",
        choices=[("", "As each company has"), *Company.Tier.choices],
    )
    reason = forms.CharField(required=False, max_length=300, label="Why these")
