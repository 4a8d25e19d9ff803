"""Plain functions that make test data. Name only what the case is about."""

from __future__ import annotations

from tests.factories.agreement import (
    make_calendar,
    make_clock,
    make_commitment,
    make_funnel,
    make_sla,
)
from tests.factories.companies import make_member, make_target_list
from tests.factories.documents import (
    agree,
    make_campaign,
    make_document,
    make_persona,
    make_talking_point,
)
from tests.factories.feedback import fresh, make_thread
from tests.factories.handoffs import make_handoff, make_rule
from tests.factories.hooks import lead_event, make_hook, touch_event
from tests.factories.imports import csv_of, make_import, upload, workbook_of
from tests.factories.jobs import make_job
from tests.factories.leads import make_company, make_lead, make_stage, make_stages
from tests.factories.opportunities import (
    make_competitor,
    make_opportunity,
    make_product,
    make_sales_stage,
    make_sales_stages,
)
from tests.factories.people import make_team, make_user

__all__ = [
    "lead_event",
    "touch_event",
    "agree",
    "fresh",
    "make_calendar",
    "csv_of",
    "make_campaign",
    "make_clock",
    "make_commitment",
    "make_company",
    "make_competitor",
    "make_document",
    "make_funnel",
    "make_handoff",
    "make_hook",
    "make_job",
    "make_import",
    "make_lead",
    "make_opportunity",
    "make_member",
    "make_persona",
    "make_product",
    "make_rule",
    "make_sales_stage",
    "make_sales_stages",
    "make_sla",
    "make_stage",
    "make_stages",
    "make_talking_point",
    "make_target_list",
    "make_team",
    "make_thread",
    "make_user",
    "upload",
    "workbook_of",
]
