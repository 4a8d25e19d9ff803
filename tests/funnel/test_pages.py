"""The funnel as everybody reads it, and as managers write it [R1, R2]."""

from __future__ import annotations

import pytest

from portal.documents import services as documents
from portal.funnel.models import FunnelDefinition, Stage
from tests.factories import make_funnel
from tests.slas.test_admin import as_sent

pytestmark = pytest.mark.django_db

URL = "/agreement/funnel/"


def text(answer):
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_before_a_definition_the_usual_stages_are_named(as_rep, as_sales_manager):
    page = text(as_rep.get(URL))

    assert "The usual stages are in use" in page
    assert "Opportunity" in page
    assert "Write the definition" not in page
    assert "Write the definition" in text(as_sales_manager.get(URL))


def test_the_definition_in_force_reads_stage_by_stage(
    as_marketer, marketing_manager, sales_manager
):
    make_funnel(agreed=True)

    page = text(as_marketer.get(URL))

    for part in (
        "Enters when",
        "Leaves when",
        "Data that must be known",
        "Counter-examples",
        "Does not count",
        "Stays 7 days at most",
        "Asked for the price list on our website",
        'id="mql"',
    ):
        assert part in page
    assert "Not agreed yet" not in page


def test_what_is_in_force_is_shown_while_a_draft_is_written(
    as_rep, marketing_manager, sales_manager
):
    funnel = make_funnel(agreed=True)
    draft = documents.start_draft(subject=funnel, by=marketing_manager)
    documents.edit_draft(
        subject=funnel, revision=draft, changes={"purpose": "Something new"}, by=marketing_manager
    )
    assert "Something new" not in text(as_rep.get(URL))

    draft.refresh_from_db()
    documents.propose(subject=funnel, revision=draft, by=marketing_manager)
    page = text(as_rep.get(URL))
    assert "A new revision waits for signatures" in page
    assert "Something new" not in page
    compare = f"/agreement/funnel/{funnel.slug}/compare/?from=1&to=2"
    assert "Something" in text(as_rep.get(compare))


def test_a_draft_alone_is_marked_as_not_agreed(as_rep, marketing_manager):
    make_funnel()

    assert "Not agreed yet" in text(as_rep.get(URL))


def test_a_manager_begins_with_the_usual_stages_and_both_sign(
    as_marketing_manager, as_sales_manager, as_rep
):
    data = as_sent(as_marketing_manager.get("/admin/funnel/funneldefinition/add/"))
    assert data["stages-0-key"] == "lead"
    data |= {"title": "Our funnel", "stages-1-name": "Warm lead", "act": "save"}
    answer = as_marketing_manager.post("/admin/funnel/funneldefinition/add/", data)
    assert answer.status_code == 302, answer.context["form"].sections[1].errors
    funnel = FunnelDefinition.objects.get()
    url = f"/admin/funnel/funneldefinition/{funnel.pk}/change/"
    assert Stage.objects.get(slug="mql").name == "MQL"

    as_marketing_manager.post(url, {"act": "propose", "revision": 1})
    for client in (as_marketing_manager, as_sales_manager):
        assert client.post(url, {"act": "sign", "revision": 1}).status_code == 302

    assert Stage.objects.get(slug="mql").name == "Warm lead"
    assert "Warm lead" in text(as_rep.get(URL))


def test_a_definition_that_is_no_funnel_is_refused_with_its_reason(as_sales_manager, sales_manager):
    funnel = make_funnel(by=sales_manager, stages=[])
    url = f"/admin/funnel/funneldefinition/{funnel.pk}/change/"

    answer = as_sales_manager.post(url, {"act": "propose", "revision": 1})

    assert answer.status_code == 409
    assert "Still missing: Stages" in answer.content.decode()


def test_only_managers_write_the_definition(as_rep, as_marketer, as_executive, marketing_manager):
    funnel = make_funnel()
    for client in (as_rep, as_marketer, as_executive):
        assert client.get(f"/admin/funnel/funneldefinition/{funnel.pk}/change/").status_code == 403
        assert client.post(f"{URL}{funnel.slug}/draft/").status_code == 403
        assert client.get(f"{URL}new/").status_code == 403
