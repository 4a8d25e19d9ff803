from __future__ import annotations

import itertools
from decimal import Decimal
from importlib import import_module

from django.apps import apps

from campaigns.competitors.services import competitors_named
from leads.opportunities.capture import products_named, stages_named
from leads.opportunities.models import Opportunity

_numbers = itertools.count(1)


def make_competitor(name=None):
    name = name or f"Competitor {next(_numbers)}"
    return competitors_named([name])[name]


def make_product(name=None):
    name = name or f"Product {next(_numbers)}"
    return products_named([name])[name]


def make_sales_stages():
    """The usual stages, also where a case with transactions has emptied the tables."""
    import_module("leads.opportunities.migrations.0002_usual_stages").add_stages(apps, None)


def make_sales_stage(name="Prospecting"):
    return stages_named([name])[name]


def make_opportunity(**fields):
    """One as it stands in the database, whatever has led to it."""
    fields.setdefault("name", f"Sale {next(_numbers)}")
    stage = fields.pop("stage", "Prospecting")
    stage = make_sales_stage(stage) if isinstance(stage, str) else stage
    fields.setdefault("status", stage.status)
    if "amount" in fields and fields["amount"] is not None:
        fields["amount"] = Decimal(str(fields["amount"]))
        fields.setdefault("currency", "EUR")
    met = fields.pop("competitors", ())
    made = Opportunity.objects.create(stage=stage, **fields)
    made.competitors.set([*met, *([made.competitor] if made.competitor else [])])
    return made
