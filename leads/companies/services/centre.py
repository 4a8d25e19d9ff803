"""The acts on a buying centre: who plays which part, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.companies.models import ROLES, Member, Relation
from leads.models import Company
from leads.normalising import clean_text
from portal.activity.services import record
from portal.core.errors import RuleViolation, StaleEdit

if TYPE_CHECKING:
    from datetime import datetime

    from leads.models import Lead
    from portal.accounts.models import User

#: A buying centre of more people is a mailing list.
MOST_MEMBERS = 100
TEXTS = {"pains": "What hurts", "answer": "Our answer", "note": "Note"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is said about a person. None leaves what stands there."""

    roles: Collection[str] | None = None
    stance: str | None = None
    influence: str | None = None
    pains: str | None = None
    answer: str | None = None
    note: str | None = None

    def put_on(self, member: Member) -> list[str]:
        """Write it on the row; the names of what is different now."""
        changed = []
        if self.roles is not None and set(self.roles) != set(member.roles):
            member.play([role for role in self.roles if role in ROLES])
            changed.append("roles")
        for name in ("stance", "influence", *TEXTS):
            given = getattr(self, name)
            if given is None:
                continue
            value = clean_text(given, lines=True)[:2000] if name in TEXTS else given
            if value != getattr(member, name):
                setattr(member, name, value)
                changed.append(name)
        return changed


def _locked_company(company: Company) -> Company:
    """One buying centre is changed by one person at a time."""
    return Company.objects.select_for_update(of=("self",)).get(pk=company.pk)


# --- people -----------------------------------------------------------------------------------
@transaction.atomic
def add_member(*, company: Company, lead: Lead, part: Part, by: User) -> Member:
    """Put a person into the buying centre. Who is in it already stays as they are."""
    company = _locked_company(company)
    if lead.company_id != company.pk:
        raise RuleViolation(f"This person does not belong to {company}. Nothing was saved.")
    if (made := Member.objects.filter(company=company, lead=lead).first()) is not None:
        return made
    if Member.objects.filter(company=company).count() >= MOST_MEMBERS:
        raise RuleViolation(
            f"There are {MOST_MEMBERS} people in this buying centre already. Take somebody out first."
        )
    at = timezone.now()
    member = Member(company=company, lead=lead)
    part.put_on(member)
    member.verify(by=by, at=at)
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        return Member.objects.get(company=company, lead=lead)
    _write_down("centre_joined", member, by, at=at)
    return member


@transaction.atomic
def change_member(*, member: Member, part: Part, by: User, version: int | None = None) -> Member:
    """Change a part, and say thereby that the rest of it is still so.

    Somebody who read an older ``version`` is told what stands there now; nothing is saved.
    """
    member = _locked_member(member)
    if version is not None and version != member.version:
        raise StaleEdit(
            "Somebody else changed this part while you were writing. "
            "Read what stands there now, then save again; nothing of yours was saved yet."
        )
    changed = part.put_on(member)
    member.verify(by=by, at=(at := timezone.now()))
    member.version += 1
    member.save()
    if changed:
        _write_down("centre_changed", member, by, changed, at=at)
    return member


@transaction.atomic
def verify_member(*, member: Member, by: User) -> Member:
    """It is still so."""
    member = _locked_member(member)
    member.verify(by=by, at=timezone.now())
    member.save(update_fields=["verified_by", "verified_at"])
    return member


@transaction.atomic
def remove_member(*, member: Member, by: User) -> None:
    """Take a person out, with their relations. The person stays a lead of the company."""
    member = _locked_member(member)
    _write_down("centre_left", member, by, at=timezone.now())
    member.delete()


def _locked_member(member: Member) -> Member:
    rows = Member.objects.select_for_update(of=("self",)).select_related("company", "lead")
    found = rows.filter(pk=member.pk).first()
    if found is None:
        raise RuleViolation("Somebody else took this person out of the buying centre meanwhile.")
    return found


def _write_down(
    verb: str, member: Member, by: User, fields: Collection[str] = (), *, at: datetime
) -> None:
    """The history names parts, never people: who may see the company need not see everybody."""
    words = ", ".join(member.role_labels) or "Part not known"
    summary = f"{words}; {member.get_stance_display().lower()}"
    data = {"member": member.pk, "parts": sorted(fields)}
    record(actor=by, verb=verb, subject=member.company, summary=summary, data=data, at=at)


# --- relations --------------------------------------------------------------------------------
@transaction.atomic
def add_relation(*, source: Member, target: Member, kind: str, by: User) -> Relation:
    """Say how two people stand to each other. The same again answers with the first."""
    company = _locked_company(source.company)
    relation = Relation(
        source=source, target=target, kind=kind, created_by=by, created_at=timezone.now()
    )
    relation.check_ends()
    relation.put_in_order()
    again = Relation.objects.filter(source=relation.source, target=relation.target, kind=kind)
    if (made := again.first()) is not None:
        return made
    if kind == Relation.Kind.REPORTS_TO:
        _check_superiors(relation)
    try:
        with transaction.atomic():
            relation.save(force_insert=True)
    except IntegrityError:
        if (made := again.first()) is not None:
            return made
        raise
    words = relation.get_kind_display().lower()
    record(
        actor=by,
        verb="centre_related",
        subject=company,
        summary=words,
        at=relation.created_at,
    )
    return relation


def _check_superiors(relation: Relation) -> None:
    """Nobody has two superiors, and nobody is above themselves. One query for the whole centre."""
    rows = Relation.objects.filter(
        kind=Relation.Kind.REPORTS_TO, source__company=relation.source.company_id
    )
    above = dict(rows.values_list("source_id", "target_id"))
    if relation.source_id in above:
        raise RuleViolation(
            "This person already reports to somebody. Take that relation out first."
        )
    walker: int | None = relation.target_id
    for _ in range(len(above) + 1):
        if walker == relation.source_id:
            raise RuleViolation("They would report to each other in a circle. Nothing was saved.")
        walker = above.get(walker) if walker is not None else None


@transaction.atomic
def remove_relation(*, relation: Relation, by: User) -> None:
    words = relation.get_kind_display().lower()
    company, at = relation.source.company, timezone.now()
    record(actor=by, verb="centre_unrelated", subject=company, summary=words, at=at)
    relation.delete()
