"""Conditions in lists, the editor, and saved views, as people meet them."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.conditions import parsing
from leads.conditions.asking import read
from leads.models import AttributeDefinition, SavedView, ViewPin
from leads.services import saved_views as services
from portal.accounts.roles import Role
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from tests.conftest import signed_in
from tests.factories import make_lead, make_team, make_user

pytestmark = pytest.mark.django_db
GERMAN = {"field": "country", "is": "germany"}
SECRET = {"not": {"field": "email", "contains": "boss"}}


def text(value):
    return json.dumps(value)


def shown(page):
    return {lead.pk for lead in page.context["page"]}


def make_view(owner, condition=GERMAN, **fields):
    fields = {"name": "Germans", "filters": {"status": "open"}, **fields}
    return SavedView.objects.create(owner=owner, condition=condition, **fields)


# --- ?filter= ---------------------------------------------------------------------------------
def test_one_condition_narrows_page_api_count_and_export_alike(marketer):
    here, other = make_lead(country="GERMANY"), make_lead(country="France")
    client = signed_in(marketer)
    encoded = parsing.to_base64(read(GERMAN, marketer).node)

    for value in (text(GERMAN), encoded):
        page = client.get("/leads/", {"filter": value})
        assert shown(page) == {here.pk}
        api = client.get("/api/v1/leads/", {"filter": value}).json()
        assert [row["id"] for row in api["results"]] == [here.pk]
        assert client.get("/api/v1/leads/count/", {"filter": value}).json()["count"] == 1
        export = client.get("/leads/export/", {"filter": value, "format": "csv"})
        body = b"".join(export.streaming_content).decode()
        assert here.email in body
        assert other.email not in body
    assert "Country is germany" in page.content.decode()
    assert shown(client.get("/leads/", {"filter": text(GERMAN), "status": "lost"})) == set()


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ({"all": [{"field": "colour", "is": "red"}]}, "filter.all[0].field"),
        ({"field": "campaign", "is": "never-was"}, "filter"),
        ({"field": "owner", "is": "999999"}, "filter"),
        ({"field": "owner", "is": "9" * 40}, "filter"),
    ],
)
def test_a_wrong_condition_is_a_400_that_names_the_place(marketer, value, place):
    client = signed_in(marketer)
    page = client.get("/leads/", {"filter": text(value)})
    api = client.get("/api/v1/leads/", {"filter": text(value)})

    assert (page.status_code, api.status_code) == (400, 400)
    assert f"{place}: There is no" in api.json()["errors"][0]["message"]
    assert "There is no" in page.content.decode()


def test_hidden_fields_cannot_be_asked_by_who_sees_them_hidden(marketer):
    make_lead(email="boss@buyer.example")
    AttributeDefinition.objects.create(name="salary", label="Salary", type="number")
    client = signed_in(make_user(Role.EXECUTIVE))

    for value in (
        SECRET,
        {"field": "attributes.salary", "gt": 5},
        {"any": [GERMAN, {"field": "phone", "not_blank": True}]},
        {"did": ["download"]},
    ):
        assert client.get("/leads/", {"filter": text(value)}).status_code == 400
        assert client.get("/api/v1/leads/count/", {"filter": text(value)}).status_code == 400
        count = client.get("/leads/conditions/count/", {"filter": text(value)})
        assert count.status_code == 400
    editor = client.get("/leads/conditions/").content.decode()
    assert "Salary" not in editor
    assert "What they did" not in editor


# --- the editor -------------------------------------------------------------------------------
def rows_form(*rows, how="all", **more):
    data = {"how": how, "g0.how": how, **more}
    for line, row in enumerate(rows):
        data |= {f"g0r{line}.{name}": value for name, value in row.items()}
        data[f"g0r{line}.was"] = row["field"]
    return data


def test_a_condition_is_built_row_by_row_without_script(marketer):
    client = signed_in(marketer)
    page = client.get("/leads/conditions/", rows_form({"field": "Country"}, do="refresh"))
    assert 'value="starts_with"' in page.content.decode()
    rows = (
        {"field": "Country", "op": "is", "value": "Germany; Austria"},
        {"field": "What they did", "kinds": ["download"], "days": "14", "title": "case"},
    )
    more = client.get("/leads/conditions/", rows_form(*rows, do="add-0"))
    assert "g0r2.field" in more.content.decode()
    assert "Country is Germany or Austria and has downloaded" in more.content.decode()
    fewer = client.get("/leads/conditions/", rows_form(*rows, do="drop-0-0"))
    assert "Germany" not in fewer.content.decode().split("condition-row-g0r0")[1]

    done = client.get(
        "/leads/conditions/", rows_form(*rows, do="show", rest="status=open&after=x&columns=stage")
    )
    asked = parse_qs(urlsplit(done.url).query)
    assert done.status_code == 302
    assert asked["status"] == ["open"]
    assert "after" not in asked
    assert json.loads(asked["filter"][0]) == {
        "all": [
            {"field": "country", "is": ["Germany", "Austria"]},
            {"did": ["download"], "title_contains": "case", "in_last": 14},
        ]
    }
    again = client.get("/leads/conditions/", {"filter": asked["filter"][0]}).content.decode()
    assert "Germany; Austria" in again
    assert client.get(done.url).status_code == 200


def test_two_groups_and_what_goes_to_views_and_segments(marketer):
    client = signed_in(marketer)
    data = rows_form({"field": "Country", "op": "is", "value": "DE"}, how="any", do="group")
    assert "Group 2" in client.get("/leads/conditions/", data).content.decode()
    data |= {"how": "any", "g1.how": "all", "g1r0.field": "owner", "g1r0.op": "blank"}
    for act, path in (("view", "/leads/views/new/"), ("segment", "/segments/new/")):
        done = client.get("/leads/conditions/", data | {"do": act})
        assert urlsplit(done.url).path == path
        value = json.loads(parse_qs(urlsplit(done.url).query)["filter"][0])
        assert value["any"][1] == {"all": [{"field": "owner", "blank": True}]}
        assert client.get(done.url).status_code == 200


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"field": "Colour"}, "There is no field"),
        ({"field": "Employees", "op": "gt", "value": "many"}, "Give a number"),
        ({"field": "Created", "op": "in_last", "value": "soon"}, "whole number"),
        ({"field": "Employees", "op": "between", "value": "5", "to": "1"}, "before the first"),
    ],
)
def test_a_wrong_row_keeps_what_was_typed_and_says_what_to_do(marketer, row, said):
    page = signed_in(marketer).get("/leads/conditions/", rows_form(row, do="show"))

    assert page.status_code == 400
    assert said in page.content.decode()
    assert row["field"] in page.content.decode()


def test_what_rows_cannot_say_is_edited_as_text(marketer):
    client = signed_in(marketer)
    page = client.get("/leads/conditions/", {"filter": text(SECRET)}).content.decode()
    assert "&quot;not&quot;" in page
    done = client.get("/leads/conditions/", {"how": "all", "text": text(SECRET), "do": "show"})
    assert json.loads(parse_qs(urlsplit(done.url).query)["filter"][0]) == SECRET
    for wrong in ("{", "[]", '{"all": []}'):
        data = {"how": "all", "text": wrong, "do": "show"}
        assert client.get("/leads/conditions/", data).status_code == 400


def test_htmx_gets_the_editor_alone_and_is_led_on(marketer):
    client = signed_in(marketer)
    part = client.get("/leads/conditions/", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="condition-editor"')
    data = rows_form({"field": "Country", "op": "is", "value": "DE"}, do="show")
    done = client.get("/leads/conditions/", data, headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"].startswith("/leads/?filter=")


# --- saved views ------------------------------------------------------------------------------
def test_a_list_is_saved_pinned_and_opened_again(marketer):
    here = make_lead(country="Germany", status="open")
    make_lead(country="Germany", status="lost")
    client = signed_in(marketer)
    query = {"filter": text(GERMAN), "status": "open", "columns": "stage,owner", "ordering": "name"}
    page = client.get("/leads/views/new/", query)
    assert "Country is germany" in page.content.decode()
    form = {
        "query": page.context["query"],
        "name": "Germans",
        "sharing": "private",
        "form_token": page.context["form"]["form_token"].value(),
    }
    first, again = (client.post("/leads/views/new/", form) for _ in range(2))

    assert first.url == again.url
    opened = client.get(first.url)
    assert shown(opened) == {here.pk}
    assert [column.key for column in opened.context["columns"]] == ["stage", "owner"]
    active = [tab["label"] for tab in opened.context["tabs"] if tab["active"]]
    assert active == ["Germans"]
    labels = [tab["label"] for tab in client.get("/leads/").context["tabs"]]
    assert labels == ["All", "Mine", "My teams", "Unassigned", "Germans"]
    taken = client.post("/leads/views/new/", form | {"form_token": "other"})
    assert taken.status_code == 409


def test_a_list_that_cannot_be_shown_cannot_be_saved(marketer):
    client = signed_in(marketer)

    for query in ({"colour": "red"}, {"filter": "{"}, {"stage": "never"}):
        assert client.get("/leads/views/new/", query).status_code == 400
    api = client.post(
        "/api/v1/saved-views/", {"name": "x", "params": {"colour": "red"}}, "application/json"
    )
    assert api.status_code == 400
    assert not SavedView.objects.exists()


def test_sharing_shows_it_to_a_team_or_everybody_and_stands_in_the_audit(north, south):
    owner, mate, other = (make_user(Role.REP, teams=[team]) for team in (north, north, south))
    view = make_view(owner)
    client, address = signed_in(owner), f"/leads/views/{view.pk}/edit/"

    def seen_by(person):
        return SavedView.objects.permitted(person, "leads.view_savedview").exists()

    assert not seen_by(mate)
    form = {"name": "Ours", "sharing": "team", "team": north.pk, "version": 1}
    assert client.post(address, {**form, "team": south.pk}).status_code == 422
    client.post(address, form)
    assert (seen_by(mate), seen_by(other)) == (True, False)
    assert client.post(address, form).status_code == 409
    client.post(address, form | {"sharing": "everybody", "version": 2})
    assert seen_by(other)
    lines = Activity.objects.filter(subject_type="leads.savedview", verb="shared")
    assert lines.count() == 2
    stranger = signed_in(other)
    assert stranger.get(address).status_code == 404
    assert stranger.post(f"/leads/views/{view.pk}/delete/").status_code == 404
    assert stranger.patch(f"/api/v1/saved-views/{view.pk}/", {"name": "x"}).status_code == 404
    copied = stranger.post(f"/api/v1/saved-views/{view.pk}/copy/")
    assert copied.status_code == 201
    mine = SavedView.objects.get(owner=other)
    assert (mine.sharing, mine.condition, mine.name) == ("private", GERMAN, "Ours")
    assert stranger.get(view.get_absolute_url()).context["saved_view"] == view


def test_a_shared_view_shows_each_reader_only_their_own_leads(settings, rep, other_rep):
    settings.LEAD_VISIBILITY = "own"
    mine = make_lead(country="Germany", owner=rep)
    theirs = make_lead(country="Germany", owner=other_rep)
    view = make_view(rep, {"field": "owner", "is": "me"}, sharing="everybody")

    assert shown(signed_in(rep).get(view.get_absolute_url())) == {mine.pk}
    assert shown(signed_in(other_rep).get(view.get_absolute_url())) == {theirs.pk}


@pytest.mark.parametrize(
    "fields",
    [
        {"condition": SECRET},
        {"condition": None, "filters": {"email": "boss@buyer.example"}},
        {"condition": None, "filters": {"q": "boss"}},
        {"condition": None, "filters": {"attributes.salary__gt": "5"}},
    ],
)
def test_a_shared_view_on_hidden_fields_is_closed_to_who_sees_them_hidden(marketer, fields):
    view = make_view(marketer, sharing="everybody", **fields)
    executive = make_user(Role.EXECUTIVE)
    client = signed_in(executive)
    ViewPin.objects.create(user=executive, view=view)

    page = client.get("/leads/views/").content.decode()
    assert "Asks by fields that your role does not see" in page
    assert "boss" not in page
    assert [tab["label"] for tab in client.get("/leads/").context["tabs"]] == ["All"]
    body = client.get(f"/api/v1/saved-views/{view.pk}/").json()
    assert (body["filter"], body["params"], body["query"], body["text"]) == (None, {}, "", "")
    assert client.post(f"/leads/views/{view.pk}/copy/").status_code == 404
    assert client.post(f"/leads/views/{view.pk}/default/").status_code == 404


def test_deleting_can_be_undone(marketer):
    view = make_view(marketer)
    client = signed_in(marketer)

    gone = client.post(f"/leads/views/{view.pk}/delete/")
    assert "Undo" in client.get(gone.url).content.decode()
    assert client.get(f"/api/v1/saved-views/{view.pk}/").status_code == 404
    assert client.get(f"/leads/?saved={view.pk}").context["saved_view"] is None
    client.post(f"/leads/views/{view.pk}/restore/")
    assert client.get(f"/api/v1/saved-views/{view.pk}/").json()["text"] == "Country is germany"


def test_a_view_may_open_first_and_all_leads_stay_one_click_away(marketer):
    make_lead(country="France")
    view = make_view(marketer)
    client = signed_in(marketer)

    client.post(f"/leads/views/{view.pk}/default/")
    assert client.get("/leads/").url == view.get_absolute_url()
    tabs = client.get("/leads/?view=all").context["tabs"]
    assert tabs[0] == {"label": "All", "url": "/leads/?view=all", "active": True}
    assert len(shown(client.get("/leads/?view=all"))) == 1
    client.post(f"/leads/views/{view.pk}/default/")
    assert client.get("/leads/").status_code == 200


def test_tabs_change_places_and_are_bounded(marketer):
    views = [make_view(marketer, name=f"View {n}") for n in range(services.MOST_PINS + 1)]
    client = signed_in(marketer)

    for view in views[:3]:
        client.post(f"/leads/views/{view.pk}/pin/")
    client.post(f"/leads/views/{views[2].pk}/move/", {"to": "left"})
    client.post(f"/leads/views/{views[0].pk}/move/", {"to": "left"})
    labels = [tab["label"] for tab in client.get("/leads/").context["tabs"][4:]]
    assert labels == ["View 0", "View 2", "View 1"]
    client.post(f"/leads/views/{views[2].pk}/unpin/")
    for view in views[1 : services.MOST_PINS]:
        services.pin_view(view=view, user=marketer)
    with pytest.raises(RuleViolation, match="12 tabs"):
        services.pin_view(view=views[-1], user=marketer)


def test_a_view_learns_what_the_list_shows_now(marketer):
    view = make_view(marketer)
    client = signed_in(marketer)

    client.post(f"/leads/views/{view.pk}/update/", {"query": "stage=mql&saved=1&after=x"})
    view.refresh_from_db()
    assert (view.filters, view.condition, view.version) == ({"stage": "mql"}, None, 2)
    client.post(f"/leads/views/{view.pk}/update/", {"query": "colour=red"})
    view.refresh_from_db()
    assert view.filters == {"stage": "mql"}


def test_api_round_trip(marketer):
    client = signed_in(marketer)
    made = client.post(
        "/api/v1/saved-views/",
        {
            "name": "Germans",
            "filter": GERMAN,
            "params": {"status": "open"},
            "columns": ["stage"],
            "ordering": "-created",
        },
        "application/json",
    ).json()

    assert made["text"] == "Country is germany"
    listed = client.get(f"/leads/?{made['query']}")
    assert listed.status_code == 200
    address = f"/api/v1/saved-views/{made['id']}/"
    shared = client.patch(address, {"sharing": "team"}, "application/json")
    assert shared.status_code == 400
    foreign = client.patch(
        address, {"sharing": "team", "team": make_team("Other", "sales").pk}, "application/json"
    )
    assert foreign.status_code == 400
    changed = client.patch(address, {"name": "G", "filter": None}, "application/json").json()
    assert (changed["name"], changed["filter"], changed["version"]) == ("G", None, 2)
    assert client.delete(address).status_code == 204
    assert client.get("/api/v1/saved-views/").json()["results"] == []


@pytest.mark.parametrize("path", ["/leads/", "/leads/views/", "/api/v1/saved-views/"])
def test_ten_views_cost_as_many_queries_as_one(marketer, path, django_assert_max_num_queries):
    client = signed_in(marketer)
    services.pin_view(view=make_view(marketer), user=marketer)
    client.get(path)
    with CaptureQueriesContext(connection) as one:
        client.get(path)
    for number in range(9):
        services.pin_view(view=make_view(marketer, name=f"View {number}"), user=marketer)

    with django_assert_max_num_queries(len(one)):
        client.get(path)
