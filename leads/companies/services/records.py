"""Writing a company down: create and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from leads.companies.preparing import LABELS, PreparedCompany, resolve
from leads.companies.services.hierarchy import check_parent, lock_line
from leads.models import Company
from leads.normalising import company_key
from leads.services.records import WrongValues
from portal.activity.models import Activity
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.notifications.services import notify

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


class DuplicateCompany(RuleViolation):
    """The company is already here, under this name or external id."""

    def __init__(self, field: str, company: Company) -> None:
        what = "name" if field == "name" else "external id"
        super().__init__(
            f"{company} already has this {what}. Nothing was saved; work on that company instead.",
            code="duplicate",
        )
        self.field = field
        self.company = company


def refuse_duplicate(row: PreparedCompany, *, besides: Company | None = None) -> None:
    """Raise ``DuplicateCompany`` where the name (legal form aside) or the external id is taken."""
    others = Company.objects.exclude(pk=besides.pk if besides else None)
    for field, column in (("name", "name_key"), ("external_id", "external_id")):
        value = row.columns.get(column)
        if value and (found := others.filter(**{column: value}).first()) is not None:
            raise DuplicateCompany(field, found)


@transaction.atomic
def create_company(*, prepared: PreparedCompany, by: User, form_token: str = "") -> Company:
    """One new company, or the one that the same form made a moment ago."""
    if form_token and (made := Company.objects.filter(form_token=form_token).first()):
        return made
    rows = _rows_of(prepared, by, needs_name=True)
    refuse_duplicate(prepared)
    company = Company(form_token=form_token, **prepared.columns, **rows)
    company.attributes = _kept(prepared.attributes)
    _name_currency(company)
    if company.parent is not None:
        lock_line(company.parent, company.parent)
        check_parent(company, company.parent)
    try:
        with transaction.atomic():
            company.save(force_insert=True)
    except IntegrityError:
        # Somebody else was quicker by a moment; the unique keys decided.
        if form_token and (made := Company.objects.filter(form_token=form_token).first()):
            return made
        refuse_duplicate(prepared)
        raise
    data = {"version": company.version}
    record(actor=by, verb="created", subject=company, data=data, at=company.created_at)
    _tell_owner(company, by)
    return company


def _rows_of(row: PreparedCompany, by: User, *, needs_name: bool) -> dict[str, Any]:
    rows = resolve(row, by)
    errors = dict(row.errors)
    if needs_name and not row.name_key:
        errors.setdefault("name", "A company needs a name.")
    if errors:
        raise WrongValues(errors)
    return rows


def _name_currency(company: Company) -> None:
    """An amount is never without its currency: the usual one where nobody said another."""
    if company.revenue is not None and not company.revenue_currency:
        company.revenue_currency = settings.CURRENCY


def _kept(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value not in (None, "")}


def _tell_owner(company: Company, by: User) -> None:
    if company.owner is not None:
        notify(
            company.owner,
            f"{company} is yours now.",
            kind="company",
            url=company.get_absolute_url(),
            actor=by,
            about=company,
        )


# --- change -----------------------------------------------------------------------------------
@transaction.atomic
def change_company(
    *, company: Company, prepared: PreparedCompany, by: User, version: int | None = None
) -> Company:
    """Change what was given and differs. ``version`` is the one the person had before them.

    Fields that nobody else touched since then are merged; on the same field ``StaleEdit`` carries
    what both wrote, and nothing is saved.
    """
    rows = _rows_of(prepared, by, needs_name=False)
    if rows.get("parent") is not None:
        lock_line(company, rows["parent"])
    company = _locked(company)
    new = _differences(company, prepared, rows)
    if not new:
        return company
    if version is not None and version != company.version:
        _refuse_overwriting(company, new, version)
    refuse_duplicate(prepared, besides=company)
    if new.get("parent") is not None:
        check_parent(company, new["parent"])
    columns = _apply(company, new)
    try:
        with transaction.atomic():
            company.save(update_fields=[*columns, "version", "updated_at"])
    except IntegrityError:
        refuse_duplicate(prepared, besides=company)
        raise
    data = {"fields": sorted(new), "version": company.version}
    record(actor=by, verb="changed", subject=company, data=data, at=company.updated_at)
    if "owner" in new:
        _tell_owner(company, by)
    return company


def _locked(company: Company) -> Company:
    rows = Company.objects.select_for_update(of=("self",)).select_related("owner", "parent")
    return rows.get(pk=company.pk)


def _differences(
    company: Company, prepared: PreparedCompany, rows: dict[str, Any]
) -> dict[str, Any]:
    new: dict[str, Any] = {
        name: value
        for name, value in prepared.columns.items()
        if name in LABELS and getattr(company, name) != value
    }
    for name, row in rows.items():
        if (row.pk if row else None) != getattr(company, f"{name}_id"):
            new[name] = row
    for name, value in prepared.attributes.items():
        if company.attributes.get(name, "") != ("" if value is None else value):
            new[f"attributes.{name}"] = value
    # A currency alone is no change where there is no amount that it could belong to.
    if "revenue_currency" in new and "revenue" not in new and company.revenue is None:
        del new["revenue_currency"]
    return new


def _apply(company: Company, new: dict[str, Any]) -> list[str]:
    """Put the new values on the row; the columns to save."""
    columns: set[str] = set()
    for name, value in new.items():
        if name.startswith("attributes."):
            held = company.attributes | {name.removeprefix("attributes."): value}
            company.attributes = _kept(held)
            columns.add("attributes")
        else:
            setattr(company, name, value)
            columns.add(name)
    if "name" in new:
        company.name_key = company_key(new["name"])
        columns.add("name_key")
    if "revenue" in new:
        _name_currency(company)
        columns.add("revenue_currency")
    company.version += 1
    return sorted(columns)


def _refuse_overwriting(company: Company, new: dict[str, Any], version: int) -> None:
    """Raise ``StaleEdit`` for fields that others wrote since ``version``."""
    lines = list(
        Activity.objects.of(company).filter(data__version__gt=version).select_related("actor")
    )
    seen = {line.data["version"] for line in lines}
    # A gap in the versions is a change that left no line: then anything may have changed.
    is_complete = seen >= set(range(version + 1, company.version + 1))
    touched = {name: line for line in reversed(lines) for name in line.data.get("fields", [])}
    both = {name: value for name, value in new.items() if name in touched or not is_complete}
    if both:
        raise StaleEdit(
            "Somebody else changed this company while you were writing. Nothing of yours was saved yet.",
            conflicts={
                name: _conflict(company, name, value, touched.get(name))
                for name, value in both.items()
            },
        )


def _conflict(company: Company, name: str, mine: Any, line: Activity | None) -> dict[str, Any]:
    if name.startswith("attributes."):
        theirs = company.attributes.get(name.removeprefix("attributes."), "")
    else:
        theirs = getattr(company, name)
    who: dict[str, datetime | str] = (
        {"by": str(line.actor or "Accord"), "at": line.at} if line else {}
    )
    label = LABELS.get(name, name.removeprefix("attributes."))
    return {
        "name": name,
        "label": label,
        "mine": "" if mine is None else mine,
        "theirs": "" if theirs is None else theirs,
        **who,
    }
