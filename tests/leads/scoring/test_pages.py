"""Scoring models on their pages and in the API: who may, what is shown, what follows."""

from __future__ import annotations

import json
import re

import pytest

from leads.scoring.models import ScoreEntry, Trial
from leads.scoring.services.trials import run_trial
from portal.accounts.roles import Role
from tests.factories import make_lead, make_user
from tests.leads.scoring.models import event, make_model, rule, rule_out
from tests.leads.scoring.test_rescoring import GERMAN, VISIT, in_use, visit, work_off

pytestmark = pytest.mark.django_db
JSON = "application/json"


def test_a_lead_carries_its_score_and_is_found_by_it(as_rep, rep):
    good, poor = (make_lead(country=country, owner=rep) for country in ("Germany", "France"))
    before = as_rep.get(f"/api/v1/leads/{good.pk}/").json()
    assert (before["score"], before["grade"]) == (None, None)
    in_use(GERMAN)

    lead = as_rep.get(f"/api/v1/leads/{good.pk}/").json()
    assert (lead["score"], lead["fit"], lead["engagement"], lead["grade"]) == (30, 60, 0, "B4")
    for asked in ("score__gte=30", "grade=B4", "grade=B", "grade=A,B4", "fit__gt=59"):
        rows = as_rep.get(f"/api/v1/leads/?{asked}").json()["results"]
        assert [row["id"] for row in rows] == [good.pk], asked
    rows = as_rep.get("/api/v1/leads/?score__lt=30&ready=false").json()["results"]
    assert [row["id"] for row in rows] == [poor.pk]
    assert as_rep.get("/api/v1/leads/?grade=E9").status_code == 400


def test_ten_scored_leads_cost_as_many_queries_as_one(as_rep, rep, django_assert_max_num_queries):
    for _ in range(10):
        make_lead(country="Germany", owner=rep)
    in_use(GERMAN)
    with django_assert_max_num_queries(8):
        as_rep.get("/api/v1/leads/")


def test_every_score_explains_itself(as_rep, rep):
    lead = make_lead(country="Germany", owner=rep)
    in_use(GERMAN, VISIT, rule("Large", {"field": "company.employees", "gte": 50}, 20))
    visit(lead)
    answer = as_rep.get(f"/api/v1/leads/{lead.pk}/score/").json()

    assert (answer["score"], answer["fit"], answer["known"]) == (40, 60, 75)
    told = {row["rule"]: (row["points"], row["met"]) for row in answer["reasons"]}
    assert told == {"In Germany": (60.0, True), "Visits": (20.0, True), "Large": (0.0, None)}
    page = as_rep.get(f"/agreement/scoring/leads/{lead.pk}/").content.decode()
    assert "Country is Germany" in page
    assert "Not known" in page


def test_someone_elses_lead_has_no_score(as_rep, other_rep):
    lead = make_lead(owner=other_rep)
    in_use(GERMAN)
    assert as_rep.get(f"/api/v1/leads/{lead.pk}/score/").status_code == 404
    assert as_rep.get(f"/agreement/scoring/leads/{lead.pk}/").status_code == 404


def test_what_a_role_does_not_see_is_not_told_by_the_reasons(as_executive):
    lead = make_lead(attributes={"budget": "secret"})
    in_use(rule("Has money", {"field": "attributes.budget", "is": "secret"}, 50))
    answer = as_executive.get(f"/api/v1/leads/{lead.pk}/score/")

    assert (answer.json()["reasons"][0]["points"], answer.json()["reasons"][0]["met"]) == (
        None,
        None,
    )
    assert "secret" not in answer.content.decode()
    assert "secret" not in as_executive.get(f"/agreement/scoring/leads/{lead.pk}/").content.decode()


def test_the_band_stands_on_the_timeline(as_rep, rep):
    lead = make_lead(country="Germany", owner=rep)
    in_use(GERMAN, VISIT, ready_from="40")
    visit(lead)
    entries = as_rep.get(f"/api/v1/leads/{lead.pk}/timeline/").json()["results"]
    told = [entry for entry in entries if entry["kind"] == "score"]

    assert "now ready for sales" in told[0]["text"]
    assert "What they did; In Germany +60; Visits +20" in told[0]["detail"]


@pytest.mark.parametrize(
    ("url", "done"),
    [("/agreement/scoring/{slug}/activate/", 302), ("/api/v1/scoring-models/{pk}/activate/", 202)],
)
def test_managers_put_an_agreed_model_into_use(as_sales_manager, as_marketer, as_rep, url, done):
    lead = make_lead(country="Germany")
    in_use(GERMAN)
    other = make_model(GERMAN | {"points": "90"}, agreed=True)
    where = url.format(slug=other.slug, pk=other.pk)
    assert as_rep.post(where).status_code == 403
    assert as_marketer.post(where).status_code == 403
    assert as_sales_manager.post(where).status_code == done
    work_off()
    assert ScoreEntry.objects.in_use().get(lead=lead).fit == 90
    draft = make_model(GERMAN)
    assert as_sales_manager.post(url.format(slug=draft.slug, pk=draft.pk)).status_code == 409


def test_a_model_that_means_nothing_cannot_be_proposed(as_marketer):
    wrong = {
        "is in no group": rule("One", {"field": "country", "is": "X"}, 5, "Nowhere"),
        "Opened mails never count": event("Opens", ["mail_open"]),
        "cannot ask for “me”": rule("Mine", {"field": "owner", "is": "me"}),
        "There is no field": rule("Two", {"field": "colour", "is": "red"}),
        "neither a condition nor a segment": rule("Three"),
        "has no points": rule("Four", {"field": "country", "is": "X"}, 0),
        "only a group of engagement": event("Five", ["form"], group="Who they are"),
        "need one thing that is done": rule("Six", {"field": "country", "is": "X"}, 5, "What they do", "event"),
    }  # fmt: skip
    for text, row in wrong.items():
        model = make_model(row)
        answer = as_marketer.post(f"/api/v1/scoring-models/{model.pk}/propose/", {}, JSON)
        assert answer.status_code == 409
        assert text in answer.json()["detail"], answer.json()["detail"]


def leads_that_tell(count=300):
    """Germans buy, others do not; nothing else tells."""
    for n in range(count):
        german = n % 2
        won = german if n % 5 else not german
        make_lead(
            country="Germany" if german else "France", status="won" if won else "open",
            attributes={"coin": "heads" if (n // 3) % 2 else "tails"},
        )  # fmt: skip


def test_a_model_is_tried_without_changing_anything(as_marketer, as_rep):
    leads_that_tell()
    in_use(rule("French", {"field": "country", "is": "France"}, 100), ready_from="50")
    model = make_model(GERMAN)
    before = list(ScoreEntry.objects.order_by("pk").values())
    assert as_rep.post(f"/api/v1/scoring-models/{model.pk}/try/", {}, JSON).status_code == 403
    answer = as_marketer.post(
        f"/api/v1/scoring-models/{model.pk}/try/",
        {"test": "status=won", "train": "country=Germany"}, JSON,
    )  # fmt: skip
    assert answer.json()["auc"] is None
    found = as_marketer.post(f"/api/v1/scoring-models/{model.pk}/try/", {}, JSON).json()

    assert found["auc"] == pytest.approx(0.8, abs=0.1)
    assert found["in_use"]["auc"] == pytest.approx(0.2, abs=0.1)
    assert (found["test"]["leads"], found["train"]["leads"]) == (60, 240)
    assert set(found) >= {
        "model",
        "brier",
        "base_rate",
        "deciles",
        "calibration",
        "leaks",
        "signal",
    }
    assert found["moves"]["leave"] > 0
    assert list(ScoreEntry.objects.order_by("pk").values()) == before
    assert as_marketer.get(found["url"]).json()["auc"] == found["auc"]
    wrong = as_marketer.post(
        f"/api/v1/scoring-models/{model.pk}/try/", {"test": "colour=red"}, JSON
    )
    assert wrong.status_code == 409


def test_points_are_suggested_and_adopted_one_by_one(as_marketer):
    pytest.importorskip("sklearn")
    leads_that_tell()
    model = make_model(VISIT)
    page = f"/agreement/scoring/{model.slug}/revisions/1/try/"
    answer = as_marketer.post(page, {"kind": "suggest"})
    trial = Trial.objects.get()
    assert answer.headers["Location"] == trial.get_absolute_url()
    assert "hx-trigger" in as_marketer.get(trial.get_absolute_url()).content.decode()
    run_trial(trial)
    shown = as_marketer.get(trial.get_absolute_url()).content.decode()

    first, *rest = trial.result["points"]
    assert first["field"] == "country"
    assert all(abs(row["points"]) < 5 for row in rest if row["field"] != "country")
    assert "Suggested points" in shown
    place = next(n for n, row in enumerate(trial.result["points"]) if row["points"] > 0)
    assert (
        as_marketer.post(f"{trial.get_absolute_url()}adopt/", {"place": place}).status_code == 302
    )
    content = model.document.revisions.get().content
    adopted = content["rules"][-1]
    assert (adopted["name"], json.loads(adopted["condition"])) == (
        "Country: Germany", {"field": "country", "is": "Germany"},
    )  # fmt: skip
    assert content["groups"][-1]["axis"] == "fit"
    assert (
        as_marketer.post(f"{trial.get_absolute_url()}adopt/", {"place": place}).status_code == 409
    )
    assert as_marketer.post(f"{trial.get_absolute_url()}adopt/", {"place": 999}).status_code == 409


def test_too_few_outcomes_are_no_ground_for_points(as_marketer):
    make_lead(status="won")
    model = make_model(VISIT)
    as_marketer.post(f"/agreement/scoring/{model.slug}/revisions/1/try/", {"kind": "suggest"})
    trial = run_trial(Trial.objects.get())

    assert trial.error.startswith("There are too few outcomes")
    assert "too few outcomes" in as_marketer.get(trial.get_absolute_url()).content.decode()


def test_a_rule_is_written_with_the_editor_of_conditions(as_marketer, as_rep):
    model = make_model(GERMAN)
    page = f"/agreement/scoring/{model.slug}/revisions/1/rules/"
    assert as_rep.get(f"{page}new/").status_code == 403
    given = {"name": "Asked for a price", "kind": "points", "group": "What they do", "points": "25"}
    answer = as_marketer.post(f"{page}new/", given | {"conditions": "1"})
    editor = answer.headers["Location"]
    assert editor.startswith("/leads/conditions/?back=")
    row = model.document.revisions.get().content["rules"][-1]
    shown = as_marketer.get(editor).content.decode()
    assert "Use this condition" in shown
    condition = json.dumps({"did": ["form"], "title_contains": "price"})
    sent = as_marketer.get(
        "/leads/conditions/", {"filter": condition, "do": "back", "back": f"{page}{row['id']}/"}
    )
    back = sent.headers["Location"]
    assert "Has filled in a form" in as_marketer.get(back).content.decode()
    bad = as_marketer.post(f"{page}{row['id']}/", given | {"filter": '{"did": ["mail_open"]}'})
    assert bad.status_code == 422
    assert "Opened mails never count" in bad.content.decode()
    as_marketer.post(f"{page}{row['id']}/", given | {"filter": condition})
    detail = as_marketer.get(model.get_absolute_url()).content.decode()

    assert re.search(r"Has filled in a form with “price” in its title", detail)
    as_marketer.post(f"{page}{row['id']}/delete/")
    assert len(model.document.revisions.get().content["rules"]) == 1


def test_a_rule_that_is_sent_twice_is_one(as_marketer):
    model = make_model(GERMAN)
    page = f"/agreement/scoring/{model.slug}/revisions/1/rules/new/"
    shown = as_marketer.get(page).content.decode()
    hidden = dict(re.findall(r'name="(version|form_token)" value="([^"]+)"', shown))
    given = {"name": "Asked", "kind": "points", "group": "What they do", "points": "25"} | hidden

    for _ in range(2):
        assert as_marketer.post(page, given).status_code == 302
    names = [row["name"] for row in model.document.revisions.get().content["rules"]]
    assert names.count("Asked") == 1
    assert as_marketer.post(page, given | {"form_token": "../x"}).status_code == 422


def test_the_editor_never_leads_elsewhere(as_marketer):
    for back in ("//evil.example/", "https://evil.example/", "/leads/../../x"):
        sent = as_marketer.get("/leads/conditions/", {"do": "back", "back": back})
        assert sent.headers["Location"] == "/leads/"


def test_managers_write_models_in_the_admin(as_sales_manager):
    assert as_sales_manager.get("/admin/scoring/scoringmodel/add/").status_code == 200
    model = make_model(GERMAN, rule_out("Students", {"field": "title", "contains": "student"}))
    page = as_sales_manager.get(f"/admin/scoring/scoringmodel/{model.pk}/change/")
    assert page.status_code == 200


def test_trials_are_for_those_who_write_models(as_rep, as_marketer):
    model = make_model(GERMAN)
    as_marketer.post(f"/agreement/scoring/{model.slug}/revisions/1/try/", {"kind": "try"})
    trial = Trial.objects.get()
    assert as_marketer.get(trial.get_absolute_url()).status_code == 200
    assert as_rep.get(trial.get_absolute_url()).status_code == 403
    assert make_user(Role.EXECUTIVE).has_perm("scoring.view_trial") is False


def test_the_report_says_how_well_the_score_in_use_foretold(as_rep, as_marketer):
    empty = as_marketer.get("/api/v1/reports/scoring/").json()
    assert (empty["auc"], empty["deciles"], empty["rows"]) == (None, [], [])
    leads_that_tell()
    in_use(GERMAN)
    found = as_marketer.get("/api/v1/reports/scoring/").json()

    assert found["auc"] == pytest.approx(0.8, abs=0.02)
    assert found["base_rate"] == pytest.approx(0.5, abs=0.02)
    assert 0 < found["brier"] < 0.25
    assert [part["decile"] for part in found["deciles"]] == list(range(1, 11))
    assert sum(part["leads"] for part in found["deciles"]) == 300
    assert set(found["calibration"][0]) == {"predicted", "observed", "leads"}
    assert [row["leads"] for row in found["rows"]] == [30] * 10
    page = as_rep.get("/reports/scoring/").content.decode()
    assert "The best tenth converts at" in page


def test_the_list_shows_scores_and_filters_by_them(as_rep, rep):
    make_lead(country="Germany", owner=rep, full_name="Greta Gut")
    make_lead(country="France", owner=rep, full_name="Fred Fern")
    in_use(GERMAN)
    page = as_rep.get("/leads/?columns=score,grade&score__gte=20").content.decode()

    assert "Greta Gut" in page
    assert "Fred Fern" not in page
    assert "B4" in page
