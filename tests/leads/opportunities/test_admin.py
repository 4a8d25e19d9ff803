"""Stages, products and competitors in the admin: for managers; opportunities to look into."""

from __future__ import annotations

import pytest

from campaigns.competitors.models import Competitor
from leads.opportunities.models import OpportunityStage, Product
from portal.activity.models import Activity
from tests.factories import make_competitor, make_opportunity, make_product, make_sales_stage

pytestmark = pytest.mark.django_db
STAGE = "/admin/opportunities/opportunitystage/"
PRODUCT = "/admin/opportunities/product/"
COMPETITOR = "/admin/competitors/competitor/"


def test_a_manager_adds_a_product_once_however_it_is_written(as_sales_manager):
    said = {"name": "GTX Pro", "price": "4821", "currency": "USD", "is_active": "on"}
    assert as_sales_manager.post(f"{PRODUCT}add/", said).status_code == 302
    again = as_sales_manager.post(f"{PRODUCT}add/", said | {"name": "gtx-pro"})

    assert again.status_code == 200
    assert "There is “GTX Pro” already." in again.content.decode()
    assert Product.objects.get().key == "gtxpro"
    assert Activity.objects.filter(subject_type="opportunities.product", verb="added").exists()


def test_a_renamed_product_keeps_its_sales(as_sales_manager):
    product = make_product("GTXPro")
    sale = make_opportunity(product=product)
    as_sales_manager.post(f"{PRODUCT}{product.pk}/change/", {"name": "GTX Pro", "is_active": "on"})
    sale.refresh_from_db()

    assert (sale.product.name, sale.product.key) == ("GTX Pro", "gtxpro")


def test_a_manager_adds_and_ages_a_stage(as_sales_manager):
    said = {
        "name": "Legal review",
        "position": 55,
        "status": "open",
        "expected_days": 7,
        "is_active": "on",
    }
    assert as_sales_manager.post(f"{STAGE}add/", said).status_code == 302
    stage = OpportunityStage.objects.get(slug="legal-review")

    changed = said | {"name": "Legal", "status": "won", "expected_days": 9}
    assert as_sales_manager.post(f"{STAGE}{stage.pk}/change/", changed).status_code == 302
    stage.refresh_from_db()
    assert (stage.name, stage.slug, stage.status, stage.expected_days) == (
        "Legal",
        "legal-review",
        "open",
        9,
    )


def test_the_last_stage_to_win_in_stays(as_sales_manager):
    won = make_sales_stage("Won")
    answer = as_sales_manager.post(f"{STAGE}{won.pk}/change/", {"name": "Won", "position": 60})

    assert answer.status_code == 200
    assert "the last stage for won opportunities" in answer.content.decode()
    assert OpportunityStage.objects.get(slug="won").is_active


def test_competitors_are_tended_and_a_name_is_needed(as_marketing_manager):
    rival = make_competitor("Rival")
    url = f"{COMPETITOR}{rival.pk}/change/"

    assert as_marketing_manager.post(url, {"name": "--", "is_active": "on"}).status_code == 200
    said = {
        "name": "Rival Ltd",
        "website": "https://rival.example",
        "note": "Cheap",
        "is_active": "on",
    }
    assert as_marketing_manager.post(url, said).status_code == 302
    assert Competitor.objects.get().name == "Rival Ltd"
    assert as_marketing_manager.get(f"{COMPETITOR}{rival.pk}/delete/").status_code == 403


def test_administrators_look_into_opportunities_and_change_nothing(
    as_administrator, as_sales_manager
):
    sale = make_opportunity(name="Acme")
    url = f"/admin/opportunities/opportunity/{sale.pk}/change/"

    assert "Acme" in as_administrator.get("/admin/opportunities/opportunity/").content.decode()
    assert as_administrator.get(url).status_code == 200
    assert as_administrator.post(url, {"name": "X"}).status_code == 403
    assert as_sales_manager.get(url).status_code == 403
