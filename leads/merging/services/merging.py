"""Two leads become one: everything in one transaction, and nothing that cannot be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.duplicates import last_contacts
from leads.fits import match_lead
from leads.former import Kind, absorb, merged_away
from leads.merging import carrying, choosing, rights
from leads.merging.choosing import ATTRIBUTE, PARTS, Side, part_named
from leads.merging.models import Candidate, Merge
from leads.models import Assignment, Lead, Touchpoint
from leads.moving import followers
from leads.services.records import WrongValues
from leads.services.saving import Line, save_lead
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.notifications.services import notify

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from portal.accounts.models import User

#: Somebody may write to the lead that goes just as it goes; then all is done once more.
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What the person asked for. ``choices`` names parts; ``assign`` gives both leads to one side
    although others will then read both histories."""

    choices: Mapping[str, Side] = field(default_factory=dict)
    reason: str = ""
    assign: bool = False
    form_token: str = ""


def wishes_of(keep: Mapping[str, Any], *, mine: Side) -> dict[str, Side]:
    """``{"phone": "mine", "attributes.size": "theirs"}`` → parts and sides. ``mine`` says whose "mine" is."""
    other = Side.KEPT if mine is Side.LOST else Side.LOST
    sides = {"mine": mine, "theirs": other}
    found: dict[str, Side] = {}
    errors: dict[str, str] = {}
    for name, side in keep.items():
        part = part_named(name)
        key = name if name.startswith(ATTRIBUTE) else part.name if part else ""
        if not key:
            errors[name] = "This is no field that can be chosen."
        elif side not in sides:
            errors[name] = "Say “mine” or “theirs”."
        elif found.setdefault(key, sides[side]) is not sides[side]:
            errors[name] = f"This belongs to {key}, for which the other side was chosen."
    if errors:
        raise WrongValues(errors)
    return found


def contacted(lead: Lead) -> Touchpoint | None:
    """The last time that a colleague was in contact with the person."""
    return last_contacts([lead.pk]).get(lead.pk)


def who_stays(one: Lead, other: Lead) -> tuple[Lead, Lead, str]:
    """The lead that stays, the one that goes, and why, by the stated rule."""
    standings = [
        choosing.Standing(
            pk=lead.pk,
            is_contacted=contacted(lead) is not None,
            is_won=lead.status == Lead.Status.WON,
            reached=lead.reached,
            created_at=lead.created_at,
        )
        for lead in (one, other)
    ]
    pk, why = choosing.stays(*standings)
    return (one, other, why) if pk == one.pk else (other, one, why)


def merge_leads(*, lost: Lead, kept: Lead, by: User, wish: Wish | None = None) -> Merge:
    """Make one lead of two. ``kept`` stays, ``lost`` goes; its old number and keys lead to ``kept``."""
    wish = wish or Wish()
    if lost.pk == kept.pk:
        raise RuleViolation("This is one lead, not two.", code="same")
    for last in (False,) * (ROUNDS - 1) + (True,):
        try:
            with transaction.atomic():
                return _merge(lost.pk, kept.pk, by, wish)
        except IntegrityError:
            if made := _made_by(wish.form_token):
                return made
            if last:
                raise
    raise AssertionError("The last round returns or raises.")


def _made_by(token: str) -> Merge | None:
    return Merge.objects.filter(form_token=token).first() if token else None


def _merge(lost_id: int, kept_id: int, by: User, wish: Wish) -> Merge:
    if made := _made_by(wish.form_token):
        return made
    lost, kept = both_locked(lost_id, kept_id)
    at = timezone.now()
    choices = dict(wish.choices)
    place = _place_after(lost, kept, choices, by, wish.assign)
    before = values_of(kept)
    after = choosing.combined(before, values_of(lost), choices)
    after |= {"owner_id": place.owner_id, "team_id": place.team_id}
    pair = Candidate.objects.filter(low=min(lost_id, kept_id), high=max(lost_id, kept_id)).first()
    merge = Merge(
        lead=kept, kept=kept.pk, lost=lost.pk, lost_name=str(lost)[:300], by=by, at=at,
        reason=wish.reason.strip()[:300], form_token=wish.form_token, strength=pair.strength if pair else None,
    )  # fmt: skip
    apart = _told_apart(lost, kept)
    manifest = carrying.carry(lost, kept)
    manifest |= {"lost": carrying.packed([lost]), "topics": [lost.topic_id, kept.topic_id]}
    Lead.objects.filter(pk=lost.pk)._raw_delete(using=lost._state.db)
    manifest["before"] = _rewrite(kept, after, lost=lost, by=by, at=at)
    manifest["after"] = plain(after)
    manifest["former"] = _old_keys(kept, lost, before)
    manifest["apart"] = _keep_apart(kept, apart)
    merge.manifest = manifest
    merge.save(force_insert=True)
    _announce(merge, lost, kept, by)
    for follow in followers():
        follow(kept)
    return merge


def both_locked(one: int, other: int) -> tuple[Lead, Lead]:
    """The two leads, held in the order of their numbers, so that nobody waits in a circle."""
    rows = Lead.objects.select_for_update(of=("self",)).select_related("owner", "team", "stage")
    found = {lead.pk: lead for lead in rows.filter(pk__in=(one, other)).order_by("pk")}
    for pk in (one, other):
        if pk not in found:
            raise merged_away(pk)
    return found[one], found[other]


def values_of(lead: Lead) -> dict[str, Any]:
    return {f.attname: getattr(lead, f.attname) for f in lead._meta.concrete_fields}


# --- who reads it afterwards ---------------------------------------------------------------------
def _place_after(
    lost: Lead, kept: Lead, choices: dict[str, Side], by: User, assign: bool
) -> rights.Place:
    """Where the one lead belongs. Nobody may read more than before, unless it is given to them."""
    theirs, mine = rights.place_of(lost), rights.place_of(kept)
    _refuse_taking(lost, kept, by)
    owner = next(part for part in PARTS if part.name == "owner")
    usual = choosing.usual_side(owner, values_of(kept), values_of(lost))
    chosen = choices.get("owner")
    sides = [chosen] if chosen else [usual, Side.LOST if usual is Side.KEPT else Side.KEPT]
    readers = rights.Readers()
    for side in sides:
        place = theirs if side is Side.LOST else mine
        if not rights.widened(readers, place, mine, theirs):
            return place
    place = theirs if sides[0] is Side.LOST else mine
    if assign and by.reaches_all("leads.assign_lead"):
        _give_both(lost, kept, place, by)
        return place
    raise RuleViolation(
        f"One of these leads belongs to {rights.name_of(mine)}, the other to {rights.name_of(theirs)}. "
        f"Merged, {rights.name_of(place)} would read what is hidden from them now. "
        "A manager or marketer can give both to one side and merge.",
        code="widens",
    )


def _refuse_taking(lost: Lead, kept: Lead, by: User) -> None:
    """Who cannot assign leads takes none from a colleague by merging it."""
    others = {lead.owner_id for lead in (lost, kept)} - {None, by.pk}
    if by.reaches_all("leads.assign_lead") or not others:
        return
    if lost.owner_id == kept.owner_id:
        return
    holder = next(lead.owner for lead in (lost, kept) if lead.owner_id in others)
    raise RuleViolation(
        f"One of these leads belongs to {holder}. Ask them or a manager to merge the two.",
        code="not_yours",
    )


def _give_both(lost: Lead, kept: Lead, place: rights.Place, by: User) -> None:
    """What changes hands is written down as what it is: an assignment."""
    for lead in (lost, kept):
        if rights.place_of(lead) != place:
            Assignment.objects.create(
                lead=lead,
                from_owner_id=lead.owner_id,
                to_owner_id=place.owner_id,
                at=timezone.now(),
                by=by,
                reason="Given away to be merged with the other record of this person",
            )


# --- the row that stays --------------------------------------------------------------------------
def _rewrite(
    kept: Lead, after: dict[str, Any], *, lost: Lead, by: User, at: datetime
) -> dict[str, Any]:
    """Put the combined values on the row that stays; answers with what it had before, where it differs."""
    old = values_of(kept)
    for column, value in after.items():
        setattr(kept, column, value)
    if kept.topic_id is None and lost.topic_id is not None:
        kept.topic_id = lost.topic_id
    # Higher than both, with a gap, so that whoever still edits an older version is asked.
    kept.version = old["version"] + lost.version
    kept.know()
    match_lead(kept)
    new = values_of(kept)
    changed = [name for name in new if new[name] != old[name] and name != "version"]
    names = sorted({n for part in PARTS for n in [part.name] if set(part.columns) & set(changed)})
    line = Line("merged", f"Lead {lost.pk}", fields=names, data={"lost": lost.pk})
    save_lead(kept, changed, line, by=by, at=at)
    before = {name: old[name] for name in changed}
    after.update({name: new[name] for name in changed})
    return plain(before)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON keeps them."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def _old_keys(kept: Lead, lost: Lead, before: dict[str, Any]) -> dict[str, list[int]]:
    """Old numbers, addresses and external ids lead to the lead that stays."""
    addresses = {lost.email_key, before["email_key"]} - {"", kept.email_key}
    ids = {lost.external_id, before["external_id"]} - {"", kept.external_id}
    return {
        Kind.LEAD: absorb(kept, Kind.LEAD, [str(lost.pk)]),
        Kind.EMAIL: absorb(kept, Kind.EMAIL, addresses),
        Kind.EXTERNAL_ID: absorb(kept, Kind.EXTERNAL_ID, ids),
    }


def _told_apart(lost: Lead, kept: Lead) -> list[tuple[int, Candidate]]:
    """Whom people have told apart from the lead that goes: they are not the lead that stays either."""
    rows = Candidate.objects.of(lost.pk).filter(state=Candidate.State.APART)
    pairs = [(row.high_id if row.low_id == lost.pk else row.low_id, row) for row in rows]
    return [(other, row) for other, row in pairs if other != kept.pk]


def _keep_apart(kept: Lead, apart: list[tuple[int, Candidate]]) -> list[int]:
    made = []
    for other, row in apart:
        low, high = sorted((kept.pk, other))
        known, is_new = Candidate.objects.get_or_create(
            low_id=low,
            high_id=high,
            defaults={
                "strength": row.strength,
                "band": row.band,
                "reasons": row.reasons,
                "state": row.state,
                "reason": row.reason,
                "decided_by_id": row.decided_by_id,
                "decided_at": row.decided_at,
            },
        )
        if is_new:
            made.append(known.pk)
    return made


def _announce(merge: Merge, lost: Lead, kept: Lead, by: User) -> None:
    owner = lost.owner
    if owner is not None and owner.pk != kept.owner_id:
        text = f"{merge.lost_name} was merged into a lead of {kept.owner or 'the pool'}."
        notify(owner, text, kind="lead_assigned", actor=by)
    if kept.owner is not None:
        text = f"{merge.lost_name} was merged into {kept}."
        url = kept.get_absolute_url()
        notify(kept.owner, text, kind="lead_changed", url=url, actor=by, about=kept)
    data = {"merge": merge.pk, "lost": merge.lost}
    record(actor=by, verb="merged", subject=merge, summary=merge.reason, data=data, at=merge.at)
