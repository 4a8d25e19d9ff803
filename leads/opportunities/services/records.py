"""Writing the record: open, convert a lead, change."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from leads import services as leads
from leads.fields import ATTRIBUTES
from leads.models import REACH
from leads.normalising import clean_text
from leads.opportunities.capture import usual_stage
from leads.opportunities.models import (
    Opportunity,
    OpportunityChange,
    OpportunityLine,
    Status,
)
from leads.opportunities.services.merging import refuse_overwriting
from leads.opportunities.services.saving import Line, keep, locked, save_opportunity, tell_owner
from leads.opportunities.services.work import stage_of_kind
from leads.services.records import WrongValues
from leads.services.saving import locked as locked_lead
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from leads.models import Lead

#: Columns that a form or a call may write. ``stage`` only when it is opened.
COLUMNS = (
    "external_id", "name", "lead", "company", "owner", "team", "product", "campaign", "source", "amount", "currency",
    "expected_close_on", "next_step", "next_step_on",
)  # fmt: skip
TEXTS = frozenset({"external_id", "name", "source", "currency", "next_step"})


def sellers(user: User) -> QuerySet[Any]:
    """People to whom ``user`` may give an opportunity."""
    people = User.objects.permitted(user, "accounts.view_user")
    return people.with_role(Role.REP, Role.MANAGER)


# --- open -------------------------------------------------------------------------------------
@transaction.atomic
def open_opportunity(*, values: Mapping[str, Any], by: User, form_token: str = "") -> Opportunity:
    """One new opportunity, or the one that the same form made a moment ago.

    ``values`` maps columns to cleaned values; ``competitors``, ``lines`` (product, quantity, price),
    ``stage`` (an open one) and ``attributes`` besides.
    """
    if form_token and (made := Opportunity.objects.filter(form_token=form_token).first()):
        return made
    opportunity = _new(values, by=by, at=timezone.now())
    opportunity.form_token = form_token
    try:
        with transaction.atomic():
            opportunity.save(force_insert=True)
    except IntegrityError:
        if form_token and (made := Opportunity.objects.filter(form_token=form_token).first()):
            return made
        _refuse_external_id(opportunity)
        raise
    _after_opening(opportunity, values, by=by)
    return opportunity


def _new(values: Mapping[str, Any], *, by: User, at: datetime) -> Opportunity:
    stage = values.get("stage") or usual_stage(Status.OPEN)
    if not stage.is_open or not stage.is_active:
        raise WrongValues({"stage": "A new opportunity begins in an open stage that is in use."})
    opportunity = Opportunity(
        stage=stage, stage_entered_at=at, created_at=at, updated_at=at, attributes={}
    )
    for column, value in _cleaned(values).items():
        setattr(opportunity, column, value)
    if not opportunity.name:
        raise WrongValues({"name": "Give the opportunity a name."})
    if opportunity.lead is not None and opportunity.lead.is_lost:
        raise RuleViolation("This lead is lost. Reopen it before you make it an opportunity.")
    opportunity.attributes = _kept(values.get("attributes") or {})
    _give_first_owner(opportunity, values, by)
    if opportunity.company is None and opportunity.lead is not None:
        opportunity.company = opportunity.lead.company
    _refuse_external_id(opportunity)
    return opportunity


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as they are stored: texts tidied and cut, an amount with a currency."""
    given = {name: values[name] for name in COLUMNS if name in values}
    for name in TEXTS & given.keys():
        column: Any = Opportunity._meta.get_field(name)
        given[name] = clean_text(given[name])[: column.max_length]
    if given.get("amount") is not None and not given.get("currency", "keep"):
        given["currency"] = settings.CURRENCY
    return given


def _kept(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value not in (None, "")}


def _give_first_owner(opportunity: Opportunity, values: Mapping[str, Any], by: User) -> None:
    """A rep keeps what they open, or leaves it to their team; managers choose."""
    if "owner" not in values and not by.reaches_all("opportunities.assign_opportunity"):
        opportunity.owner = by
    if opportunity.lead is None or opportunity.owner != opportunity.lead.owner:
        _check_owner(opportunity.owner, by, before=None)
    _follow_owner(opportunity, is_team_given="team" in values)
    if opportunity.amount is not None and not opportunity.currency:
        opportunity.currency = settings.CURRENCY


def _follow_owner(opportunity: Opportunity, *, is_team_given: bool) -> None:
    """Without a word on the team it is one of the owner's."""
    owner = opportunity.owner
    if owner is None or is_team_given or opportunity.team_id in owner.team_ids:
        return
    opportunity.team_id = min(owner.team_ids) if owner.team_ids else opportunity.team_id


def _check_owner(owner: User | None, by: User, *, before: User | None) -> None:
    """Who may have it, and who may give it to whom: as with leads."""
    if owner is not None and not (
        owner.is_active and owner.may("opportunities.change_opportunity")
    ):
        raise WrongValues({"owner": f"{owner} cannot work on opportunities."})
    is_ones_own = owner in (None, by) and before in (None, by)
    if not is_ones_own and not by.reaches_all("opportunities.assign_opportunity"):
        raise WrongValues(
            {
                "owner": "You can take an opportunity that is free, or give yours back; "
                "a manager can give it to somebody else."
            }
        )


def _check_team(opportunity: Opportunity, by: User) -> None:
    """Whose sale it counts as is said by those who may give it to somebody."""
    if opportunity.owner in (None, by) or by.reaches_all("opportunities.assign_opportunity"):
        return
    raise WrongValues({"team": "Only its owner or a manager can give it to another team."})


def _refuse_external_id(opportunity: Opportunity) -> None:
    if not opportunity.external_id:
        return
    same = Opportunity.objects.filter(external_id=opportunity.external_id)
    if same.exclude(pk=opportunity.pk).exists():
        raise WrongValues(
            {"external_id": "Another opportunity already has this external id. Nothing was saved."}
        )


def _after_opening(opportunity: Opportunity, values: Mapping[str, Any], *, by: User) -> None:
    _set_parts(opportunity, _part_differences(opportunity, values))
    at = opportunity.created_at
    keep(opportunity, OpportunityChange.Kind.OPENED, by=by, at=at)
    record(actor=by, verb="created", subject=opportunity, data={"version": 1}, at=at)
    if opportunity.owner is not None:
        _tell_new_owner(opportunity, by)
    if opportunity.lead is not None:
        _bring_lead(opportunity, opportunity.lead, by=by)


def _bring_lead(opportunity: Opportunity, lead: Lead, *, by: User) -> None:
    """The lead comes to the stage of opportunities, unless it is there or further already."""
    stage = stage_of_kind(Stage.Kind.OPPORTUNITY)
    if stage is None:
        return
    opportunity.revision_id = stage.revision_id
    opportunity.save(update_fields=["revision"])
    if REACH[lead.stage.kind] < REACH[stage.kind]:
        leads.change_stage(lead=lead, stage=stage, by=by, reason="Became an opportunity")


def _tell_new_owner(opportunity: Opportunity, by: User) -> None:
    url = opportunity.get_absolute_url()
    notify(
        opportunity.owner,  # type: ignore[arg-type]  # only called where there is one
        f"The opportunity {opportunity} is now yours.",
        kind="opportunity_assigned",
        url=url,
        actor=by,
        about=opportunity,
    )


# --- what stands in tables of its own ---------------------------------------------------------
def _part_differences(opportunity: Opportunity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Competitors and products that differ from what is stored."""
    new: dict[str, Any] = {}
    if "competitors" in values:
        stored = set(opportunity.competitors.values_list("pk", flat=True))
        # The one it was lost to was in it, whatever else is said.
        wanted = {row.pk for row in values["competitors"]} | {opportunity.competitor_id} - {None}
        if wanted != stored:
            new["competitors"] = wanted
    if "lines" in values:
        lines = _wanted_lines(values["lines"])
        stored_lines = {
            line.product_id: (line.quantity, line.price) for line in opportunity.lines.all()
        }
        if lines != stored_lines:
            new["lines"] = lines
    return new


def _wanted_lines(lines: Sequence[Mapping[str, Any]]) -> dict[int, tuple[Any, Any]]:
    """Product → how many, and for how much each."""
    wanted = {
        line["product"].pk: (line.get("quantity") or Decimal(1), line.get("price"))
        for line in lines
    }
    if len(wanted) != len(lines):
        raise WrongValues({"lines": "Each product stands in one line; write how many there."})
    return wanted


def _set_parts(opportunity: Opportunity, new: Mapping[str, Any]) -> None:
    if "competitors" in new:
        opportunity.competitors.set(new["competitors"])
    if "lines" in new:
        opportunity.lines.all().delete()
        OpportunityLine.objects.bulk_create(
            OpportunityLine(opportunity=opportunity, product_id=pk, quantity=quantity, price=price)
            for pk, (quantity, price) in new["lines"].items()
        )


# --- convert ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Converted:
    """The opportunity of a lead, and whether this call made it."""

    opportunity: Opportunity
    is_new: bool


@transaction.atomic
def convert_lead(
    *, lead: Lead, by: User, values: Mapping[str, Any] | None = None, form_token: str = ""
) -> Converted:
    """An accepted lead becomes an opportunity: one transaction, done once however often it is asked.

    It links to what exists (company, campaign, source, owner), and the lead moves to the stage of
    opportunities. While the lead has an open opportunity, that one is the answer.
    """
    lead = locked_lead(lead)
    if there := _already(lead, form_token):
        return Converted(there, is_new=False)
    is_rep = not by.reaches_all("opportunities.assign_opportunity")
    if is_rep and lead.owner is None:
        lead = leads.claim_lead(lead=lead, by=by)
    filled = _from_lead(lead, by if is_rep else None) | dict(values or {}) | {"lead": lead}
    filled["name"] = filled.get("name") or _usual_name(lead, filled)
    opportunity = open_opportunity(values=filled, by=by, form_token=form_token)
    return Converted(opportunity, is_new=True)


def _already(lead: Lead, form_token: str) -> Opportunity | None:
    """What the same form made, or the one that is open."""
    rows = Opportunity.objects.filter(lead=lead)
    made = rows.filter(form_token=form_token).first() if form_token else None
    return made or rows.filter(status=Status.OPEN).order_by("pk").first()


def _from_lead(lead: Lead, rep: User | None) -> dict[str, Any]:
    """What the lead already says; its owner keeps working on it, where they sell."""
    owner = lead.owner
    is_seller = owner is not None and owner.may("opportunities.change_opportunity")
    return {
        "company": lead.company,
        "campaign": lead.campaign,
        "source": lead.source,
        "owner": owner if is_seller else rep,
        "team": lead.team,
    }


def _usual_name(lead: Lead, values: Mapping[str, Any]) -> str:
    """The company, with the product where one is named. Never a person's name: more people may
    read opportunities than contact data."""
    company, product = values.get("company"), values.get("product")
    name = str(company) if company else f"Opportunity from lead {lead.pk}"
    return f"{name}, {product}" if product else name


# --- change -----------------------------------------------------------------------------------
@transaction.atomic
def change_opportunity(
    *, opportunity: Opportunity, values: Mapping[str, Any], by: User, version: int | None = None
) -> Opportunity:
    """Change what was given and differs. ``version`` is the one the person had before them.

    Fields that nobody else touched since then are merged; on the same field ``StaleEdit`` carries
    what both wrote, and nothing is saved.
    """
    opportunity, at = locked(opportunity), timezone.now()
    new = _differences(opportunity, values)
    parts = _part_differences(opportunity, values)
    if not new and not parts:
        return opportunity
    if version is not None and version != opportunity.version:
        refuse_overwriting(opportunity, new | parts, version)
    before = (opportunity.stage, opportunity.amount)
    old_owner = opportunity.owner
    columns = _apply(opportunity, new, by=by)
    _refuse_external_id(opportunity)
    _set_parts(opportunity, parts)
    if "amount" in new:
        keep(opportunity, OpportunityChange.Kind.VALUED, by=by, at=at, before=before)
    line = Line("changed", fields=sorted([*new, *parts]))
    save_opportunity(opportunity, columns, line, by=by, at=at)
    _tell_about_change(opportunity, old_owner, by)
    return opportunity


def _differences(opportunity: Opportunity, values: Mapping[str, Any]) -> dict[str, Any]:
    """Field → new value, only where it differs from what is stored."""
    new = {
        name: value
        for name, value in _cleaned(values).items()
        if getattr(opportunity, name) != value
    }
    for name, value in (values.get("attributes") or {}).items():
        if opportunity.attributes.get(name, "") != ("" if value is None else value):
            new[f"attributes.{name}"] = value
    return new


def _apply(opportunity: Opportunity, new: Mapping[str, Any], *, by: User) -> list[str]:
    """Put the new values on the row; the columns to save."""
    if new.get("name", "-") == "":
        raise WrongValues({"name": "Give the opportunity a name."})
    if "owner" in new:
        _check_owner(new["owner"], by, before=opportunity.owner)
    elif "team" in new:
        _check_team(opportunity, by)
    columns = {name for name in new if not name.startswith(ATTRIBUTES)}
    for name in columns:
        setattr(opportunity, name, new[name])
    attributes = {
        name.removeprefix(ATTRIBUTES): new[name] for name in new if name.startswith(ATTRIBUTES)
    }
    if attributes:
        opportunity.attributes = _kept(opportunity.attributes | attributes)
        columns.add("attributes")
    return sorted(columns | _follow(opportunity, new))


def _follow(opportunity: Opportunity, new: Mapping[str, Any]) -> set[str]:
    """What changes with what was changed; the columns. A person takes the place of a mere name."""
    columns = set()
    if "owner" in new:
        opportunity.owner_name = ""
        _follow_owner(opportunity, is_team_given="team" in new)
        columns |= {"owner_name", "team"}
    if "team" in new:
        opportunity.team_name = ""
        columns.add("team_name")
    if opportunity.amount is not None and not opportunity.currency:
        opportunity.currency = settings.CURRENCY
        columns.add("currency")
    return columns


def _tell_about_change(opportunity: Opportunity, old_owner: User | None, by: User) -> None:
    if opportunity.owner == old_owner:
        tell_owner(opportunity, f"{opportunity} was changed.", by)
        return
    if opportunity.owner is not None:
        _tell_new_owner(opportunity, by)
    if old_owner is not None:
        gone = f"went to {opportunity.owner}" if opportunity.owner else "has no owner any longer"
        notify(
            old_owner,
            f"The opportunity {opportunity} {gone}.",
            kind="opportunity_assigned",
            actor=by,
        )
