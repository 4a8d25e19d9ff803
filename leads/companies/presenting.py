"""What the record of a company shows beside its timeline, with what the reader's role sees hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leads.companies.bands import band_of
from leads.facts import Fact
from leads.models import Lead
from portal.core.formatting import money_text, number_text
from portal.core.listing import capped_count

if TYPE_CHECKING:
    from leads.models import Company
    from portal.accounts.models import User

#: As many people as the record names; the list of leads has the others.
PEOPLE_SHOWN = 20


@dataclass(frozen=True)
class People:
    """Those of a company whom one may see, and how many others there are without saying who."""

    shown: list[Lead]
    total: int
    is_floor: bool
    others: int


def people_of(company: Company, reader: User) -> People:
    everybody = Lead.objects.filter(company=company)
    mine = Lead.objects.permitted(reader, "leads.view_lead").filter(company=company)
    shown = list(
        mine.select_related("owner", "stage").order_by("-created_at", "-pk")[:PEOPLE_SHOWN]
    )
    total, is_floor = capped_count(mine)
    others = 0 if reader.reaches_all("leads.view_lead") else capped_count(everybody)[0] - total
    return People(shown, total, is_floor, others)


def facts_of(company: Company, hidden: frozenset[str]) -> list[Fact]:
    """What is known; empty ones are left out, but for those that everybody looks for."""
    band = band_of(company.employees)
    size = f"{number_text(company.employees)} ({band.label})" if band else ""
    revenue = (
        money_text(company.revenue, company.revenue_currency) if company.revenue is not None else ""
    )
    rows = [
        Fact("Domain", company.domain),
        Fact("Industry", company.industry),
        Fact("Employees", size),
        Fact("Annual revenue", revenue),
        Fact("Country", company.country),
        Fact("Region", company.region),
        Fact("City", company.city),
        Fact(
            "Phone",
            company.phone,
            "phone" in hidden,
            f"tel:{company.phone.replace(' ', '')}" if company.phone else "",
        ),
        Fact("External id", company.external_id, "external_id" in hidden),
    ]
    always = {"Domain", "Industry", "Employees", "Country"}
    kept = [row for row in rows if row.value not in (None, "") or row.label in always]
    if "attributes" not in hidden:
        kept += [
            Fact(name.replace("_", " ").capitalize(), _shown(value))
            for name, value in sorted(company.attributes.items())
        ]
    return kept


def _shown(value: Any) -> str:
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)
