"""What browsers are told with every page, also with every kind of error."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.core.errors import RuleViolation
from tests.conftest import signed_in
from tests.factories import make_persona

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(rep, administrator, monkeypatch):
    """One answer of every kind of page."""
    person, boss = signed_in(rep), signed_in(administrator)
    person.raise_request_exception = False
    stranger = Client()
    persona = make_persona()

    def crash(*args, **kwargs):
        raise ZeroDivisionError

    def refuse(*args, **kwargs):
        raise RuleViolation("Not now.")

    answers = {
        "page": (200, person.get("/people/")),
        "fragment": (200, person.get("/people/", headers={"HX-Request": "true"})),
        "document": (200, person.get(persona.get_absolute_url())),
        "sign-in": (200, stranger.get("/login/")),
        "reset": (200, stranger.get("/password/reset/")),
        "second factor": (200, person.get("/second-factor/")),
        "admin": (200, boss.get("/admin/accounts/user/")),
        "admin form": (200, boss.get(f"/admin/accounts/user/{rep.pk}/change/")),
        "API page": (200, person.get("/api/docs/")),
        "redirect": (302, stranger.get("/people/")),
        "forbidden": (403, person.get("/audit/")),
        "missing": (404, person.get("/people/999999/")),
        "nowhere": (404, stranger.get("/no/such/page/")),
        "invalid": (422, person.post("/me/", {"name": ""})),
        "API": (200, person.get("/api/v1/users/")),
        "API error": (401, stranger.get("/api/v1/users/")),
    }
    with monkeypatch.context() as patched:
        patched.setattr("portal.accounts.views.render", crash)
        answers["crash"] = (500, person.get("/teams/"))
        patched.setattr("portal.accounts.views.render", refuse)
        answers["refused"] = (409, person.get("/teams/"))
    return answers


def test_every_answer_has_the_strict_headers(pages):
    for kind, (status, answer) in pages.items():
        assert answer.status_code == status, kind
        policy = answer["Content-Security-Policy"]
        assert "unsafe" not in policy, kind
        assert "default-src 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert answer["X-Content-Type-Options"] == "nosniff", kind
        assert answer["Referrer-Policy"] == "same-origin", kind
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", kind
        assert answer["X-Frame-Options"] == "DENY", kind


def test_what_a_person_is_shown_is_stored_nowhere(pages):
    personal = set(pages) - {"sign-in", "reset", "redirect", "nowhere", "API error"}
    for kind in personal:
        assert "no-store" in pages[kind][1]["Cache-Control"], kind
        assert "private" in pages[kind][1]["Cache-Control"], kind


def test_no_page_holds_inline_code(pages):
    import re

    for kind, (_, answer) in pages.items():
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        html = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", html), (
            kind
        )
        assert "<style" not in html, kind
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=\"", html), kind


def test_errors_say_nothing_of_the_inside(pages):
    for kind in ("crash", "missing", "forbidden", "nowhere"):
        text = pages[kind][1].content.decode()
        assert "Traceback" not in text, kind
        assert "ZeroDivision" not in text, kind
        assert "portal.accounts" not in text, kind
