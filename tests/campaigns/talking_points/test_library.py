"""The library: filters, and the right text with two letters [R40, R44]."""

from __future__ import annotations

import pytest

from campaigns.talking_points.models import TalkingPoint
from campaigns.talking_points.words import fold, title_key
from leads.outreach.recommending import recommended
from portal.documents import services as documents
from portal.operations.demo.talking_points import TEXTS
from tests.documents.surfaces import Api, Page, fresh, newest
from tests.factories import (
    agree,
    make_campaign,
    make_lead,
    make_persona,
    make_talking_point,
)

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("surface", [Page(), Api()], ids=["page", "api"])
#: How many rows one sees without scrolling.
SCREEN = 6


def titles(client, query):
    """What the page and the API find; the page in its order."""
    page = [row.title for row in client.get(f"/talking-points/?{query}").context["rows"]]
    rows = client.get(f"/api/v1/talking-points/?{query}").json()["results"]
    assert {row["title"] for row in rows} == set(page)
    return page


@pytest.fixture
def library(marketer, marketing_manager):
    """The thirty texts of the demonstration company, in force."""
    for text in TEXTS:
        make_talking_point(
            text.title, by=marketer, agreed=True, kind=text.kind, body=text.body,
            subject=text.subject, stages=text.stages, language=text.language,
        )  # fmt: skip


def test_two_letters_bring_the_right_one_onto_the_first_screen(library, as_rep, rep):
    """Of thirty texts: by the first two letters, and by the first letters of the first two words."""
    lead, places = make_lead(owner=rep, language="en"), []
    for point in TalkingPoint.objects.all():
        first, *rest = fold(point.title).split()
        for typed in {first[:2], (first[0] + rest[0][0]) if rest else first[:2]}:
            found = list(recommended(lead, user=rep, words=typed))
            places.append(found.index(point))
            listed = list(TalkingPoint.objects.closest(typed))
            assert listed.index(point) < SCREEN, (point.title, typed)
    assert max(places) < SCREEN
    assert places.count(0) / len(places) > 0.6, places


def test_the_closest_name_comes_first(as_rep, marketer):
    make_talking_point("A recovery plan", by=marketer, body="over and over")
    make_talking_point("Budget overtime", by=marketer)
    make_talking_point("Overtime check", by=marketer)
    make_talking_point("Other", by=marketer, body="No overtime here")
    make_talking_point("Zebra", by=marketer, body="nothing")
    assert titles(as_rep, "q=ov") == [
        "Overtime check", "Budget overtime", "A recovery plan", "Other",
    ]  # fmt: skip
    assert titles(as_rep, "q=oc") == ["Overtime check"]


@pytest.mark.parametrize(
    "typed", ["telefono", "TELÉFONO", "voice", "dora", "spring", "sap", "llamada tel", "  tel  "]
)
def test_words_are_found_wherever_they_stand(as_rep, marketer, typed):
    persona = make_persona("Depot Dora", by=marketer)
    campaign = make_campaign("Spring tour", by=marketer, personas=[persona])
    given = {"kind": "voicemail", "competitor": "SAP", "body": "Una llamada por teléfono"}
    make_talking_point("Primera", by=marketer, personas=[persona.pk], campaign=campaign.pk, **given)
    make_talking_point("Another", by=marketer, kind="email", body="Good day")
    assert titles(as_rep, f"q={typed}") == ["Primera"]


def test_filters_and_the_unknown(as_rep, marketer):
    persona = make_persona("Dora", by=marketer)
    campaign = make_campaign("Tour", by=marketer, personas=[persona])
    make_talking_point(
        "One", by=marketer, kind="objection", personas=[persona.pk], stages=["scoping"],
        campaign=campaign.pk, language="de",
    )  # fmt: skip
    make_talking_point("Two", by=marketer, kind="email", stages=["learning"], language="en")
    for query in (
        "kind=objection", "persona=dora", "stage=scoping", "campaign=tour", "language=DE",
        "kind=objection&stage=scoping&q=on",
    ):  # fmt: skip
        assert titles(as_rep, query) == ["One"], query
    assert titles(as_rep, "kind=objection&stage=learning") == []
    assert as_rep.get("/api/v1/talking-points/?persona=nobody").status_code == 400
    assert as_rep.get("/api/v1/talking-points/?color=red").status_code == 400


@both
def test_a_wrong_merge_field_is_named_and_keeps_it_from_being_proposed(
    surface, as_marketer, marketer
):
    point = make_talking_point(by=marketer, body="Hi {{ user.password }} {{7*191}}")
    page = as_marketer.get(point.get_absolute_url()).content.decode()
    assert "There is no merge field “user.password”." in page
    assert "Braces stand only around a merge field" in page
    answer = surface.act(as_marketer, point, "propose", 1)
    assert answer.means == "refused"
    assert "user.password" in answer.text
    assert newest(point).state == "draft"


def test_the_words_follow_what_is_in_force(marketer, marketing_manager):
    point = make_talking_point("Opening", by=marketer, body="First words", agreed=True)
    draft = documents.start_draft(subject=point, by=marketer)
    changes = {"title": "Greeting", "body": "Second words"}
    documents.edit_draft(subject=point, revision=draft, changes=changes, by=marketer)
    assert list(TalkingPoint.objects.matching("second")) == []
    agree(fresh(point), draft)
    assert list(TalkingPoint.objects.matching("second")) == [point]
    assert fresh(point).title_key == " greeting g"


def test_a_rep_may_propose_a_text_and_marketing_signs(as_rep, as_marketing_manager):
    page = {"title": "From the road", "kind": "one_liner", "body": "Ask about Monday."}
    page |= {"how_to_use": "Early."}
    assert as_rep.post("/talking-points/new/", page).status_code == 302
    point = TalkingPoint.objects.get()
    documents.edit_draft(
        subject=point, revision=newest(point), changes={"language": "en"}, by=as_rep.user
    )
    assert Page().act(as_rep, point, "propose", 1).means == "done"
    assert Page().act(as_rep, point, "sign", 1).means == "forbidden"
    assert Page().act(as_marketing_manager, point, "sign", 1).means == "done"
    assert fresh(point).document.status == "agreed"


def test_folding():
    assert fold("¿Cuánto costó?  Straße/ÄRZTE_7") == "cuanto costo strasse arzte 7"
    assert title_key("Overtime check: first mail") == " overtime check first mail ocfm"
    assert title_key("…") == ""
