from __future__ import annotations

import itertools

from leads.companies import services
from leads.companies.services import ListValues, Part
from portal.accounts.roles import Department, Role
from tests.factories.leads import make_lead
from tests.factories.people import make_user

_numbers = itertools.count(1)


def make_member(company, lead=None, *, by=None, **part):
    """Somebody's part in the buying centre of a company; without a lead, of a new person there."""
    lead = lead or make_lead(company=company)
    return services.add_member(
        company=company, lead=lead, part=Part(**part), by=by or make_user(Role.MARKETER)
    )


def make_target_list(name=None, *, companies=(), by=None, **fields):
    by = by or make_user(Role.MARKETER)
    fields.setdefault("marketing_owner", by if by.department == "marketing" else None)
    fields["marketing_owner"] = fields["marketing_owner"] or make_user(Role.MARKETER)
    fields.setdefault("sales_owner", make_user(Role.MANAGER, Department.SALES))
    values = ListValues(
        name=name or f"List {next(_numbers)}", purpose=fields.pop("purpose", "Win them"), **fields
    )
    made = services.create_target_list(values=values, by=by)
    if companies:
        services.add_accounts(target_list=made, companies=list(companies), by=by)
    return made
