"""One timeline of a company: what happened to it and to those of its people whom one may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from leads.companies.models import TargetAccount
from leads.companies.preparing import LABELS
from leads.models import Company, Lead
from leads.timeline import (
    Entry,
    Part,
    Source,
    first_page,
    newest_rows,
    page_of,
    readable_sources,
)
from portal.accounts.policy import masked_fields
from portal.activity.models import Activity
from portal.core.statements import Statement

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User

VERBS = {
    "created": ("building-2", "Company added"),
    "imported": ("upload", "Company imported"),
    "centre_joined": ("user-plus", "Somebody joined the buying centre"),
    "centre_changed": ("user-check", "A part in the buying centre changed"),
    "centre_left": ("user-minus", "Somebody left the buying centre"),
    "centre_related": ("link", "A relation in the buying centre"),
    "centre_unrelated": ("unlink", "A relation in the buying centre was taken out"),
}
#: What the name of a lead is made of.
NAMED = ("full_name", "first_name", "last_name", "email", "external_id")
#: Beyond the sources of leads, so that cursors keep their meaning when a room adds one.
OWN_RANK = 1000


@dataclass(frozen=True)
class Line:
    """An entry with the person it is about: a name and an address, or neither."""

    entry: Entry
    who: str = ""
    url: str = ""


@dataclass(frozen=True)
class CompanyTimeline:
    lines: Sequence[Line]
    next: str


def _of_company(line: Activity) -> Entry:
    icon, text = VERBS.get(line.verb, ("dot", line.verb.replace("_", " ").capitalize()))
    if line.verb == "changed":
        names = [
            LABELS.get(name, name.removeprefix("attributes.")).lower()
            for name in line.data.get("fields", [])
        ]
        icon, text = "pencil", f"Company changed: {', '.join(names)}"[:200]
    actor, side = (str(line.actor), line.actor.department) if line.actor else ("Accord", "")
    return Entry(line.verb, icon, text, line.at, actor, line.summary, side=side)


def _of_account(account: TargetAccount) -> Entry:
    return Entry(
        "targeted",
        "target",
        f"Put on the target list “{account.target_list}”",
        account.added_at,
        str(account.added_by),
        account.reason,
        url=account.target_list.get_absolute_url(),
        side=account.added_by.department,
    )


#: The company's own history and the lists that it was put on: ``rows`` takes the company. Neither row has
#: the column of a lead: what happened to the company is about nobody in particular.
_OWN = (
    Source(
        "company",
        lambda company: Activity.objects.of(company).select_related("actor"),
        _of_company,
        lead_column="no_lead",
    ),
    Source(
        "target",
        lambda company: TargetAccount.objects.filter(company=company.pk).select_related(
            "target_list", "added_by"
        ),
        _of_account,
        "added_at",
        lead_column="no_lead",
    ),
)


def timeline_of_company(company: Company, reader: User, after: str = "") -> CompanyTimeline:
    """One page, newest first; as many queries as there are kinds of entries, and one for names."""
    people = Lead.objects.permitted(reader, "leads.view_lead").filter(company=company)
    of_people = [(rank, one) for rank, one in readable_sources(reader) if one.rows_of_many]
    sources = [*of_people, *enumerate(_OWN, OWN_RANK)]
    if not after and reader.reaches_all("leads.view_lead"):
        found = ((rank, source, _newest(source)(company.pk)) for rank, source in sources)
        page = first_page(found, reader)
    else:
        parts = [Part(rank, one, _rows(one, company, people)) for rank, one in sources]
        page = page_of(parts, reader, after)
    wanted = {entry.lead_id for entry in page.entries if entry.lead_id}
    named = people.filter(pk__in=wanted).only(*NAMED) if wanted else ()
    names = {lead.pk: lead for lead in named}
    is_masked = "full_name" in masked_fields(reader, "leads.lead")
    return CompanyTimeline([_line(entry, names, is_masked) for entry in page.entries], page.next)


def _rows(source: Source, company: Company, people: QuerySet[Lead]) -> QuerySet[Any]:
    return source.rows_of_many(people) if source.rows_of_many else source.rows(company)


@cache
def _newest(source: Source) -> Statement[Any]:
    """For those who reach every lead: the first page of one source. Its text is kept."""
    return Statement(
        lambda key: newest_rows(
            source, _rows(source, Company(pk=key), Lead.objects.filter(company=key))
        )
    )


def _line(entry: Entry, names: dict[int, Lead], is_masked: bool) -> Line:
    lead = names.get(entry.lead_id or 0)
    if lead is None:
        return Line(entry)
    return Line(entry, f"Lead {lead.pk}" if is_masked else str(lead), lead.get_absolute_url())
