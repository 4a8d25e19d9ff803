"""A write that rests on an older state is refused with 412, whatever the act and the moment."""

from __future__ import annotations

import pytest

from portal.documents import api, services
from tests.documents.surfaces import Api, fresh, newest
from tests.factories import agree, make_campaign, make_persona

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def persona(marketer, marketing_manager, sales_manager):
    return make_persona("Olga", by=marketer)


def etag(client, subject):
    return client.get(Api.address(subject)).headers["ETag"]


def send(client, subject, tag, verb="", **body):
    call = client.post if verb else client.patch
    return call(f"{Api.address(subject)}{verb}", body, content_type=JSON, headers={"If-Match": tag})


@pytest.mark.parametrize("verb", ["propose/", "draft/", "review/", "decisions/", "hand-over/"])
def test_acts_honour_it_too(persona, as_marketer, marketer, verb):
    seen = etag(as_marketer, persona)
    changes = {"essence": "Meanwhile"}
    services.edit_draft(subject=persona, revision=newest(persona), changes=changes, by=marketer)
    assert send(as_marketer, persona, seen, verb).status_code == 412
    assert newest(persona).state == "draft"


def test_signing_what_was_proposed_anew_is_refused(persona, as_sales_manager, marketer):
    services.propose(subject=persona, revision=newest(persona), by=marketer)
    seen = etag(as_sales_manager, persona)
    draft = services.withdraw(subject=persona, revision=newest(persona), by=marketer)
    services.propose(subject=persona, revision=draft, by=marketer)
    assert send(as_sales_manager, persona, seen, "sign/").status_code == 412
    assert not newest(persona).signatures.exists()


def test_the_answer_carries_the_next_one(persona, as_marketer):
    first = send(as_marketer, persona, etag(as_marketer, persona), content={"quote": "One"})
    second = send(as_marketer, persona, first.headers["ETag"], content={"quote": "Two"})
    assert (first.status_code, second.status_code) == (200, 200)
    assert send(as_marketer, persona, "*", content={"quote": "Three"}).status_code == 200
    assert second.json()["draft"]["content"]["quote"] == "Two"


@pytest.mark.parametrize(
    ("theirs", "status", "stays"), [("essence", 412, "Theirs"), ("quote", 200, "Mine")]
)
def test_who_saves_between_the_check_and_the_write_loses_nothing(
    persona, as_marketer, marketing_manager, monkeypatch, theirs, status, stays
):
    """Both calls pass the check; the second one meets the words of the first under the lock."""
    seen, write = etag(as_marketer, persona), services.write_draft

    def late(**given):
        services.edit_draft(
            subject=persona,
            revision=newest(persona),
            changes={theirs: "Theirs"},
            by=marketing_manager,
        )
        return write(**given)

    monkeypatch.setattr(api.services, "write_draft", late)
    answer = send(as_marketer, persona, seen, content={"essence": "Mine"})

    assert answer.status_code == status
    assert newest(persona).content[theirs] == "Theirs"
    assert newest(persona).content["essence"] == stays


def test_a_refused_change_leaves_no_draft_behind(persona, as_marketer):
    agree(persona)
    answer = as_marketer.patch(
        Api.address(persona), {"content": {"roles": "no list"}}, content_type=JSON
    )
    assert answer.status_code == 400
    assert fresh(persona).document.revisions.count() == 1


def test_a_change_of_what_is_agreed_is_one_draft(persona, as_marketer):
    agree(persona)
    for words in ("One", "Two"):
        body = as_marketer.patch(
            Api.address(persona), {"content": {"quote": words}}, content_type=JSON
        ).json()
    assert (body["drafts"], body["draft"]["content"]["quote"]) == ([2], "Two")
    assert body["content"]["quote"] == ""


def test_a_brief_shows_its_own_fields_in_every_answer(as_marketer, marketer):
    campaign = make_campaign(by=marketer)
    one = as_marketer.get(Api.address(campaign)).json()
    row = as_marketer.get("/api/v1/campaigns/").json()["results"][0]
    assert set(row) <= set(one)
    assert one["state"] == row["state"] == "writing"
