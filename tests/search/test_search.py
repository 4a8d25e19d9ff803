"""One search over everything permitted: what it finds is what the lists show [AZ-08]."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import signed_in
from tests.factories import (
    make_campaign,
    make_company,
    make_lead,
    make_persona,
    make_talking_point,
    make_thread,
    make_user,
)

pytestmark = pytest.mark.django_db


def found(client, words, **query):
    """Kind → titles."""
    groups = client.get("/search/", {"q": words} | query).context["groups"]
    return {group.key: [hit.title for hit in group.hits] for group in groups}


@pytest.fixture
def olga(rep, north):
    company = make_company("Zebra Works", domain="zebra.example")
    return make_lead(
        full_name="Olga Quartz",
        email="olga@zebra.example",
        external_id="X-4711",
        company=company,
        owner=rep,
        team=north,
    )


@pytest.mark.parametrize(
    "words", ["Olga", "quartz", "olga@zebra", "Zebra", "X-4711", "  OLGA   quartz "]
)
def test_a_rep_finds_their_lead(as_rep, olga, words):
    assert found(as_rep, words)["leads"] == ["Olga Quartz"]


@pytest.mark.parametrize("words", ["Olga", "quartz", "olga@zebra", "X-4711"])
def test_nobody_finds_a_lead_of_another_team(as_other_rep, olga, words):
    assert "leads" not in found(as_other_rep, words)


@pytest.mark.parametrize("words", ["Olga", "Quartz", "olga@zebra", "olga@zebra.example", "X-4711"])
def test_an_executive_finds_no_lead_by_what_is_hidden(as_executive, olga, words):
    answer = as_executive.get("/search/", {"q": words})
    assert "leads" not in {group.key for group in answer.context["groups"]}


def test_an_executive_finds_a_lead_by_its_company_and_reads_no_name(as_executive, olga):
    html = as_executive.get("/search/", {"q": "zebra"}).content.decode()
    assert f"Lead {olga.pk}" in html
    assert "Olga" not in html
    assert "olga@" not in html


def test_every_kind_is_found(as_marketer, marketer, rep):
    persona = make_persona("Pelican persona", by=marketer)
    make_campaign("Pelican campaign", personas=[persona], by=marketer)
    make_talking_point("Pelican point", by=marketer)
    make_thread(persona, by=rep, title="Pelican thread")
    make_lead(full_name="Pelican Lead", company=make_company("Pelican Company"))
    make_user(name="Pelican Person")
    assert set(found(as_marketer, "pelican")) == {
        "leads", "companies", "talking-points", "personas", "campaigns", "feedback", "people",
    }  # fmt: skip


def test_words_in_any_order(as_rep, marketer):
    make_persona("Head of operations", by=marketer)
    assert found(as_rep, "operations head")["personas"] == ["Head of operations"]
    assert "personas" not in found(as_rep, "operations tail")


def test_six_of_a_kind_and_a_way_to_the_rest(as_rep, marketer):
    for number in range(9):
        make_user(name=f"Walrus {number}")
        make_company(f"Walrus {number} Ltd")
    groups = {group.key: group for group in as_rep.get("/search/?q=walrus").context["groups"]}
    assert len(groups["people"].hits) == 6
    assert groups["people"].more_url == "/people/?q=walrus"
    more = as_rep.get(groups["companies"].more_url).context["groups"]
    assert [(group.key, len(group.hits), group.more_url) for group in more] == [
        ("companies", 9, "")
    ]


def test_a_thread_on_a_hidden_lead_is_not_found(as_other_rep, marketer, olga):
    make_thread(olga, by=marketer, title="Pelican question")
    assert found(as_other_rep, "pelican") == {}


def test_the_top_bar_and_the_page_answer_fragments(as_rep, olga):
    top = as_rep.get("/search/?q=olga", headers={"HX-Request": "true", "HX-Target": "top-results"})
    assert "<html" not in top.content.decode()
    assert olga.get_absolute_url() in top.content.decode()
    part = as_rep.get("/search/?q=olga", headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="search-results"')
    assert "<html" in as_rep.get("/search/?q=olga").content.decode()
    assert "HX-Target" in top.headers["Vary"]


def test_one_letter_is_no_question(as_rep, olga):
    answer = as_rep.get("/search/?q=o")
    assert answer.context["groups"] == []
    assert "at least two letters" in answer.content.decode()


def test_what_is_asked_is_shown_as_text(as_rep):
    html = as_rep.get("/search/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in html


@pytest.mark.parametrize("query", ["q=%00%00ab", "q=" + "x" * 5000, "q=%25%25", "q=__", "q=%F0%9F%98%80%F0%9F%98%80",
                                   "q=%ED%A0%80ab", "q=ab&kind=nonsense", "q[]=1", "q=" + "a+" * 500, "q='\";--", "q=%5C%5C"])  # fmt: skip
@pytest.mark.parametrize("who", ["rep", "executive"])
def test_odd_input_is_no_error(request, query, who):
    client = signed_in(request.getfixturevalue(who))
    assert client.get(f"/search/?{query}").status_code == 200


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(max_size=120))
def test_any_text_can_be_asked(as_rep, words):
    assert (
        as_rep.get("/search/", {"q": words.encode("utf-8", "replace").decode()}).status_code == 200
    )


def test_percent_and_underscore_are_letters(as_rep, olga):
    assert "leads" not in found(as_rep, "O%a")
    assert "leads" not in found(as_rep, "Olg_")


def test_it_costs_the_same_for_many_hits(as_rep, rep, marketer):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            as_rep.get("/search/?q=heron")
        return len(queries)

    def more(number):
        persona = make_persona(f"Heron {number}", by=marketer)
        make_thread(persona, by=rep, title=f"Heron {number}")
        make_lead(full_name=f"Heron {number}", owner=rep, company=make_company(f"Heron {number}"))
        make_user(name=f"Heron {number}")

    more(0)
    cost()
    one = cost()
    for number in range(1, 10):
        more(number)
    assert cost() == one
    assert one <= 17  # a query or two for each kind of record


def test_a_stranger_signs_in_first(client):
    assert client.get("/search/?q=olga").status_code == 302
