"""The main journeys of the four people, with the keyboard alone [R14, R27, R40, R47, R90]."""

from __future__ import annotations

import pytest

from campaigns.models import Campaign
from leads.opportunities.models import Opportunity
from leads.outreach.models import Use
from personas.models import Persona
from portal.accounts.roles import Department, Role
from portal.feedback.models import Thread
from portal.slas.models import Sla
from tests.browser.keyboard import Keyboard
from tests.factories import (
    make_company,
    make_competitor,
    make_document,
    make_lead,
    make_sales_stages,
    make_stages,
    make_talking_point,
    make_team,
    make_user,
)
from tests.factories.agreement import make_calendar

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(transactional_db):
    make_stages()
    make_sales_stages()
    north = make_team("North", Department.SALES)
    return {
        "marketer": make_user(Role.MARKETER, name="Maya Marketer"),
        "rep": make_user(Role.REP, name="Rita Rep", teams=[north], title="Account executive"),
        "marketing": make_user(Role.MANAGER, Department.MARKETING, name="Mona Manager"),
        "sales": make_user(Role.MANAGER, Department.SALES, name="Sam Manager", teams=[north]),
    }


@pytest.fixture
def keys(page):
    return Keyboard(page)


@pytest.fixture
def become(cast, sign_in):
    return lambda name: sign_in(cast[name])


def write_persona(keys):
    keys.open("/personas/")
    keys.press("New persona")
    keys.write("Name", "Ops Olga")
    keys.write("Essence", "Keeps the plant running")
    keys.press("Save draft")
    assert "Still missing" in keys.text()
    keys.open("/personas/ops-olga/revisions/1/edit/who/")
    keys.write("Job roles", "Head of operations")
    keys.press("Save")
    keys.open("/personas/ops-olga/revisions/1/edit/buying/")
    keys.tick("Champion")
    keys.press("Save")
    keys.open("/personas/ops-olga/revisions/1/edit/motives/")
    keys.reach("What hurts", tag=("input",))
    keys.page.keyboard.insert_text("Fires every Monday")
    keys.choose("Evidence", "Customer call")
    keys.press("Save", tag=("button",))
    keys.open("/personas/ops-olga/revisions/1/edit/not_this/")
    keys.write("Not this persona", "Consultants")
    keys.press("Save")


def test_a_persona_from_the_first_word_to_both_signatures(keys, become):
    become("marketer")
    write_persona(keys)
    assert "Complete" in keys.text()
    keys.write("What changed and why", "After twelve calls")
    keys.press("Propose")
    for name, side in (("marketing", "marketing"), ("sales", "sales")):
        become(name)
        keys.open("/tasks/")
        keys.press("Sign “Ops Olga”")
        keys.press(f"Sign for {side}")
    assert "Agreed by both" in keys.text()
    persona = Persona.objects.get()
    assert persona.document.in_force.content["pains"][0]["text"] == "Fires every Monday"


BRIEF = {
    "why": {"Why we do this": "Plants lose Mondays.", "Objective": "Forty plants try it."},
    "message": {
        "The message in one sentence": "Mondays without fires.",
        "What is in it for the buyer": "Sleep on Sunday.",
        "Proof points": "Eleven plants",
        "Offer": "A free Monday check",
    },
    "sales": {"Do": "Call within a day", "Say": "How was Monday?"},
}


def write_brief(keys, persona):
    keys.open("/campaigns/new/")
    keys.write("Name", "Mondays")
    for label, text in BRIEF["why"].items():
        keys.write(label, text)
    keys.press("Save draft")
    edit = "/campaigns/mondays/revisions/1/edit/{}/"
    keys.open(edit.format("audience"))
    keys.tick(persona.title)
    keys.write("Market size", "2000")
    keys.write("Where this estimate comes from", "The register")
    keys.write("Research it rests on", "Twelve interviews")
    keys.write("Competitors", "The whiteboard")
    keys.press("Save")
    for section in ("message", "sales"):
        keys.open(edit.format(section))
        for label, text in BRIEF[section].items():
            keys.write(label, text)
        keys.press("Save")
    keys.open(edit.format("plan"))
    keys.choose("Buying stage", "Learning")
    keys.write("Channel", "Webinar")
    keys.write("Tactic", "Calls")
    keys.write("Strategy it serves", "First to help")
    keys.press("Save")
    keys.open(edit.format("dates"))
    for label, day in (("Starts on", "10012026"), ("Ends on", "12312027")):
        keys.reach(label, tag=("input",))
        keys.page.keyboard.type(day)
    keys.write("Milestone", "Material ready")
    keys.reach("On", tag=("input",))
    keys.page.keyboard.type("09012026")
    keys.write("For what", "Webinar")
    keys.write("Planned", "1200")
    keys.press("Save")
    keys.open(edit.format("kpis"))
    keys.write("KPI", "Plants on trial")
    keys.write("Target", "40")
    keys.write("Unit", "plants")
    keys.reach("By", tag=("input",))
    keys.page.keyboard.type("12312027")
    keys.choose("Accountable", "Maya")
    keys.write("Which stage or money", "MQL")
    keys.press("Save")
    keys.open(edit.format("people"))
    keys.write("Task", "Everything")
    keys.choose("Side", "Marketing")
    keys.choose("Part", "Accountable")
    keys.choose("Person", "Maya")
    keys.write("Risk", "Nobody comes")
    keys.write("Our answer", "We call them")
    keys.press("Save")
    keys.open(edit.format("people"))
    for _ in range(2):  # past the row that is there, to the empty one
        keys.reach("Task", tag=("input",))
    keys.page.keyboard.insert_text("Calls")
    keys.choose("Side", "Sales")
    keys.choose("Part", "Responsible")
    keys.choose("Person", "Rita")
    keys.press("Save")
    assert "Saved" in keys.text(), keys.text()[:3000]


def test_a_brief_is_signed_published_and_read(keys, become, cast):
    from tests.factories import make_persona

    persona = make_persona("Ops Olga", by=cast["marketer"], agreed=True)
    become("marketer")
    write_brief(keys, persona)
    keys.open("/campaigns/mondays/")
    assert "Complete" in keys.text(), keys.text()[:1500]
    keys.press("Propose")
    for name in ("marketing", "sales"):
        become(name)
        keys.open("/campaigns/mondays/")
        keys.press("Sign for")
    become("marketer")
    keys.open("/campaigns/mondays/")
    keys.press("Publish to sales")
    become("rep")
    keys.open("/tasks/")
    keys.press("Read and acknowledge")
    keys.press("I have read it")
    assert "Every rep has acknowledged" in keys.text()
    assert Campaign.objects.get().acknowledgements.get().rep == cast["rep"]


def test_from_a_lead_to_the_right_words_and_back_to_the_author(keys, become, cast, page):
    point = make_talking_point(
        "Monday opening",
        by=cast["marketer"],
        agreed=True,
        body="Good morning {{ lead.first_name }}",
    )
    lead = make_lead(owner=cast["rep"], first_name="Ana")
    become("rep")
    keys.open(f"/leads/{lead.pk}/")
    page.keyboard.press("w")  # the first key opens the panel, ready to be typed in
    page.wait_for_function("() => document.activeElement.closest('#recommendation-panel form')")
    page.keyboard.press("Enter")  # the second opens the best text, filled in
    page.wait_for_url("**/talking-points/monday-opening/")
    assert "Good morning Ana" in keys.text()
    keys.reach("Said on a call", tag=("button",))
    page.keyboard.press("Enter")
    page.wait_for_selector("#use-done")
    keys.choose("How did it go", "4")
    keys.write("I changed it because", "They start at five")
    keys.press("Send to its author")
    use = Use.objects.get()
    assert (use.rating, use.changed_because) == (4, "They start at five")

    keys.open(f"/feedback/new/?on=talking_points.talkingpoint/{point.pk}")
    keys.choose("What is it", "Heard")
    keys.write("In one line", "They start at five")
    keys.write("In full", "Nobody says good morning at nine there.")
    keys.press("Send", tag=("button",))
    thread = Thread.objects.get()
    answer_with_a_new_revision(keys, become, point, thread)
    become("rep")
    keys.open("/notifications/")
    assert "They start at five" in keys.text()


def answer_with_a_new_revision(keys, become, point, thread):
    become("marketer")
    keys.open(point.get_absolute_url())
    keys.press("Start a draft")
    keys.open(f"{point.get_absolute_url()}revisions/2/edit/text/")
    keys.write("Text", "Good morning at five, {{ lead.first_name }}")
    keys.press("Save")
    keys.press("Propose")
    become("marketing")
    keys.open(point.get_absolute_url())
    keys.press("Read and sign revision 2")
    keys.press("Sign for")
    become("marketer")
    keys.open(thread.get_absolute_url())
    keys.unfold("A revision answers it")
    keys.choose("Revision that answers", "2")
    keys.press("Link the revision", tag=("button",))
    thread.refresh_from_db()
    assert thread.answered_by.number == 2


def test_a_manager_edits_an_sla_in_the_admin(keys, become, cast):
    calendar = make_calendar()
    sla = make_document(
        Sla,
        "Year one",
        by=cast["sales"],
        content={
            "purpose": "Keep our word",
            "reporting_owner": cast["sales"].pk,
            "commitments": [
                {
                    "kind": "first_contact",
                    "side": "sales",
                    "target": "8",
                    "calendar": calendar.pk,
                    "remediation": "The lead goes to the next person",
                    "remediation_owner": cast["sales"].pk,
                }
            ],
        },
        agreed=True,
    )
    become("sales")
    keys.open(f"/admin/slas/sla/{sla.pk}/change/")
    keys.write("Target", "4")
    keys.press("Save", tag=("button", "input"))
    draft = sla.document.revisions.first()
    assert draft.content["commitments"][0]["target"] == "4"
    assert Sla.objects.get().document.in_force.number == 1


def test_a_lead_becomes_an_opportunity_moves_on_the_board_and_is_lost_to_a_competitor(
    keys, become, cast
):
    lead = make_lead(owner=cast["rep"], company=make_company("Acme"), stage="sal")
    make_competitor("Rival Ltd")
    become("rep")
    keys.open(f"/leads/{lead.pk}/")
    keys.open_dialog("Make it an opportunity")
    keys.write("Amount", "12400")
    keys.press("Make it an opportunity", tag=("button",))
    assert "€12,400" in keys.text()
    keys.page.keyboard.press("g")
    keys.page.keyboard.press("o")
    keys.page.wait_for_url("**/opportunities/")
    keys.open("/opportunities/board/")
    keys.reach("Move Acme on to Qualification", tag=("button",))
    keys.page.keyboard.press("Enter")
    keys.page.wait_for_selector('[data-column="qualification"] [data-card]')
    assert keys.page.evaluate("() => document.activeElement.textContent") == "Acme"
    keys.open_dialog("Close Acme")
    keys.reach("Won", tag=("input",))
    keys.page.keyboard.press("ArrowDown")
    keys.choose("If lost: to whom?", "A competitor")
    keys.choose("Competitor", "Rival Ltd")
    keys.write("What persuaded them", "Cheaper for one depot")
    keys.press("Close it", tag=("button",))

    sale = Opportunity.objects.get()
    assert (sale.status, sale.competitor.name, sale.lead) == ("lost", "Rival Ltd", lead)
    assert "Lost to Rival Ltd." in keys.text()
    assert "Cheaper for one depot" in keys.text()
