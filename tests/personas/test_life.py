"""A persona from the first word to its retirement, through its pages [R14–R17]."""

from __future__ import annotations

import pytest

from personas.models import Persona
from tests.conftest import signed_in
from tests.documents.surfaces import Page, newest
from tests.factories import make_persona, make_user

pytestmark = pytest.mark.django_db

URL = "/personas/depot-dora/"
PAGE = Page()


@pytest.fixture
def draft(marketer):
    """Complete but for its criteria."""
    return make_persona("Depot Dora", by=marketer)


def write(client, persona, number=1, **fields):
    """Fill the form of the section to which the first field belongs."""
    section = persona.schema.section_of(next(iter(fields)).partition("-")[0]).key
    seen = PAGE.look(client, persona, number)
    url = f"{URL}revisions/{number}/edit/{section}/"
    return client.post(url, seen[section] | fields)


def rule(row=0, fact="title", operator="contains", values="fleet", **more):
    given = {"fact": fact, "operator": operator, "values": values, "weight": "1"} | more
    return {f"criteria-{row}-{name}": value for name, value in given.items()}


def propose(client, number=1, note=""):
    return client.post(f"{URL}revisions/{number}/propose/", {"note": note})


def sign(client, number=1):
    return client.post(f"{URL}revisions/{number}/sign/").status_code


def text_of(client, url=URL):
    return client.get(url).content.decode()


def test_from_the_draft_to_the_retirement(
    draft, as_marketer, as_marketing_manager, as_sales_manager, as_rep
):
    assert write(as_marketer, draft, **rule()).status_code == 302
    assert propose(as_marketer).status_code == 302
    assert (sign(as_marketer), sign(as_rep)) == (403, 403)
    assert sign(as_marketing_manager) == 302
    assert sign(as_marketing_manager) == 409
    assert Persona.objects.get().document.in_force is None
    assert sign(signed_in(make_user("manager", "marketing"))) == 409
    assert sign(as_sales_manager) == 302
    agreed = Persona.objects.get()
    assert (agreed.document.status, agreed.document.in_force.number) == ("agreed", 1)
    assert [row["values"] for row in agreed.criteria] == ["fleet"]
    assert "Job title contains one of <strong>fleet</strong>" in text_of(as_rep)

    assert as_marketer.post(f"{URL}draft/").status_code == 302
    assert write(as_marketer, draft, 2, **rule(values="fleet, depot")).status_code == 302
    assert write(as_marketer, draft, 2, essence="Plans until six").status_code == 302
    assert "fleet, depot" not in text_of(as_rep)
    compared = text_of(as_rep, f"{URL}compare/?from=1&to=2")
    assert all(words in compared for words in ("fleet, depot", "Plans until six", "Essence"))
    assert "What hurts" not in compared.partition("<main")[2]

    assert propose(as_marketer, 2, "Depots, too").status_code == 302
    assert (sign(as_sales_manager, 2), sign(as_marketing_manager, 2)) == (302, 302)
    assert Persona.objects.get().document.in_force.number == 2
    assert "Plans until six" in text_of(as_rep)
    assert "Superseded" in text_of(as_rep, f"{URL}revisions/1/")

    reason = {"reason": "We left this market."}
    assert as_marketer.post(f"{URL}retire/", reason).status_code == 403
    assert as_sales_manager.post(f"{URL}retire/", {"reason": " "}).status_code == 422
    assert as_sales_manager.post(f"{URL}retire/", reason).status_code == 302
    retired = text_of(as_rep)
    assert "We left this market." in retired
    assert "Start a draft" not in text_of(as_marketer)
    assert as_marketer.post(f"{URL}draft/").status_code == 409
    assert "Depot Dora" not in text_of(as_rep, "/personas/").partition("<main")[2]
    assert "Depot Dora" in text_of(as_rep, "/personas/?status=retired").partition("<main")[2]


def test_what_is_missing_is_named_with_the_reason_and_nothing_is_proposed(as_marketer, marketer):
    as_marketer.post("/personas/new/", {"title": "Depot Dora", "essence": "Plans until six"})
    persona = Persona.objects.get()
    answer = propose(as_marketer)
    assert answer.status_code == 409
    assert "What hurts" in answer.content.decode()
    assert "Messages answer a pain" in text_of(as_marketer)
    assert newest(persona).state == "draft"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (rule(fact=""), "choose the fact"),
        (rule(fact="attribute"), "name the custom attribute"),
        (rule(operator="at_least", values="5"), "Job title is no number"),
        (
            rule(fact="company.employees", operator="at_least", values="1,000"),
            "without separators of thousands",
        ),
        (rule(fact="company.employees", operator="at_most", values="many"), "write one number"),
    ],
)
def test_a_criterion_that_nobody_could_meet_is_refused(draft, as_marketer, given, said):
    assert write(as_marketer, draft, **given).status_code == 302
    answer = propose(as_marketer)
    assert answer.status_code == 409
    assert "Criterion 1: " in answer.content.decode()
    assert said in answer.content.decode()
    assert newest(draft).state == "draft"

    fixed = rule(fact="company.employees", operator="at_least", values="1000")
    write(as_marketer, draft, **fixed)
    assert propose(as_marketer).status_code == 302


@pytest.mark.parametrize("who", ["rep", "executive"])
def test_who_only_reads_personas_writes_none(request, draft, who):
    client = signed_in(request.getfixturevalue(who))
    assert client.get(URL).status_code == 200
    forms = ("draft/", "revisions/1/propose/", "revisions/1/sign/", "retire/")
    assert [client.post(f"{URL}{form}").status_code for form in forms] == [403] * 4
    assert client.get("/personas/new/").status_code == 403
