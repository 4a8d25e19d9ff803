"""The pages that every kind of agreed document has, walked on personas."""

from __future__ import annotations

import pytest

from personas.models import Persona
from portal.documents import services
from portal.documents.models import Revision
from tests.factories import make_persona

pytestmark = pytest.mark.django_db


def newest(subject):
    return subject.document.revisions.first()


def section_form(client, url):
    """The fields of a section's form as a browser would send them back."""
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    for formset in form.formsets:
        data |= {f"{formset.prefix}-{k}": v for k, v in formset.management_form.initial.items()}
        for row in formset:
            data |= {
                row.add_prefix(name): row[name].value() or ""
                for name in row.fields
                if name != "DELETE"
            }
    return data


def test_a_marketer_writes_a_persona_from_nothing(as_marketer):
    answer = as_marketer.post(
        "/personas/new/", {"title": "Ops Olga", "essence": "Keeps it running", "quote": ""}
    )
    persona = Persona.objects.get()
    assert answer.headers["Location"] == "/personas/ops-olga/"
    page = as_marketer.get("/personas/ops-olga/").content.decode()
    assert "Keeps it running" in page
    assert "Still missing" in page

    url = "/personas/ops-olga/revisions/1/edit/motives/"
    data = section_form(as_marketer, url)
    data |= {
        "pains-0-text": "Fires every Monday",
        "pains-0-evidence": "customer_call",
        "pains-0-side": "sales",
    }
    assert as_marketer.post(url, data).status_code == 302

    pains = newest(persona).content["pains"]
    assert pains[0]["text"] == "Fires every Monday"
    assert "Customer call" in as_marketer.get("/personas/ops-olga/").content.decode()


def test_both_managers_sign_in_the_browser(
    as_marketer, as_marketing_manager, as_sales_manager, marketer
):
    persona = make_persona("Olga", by=marketer)
    as_marketer.post("/personas/olga/revisions/1/propose/", {"note": "First"})
    for client in (as_marketing_manager, as_sales_manager):
        assert "Sign for" in client.get("/personas/olga/").content.decode()
        assert client.post("/personas/olga/revisions/1/sign/").status_code == 302
    persona.refresh_from_db()
    assert persona.document.status == "agreed"
    assert "Agreed" in as_marketer.get("/personas/olga/").content.decode()


def test_a_conflict_shows_both_texts_and_keeps_what_was_typed(as_marketer, marketer):
    persona = make_persona("Olga", by=marketer)
    url = "/personas/olga/revisions/1/edit/essence/"
    data = section_form(as_marketer, url)
    services.edit_draft(
        subject=persona, revision=newest(persona), changes={"essence": "Theirs first"}, by=marketer
    )

    answer = as_marketer.post(url, data | {"essence": "Mine second"})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs first" in page
    assert "Mine second" in page
    again = data | {
        "essence": "Both",
        "version": answer.context["form"].data["version"],
    }
    assert as_marketer.post(url, again).status_code == 302
    assert newest(persona).content["essence"] == "Both"


def test_choosing_theirs_after_a_conflict_keeps_their_text(as_marketer, marketer):
    persona = make_persona("Olga", by=marketer)
    url = "/personas/olga/revisions/1/edit/essence/"
    data = section_form(as_marketer, url)
    services.edit_draft(
        subject=persona, revision=newest(persona), changes={"essence": "Theirs"}, by=marketer
    )
    answer = as_marketer.post(url, data | {"essence": "Mine"})
    version = answer.context["form"].data["version"]
    as_marketer.post(url, data | {"essence": "Mine", "version": version, "keep_essence": "theirs"})
    assert newest(persona).content["essence"] == "Theirs"


def test_what_does_not_fit_is_said_and_nothing_is_saved(as_marketer, marketer):
    persona = make_persona("Olga", by=marketer)
    before = newest(persona).content
    url = "/personas/olga/revisions/1/edit/essence/"
    data = section_form(as_marketer, url) | {"essence": "x" * 400}
    answer = as_marketer.post(url, data)
    assert answer.status_code == 422
    assert "at most 300" in answer.content.decode()
    assert newest(persona).content == before


def test_any_two_revisions_can_be_compared(as_marketer, marketer, sales_manager, marketing_manager):
    persona = make_persona("Olga", by=marketer, agreed=True)
    draft = services.start_draft(subject=persona, by=marketer)
    services.edit_draft(
        subject=persona, revision=draft, changes={"essence": "A new short text"}, by=marketer
    )
    page = as_marketer.get("/personas/olga/compare/?from=1&to=2").content.decode()
    assert "<ins>new short </ins>" in page or "<ins>" in page
    assert "Essence" in page
    assert as_marketer.get("/personas/olga/compare/?from=1&to=99").status_code == 404
    assert as_marketer.get("/personas/olga/compare/?from=x").status_code == 404


def test_two_drafts_are_merged_by_a_person(as_marketer, marketer):
    persona = make_persona("Olga", by=marketer)
    other = services.start_draft(subject=persona, by=marketer)
    services.edit_draft(
        subject=persona, revision=other, changes={"quote": "From the second"}, by=marketer
    )
    page = as_marketer.get("/personas/olga/revisions/1/").content.decode()
    assert "2 drafts at once" in page
    as_marketer.post("/personas/olga/merge/", {"into": 1, "other": 2, "keep_quote": "theirs"})
    assert Revision.objects.get(number=1).content["quote"] == "From the second"
    assert Revision.objects.get(number=2).state == "merged"


@pytest.mark.parametrize(
    "page",
    [
        "",
        "revisions/",
        "compare/",
        "retire/",
        "decisions/",
        "review/",
        "revisions/1/",
        "revisions/1/edit/who/",
    ],
)
def test_pages_answer_a_manager(as_marketing_manager, marketer, page):
    make_persona("Olga", by=marketer)
    assert as_marketing_manager.get(f"/personas/olga/{page}").status_code == 200


@pytest.mark.parametrize(
    "act",
    [
        "draft/",
        "revisions/1/propose/",
        "revisions/1/sign/",
        "revisions/1/withdraw/",
        "retire/",
        "decisions/",
        "revisions/1/edit/who/",
    ],
)
def test_a_rep_reads_personas_and_changes_nothing(as_rep, marketer, act):
    make_persona("Olga", by=marketer)
    assert as_rep.get("/personas/olga/").status_code == 200
    assert as_rep.post(f"/personas/olga/{act}").status_code == 403


def test_the_list_costs_the_same_for_ten_as_for_one(
    as_marketer, marketer, django_assert_max_num_queries
):
    make_persona(by=marketer)
    with django_assert_max_num_queries(9) as one:
        as_marketer.get("/personas/")
    for _ in range(9):
        make_persona(by=marketer)
    with django_assert_max_num_queries(9) as ten:
        as_marketer.get("/personas/")
    assert len(ten) == len(one)


def test_a_page_keeps_to_its_budget(
    as_marketer, marketer, sales_manager, marketing_manager, django_assert_max_num_queries
):
    make_persona("Olga", by=marketer, agreed=True)
    with django_assert_max_num_queries(14):
        as_marketer.get("/personas/olga/")


def test_a_form_that_is_sent_twice_makes_one_document(as_marketer):
    token = as_marketer.get("/personas/new/").context["form_token"]
    data = {"title": "Olga", "essence": "Keeps it running", "quote": "", "form_token": token}
    places = [as_marketer.post("/personas/new/", data).headers["Location"] for _ in range(2)]
    assert places == ["/personas/olga/", "/personas/olga/"]
    assert Persona.objects.count() == 1
