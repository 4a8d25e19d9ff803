"""The acts, asked of page and API together: works, not my row, not my role, not twice."""

from __future__ import annotations

import tracemalloc

import pytest

from leads import services
from leads.models import Assignment, Lead
from portal.activity.models import Activity
from tests.factories import make_lead, make_stage, make_user

pytestmark = pytest.mark.django_db

SURFACES = ["/leads/{pk}/{act}/", "/api/v1/leads/{pk}/{act}/"]


def post(client, surface, lead, act, **data):
    url = surface.format(pk=lead.pk, act=act)
    if surface.startswith("/api"):
        return client.post(url, data, content_type="application/json")
    return client.post(url, {name: "" if value is None else value for name, value in data.items()})


@pytest.fixture(params=SURFACES)
def surface(request):
    return request.param


def succeeded(answer):
    return answer.status_code in {200, 204, 302}


def test_claiming_from_the_pool(surface, as_rep, rep):
    lead = make_lead()
    assert succeeded(post(as_rep, surface, lead, "claim"))
    assert Lead.objects.get().owner == rep


def test_the_second_who_claims_hears_who_was_first(surface, as_rep, rep, north):
    mate = make_user(teams=[north], name="Quick Colleague")
    lead = make_lead(owner=mate, team=north)
    answer = post(as_rep, surface, lead, "claim")

    assert answer.status_code == 409
    assert "Quick Colleague" in answer.content.decode()


def test_a_lead_of_another_team_cannot_be_claimed(surface, as_rep, south):
    assert post(as_rep, surface, make_lead(team=south), "claim").status_code == 404


def test_marketing_does_not_claim(surface, as_marketer):
    assert post(as_marketer, surface, make_lead(), "claim").status_code == 403


def test_assigning(surface, as_marketer, rep):
    lead = make_lead()
    assert succeeded(post(as_marketer, surface, lead, "assign", owner=rep.pk, reason="Territory"))
    assert Lead.objects.get().owner == rep
    assert Assignment.objects.get().reason == "Territory"


def test_giving_back(surface, as_rep, rep, north):
    lead = make_lead(owner=rep, team=north)
    assert succeeded(post(as_rep, surface, lead, "assign", owner=None, reason="Full"))
    assert Lead.objects.get().owner is None


def test_a_colleagues_lead_cannot_be_given_back(surface, as_rep, north):
    lead = make_lead(owner=make_user(teams=[north]), team=north)

    assert post(as_rep, surface, lead, "assign", owner=None, reason="Full").status_code == 404


def test_a_rep_cannot_give_away(surface, as_rep, rep, other_rep):
    lead = make_lead(owner=rep)

    assert post(as_rep, surface, lead, "assign", owner=other_rep.pk, reason="x").status_code in {
        409,
        422,
    }
    assert Lead.objects.get().owner == rep


def test_a_form_that_shows_another_owner_does_not_overrule(as_marketer, rep, other_rep):
    lead = make_lead(owner=other_rep)
    answer = as_marketer.post(
        f"/leads/{lead.pk}/assign/", {"owner": rep.pk, "reason": "x", "seen_owner": ""}
    )

    assert answer.status_code == 409
    assert Lead.objects.get().owner == other_rep


def test_changing_the_stage(surface, as_rep, rep):
    make_stage()
    lead = make_lead(owner=rep)
    assert succeeded(post(as_rep, surface, lead, "stage", stage="mql", reason=""))
    assert Lead.objects.get().stage.slug == "mql"


def test_going_back_without_a_reason(surface, as_rep, rep):
    lead = make_lead(owner=rep, stage="sql")

    assert post(as_rep, surface, lead, "stage", stage="mql", reason="").status_code == 409


def test_an_unknown_stage(surface, as_rep, rep):
    lead = make_lead(owner=rep)

    assert post(as_rep, surface, lead, "stage", stage="nirvana", reason="").status_code in {
        400,
        422,
    }


def test_losing_and_reopening(surface, as_rep, rep):
    lead = make_lead(owner=rep)
    assert succeeded(post(as_rep, surface, lead, "lost", reason="No budget"))
    assert Lead.objects.get().status == "lost"
    assert post(as_rep, surface, lead, "lost", reason="Again").status_code == 409
    assert succeeded(post(as_rep, surface, lead, "reopen", reason=""))
    assert Lead.objects.get().status == "open"


def test_writing_a_note(surface, as_rep, rep):
    lead = make_lead(owner=rep)
    answer = post(as_rep, surface, lead, "notes", body="Likes tea")

    assert answer.status_code in {201, 302}
    assert lead.notes_written.get().body == "Likes tea"


@pytest.mark.parametrize("act", ["assign", "claim", "stage", "lost", "reopen", "notes"])
def test_an_executive_does_nothing(surface, as_executive, act):
    data = {"stage": "mql", "reason": "x", "body": "x", "owner": None}

    assert post(as_executive, surface, make_lead(), act, **data).status_code == 403


@pytest.mark.parametrize("act", ["assign", "claim", "stage", "lost", "reopen", "notes"])
def test_what_is_out_of_reach_does_not_exist(surface, as_rep, other_rep, act):
    data = {"stage": "mql", "reason": "x", "body": "x", "owner": None}

    assert post(as_rep, surface, make_lead(owner=other_rep), act, **data).status_code == 404


def test_a_get_changes_nothing(as_rep, rep):
    lead = make_lead(owner=rep)
    for page in (
        "assign",
        "stage",
        "lost",
        "reopen",
        "log",
        "notes",
        "next-step",
        "source",
        "persona",
    ):
        assert as_rep.get(f"/leads/{lead.pk}/{page}/").status_code == 200
        assert (
            as_rep.get(f"/leads/{lead.pk}/{page}/", headers={"HX-Request": "true"})
            .content.lstrip()
            .startswith(b'<div id="lead-act"')
        )
    assert as_rep.get(f"/leads/{lead.pk}/claim/").status_code == 405
    assert Lead.objects.get().version == 1


def test_an_act_in_a_dialog_goes_back_to_the_record(as_rep, rep):
    lead = make_lead(owner=rep)
    answer = as_rep.post(
        f"/leads/{lead.pk}/lost/", {"reason": "No budget"}, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, answer["HX-Redirect"]) == (204, lead.get_absolute_url())


def test_a_refused_act_in_a_dialog_is_a_toast(as_rep, rep):
    lead = make_lead(owner=rep, stage="sql")
    answer = as_rep.post(
        f"/leads/{lead.pk}/stage/", {"stage": "mql"}, headers={"HX-Request": "true"}
    )

    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#toasts")


@pytest.mark.parametrize(
    ("page", "data", "field", "value"),
    [
        ("next-step", {"text": "Send offer", "on": "2026-05-04"}, "next_step", "Send offer"),
        ("source", {"state": "told", "text": "A podcast"}, "heard_about_us", "A podcast"),
    ],
)
def test_small_facts(as_rep, rep, page, data, field, value):
    lead = make_lead(owner=rep)

    assert as_rep.post(f"/leads/{lead.pk}/{page}/", data).status_code == 302
    assert getattr(Lead.objects.get(), field) == value


# --- export -----------------------------------------------------------------------------------
@pytest.mark.parametrize("url", ["/leads/export/", "/api/v1/leads/export/"])
def test_an_export_holds_the_filtered_rows_and_is_written_down(as_marketer, marketer, url):
    make_lead(
        full_name="=cmd|'/c calc'", email="ana@acme.example", country="PT", attributes={"visits": 3}
    )
    make_lead(country="ES")
    answer = as_marketer.get(f"{url}?country=PT&format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    lines = text.splitlines()

    assert len(lines) == 2
    assert "attributes.visits" in lines[0]
    assert "'=cmd" in lines[1]
    line = Activity.objects.get(verb="exported_leads")
    assert (line.actor, line.data["rows"], line.data["filters"]) == (
        marketer,
        1,
        ["country"],
    )


@pytest.mark.parametrize("url", ["/leads/export/", "/api/v1/leads/export/"])
def test_an_export_of_nobody_is_a_file_with_its_headings(as_marketer, url):
    make_lead()

    answer = as_marketer.get(f"{url}?email=this+is+no+address")

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).decode("utf-8-sig").count("\n") == 1


@pytest.mark.parametrize("url", ["/leads/export/", "/api/v1/leads/export/"])
def test_reps_and_executives_do_not_export(as_rep, as_executive, url):
    assert as_rep.get(url).status_code == 403
    assert as_executive.get(url).status_code == 403


def test_an_export_can_be_read_again_without_a_difference(as_marketer, marketer):
    from leads.reading import prepare
    from portal.core.spreadsheets import restored

    lead = make_lead(
        full_name="+Ana -Cruz",
        first_name="+Ana",
        last_name="-Cruz",
        phone="+49 30 1234",
        title="@home",
    )
    text = b"".join(as_marketer.get("/leads/export/").streaming_content).decode("utf-8-sig")
    import csv
    import io

    row = next(csv.DictReader(io.StringIO(text, newline="")))
    values = {name: restored(value) for name, value in row.items() if value}
    again = services.change_lead(lead=lead, prepared=prepare(values), by=marketer)

    assert again.version == 1


def test_an_export_as_a_workbook(as_marketer):
    import io

    import openpyxl

    make_lead(full_name="=1+1")
    book = openpyxl.load_workbook(
        io.BytesIO(b"".join(as_marketer.get("/leads/export/?format=xlsx").streaming_content))
    )
    head, row = book.active.iter_rows(values_only=True)

    assert row[head.index("full_name")] == "=1+1"


def test_ticked_leads_are_exported_and_one_foreign_stops_all(as_marketer):
    leads = [make_lead(full_name="Ana Ticked"), make_lead(full_name="Bob Ticked")]
    make_lead(full_name="Not Ticked")
    answer = as_marketer.post("/leads/export/", {"ids": [lead.pk for lead in leads]})
    text = b"".join(answer.streaming_content).decode()
    assert "Ana Ticked" in text
    assert "Not Ticked" not in text
    missing = as_marketer.post("/leads/export/", {"ids": [leads[0].pk, 10**9]})
    assert missing.status_code == 404


def test_the_columns_of_the_list_are_exported_in_their_order(as_marketer):
    lead = make_lead(full_name="=Ana", country="Portugal", attributes={"visits": 3})
    lead.tags.create(name="Fair")
    url = "/leads/export/?fields=columns&columns=attributes.visits,tags,country,stage"
    lines = b"".join(as_marketer.get(url).streaming_content).decode("utf-8-sig").splitlines()
    assert lines == [
        "full_name,company.name,attributes.visits,tags,country,stage",
        "'=Ana,,3,Fair,Portugal,lead",
    ]


def test_an_export_of_many_asks_for_the_password_again(as_marketer, monkeypatch):
    monkeypatch.setattr("leads.views.lists.STEP_UP_FROM", 1)
    as_marketer.user.set_password("a-long-enough-password")
    as_marketer.user.save()
    as_marketer.force_login(as_marketer.user, backend="portal.accounts.backends.RoleBackend")
    make_lead()
    assert as_marketer.get("/leads/export/").status_code == 200
    make_lead()
    assert as_marketer.get("/leads/export/").status_code == 200, "signed in a moment ago"
    session = as_marketer.session
    session["began_at"] = session["began_at"] - 3600
    session.save()
    asked = as_marketer.get("/leads/export/")
    assert asked.status_code == 302
    assert "next=%2Fleads%2Fexport%2F" in asked["Location"]
    done = as_marketer.post(asked["Location"], {"password": "a-long-enough-password"})
    assert done["Location"] == "/leads/export/"
    assert as_marketer.get("/leads/export/").status_code == 200


def test_an_export_takes_the_same_memory_for_three_times_the_rows(as_marketer):
    stage = make_stage("lead")

    def peak():
        tracemalloc.start()
        for _ in as_marketer.get("/leads/export/").streaming_content:
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    make = [Lead(full_name=f"Lead {n}", stage=stage, source="x" * 100) for n in range(12_000)]
    Lead.objects.bulk_create(make[:4_000])
    few = peak()
    Lead.objects.bulk_create(make[4_000:])
    assert peak() < few * 1.5
