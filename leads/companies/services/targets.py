"""Lists of companies that both departments want."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.companies.models import TargetAccount, TargetList
from leads.models import Company
from leads.normalising import clean_text, folded
from leads.services.records import WrongValues
from portal.accounts.roles import Department
from portal.activity.services import record
from portal.core.errors import StaleEdit
from portal.notifications.services import notify

if TYPE_CHECKING:
    from portal.accounts.models import User

#: More at once than this is refused; a file is the way to bring in thousands.
MOST_AT_ONCE = 1000

MOST_LETTERS = {"name": 120, "purpose": 2000}
SIDES = {"marketing_owner": Department.MARKETING, "sales_owner": Department.SALES}


@dataclass(frozen=True, kw_only=True)
class ListValues:
    """What a list says about itself. None leaves what stands there."""

    name: str | None = None
    purpose: str | None = None
    marketing_owner: User | None = None
    sales_owner: User | None = None

    def checked(self, *, is_new: bool) -> dict[str, Any]:
        """Cleaned values by column; ``WrongValues`` names what cannot be stored."""
        given = {name: value for name, value in vars(self).items() if is_new or value is not None}
        values = {
            name: clean_text(value or "", lines=name == "purpose")[: MOST_LETTERS[name]]
            if name in MOST_LETTERS
            else value
            for name, value in given.items()
        }
        if errors := {name: text for name in values if (text := _fault(name, values[name]))}:
            raise WrongValues(errors)
        if "name" in values:
            values["name_key"] = folded(values["name"])[:120]
        return values


def _fault(name: str, value: Any) -> str:
    """What is wrong with a value, as a sentence; empty when nothing is."""
    if name in SIDES:
        side = SIDES[name]
        is_one = value is not None and value.department == side
        return "" if is_one else f"Name somebody of {side.label.lower()} who owns this list."
    lacking = {"name": "Give the list a name.", "purpose": "Say what it is for."}
    return "" if value else lacking[name]


def _refuse_same_name(key: object, besides: TargetList | None = None) -> None:
    same = TargetList.objects.filter(name_key=key).exclude(pk=besides.pk if besides else None)
    if same.exists():
        raise WrongValues(
            {"name": "There is a list of this name. Choose another, or use that one."}
        )


@transaction.atomic
def create_target_list(*, values: ListValues, by: User, form_token: str = "") -> TargetList:
    """One new list, or the one that the same form made a moment ago. Both owners are told."""
    if form_token and (made := TargetList.objects.filter(form_token=form_token).first()):
        return made
    columns = values.checked(is_new=True)
    _refuse_same_name(columns["name_key"])
    target_list = TargetList(form_token=form_token, **columns)
    try:
        with transaction.atomic():
            target_list.save(force_insert=True)
    except IntegrityError:
        if form_token and (made := TargetList.objects.filter(form_token=form_token).first()):
            return made
        _refuse_same_name(columns["name_key"])
        raise
    record(
        actor=by,
        verb="created",
        subject=target_list,
        summary=target_list.name,
        at=target_list.created_at,
    )
    _tell_owners(target_list, [target_list.marketing_owner, target_list.sales_owner], by)
    return target_list


def _tell_owners(target_list: TargetList, owners: Sequence[User], by: User) -> None:
    notify(
        owners,
        f"You own the target list “{target_list}” together with the other department.",
        kind="company",
        url=target_list.get_absolute_url(),
        actor=by,
        about=target_list,
    )


@transaction.atomic
def change_target_list(
    *, target_list: TargetList, values: ListValues, by: User, version: int | None = None
) -> TargetList:
    """Change name, purpose or owners; a new owner is told."""
    rows = TargetList.objects.select_for_update(of=("self",))
    target_list = rows.select_related("marketing_owner", "sales_owner").get(pk=target_list.pk)
    if version is not None and version != target_list.version:
        raise StaleEdit(
            "Somebody else changed this list while you were writing. "
            "Read what stands there now, then save again; nothing of yours was saved yet."
        )
    columns = values.checked(is_new=False)
    changed = [name for name, value in columns.items() if getattr(target_list, name) != value]
    if not changed:
        return target_list
    if "name_key" in changed:
        _refuse_same_name(columns["name_key"], target_list)
    for name in changed:
        setattr(target_list, name, columns[name])
    target_list.version += 1
    target_list.save(update_fields=[*changed, "version", "updated_at"])
    data = {"fields": sorted(set(changed) - {"name_key"}), "version": target_list.version}
    record(
        actor=by,
        verb="changed",
        subject=target_list,
        summary=target_list.name,
        data=data,
        at=target_list.updated_at,
    )
    new = [name for name in changed if name.endswith("_owner")]
    if new:
        _tell_owners(target_list, [getattr(target_list, name) for name in new], by)
    return target_list


# --- what stands on it ------------------------------------------------------------------------
@transaction.atomic
def add_accounts(
    *,
    target_list: TargetList,
    companies: Sequence[Company],
    by: User,
    tier: str = "",
    reason: str = "",
) -> int:
    """Put companies on a list; how many were not on it before.

    Without a tier each keeps its own. Two people who add the same company at once end with one
    line: the unique key decides.
    """
    at, reason = timezone.now(), clean_text(reason)[:300]
    _check_number(companies)
    held = set(
        target_list.accounts.on_list()
        .filter(company__in=companies)
        .values_list("company_id", flat=True)
    )
    rows = [
        TargetAccount(
            target_list=target_list,
            company=company,
            tier=tier or company.tier,
            reason=reason,
            added_by=by,
            added_at=at,
        )
        for company in companies
        if company.pk not in held
    ]
    before = target_list.accounts.count()
    TargetAccount.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    added = target_list.accounts.count() - before
    if added:
        words = f"{added} compan{'y' if added == 1 else 'ies'} added"
        record(actor=by, verb="accounts_added", subject=target_list, summary=words, at=at)
    return added


@transaction.atomic
def remove_accounts(*, target_list: TargetList, companies: Sequence[Company], by: User) -> int:
    """Take companies off a list; how many were on it. What happened while they were stays."""
    at = timezone.now()
    _check_number(companies)
    rows = target_list.accounts.on_list().filter(company__in=companies)
    removed = rows.update(removed_at=at, removed_by=by)
    if removed:
        words = f"{removed} compan{'y' if removed == 1 else 'ies'} taken off"
        record(actor=by, verb="accounts_removed", subject=target_list, summary=words, at=at)
    return removed


def _check_number(companies: Sequence[Company]) -> None:
    if len(companies) > MOST_AT_ONCE:
        raise WrongValues({"companies": f"Choose at most {MOST_AT_ONCE:,} companies at once."})
