"""Keeping one record per person: who is already here, and what a colleague may be told about it.

The same address or external id is refused; what only makes it likely (the same mailbox written
otherwise, the same phone number, the same name at the same company) is warned of, and whoever goes on
says why. Web forms and hooks accept and flag instead (``leads.merging``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from leads import mailboxes
from leads.former import Kind, resolve_former
from leads.identity import keys_of
from leads.models import Lead, Touchpoint
from portal.core.errors import RuleViolation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from leads.reading import Prepared
    from portal.accounts.models import User

#: A value that more leads share says nothing about any of them.
TOO_COMMON = 20
#: As many are shown.
MOST_SHOWN = 5
CONTACTS = (Touchpoint.Kind.CALL, Touchpoint.Kind.EMAIL, Touchpoint.Kind.MEETING)


class DuplicateLead(RuleViolation):
    """The person is already here. ``lead`` is set only when the reader may open it."""

    def __init__(self, message: str, *, field: str, lead: Lead | None) -> None:
        super().__init__(message, code="duplicate")
        self.field = field
        self.lead = lead


# --- what is refused ---------------------------------------------------------------------------
def refuse_duplicate(row: Prepared, *, by: User | None, besides: Lead | None = None) -> None:
    """Raise ``DuplicateLead`` when the e-mail address or the external id belongs to another lead,
    today or before that lead absorbed it."""
    for field, value in (("email", row.email_key), ("external_id", row.external_id)):
        if value and (lead := _holder(field, value, besides)) is not None:
            raise DuplicateLead(
                _sentence(lead, field, by), field=field, lead=lead if _may_see(by, lead) else None
            )


def _holder(field: str, value: str, besides: Lead | None) -> Lead | None:
    column = "email_key" if field == "email" else field
    rows = Lead.objects.select_related("owner", "team").exclude(pk=besides.pk if besides else None)
    found = rows.filter(**{column: value}).first()
    if found is not None:
        return found
    absorbed = resolve_former(Kind(field), [value])
    return rows.filter(pk=absorbed[value]).first() if absorbed else None


def _may_see(by: User | None, lead: Lead) -> bool:
    return by is None or Lead.objects.permitted(by, "leads.view_lead").filter(pk=lead.pk).exists()


def holder_of(lead: Lead) -> str:
    """Whose a lead is: all that somebody who may not open it is told."""
    return str(lead.owner or lead.team or "another team")


def _sentence(lead: Lead, field: str, by: User | None) -> str:
    """Names the lead to whoever may open it, and to others its owner and nothing else."""
    what = "e-mail address" if field == "email" else "external id"
    if _may_see(by, lead):
        return f"{lead} already has this {what}. Nothing was saved; work on that lead instead."
    return f"A lead with this {what} already exists and belongs to {holder_of(lead)}. Nothing was saved; ask there."


# --- what is warned of -------------------------------------------------------------------------
@dataclass(frozen=True)
class Twin:
    """A lead that may be the same person, as far as the reader may know it.

    ``shown`` is None for who may not open it: they hear whose it is and when that person was last in
    contact, and neither a name nor what the two have in common.
    """

    lead: Lead
    field: str
    why: str
    shown: Lead | None
    contact: Touchpoint | None = None

    @property
    def holder(self) -> str:
        return holder_of(self.lead)

    @property
    def contacted(self) -> str:
        """``already contacted by Rita Rep on 3 May 2026``; empty where nobody was."""
        if self.contact is None:
            return ""
        on = timezone.localtime(self.contact.occurred_at)
        return f"already contacted by {self.contact.by} on {on.day} {on:%B %Y}"

    def __str__(self) -> str:
        what = f"{self.shown} ({self.why})" if self.shown else f"a lead of {self.holder}"
        return f"{what}, {self.contacted}" if self.contact else what


def twins(row: Prepared, *, by: User, form_token: str = "") -> list[Twin]:
    """Leads that may be the same person: a warning, not a refusal.

    What the same form made a moment ago is not a second person.
    """
    found: dict[int, tuple[Lead, str, str]] = {}
    for field, why, rows in _likenesses(row):
        rows = rows.exclude(form_token=form_token) if form_token else rows
        # Who has the very address is refused anyhow.
        rows = rows.exclude(email_key=row.email_key) if row.email_key else rows
        for lead in _unless_common(rows):
            found.setdefault(lead.pk, (lead, field, why))
    shown = list(found.values())[:MOST_SHOWN]
    ids = [lead.pk for lead, _, _ in shown]
    visible = set()
    if ids:
        mine = Lead.objects.permitted(by, "leads.view_lead").filter(pk__in=ids)
        visible = set(mine.values_list("pk", flat=True))
    contacts = last_contacts(ids)
    return [
        Twin(lead, field, why, lead if lead.pk in visible else None, contacts.get(lead.pk))
        for lead, field, why in shown
    ]


def _unless_common(rows: QuerySet[Lead]) -> list[Lead]:
    leads = list(rows.select_related("owner", "team", "company").order_by("pk")[: TOO_COMMON + 1])
    return [] if len(leads) > TOO_COMMON else leads


def _likenesses(row: Prepared) -> list[tuple[str, str, QuerySet[Lead]]]:
    """Field, words and rows of each likeness. NOT (x = '') lets the partial indexes be used."""
    name = row.lead.get("full_name", "")
    keys = keys_of(
        email=row.lead.get("email", ""),
        phone=row.lead.get("phone", ""),
        full_name=name,
        country=row.lead.get("country", ""),
    )
    found: list[tuple[str, str, QuerySet[Lead]]] = []
    mailbox = keys["email_canonical"]
    if mailbox and not mailboxes.is_role(mailbox):
        same = Lead.objects.filter(email_canonical=mailbox).exclude(email_canonical="")
        found.append(("email", "same mailbox", same))
    if phone := keys["phone_key"]:
        same = Lead.objects.filter(phone_key=phone).exclude(phone_key="")
        found.append(("phone", "same phone number", same))
    if " " in keys["name_key"] and (where := _same_company(row, keys["email_key"])):
        same = Lead.objects.filter(where, name_key=keys["name_key"]).exclude(name_key="")
        found.append(("full_name", "same name at the same company", same))
    return found


def _same_company(row: Prepared, email: str) -> Q:
    where = Q()
    if company := row.company.get("name_key", ""):
        where |= Q(company__name_key=company)
    domain = row.company.get("domain", "") or mailboxes.company_domain(email)
    if domain and not mailboxes.is_free(domain):
        where |= Q(company__domain=domain) | Q(email_key__endswith=f"@{domain}")
    return where


def last_contacts(ids: Sequence[int], *, department: str = "") -> dict[int, Touchpoint]:
    """Lead id → the last call, mail or meeting that a colleague (of ``department``) had. One query."""
    if not ids:
        return {}
    touches = Touchpoint.objects.filter(lead__in=ids, kind__in=CONTACTS, by__isnull=False)
    if department:
        touches = touches.filter(by__department=department)
    found: dict[int, Touchpoint] = {}
    for touch in touches.select_related("by").order_by("lead", "-occurred_at", "-pk"):
        found.setdefault(touch.lead_id or 0, touch)
    return found


def refuse_unexplained(row: Prepared, *, by: User, reason: str) -> list[Lead]:
    """Raise ``DuplicateLead`` for a likely duplicate that nobody gave a reason for; for the API.

    Answers with the leads that the reason tells the new one apart from.
    """
    alike = twins(row, by=by)
    if alike and not reason.strip():
        first = alike[0]
        told = "; ".join(str(twin) for twin in alike)
        raise DuplicateLead(
            f"Perhaps this person is already here: {told}. Nothing was saved; give a "
            "duplicate_reason to add them all the same.",
            field=first.field if first.shown else "duplicate_reason",
            lead=first.shown,
        )
    return [twin.lead for twin in alike]


# --- what is remembered --------------------------------------------------------------------------
TellApart = Callable[[Lead, Sequence[Lead], Any, str], object]
_APART: list[TellApart] = []


def when_told_apart(act: TellApart) -> None:
    """``act(lead, others, by, reason)`` is called when somebody adds a person in spite of a warning."""
    if act not in _APART:
        _APART.append(act)


def tell_apart(lead: Lead, others: Sequence[Lead], *, by: User, reason: str) -> None:
    for act in _APART:
        act(lead, others, by, reason)
