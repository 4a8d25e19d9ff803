"""On paper a persona and a brief are one page each, with everything that they say."""

from __future__ import annotations

import re
from datetime import date

import pytest

from personas.models import Persona
from portal.accounts.roles import Department, Role
from portal.operations.demo.campaigns import CAMPAIGNS, brief
from portal.operations.demo.personas import PERSONAS
from tests.factories import agree, make_campaign, make_document, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def people(transactional_db):
    names = ("marketer", "marketer2", "manager.marketing")
    people = {name: make_user(Role.MARKETER, name=name) for name in names}
    return people | {"manager.sales": make_user(Role.MANAGER, Department.SALES, name="Sam")}


def pages_of(page, address, paper):
    page.emulate_media(media="print")
    page.goto(address)
    page.wait_for_load_state("networkidle")
    text = page.inner_text("main")
    printed = page.pdf(format=paper)
    return len(re.findall(rb"/Type\s*/Page[^s]", printed)), text


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_persona_is_one_page(page, sign_in, people, paper):
    sign_in(people["marketer"])
    for title, content in PERSONAS:
        persona = agree(make_document(Persona, title, by=people["marketer"], content=content))
        count, text = pages_of(page, persona.get_absolute_url(), paper)
        assert count == 1, title
        assert content["not_this"][-1] in text
        assert "Looked after by marketer" in text
        assert "Start a draft" not in text


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_brief_is_one_page(page, sign_in, people, paper):
    sign_in(people["marketer"])
    persona = make_document(Persona, "Dora", by=people["marketer"], content=PERSONAS[0][1])
    for title, _fate, _persona, options in CAMPAIGNS:
        content = brief(date(2026, 5, 4), people, personas=[persona.pk], **options)
        campaign = make_campaign(title, by=people["marketer2"], content=content, agreed=True)
        count, text = pages_of(page, campaign.get_absolute_url(), paper)
        assert count == 1, title
        for words in (content["message"], content["say"][-1], content["risks"][0]["answer"]):
            assert words in text
