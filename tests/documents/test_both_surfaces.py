"""The life of an agreed document, by page and by API, and for every kind [R4, R14, R16]."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from campaigns.talking_points.models import TalkingPoint
from personas.models import Persona
from portal.accounts.roles import Department, Role
from portal.documents import services
from portal.documents.models import Revision, Signature
from portal.funnel.models import FunnelDefinition
from portal.slas.models import Sla
from tests.conftest import signed_in
from tests.documents.surfaces import Api, Page, fresh, newest
from tests.factories import (
    agree,
    make_campaign,
    make_funnel,
    make_persona,
    make_sla,
    make_talking_point,
    make_user,
)

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("surface", [Page(), Api()], ids=["page", "api"])
MAKERS = {
    Persona: make_persona,
    Campaign: make_campaign,
    TalkingPoint: make_talking_point,
    FunnelDefinition: make_funnel,
    Sla: make_sla,
}
every_kind = pytest.mark.parametrize("model", MAKERS, ids=lambda m: m.noun())


@pytest.fixture
def persona(marketer, marketing_manager, sales_manager):
    return make_persona("Olga", by=marketer)


@pytest.fixture
def proposed(persona, marketer):
    services.propose(subject=persona, revision=newest(persona), by=marketer)
    return persona


@both
@every_kind
def test_every_kind_is_proposed_signed_and_in_force(
    surface, model, marketing_manager, as_marketing_manager, as_sales_manager
):
    subject = MAKERS[model](by=marketing_manager)
    assert surface.act(as_marketing_manager, subject, "propose", 1).means == "done"
    assert fresh(subject).document.in_force is None
    clients = {"marketing": as_marketing_manager, "sales": as_sales_manager}
    for department in subject.signers():
        assert surface.act(clients[department], subject, "sign", 1).means == "done"

    document = fresh(subject).document
    assert (document.status, document.in_force.number) == ("agreed", 1)
    assert document.review_on is not None


@both
def test_a_talking_point_needs_one_signature(surface, as_marketing_manager, as_sales_manager):
    point = make_talking_point()
    services.propose(subject=point, revision=newest(point), by=point.document.owner)
    assert surface.act(as_sales_manager, point, "sign", 1).means == "refused"
    assert surface.act(as_marketing_manager, point, "sign", 1).means == "done"
    assert fresh(point).document.status == "agreed"


@both
def test_the_deployment_says_who_signs_talking_points(surface, settings, as_sales_manager):
    settings.TALKING_POINT_SIGNERS = ["sales"]
    point = make_talking_point()
    services.propose(subject=point, revision=newest(point), by=point.document.owner)
    assert surface.act(as_sales_manager, point, "sign", 1).means == "done"
    assert fresh(point).document.status == "agreed"


@both
def test_one_department_signs_once(surface, proposed, as_sales_manager):
    other = signed_in(make_user(Role.MANAGER, Department.SALES))
    assert surface.act(as_sales_manager, proposed, "sign", 1).means == "done"
    for client in (as_sales_manager, other):
        again = surface.act(client, proposed, "sign", 1)
        assert again.means == "refused"
        assert "already been signed for your department" in again.text
    assert Signature.objects.count() == 1


@both
def test_one_person_never_signs_for_both(surface, proposed, as_sales_manager, sales_manager):
    surface.act(as_sales_manager, proposed, "sign", 1)
    sales_manager.department = Department.MARKETING
    sales_manager.save()

    again = surface.act(signed_in(sales_manager), proposed, "sign", 1)

    assert again.means == "refused"
    assert "never signs for both" in again.text
    assert fresh(proposed).document.in_force is None


@both
@pytest.mark.parametrize("role", [Role.REP, Role.MARKETER, Role.EXECUTIVE])
def test_only_managers_sign(surface, proposed, role):
    assert surface.act(signed_in(make_user(role)), proposed, "sign", 1).means == "forbidden"
    assert not Signature.objects.exists()


@both
def test_a_signature_belongs_to_its_revision(
    surface, proposed, as_marketer, as_sales_manager, as_marketing_manager
):
    """What sales signed, and what marketing then changed, are two revisions."""
    surface.act(as_sales_manager, proposed, "sign", 1)
    surface.act(as_marketer, proposed, "withdraw", 1)
    services.edit_draft(
        subject=proposed,
        revision=newest(proposed),
        changes={"essence": "Something else"},
        by=as_marketer.user,
    )
    surface.act(as_marketer, proposed, "propose", 2)
    surface.act(as_marketing_manager, proposed, "sign", 2)

    assert fresh(proposed).document.in_force is None
    assert Signature.objects.get(department="sales").revision.number == 1
    assert surface.act(as_sales_manager, proposed, "sign", 1).means == "refused"


@both
def test_a_signer_who_leaves_keeps_the_signature(
    surface, proposed, as_sales_manager, sales_manager, as_marketing_manager, as_rep
):
    surface.act(as_sales_manager, proposed, "sign", 1)
    sales_manager.is_active = False
    sales_manager.save()
    surface.act(as_marketing_manager, proposed, "sign", 1)

    assert fresh(proposed).document.status == "agreed"
    assert sales_manager.name in as_rep.get("/personas/olga/").content.decode()
    shown = as_rep.get(Api.address(proposed)).json()["revision"]["signatures"]
    assert {row["signer"] for row in shown} == {sales_manager.name, as_marketing_manager.user.name}


@both
def test_what_is_in_force_stays_in_force_while_a_draft_lives(
    surface, persona, as_marketer, as_rep, marketer
):
    agree(persona)
    services.start_draft(subject=persona, by=marketer)
    seen = surface.look(as_marketer, fresh(persona), 2)
    assert surface.edit(as_marketer, persona, 2, seen, essence="Not agreed").means == "done"
    surface.act(as_marketer, persona, "propose", 2)

    assert fresh(persona).essence != "Not agreed"
    assert "Not agreed" not in as_rep.get("/personas/").content.decode()
    body = as_rep.get(Api.address(persona)).json()
    assert (body["in_force"], body["content"]["essence"]) == (1, fresh(persona).essence)
    page = as_rep.get("/personas/olga/").content.decode()
    assert "Revision 2 is in review" in page


@both
def test_a_new_name_takes_effect_with_the_signatures(
    surface, persona, as_marketer, as_rep, marketer
):
    agree(persona)
    services.start_draft(subject=persona, by=marketer)
    seen = surface.look(as_marketer, fresh(persona), 2)
    assert surface.edit(as_marketer, persona, 2, seen, title="Operations Olga").means == "done"

    assert fresh(persona).title == "Olga"
    page = as_rep.get("/personas/olga/compare/?from=1&to=2").content.decode()
    assert "<ins>Operations </ins>" in page
    assert "Operations Olga" in as_rep.get("/personas/olga/revisions/2/").content.decode()
    agree(fresh(persona))
    assert (fresh(persona).title, fresh(persona).slug) == ("Operations Olga", "olga")
    old = as_rep.get("/personas/olga/revisions/1/").content.decode()
    assert "<h1>Olga</h1>" in old


@both
def test_a_name_is_always_needed(surface, persona, as_marketer):
    seen = surface.look(as_marketer, persona, 1)
    answer = surface.edit(as_marketer, persona, 1, seen, title="  ")
    assert answer.means == "invalid"
    assert fresh(persona).title == "Olga"


@both
def test_two_who_change_the_same_words_lose_none(
    surface, persona, as_marketer, as_marketing_manager
):
    mine = surface.look(as_marketer, persona, 1)
    theirs = surface.look(as_marketing_manager, persona, 1)
    assert surface.edit(as_marketer, persona, 1, mine, essence="First").means == "done"

    answer = surface.edit(as_marketing_manager, persona, 1, theirs, essence="Second")

    assert answer.means == "refused"
    assert newest(persona).content["essence"] == "First"
    if isinstance(surface, Page):
        assert "First" in answer.text
        assert "Second" in answer.text
    else:
        assert answer.response.status_code == 412


def test_two_pages_that_change_different_parts_are_both_kept(
    persona, as_marketer, as_marketing_manager
):
    page = Page()
    mine = page.look(as_marketer, persona, 1)
    theirs = page.look(as_marketing_manager, persona, 1)
    page.edit(as_marketer, persona, 1, mine, roles="Head of ops\nDepot manager")
    page.edit(as_marketing_manager, persona, 1, theirs, regions="Iberia")
    row = {"pains-1-text": "Overtime", "pains-1-evidence": "survey", "pains-1-side": "sales"}
    page.edit(as_marketer, persona, 1, mine, **{"motives": ""}, **row)
    other = {"pains-1-text": "Late", "pains-1-evidence": "won_deal", "pains-1-side": "marketing"}
    page.edit(as_marketing_manager, persona, 1, theirs, **{"motives": ""}, **other)

    content = newest(persona).content
    assert (content["roles"], content["regions"]) == (["Head of ops", "Depot manager"], ["Iberia"])
    assert [p["text"] for p in content["pains"]][1:] == ["Overtime", "Late"]


@both
@pytest.mark.parametrize("reason", ["", "We left this market."])
def test_retiring_needs_a_reason(surface, persona, as_sales_manager, as_marketer, reason):
    agree(persona)
    assert surface.act(as_marketer, persona, "retire", reason="x").means == "forbidden"
    answer = surface.act(as_sales_manager, persona, "retire", reason=reason)
    assert answer.means == ("done" if reason else "invalid")
    assert (fresh(persona).document.status == "retired") == bool(reason)


@both
def test_what_is_retired_changes_no_more(surface, proposed, as_marketer, as_sales_manager):
    seen = surface.look(as_marketer, proposed, 1)
    surface.act(as_sales_manager, proposed, "retire", reason="Nobody buys it.")

    assert newest(proposed).state == Revision.State.WITHDRAWN
    page = as_sales_manager.get("/personas/olga/revisions/1/").content.decode()
    assert "Sign for" not in page
    assert "Nobody buys it." in page
    assert surface.act(as_sales_manager, proposed, "sign", 1).means == "refused"
    assert surface.edit(as_marketer, proposed, 1, seen, essence="x").means == "refused"
    assert surface.act(as_marketer, proposed, "draft").means == "refused"
    assert surface.act(as_sales_manager, proposed, "retire", reason="Again").means == "refused"


@both
def test_an_incomplete_proposal_names_each_part_and_why(surface, marketer, as_marketer):
    persona = make_persona("Half", by=marketer, content={"essence": "Half a persona"})
    answer = surface.act(as_marketer, persona, "propose", 1)
    assert answer.means == "refused"
    for part in ("Job roles", "What hurts", "Not this persona"):
        assert part in answer.text
    reason = "Messages answer a pain; without one there is nothing to say."
    if isinstance(surface, Page):
        assert reason in as_marketer.get("/personas/half/").content.decode()
    else:
        errors = answer.response.json()["errors"]
        assert {
            "field": "pains",
            "code": "incomplete",
            "message": f"What hurts: {reason}",
        } in errors
        assert reason in [
            p["why"] for p in as_marketer.get(Api.address(persona)).json()["draft"]["missing"]
        ]


@both
def test_two_drafts_at_once_are_shown_and_merged_by_people(surface, persona, as_marketer, marketer):
    second = services.start_draft(subject=persona, by=marketer)
    changes = {"essence": "From the second", "quote": "Also from there"}
    services.edit_draft(subject=persona, revision=second, changes=changes, by=marketer)
    assert "2 drafts at once" in as_marketer.get("/personas/olga/").content.decode()
    assert as_marketer.get(Api.address(persona)).json()["drafts"] == [2, 1]
    first = Revision.objects.get(number=1).content["essence"]

    if isinstance(surface, Page):
        keep = {"keep_essence": "mine", "keep_quote": "theirs"}
    else:
        keep = {"keep": {"essence": "mine", "quote": "theirs"}}
    assert surface.act(as_marketer, persona, "merge", into=1, other=2, **keep).means == "done"

    one, two = Revision.objects.order_by("number")
    assert (one.content["essence"], one.content["quote"]) == (first, "Also from there")
    assert (two.state, two.content["essence"]) == ("merged", "From the second")
    assert surface.act(as_marketer, persona, "merge", into=1, other=2).means == "refused"


def test_the_row_shows_the_draft_that_people_see_first(persona, marketer):
    second = services.start_draft(subject=persona, by=marketer)
    services.edit_draft(subject=persona, revision=second, changes={"essence": "New"}, by=marketer)
    first = Revision.objects.get(number=1)
    services.edit_draft(subject=persona, revision=first, changes={"essence": "Old"}, by=marketer)
    assert fresh(persona).essence == fresh(persona).shown_revision.content["essence"] == "New"
