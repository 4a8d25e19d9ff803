"""Finding companies: by what people write, and those that may be the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Q

from leads.models import Company
from leads.normalising import company_key, domain_text, folded

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User

MOST_TWINS = 5
#: As many are offered while somebody types.
MOST_OFFERED = 10
#: As many industries as a form offers.
MOST_INDUSTRIES = 200


@dataclass
class Found:
    """Companies meant by some lines, and the lines that mean none or several."""

    companies: list[Company] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)


def find_by_lines(lines: Sequence[str], reader: User) -> Found:
    """Each line is a name or a domain. One query, however many lines."""
    wanted = {
        line.strip(): (company_key(line), domain_text(line)) for line in lines if line.strip()
    }
    keys = {key for key, _ in wanted.values() if key}
    domains = {domain for _, domain in wanted.values() if "." in domain}
    rows = Company.objects.permitted(reader, "leads.view_company")
    rows = rows.filter(Q(name_key__in=keys) | Q(domain__in=domains))
    by_name: dict[str, Company] = {}
    by_domain: dict[str, list[Company]] = {}
    for company in rows:
        by_name[company.name_key] = company
        by_domain.setdefault(company.domain, []).append(company)
    found = Found()
    chosen: dict[int, Company] = {}
    for line, (key, domain) in wanted.items():
        matches = [by_name[key]] if key in by_name else by_domain.get(domain, [])
        if len(matches) == 1:
            chosen[matches[0].pk] = matches[0]
        else:
            (found.unclear if matches else found.unknown).append(line[:80])
    found.companies = list(chosen.values())
    return found


def same_domain(domain: str, reader: User, *, besides: Company | None = None) -> QuerySet[Company]:
    """Other companies with this domain: they may be the same."""
    rows = Company.objects.permitted(reader, "leads.view_company")
    if not domain:
        return rows.none()
    others = rows.filter(domain=domain).exclude(pk=besides.pk if besides else None)
    return others.order_by("pk")[:MOST_TWINS]


def offered(words: str, reader: User) -> QuerySet[Company]:
    """Companies whose name holds these words, for somebody who is typing."""
    key = company_key(words) or folded(words)
    rows = Company.objects.permitted(reader, "leads.view_company")
    return rows.filter(name_key__contains=key)[:MOST_OFFERED] if key else rows.none()


def industries(reader: User) -> list[str]:
    """Industries in use, in alphabetical order, up to ``MOST_INDUSTRIES``."""
    rows = Company.objects.permitted(reader, "leads.view_company").exclude(industry="")
    return list(
        rows.order_by("industry").values_list("industry", flat=True).distinct()[:MOST_INDUSTRIES]
    )
