"""What of leads stands in the admin, and for whom."""

from __future__ import annotations

import pytest

from leads.models import AttributeDefinition
from tests.factories import make_lead

pytestmark = pytest.mark.django_db

ADD = "/admin/leads/attributedefinition/add/"


def define(client, **data):
    return client.post(
        ADD, {"name": "visits", "label": "Visits", "type": "number", "is_filter": "on"} | data
    )


def test_a_manager_defines_a_custom_attribute(as_sales_manager):
    assert define(as_sales_manager).status_code == 302
    assert AttributeDefinition.objects.get().type == "number"


@pytest.mark.parametrize("name", ["two words", "a__b", "1st", "__proto__", "x" * 81])
def test_its_name_must_be_safe(as_sales_manager, name):
    assert define(as_sales_manager, name=name).status_code == 200
    assert not AttributeDefinition.objects.exists()


def test_its_name_stays(as_sales_manager):
    define(as_sales_manager)
    row = AttributeDefinition.objects.get()
    as_sales_manager.post(
        f"/admin/leads/attributedefinition/{row.pk}/change/",
        {"name": "other", "label": "Page visits", "type": "number"},
    )
    row.refresh_from_db()

    assert (row.name, row.label) == ("visits", "Page visits")


def test_a_marketer_does_not(as_marketer):
    assert define(as_marketer).status_code == 403


def test_administrators_look_at_leads_and_change_nothing(as_administrator, as_sales_manager):
    lead = make_lead(full_name="Ana Cruz", email="ana@acme.example")
    url = f"/admin/leads/lead/{lead.pk}/change/"

    assert b"Ana Cruz" in as_administrator.get("/admin/leads/lead/?q=ana@").content
    assert as_administrator.get(url).status_code == 200
    assert as_administrator.post(url, {"first_name": "X"}).status_code == 403
    assert as_administrator.get(f"/admin/leads/lead/{lead.pk}/delete/").status_code == 403
    assert as_sales_manager.get("/admin/leads/lead/").status_code == 403
