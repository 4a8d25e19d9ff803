"""Writing the record: create and change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.capture import References, company_of
from leads.consent import note_consent, state_consent
from leads.duplicates import refuse_duplicate, tell_apart
from leads.erased import keys_of_values, refuse_erased, take_turn
from leads.fields import FIELDS, NOBODY
from leads.fits import match_lead
from leads.following import What, changed
from leads.identity import KEY_COLUMNS, KEYED_FIELDS
from leads.models import Lead, StageChange
from leads.services.journal import add_note
from leads.services.saving import Line, locked, save_lead
from portal.activity.models import Activity
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from leads.reading import Prepared
    from portal.accounts.models import User

#: Where a consent comes from that a colleague typed in.
ENTERED = "Entered by a colleague"
#: What only acts may change once a lead exists.
ONLY_AT_CREATION = frozenset({"created_at", "converted_at", "lost_at", "lost_reason"})


class WrongValues(RuleViolation):
    """Values that cannot be stored, one sentence a field. Shown beside the fields on page and API."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        sentences = {name: [text] for name, text in by_field.items()}
        super().__init__(" ".join(by_field.values()), code="invalid", errors=sentences)
        self.by_field = dict(by_field)


def _rows_of(prepared: Prepared, by: User) -> dict[str, Any]:
    rows, errors = References(by).resolve(prepared.references)
    if errors := prepared.errors | errors:
        raise WrongValues(errors)
    return rows


# --- create -----------------------------------------------------------------------------------
@transaction.atomic
def create_lead(
    *,
    prepared: Prepared,
    by: User,
    form_token: str = "",
    consent_source: str = "",
    apart_from: Sequence[Lead] = (),
    apart_because: str = "",
) -> Lead:
    """One new lead, or the one that the same form made a moment ago.

    ``consent_source`` says by which way in the consent came; without one, a colleague entered it.
    ``apart_from`` are leads of which the person was warned and ``apart_because`` why it is none of them.
    """
    if form_token and (made := Lead.objects.filter(form_token=form_token).first()):
        return made
    take_turn()
    at = timezone.now()
    rows = _rows_of(prepared, by)
    if not prepared.identifies:
        raise WrongValues({"email": NOBODY})
    refuse_duplicate(prepared, by=by)
    lead = Lead(created_at=at, updated_at=at, form_token=form_token)
    _fill_new(lead, prepared, rows, by=by, at=at)
    refuse_erased(vars(lead))
    if lead.consent != Lead.Consent.UNKNOWN:
        state_consent(lead, source=consent_source or ENTERED, at=at)
    try:
        with transaction.atomic():
            lead.save(force_insert=True)
    except IntegrityError:
        # Somebody else was quicker by a moment; the unique keys decided.
        if form_token and (made := Lead.objects.filter(form_token=form_token).first()):
            return made
        refuse_duplicate(prepared, by=by)
        raise
    _tell_beginning(lead, by=by, at=at)
    told = {"version": lead.version} | _remember_apart(lead, apart_from, apart_because, by)
    record(actor=by, verb="created", subject=lead, summary=apart_because, data=told, at=at)
    if prepared.note:
        add_note(lead=lead, body=prepared.note, by=by)
    changed([lead.pk], What.LEAD)
    return lead


def _tell_beginning(lead: Lead, *, by: User, at: datetime) -> None:
    """The stage and the consent with which a lead comes in."""
    StageChange.objects.create(
        lead=lead,
        from_stage=None,
        to_stage=lead.stage,
        at=at,
        by=by,
        revision_id=lead.stage_revision_id,
    )
    note_consent(lead, before=Lead.Consent.UNKNOWN, by=by, at=at)


def _remember_apart(
    lead: Lead, others: Sequence[Lead], because: str, by: User
) -> dict[str, list[int]]:
    """What the history says of the leads that a new one was told apart from."""
    if not others:
        return {}
    tell_apart(lead, others, by=by, reason=because.strip())
    return {"apart_from": [other.pk for other in others]}


def _fill_new(
    lead: Lead, prepared: Prepared, rows: dict[str, Any], *, by: User, at: datetime
) -> None:
    for column, value in prepared.lead.items():
        setattr(lead, column, value)
    if lead.heard_about_us:
        lead.heard_state, lead.heard_asked_by, lead.heard_asked_at = Lead.Heard.TOLD, by, at
    lead.company = company_of(prepared.company)
    lead.campaign = rows.get("campaign")
    lead.attributes = {
        key: value for key, value in prepared.attributes.items() if value not in (None, "")
    }
    lead.know()
    _choose(lead, rows.get("persona"), by)
    stage = rows.get("stage") or _first_stage(lead)
    if stage is None:
        raise RuleViolation(
            "No funnel is in force yet. Both departments agree one before leads can be added."
        )
    lead.start(stage, at=lead.created_at, revision_id=stage.revision_id)
    _give_first_owner(lead, rows, by)


def _first_stage(lead: Lead) -> Stage | None:
    """Where a new lead comes in of which no stage was told: who has bought is a customer."""
    stages = Stage.objects.active()
    bought = stages.filter(kind=Stage.Kind.CUSTOMER).first() if lead.converted_at else None
    return bought or stages.first()


def _give_first_owner(lead: Lead, rows: dict[str, Any], by: User) -> None:
    """A rep who adds a lead owns it, or leaves it to the pool of their team."""
    is_rep = not by.reaches_all("leads.assign_lead")
    owner = rows.get("owner", by if is_rep else None)
    if is_rep and owner not in (None, by):
        raise WrongValues(
            {
                "owner": "You can keep a new lead or leave it to your team; a manager can give it away."
            }
        )
    if owner is not None:
        lead.give_to(owner)
    elif is_rep and by.team_ids:
        lead.team_id = min(by.team_ids)


def _choose(lead: Lead, persona: Any, by: User | None) -> None:
    """What a person chose stays; without a choice the best fit is computed."""
    lead.persona, lead.persona_chosen_by = persona, by if persona else None
    lead.persona_revision_id = persona.document.in_force_id if persona else None
    if persona is None:
        match_lead(lead)


# --- change -----------------------------------------------------------------------------------
@transaction.atomic
def change_lead(
    *,
    lead: Lead,
    prepared: Prepared,
    by: User,
    version: int | None = None,
    consent_source: str = "",
) -> Lead:
    """Change what was given and differs. ``version`` is the one the person had before them.

    Fields that nobody else touched since then are merged; on the same field ``StaleEdit`` carries
    what both wrote, and nothing is saved.
    """
    take_turn()
    lead = locked(lead)
    rows = _rows_of(prepared, by)
    new = _differences(lead, prepared, rows)
    if not new:
        return lead
    if version is not None and version != lead.version:
        _refuse_overwriting(lead, new, version)
    refuse_duplicate(prepared, by=by, besides=lead)
    before, had = lead.consent, keys_of_values(vars(lead))
    columns = _apply(lead, new, by=by, at=(at := timezone.now()))
    refuse_erased(vars(lead), had=had)
    if lead.consent != before:
        columns += state_consent(lead, source=consent_source or ENTERED, at=at)
    if not (lead.external_id or lead.email_key or lead.phone or (lead.name and lead.company_id)):
        raise WrongValues({"email": NOBODY})
    try:
        with transaction.atomic():
            save_lead(lead, columns, Line("changed", fields=sorted(new)), by=by, at=at)
    except IntegrityError:
        refuse_duplicate(prepared, by=by, besides=lead)
        raise
    note_consent(lead, before=before, by=by, at=at)
    return lead


def _differences(lead: Lead, prepared: Prepared, rows: dict[str, Any]) -> dict[str, Any]:
    """Contract name → new value, only where it differs from what is stored."""
    given = {
        n: v for n, v in prepared.lead.items() if n not in ONLY_AT_CREATION and n != "email_key"
    }
    new = {name: value for name, value in given.items() if getattr(lead, name) != value}
    if "name" in prepared.company:
        company = company_of(prepared.company)
        if (company.pk if company else None) != lead.company_id:
            new["company.name"] = company
    elif prepared.company and (known := lead.company) is not None:
        company_of({"name": known.name, "name_key": known.name_key, **prepared.company})
    for name in ("campaign", "persona"):
        if name in rows and (rows[name].pk if rows[name] else None) != getattr(lead, f"{name}_id"):
            new[name] = rows[name]
    for name, value in prepared.attributes.items():
        if lead.attributes.get(name, "") != ("" if value is None else value):
            new[f"attributes.{name}"] = value
    return new


def _apply(lead: Lead, new: dict[str, Any], *, by: User, at: datetime) -> list[str]:
    """Put the new values on the row; the columns to save."""
    columns: set[str] = set()
    for name, value in new.items():
        if name.startswith("attributes."):
            _set_attribute(lead, name.removeprefix("attributes."), value)
            columns.add("attributes")
        elif name == "persona":
            _choose(lead, value, by)
            columns |= {"persona", "persona_chosen_by", "persona_revision"}
        else:
            column = "company" if name == "company.name" else name
            setattr(lead, column, value)
            columns.add(column)
    if {"first_name", "last_name"} & new.keys() and "full_name" not in new:
        lead.full_name = f"{lead.first_name} {lead.last_name}".strip()[:240]
        columns.add("full_name")
    if new.keys() & KEYED_FIELDS:
        lead.know()
        columns |= set(KEY_COLUMNS)
    if "heard_about_us" in new:
        lead.heard_state = Lead.Heard.TOLD if lead.heard_about_us else Lead.Heard.NOT_ASKED
        lead.heard_asked_by, lead.heard_asked_at = (by, at) if lead.heard_about_us else (None, None)
        lead.heard_detail = ""
        columns |= {"heard_state", "heard_detail", "heard_asked_by", "heard_asked_at"}
    if "persona" not in new and match_lead(lead):
        columns |= {"persona", "persona_revision"}
    return sorted(columns)


def _set_attribute(lead: Lead, name: str, value: Any) -> None:
    if value in (None, ""):
        lead.attributes.pop(name, None)
    else:
        lead.attributes[name] = value


def _refuse_overwriting(lead: Lead, new: dict[str, Any], version: int) -> None:
    """Raise ``StaleEdit`` for fields that others wrote since ``version``."""
    lines = [
        line
        for line in Activity.objects.of(lead)
        .filter(data__version__gt=version)
        .select_related("actor")
        if isinstance(line.data.get("version"), int)
    ]
    # A gap in the versions is a change that left no line, such as an import: then anything may have changed.
    is_complete = {line.data["version"] for line in lines} >= set(
        range(version + 1, lead.version + 1)
    )
    touched = {name: line for line in reversed(lines) for name in line.data.get("fields", [])}
    both = {name: value for name, value in new.items() if name in touched or not is_complete}
    if both:
        raise StaleEdit(
            "Somebody else changed this lead while you were writing. Nothing of yours was saved yet.",
            conflicts={
                name: _conflict(lead, name, value, touched.get(name))
                for name, value in both.items()
            },
        )


def _conflict(lead: Lead, name: str, mine: Any, line: Activity | None) -> dict[str, Any]:
    if name.startswith("attributes."):
        theirs = lead.attributes.get(name.removeprefix("attributes."), "")
    else:
        theirs = getattr(lead, "company" if name == "company.name" else name)
    label = FIELDS[name].label if name in FIELDS else name.removeprefix("attributes.")
    who = {"by": str(line.actor or "Accord"), "at": line.at} if line else {}
    return {"name": name, "label": label, "mine": mine or "", "theirs": theirs or "", **who}
