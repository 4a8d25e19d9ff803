"""Draft, in review, agreed, superseded, retired: the life every document shares [R4, R14, R16]."""

from __future__ import annotations

import pytest

from personas.models import Persona
from portal.core.errors import RuleViolation, StaleEdit
from portal.documents import services
from portal.documents.models import Document, Revision
from portal.todo.models import Task
from tests.factories import agree, make_document, make_persona, make_user

pytestmark = pytest.mark.django_db


def newest(subject):
    return subject.document.revisions.first()


def test_both_departments_sign_the_same_revision(marketer, marketing_manager, sales_manager):
    persona = make_persona(by=marketer)
    revision = newest(persona)
    services.propose(subject=persona, revision=revision, by=marketer)
    services.sign(subject=persona, revision=revision, by=marketing_manager)
    assert Document.objects.get().status == "in_review"

    services.sign(subject=persona, revision=revision, by=sales_manager)

    document = Document.objects.get()
    assert document.status == "agreed"
    assert document.in_force == revision
    assert document.review_on is not None


def test_a_rep_cannot_sign(marketer, rep, marketing_manager, sales_manager):
    persona = make_persona(by=marketer)
    services.propose(subject=persona, revision=newest(persona), by=marketer)

    with pytest.raises(RuleViolation, match="Only a manager"):
        services.sign(subject=persona, revision=newest(persona), by=rep)


def test_one_department_signs_once(marketer, marketing_manager, sales_manager):
    persona = make_persona(by=marketer)
    services.propose(subject=persona, revision=newest(persona), by=marketer)
    services.sign(subject=persona, revision=newest(persona), by=marketing_manager)

    with pytest.raises(RuleViolation, match="already been signed"):
        services.sign(subject=persona, revision=newest(persona), by=marketing_manager)
    assert newest(persona).signatures.count() == 1


def test_the_agreed_revision_stays_in_force_until_the_next_is(
    marketer, marketing_manager, sales_manager
):
    persona = agree(make_persona(by=marketer))
    first = persona.document.in_force
    draft = services.start_draft(subject=persona, by=marketer)
    services.edit_draft(
        subject=persona, revision=draft, changes={"essence": "New line"}, by=marketer
    )

    persona.refresh_from_db()
    assert persona.document.in_force == first
    assert persona.essence != "New line"

    persona = agree(persona, Revision.objects.get(pk=draft.pk))
    first.refresh_from_db()
    assert first.state == "superseded"
    assert persona.essence == "New line"


def test_an_incomplete_document_says_what_is_missing(marketer):
    persona = make_document(Persona, by=marketer, content={"essence": "Half a persona"})

    with pytest.raises(RuleViolation, match="pain|hurts"):
        services.propose(subject=persona, revision=newest(persona), by=marketer)


def test_two_people_who_edit_different_fields_both_keep_their_words(marketer):
    other = make_user("marketer")
    persona = make_persona(by=marketer)
    draft = newest(persona)
    services.edit_draft(
        subject=persona, revision=draft, changes={"essence": "Mine"}, by=marketer, base_version=1
    )
    services.edit_draft(
        subject=persona, revision=draft, changes={"quote": "Theirs"}, by=other, base_version=1
    )

    content = newest(persona).content
    assert (content["essence"], content["quote"]) == ("Mine", "Theirs")


def test_two_people_who_edit_the_same_words_see_both_and_lose_none(marketer):
    other = make_user("marketer")
    persona = make_persona(by=marketer)
    draft = newest(persona)
    services.edit_draft(
        subject=persona, revision=draft, changes={"essence": "First"}, by=marketer, base_version=1
    )

    with pytest.raises(StaleEdit) as caught:
        services.edit_draft(
            subject=persona, revision=draft, changes={"essence": "Second"}, by=other, base_version=1
        )

    conflict = caught.value.conflicts["essence"]
    assert (conflict.theirs, conflict.mine) == ("First", "Second")
    assert newest(persona).content["essence"] == "First"


def test_what_is_proposed_cannot_be_edited(marketer):
    persona = make_persona(by=marketer)
    services.propose(subject=persona, revision=newest(persona), by=marketer)

    with pytest.raises(RuleViolation, match="Only a draft"):
        services.edit_draft(
            subject=persona, revision=newest(persona), changes={"essence": "x"}, by=marketer
        )


def test_a_withdrawn_proposal_is_kept_and_a_draft_carries_on(marketer, marketing_manager):
    persona = make_persona(by=marketer)
    proposed = newest(persona)
    services.propose(subject=persona, revision=proposed, by=marketer)
    assert Task.objects.open().filter(owner=marketing_manager).count() == 1

    draft = services.withdraw(subject=persona, revision=proposed, by=marketer)

    proposed.refresh_from_db()
    assert (proposed.state, draft.state, draft.content) == ("withdrawn", "draft", proposed.content)
    assert not Task.objects.open().exists()


def test_retiring_needs_a_reason_and_happens_once(marketer, sales_manager):
    persona = make_persona(by=marketer, agreed=True)
    with pytest.raises(RuleViolation, match="why"):
        services.retire(subject=persona, reason=" ", by=sales_manager)
    services.retire(subject=persona, reason="We left this market.", by=sales_manager)
    with pytest.raises(RuleViolation, match="already"):
        services.retire(subject=persona, reason="Again", by=sales_manager)
