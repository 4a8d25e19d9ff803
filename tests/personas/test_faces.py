"""A persona has a name and a face [R14]."""

from __future__ import annotations

import pytest

from personas.faces import CHOICES, FACES, face_of
from tests.factories import make_persona

pytestmark = pytest.mark.django_db


def test_every_face_differs_and_a_persona_keeps_its_own():
    assert len({(f.hair, f.tone, f.shade, f.has_glasses, f.has_beard) for f in FACES}) == len(FACES)
    assert face_of("", "plant-manager") == face_of("no-such-face", "plant-manager")
    assert {face_of("", f"persona-{n}") for n in range(200)} == set(FACES)


def test_the_chosen_face_stands_on_the_page_in_the_list_and_in_the_api(as_marketer, marketer):
    persona = make_persona("Ops Olga", by=marketer, face="short-beard")
    page = as_marketer.get(persona.get_absolute_url())

    assert page.context["face"].label == "Short hair, beard"
    assert 'class="face"' in page.content.decode()
    assert persona.portrait.key == "short-beard"
    assert 'class="face"' in as_marketer.get("/personas/").content.decode()
    content = as_marketer.get(f"/api/v1/personas/{persona.pk}/").json()
    assert "short-beard" in str(content)


def test_a_marketer_chooses_it_in_the_form(as_marketer, marketer):
    persona = make_persona("Ops Olga", by=marketer)
    form = as_marketer.get(f"{persona.get_absolute_url()}revisions/1/edit/essence/")

    assert all(label in form.content.decode() for _, label in CHOICES)
