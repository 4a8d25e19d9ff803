"""Pages and API together: who may, what they see, what becomes of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from leads import services as lead_services
from leads.merging.models import Candidate, Merge
from leads.models import Lead
from tests.factories import make_lead, make_thread

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def make_pair(one, other, **fields):
    low, high = sorted((one, other), key=lambda lead: lead.pk)
    values = {"strength": 0.95, "band": "likely", "reasons": [["Same phone number", 13.0]]} | fields
    return Candidate.objects.create(low=low, high=high, **values)


def test_the_list_shows_pairs_of_which_both_are_visible(as_rep, rep, other_rep):
    mine, also_mine, theirs = make_lead(owner=rep), make_lead(owner=rep), make_lead(owner=other_rep)
    seen, unseen = make_pair(mine, also_mine), make_pair(mine, theirs)

    page = as_rep.get("/leads/duplicates/").content.decode()
    rows = as_rep.get("/api/v1/duplicates/").json()["results"]

    assert seen.get_absolute_url() in page
    assert unseen.get_absolute_url() not in page
    assert [row["id"] for row in rows] == [seen.pk]
    assert as_rep.get(f"/api/v1/duplicates/{unseen.pk}/").status_code == 404
    assert as_rep.get("/api/v1/duplicates/count/").json() == {"count": 1, "exact": True}


def test_the_other_side_out_of_reach_is_its_owner_and_nothing_else(as_rep, rep, other_rep):
    mine = make_lead(owner=rep, full_name="Ana Cruz")
    theirs = make_lead(owner=other_rep, full_name="Anna Kruz", email="secret@kruz.example")
    lead_services.log_touchpoint(
        lead=theirs, contact=lead_services.Contact(kind="call"), by=other_rep
    )
    make_pair(mine, theirs)

    page = as_rep.get(
        f"/leads/{mine.pk}/duplicates/", headers={"HX-Request": "true"}
    ).content.decode()

    assert f"A lead of {other_rep}" in page
    assert "Already contacted" in page
    for word in ("Kruz", "secret", "Same phone number", "95", f"/leads/{theirs.pk}/"):
        assert word not in page


def test_the_list_costs_the_same_for_ten_pairs_as_for_one(
    as_marketer, django_assert_max_num_queries
):
    for _ in range(10):
        make_pair(make_lead(), make_lead())
    as_marketer.get("/leads/duplicates/")
    with django_assert_max_num_queries(16):
        as_marketer.get("/leads/duplicates/")


def test_executives_and_strangers_do_not_open_it(as_executive, client):
    assert as_executive.get("/leads/duplicates/").status_code == 403
    assert as_executive.get("/api/v1/duplicates/").status_code == 403
    assert client.get("/leads/duplicates/").status_code == 302


def test_side_by_side_shows_every_field_and_all_that_moves(as_marketer, marketer):
    one, other = make_lead(phone="+49 40 1", attributes={"fleet": 8}), make_lead(city="Porto")
    lead_services.add_note(lead=one, body="x", by=marketer)
    make_thread(one, by=marketer)
    make_pair(one, other)

    page = as_marketer.get(f"/leads/{one.pk}/merge/{other.pk}/").content.decode()

    for text in (
        one.email,
        other.email,
        "Fleet",
        "Porto",
        "Notes",
        "Threads",
        "Lines of history",
        "Same phone number",
    ):
        assert text in page


def test_merging_on_the_page_keeps_what_was_chosen(as_marketer):
    one, other = make_lead(city="Porto"), make_lead(city="Faro")
    data = {"kept": one.pk, "keep-city": other.pk, "reason": "Same card", "form_token": "t"}

    answer = as_marketer.post(f"/leads/{one.pk}/merge/{other.pk}/", data)
    again = as_marketer.post(f"/leads/{one.pk}/merge/{other.pk}/", data)
    one.refresh_from_db()

    assert answer["Location"] == Merge.objects.get().get_absolute_url()
    assert again["Location"] == one.get_absolute_url()
    assert (one.city, Lead.objects.count()) == ("Faro", 1)


def test_a_choice_that_is_none_is_refused(as_marketer):
    one, other = make_lead(), make_lead()
    url = f"/leads/{one.pk}/merge/{other.pk}/"

    assert as_marketer.post(url, {"kept": one.pk, "keep-city": 99_999}).status_code == 422
    assert as_marketer.post(url, {"kept": one.pk, "keep-version": one.pk}).status_code == 422
    assert as_marketer.post(url, {"kept": 99_999}).status_code == 422
    assert Lead.objects.count() == 2


def test_old_addresses_lead_on(as_marketer, merged):
    lost, kept = make_lead(), make_lead()
    merged(lost, kept)

    assert as_marketer.get(f"/leads/{lost.pk}/")["Location"] == kept.get_absolute_url()
    assert as_marketer.get(f"/api/v1/leads/{lost.pk}/").json()["id"] == kept.pk
    answer = as_marketer.post(f"/leads/{lost.pk}/notes/", {"body": "Hello"})
    assert answer["Location"] == kept.get_absolute_url()
    answer = as_marketer.patch(f"/api/v1/leads/{lost.pk}/", {"city": "Porto"}, **JSON)
    assert answer.json()["city"] == "Porto"


def test_an_old_address_shows_nobody_more(as_rep, rep, other_rep, merged):
    lost, kept = make_lead(owner=other_rep), make_lead(owner=other_rep)
    merged(lost, kept)

    assert as_rep.get(f"/leads/{lost.pk}/").status_code == 404
    assert as_rep.get(f"/api/v1/leads/{lost.pk}/").status_code == 404


def test_merge_and_undo_through_the_api(as_marketer):
    lost, kept = (
        make_lead(phone="+49 40 111111", attributes={"a": 1}),
        make_lead(phone="+49 40 222222", attributes={"a": 2}),
    )
    body = {"into": kept.pk, "keep": {"phone": "mine", "attributes.a": "theirs"}}

    merge = as_marketer.post(f"/api/v1/leads/{lost.pk}/merge/", body, **JSON).json()
    row = as_marketer.get(f"/api/v1/leads/{kept.pk}/").json()
    assert (merge["lead"], merge["lost"], row["phone"], row["attributes"]) == (
        kept.pk,
        lost.pk,
        "+49 40 111111",
        {"a": 2},
    )

    undone = as_marketer.post(f"/api/v1/merges/{merge['id']}/undo/").json()
    assert (undone["report"], Lead.objects.count()) == ([], 2)
    assert as_marketer.get(f"/api/v1/leads/{kept.pk}/").json()["phone"] == "+49 40 222222"
    assert as_marketer.post(f"/api/v1/merges/{merge['id']}/undo/").status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"into": 0}, 400),
        ({}, 400),
        ({"into": 10**6}, 400),
        ({"keep": {"version": "mine"}}, 409),
        ({"keep": {"city": "ours"}}, 409),
    ],
)
def test_wrong_wishes_are_named(as_marketer, body, status):
    lost, kept = make_lead(), make_lead()
    body = {"into": kept.pk} | body if "keep" in body else body

    answer = as_marketer.post(f"/api/v1/leads/{lost.pk}/merge/", body, **JSON)

    assert answer.status_code in {status, 400}
    assert Lead.objects.count() == 2


def test_telling_apart_needs_a_reason_and_is_remembered(as_rep, rep):
    pair = make_pair(make_lead(owner=rep), make_lead(owner=rep))

    assert as_rep.post(f"/leads/duplicates/{pair.pk}/apart/", {"reason": ""}).status_code == 422
    assert (
        as_rep.post(f"/api/v1/duplicates/{pair.pk}/not-duplicate/", {}, **JSON).status_code == 400
    )
    answer = as_rep.post(
        f"/api/v1/duplicates/{pair.pk}/not-duplicate/", {"reason": "Sisters"}, **JSON
    )
    assert (answer.json()["state"], answer.json()["reason"]) == ("not_duplicate", "Sisters")
    assert as_rep.post(f"/leads/duplicates/{pair.pk}/apart/", {"reason": "x"}).status_code == 409
    assert pair.get_absolute_url() not in as_rep.get("/leads/duplicates/").content.decode()
    assert "Sisters" in as_rep.get("/leads/duplicates/?view=apart").content.decode()
    assert as_rep.post(f"/leads/duplicates/{pair.pk}/again/").status_code == 302


def test_the_scan_is_started_by_who_may(as_rep, as_marketer):
    assert as_rep.post("/leads/duplicates/scan/").status_code == 403
    assert as_marketer.post("/leads/duplicates/scan/").status_code == 302


def test_a_merge_is_undone_on_its_page_by_who_may(as_rep, as_marketer, rep, merged):
    lost, kept = make_lead(owner=rep), make_lead(owner=rep)
    url = merged(lost, kept).get_absolute_url()

    assert "Undo this merge" not in as_rep.get(url).content.decode()
    assert as_rep.post(f"{url}undo/").status_code == 404
    assert as_marketer.post(f"{url}undo/")["Location"] == url
    assert "Everything went back" in as_marketer.get(url).content.decode()
    assert lost.get_absolute_url() in as_marketer.get(url).content.decode()


# --- at entry ------------------------------------------------------------------------------------
def test_the_api_refuses_a_likely_duplicate_without_a_reason(as_marketer):
    known = make_lead(full_name="Ana Cruz", email="ana@gmail.com")
    body = {"first_name": "Ana", "last_name": "Cruz", "email": "a.n.a+fair@gmail.com"}

    refused = as_marketer.post("/api/v1/leads/", body, **JSON)
    assert (refused.status_code, refused.json()["lead"]) == (409, known.pk)
    assert "same mailbox" in refused.json()["detail"]
    made = as_marketer.post("/api/v1/leads/", body | {"duplicate_reason": "Her mother's"}, **JSON)
    assert made.status_code == 201
    assert Candidate.objects.get().state == "not_duplicate"


def test_the_warning_names_the_owner_of_a_hidden_lead_and_the_last_contact(as_rep, rep, other_rep):
    known = make_lead(
        full_name="Ana Kruz", email="secret@kruz.example", phone="+49 40 1234567", owner=other_rep
    )
    lead_services.log_touchpoint(
        lead=known, contact=lead_services.Contact(kind="call"), by=other_rep
    )
    body = {
        "first_name": "Bea",
        "last_name": "Young",
        "phone": "0049 40 1234567",
        "email": "bea@young.example",
    }

    api = as_rep.post("/api/v1/leads/", body, **JSON)
    page = as_rep.post("/leads/new/", body | {"form_token": "t"})

    for answer in (api, page):
        text = answer.content.decode()
        assert str(other_rep) in text
        assert "lready contacted by" in text
        assert "Kruz" not in text
        assert "secret" not in text
        assert "same phone" not in text
    assert (api.status_code, api.json()["lead"], page.status_code) == (409, None, 422)


def test_a_number_that_everybody_has_warns_of_nobody(as_marketer):
    for _ in range(25):
        make_lead(phone="+49 40 1000")

    body = {"first_name": "Bea", "phone": "+49 40 1000", "email": "b@c.example"}
    assert as_marketer.post("/api/v1/leads/", body, **JSON).status_code == 201


def test_managers_keep_the_nicknames(as_marketing_manager, as_rep):
    url = reverse("admin:merging_nickname_add")

    assert as_rep.get(url).status_code in {302, 403}
    assert (
        as_marketing_manager.post(
            url, {"name": "walburga", "short_forms": "wally, burgi"}
        ).status_code
        == 302
    )
    from leads.merging.reading import nicknames

    assert nicknames().are_alike("burgi", "wally")
