from __future__ import annotations

import itertools

from leads.identity import KEY_COLUMNS
from leads.models import Company, Lead
from leads.normalising import company_key
from portal.accounts.models import normalise_email
from portal.funnel.models import Stage

_numbers = itertools.count(1)

STAGES = [
    ("lead", "Lead"),
    ("mql", "MQL"),
    ("sal", "SAL"),
    ("sql", "SQL"),
    ("opportunity", "Opportunity"),
    ("customer", "Customer"),
]


def make_stages():
    """The usual six stages, as the definition in force would have projected them."""
    return [
        Stage.objects.get_or_create(
            slug=kind, defaults={"name": name, "kind": kind, "position": index * 10}
        )[0]
        for index, (kind, name) in enumerate(STAGES, start=1)
    ]


def make_stage(kind="lead"):
    make_stages()
    return Stage.objects.get(slug=kind)


def make_company(name=None, **fields):
    name = name or f"Company {next(_numbers)}"
    return Company.objects.create(name=name, name_key=company_key(name), **fields)


def make_lead(**fields):
    number = next(_numbers)
    fields.setdefault("first_name", "Lea")
    fields.setdefault("last_name", f"Buyer {number}")
    fields.setdefault("full_name", f"{fields['first_name']} {fields['last_name']}".strip())
    fields.setdefault("email", f"lea{number}@buyer{number}.example")
    fields.setdefault("email_key", normalise_email(fields["email"]))
    stage = fields.pop("stage", "lead")
    stage = make_stage(stage) if isinstance(stage, str) else stage
    lead = Lead(stage=stage, reached=Lead.reach_of(stage), **fields)
    lead.know()
    for name in KEY_COLUMNS:
        setattr(lead, name, fields.get(name) or getattr(lead, name))
    lead.save(force_insert=True)
    return lead
