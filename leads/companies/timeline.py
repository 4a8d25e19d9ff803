"""One timeline of a company: what happened to it and to those of its people whom one may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from leads.companies.models import TargetAccount
from leads.companies.preparing import LABELS
from leads.models import Lead
from leads.timeline import Entry, Part, Source, page_of, readable_sources
from portal.accounts.policy import masked_fields
from portal.activity.models import Activity

if TYPE_CHECKING:
    from leads.models import Company
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


def timeline_of_company(company: Company, reader: User, after: str = "") -> CompanyTimeline:
    """One page, newest first; as many queries as there are kinds of entries, and one for names."""
    people = Lead.objects.permitted(reader, "leads.view_lead").filter(company=company)
    parts = [
        Part(rank, source, source.rows_of_many(people))
        for rank, source in readable_sources(reader)
        if source.rows_of_many is not None
    ]
    page = page_of([*parts, *_own_parts(company)], reader, after)
    wanted = {entry.lead_id for entry in page.entries if entry.lead_id}
    names = {lead.pk: lead for lead in people.filter(pk__in=wanted)} if wanted else {}
    is_masked = "full_name" in masked_fields(reader, "leads.lead")
    return CompanyTimeline([_line(entry, names, is_masked) for entry in page.entries], page.next)


def _own_parts(company: Company) -> list[Part]:
    """The company's own history and the lists that it was put on."""
    history = Activity.objects.of(company).select_related("actor")
    accounts = TargetAccount.objects.filter(company=company)
    return [
        # Neither row has this column: what happened to the company is about nobody in particular.
        Part(
            OWN_RANK,
            Source("company", lambda lead: history, _of_company, lead_column="no_lead"),
            history,
        ),
        Part(
            OWN_RANK + 1,
            Source("target", lambda lead: accounts, _of_account, "added_at", lead_column="no_lead"),
            accounts.select_related("target_list", "added_by"),
        ),
    ]


def _line(entry: Entry, names: dict[int, Lead], is_masked: bool) -> Line:
    lead = names.get(entry.lead_id or 0)
    if lead is None:
        return Line(entry)
    return Line(entry, f"Lead {lead.pk}" if is_masked else str(lead), lead.get_absolute_url())
