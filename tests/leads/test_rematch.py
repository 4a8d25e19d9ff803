"""Leads keep the persona that fits: when criteria come into force, when one is retired, after imports."""

from __future__ import annotations

import pytest

from leads.models import Lead
from portal.documents import services
from tests.factories import make_lead, make_persona

pytestmark = pytest.mark.django_db(transaction=True)

OPS = [{"fact": "title", "operator": "contains", "values": "operations", "weight": "1"}]


def test_new_criteria_reach_every_lead(marketer, marketing_manager, sales_manager):
    lead = make_lead(title="Head of operations")
    persona = make_persona(by=marketer, criteria=OPS, agreed=True)
    lead.refresh_from_db()
    assert (lead.persona, lead.persona_revision) == (persona, persona.document.in_force)


def test_a_retired_persona_lets_its_leads_go(marketer, marketing_manager, sales_manager):
    lead = make_lead(title="Head of operations")
    persona = make_persona(by=marketer, criteria=OPS, agreed=True)
    services.retire(subject=persona, reason="We left this market.", by=sales_manager)
    lead.refresh_from_db()
    assert lead.persona is None


def test_imported_leads_are_matched(tmp_path, marketer, marketing_manager, sales_manager):
    from django.core.management import call_command

    persona = make_persona(by=marketer, criteria=OPS, agreed=True)
    file = tmp_path / "leads.csv"
    file.write_text("Email,Job title\nana@x.example,Head of operations\nbea@x.example,Pilot\n")
    call_command("import_records", "leads", str(file), "--json")
    fits = dict(Lead.objects.values_list("email", "persona"))
    assert fits == {"ana@x.example": persona.pk, "bea@x.example": None}
