from __future__ import annotations

import pytest

from tests.feedback.subjects import Cast, Scene
from tests.feedback.surfaces import Api, Page


@pytest.fixture(params=[Page, Api], ids=["page", "api"])
def surface(request):
    return request.param()


@pytest.fixture
def cast(marketer, rep, other_rep, marketing_manager, sales_manager):
    """Everybody who talks, with names by which they can be mentioned."""
    people = Cast(marketer, rep, other_rep, marketing_manager, sales_manager)
    names = {"marketer": "Mara Keter", "rep": "Nora North", "outsider": "Otto South"}
    for part, name in names.items():
        person = getattr(people, part)
        person.name = name
        person.save()
    return people


@pytest.fixture
def scene(label, cast):
    """The subject of kind ``label`` and its people."""
    return Scene(label, cast)
