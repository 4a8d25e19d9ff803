from __future__ import annotations

import json

import pytest

from leads.intake.models import Import
from leads.models import Lead
from portal.accounts.roles import Role
from tests.conftest import signed_in
from tests.factories import csv_of, make_import, make_user, upload

pytestmark = pytest.mark.django_db

LEADS = csv_of("Id,Where", "1,Google", "2,Event")
MAPPING = {"columns": {"Id": "external_id", "Where": "source"}}


def post(client, work, **data):
    with work():
        return client.post("/api/v1/imports/", {"file": upload(LEADS), "kind": "leads", **data})


def test_a_file_with_a_mapping_comes_in(as_marketer, stages, work):
    answer = post(as_marketer, work, mapping=json.dumps(MAPPING))

    assert answer.status_code == 201
    run = as_marketer.get(f"/api/v1/imports/{answer.json()['id']}/").json()
    assert (run["state"], run["rows"], run["created"], run["progress"]) == ("done", 2, 2, 2)
    assert Lead.objects.get(external_id="2").source == "Event"


def test_a_dry_run_brings_nothing_in(as_marketer, stages, work):
    post(as_marketer, work, mapping=json.dumps(MAPPING), dry_run="true")

    assert Import.objects.get().state == "checked"
    assert not Lead.objects.exists()


def test_a_wrong_mapping_waits_with_its_reason(as_marketer, stages, work):
    answer = post(as_marketer, work, mapping=json.dumps({"columns": {"Id": "externalid"}}))

    run = as_marketer.get(f"/api/v1/imports/{answer.json()['id']}/").json()
    assert run["state"] == "uploaded"
    assert "Did you mean “external_id”?" in run["message"]
    assert not Lead.objects.exists()


def test_the_same_file_a_moment_later_is_the_same_import(as_marketer, stages, work):
    first = post(as_marketer, work, mapping=json.dumps(MAPPING))
    again = post(as_marketer, work, mapping=json.dumps(MAPPING))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize(
    ("data", "field"),
    [({"kind": "dogs"}, "kind"), ({"mapping": "{nonsense"}, "mapping"), ({"mapping": "[]"}, "mapping"), ({"file": ""}, "file")],
)  # fmt: skip
def test_what_cannot_be_is_a_400_that_names_it(as_marketer, stages, work, data, field):
    answer = post(as_marketer, work, **data)

    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Import.objects.exists()


def test_it_can_be_stopped_and_continued(as_marketer, stages, work):
    run = make_import(LEADS, by=as_marketer.user)
    run.mapping = MAPPING
    run.save()

    assert as_marketer.post(f"/api/v1/imports/{run.pk}/cancel/").json()["state"] == "cancelled"
    assert as_marketer.post(f"/api/v1/imports/{run.pk}/cancel/").status_code == 409
    with work():
        assert as_marketer.post(f"/api/v1/imports/{run.pk}/start/").status_code == 200
    assert Lead.objects.count() == 2


def test_lists_are_ones_own_and_unknown_filters_are_named(as_marketer, stages):
    make_import(LEADS, by=as_marketer.user)
    make_import(LEADS, by=make_user(Role.MARKETER))

    assert len(as_marketer.get("/api/v1/imports/").json()["results"]) == 1
    assert as_marketer.get("/api/v1/imports/count/?state=uploaded").json() == {
        "count": 1,
        "exact": True,
    }
    assert as_marketer.get("/api/v1/imports/?shoe=1").status_code == 400


@pytest.mark.parametrize("path", ["", "cancel/", "start/"])
def test_somebody_elses_import_does_not_exist(stages, marketer, path):
    run = make_import(LEADS, by=marketer)
    other = signed_in(make_user(Role.MARKETER))
    send = other.post if path else other.get

    assert send(f"/api/v1/imports/{run.pk}/{path}").status_code == 404


def test_reps_do_not_import(as_rep, stages, work):
    assert post(as_rep, work).status_code == 403
    assert as_rep.get("/api/v1/imports/").status_code == 403


def test_strangers_are_asked_who_they_are(client, stages, work):
    assert post(client, work).status_code == 401
