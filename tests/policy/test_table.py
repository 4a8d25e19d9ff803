"""The table names real models, roles and fields; the page about it is current."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.policy import GRANTS, LEAD_VISIBILITY, MASKED, scope_of
from portal.accounts.policy_report import as_markdown
from portal.accounts.roles import Department, Role, Scope
from portal.accounts.routes import COLUMNS, STRANGER, walk

#: Actions that are about no table of their own.
ABOUT_NO_MODEL = {
    "accounts.use_admin",
    "accounts.use_api",
    "accounts.change_me",
    "search.search",
    "dashboard.view_home",
    "queue.view_feed",
    "queue.view_queue",
    "leads.log_touchpoint",
    "merging.merge_lead",
    "merging.start_scan",
    "opportunities.convert_lead",
    "handoffs.offer_lead",
    "personas.match_lead",
    "reports.view_report",
    "reports.export_report",
}
#: Masked under the name that the API gives them, because they are rows of another table.
NAMES_IN_THE_API = {"notes"}


def model_of(action):
    app, _, rest = action.partition(".")
    models = {model._meta.model_name: model for model in apps.get_app_config(app).get_models()}
    fitting = [name for name in models if rest.endswith(f"_{name}")]
    return models[max(fitting, key=len)] if fitting else None


@pytest.mark.parametrize("action", sorted(GRANTS))
def test_an_action_is_about_something_real(action):
    app, _, rest = action.partition(".")
    assert app in {config.label for config in apps.get_app_configs()}
    assert rest == rest.lower()
    assert action in ABOUT_NO_MODEL or model_of(action), "names no model of its app"


@pytest.mark.parametrize("action", sorted(GRANTS))
def test_its_roles_and_scopes_exist(action):
    for role, grant in GRANTS[action].items():
        assert isinstance(role, Role)
        assert isinstance(grant, Scope) or grant == LEAD_VISIBILITY
        assert role != Role.ADMINISTRATOR, "administrators reach everything without being named"


@pytest.mark.parametrize("action", sorted(set(GRANTS) - ABOUT_NO_MODEL))
def test_its_model_says_what_own_and_team_mean(db, action):
    scopes = {scope_of(role, department, action) for role, department in COLUMNS.values()}
    if not scopes & {Scope.OWN, Scope.TEAM}:
        return
    model = model_of(action)
    user = User.objects.create_user(
        "x@accord.example", role=Role.MANAGER, department=Department.SALES, name="X"
    )
    rows = model.objects.all()
    assert isinstance(rows.owned_by(user), Q)
    if Scope.TEAM in scopes:
        assert isinstance(rows.owned_by_team(user), Q)


def test_masked_fields_exist():
    for models in MASKED.values():
        for label, names in models.items():
            fields = {field.name for field in apps.get_model(label)._meta.get_fields()}
            assert names - NAMES_IN_THE_API <= fields


def test_what_is_not_named_is_never_allowed():
    for role, department in COLUMNS.values():
        expected = Scope.ALL if role == Role.ADMINISTRATOR else None
        assert scope_of(role, department, "leads.no_such_action") == expected


def test_an_executive_changes_nothing_but_words_of_their_own():
    harmless = (
        "view_",
        "use_api",
        "search",
        "watch_",
        "export_report",
        "change_me",
        "_apitoken",
        "notification",
        "task",
        "cancel_job",
        "_savedview",
    )
    unsafe = {a for a in GRANTS if scope_of(Role.EXECUTIVE, Department.LEADERSHIP, a)}
    unsafe = {a for a in unsafe if not any(part in a for part in harmless)}

    assert all(action.startswith("feedback.") for action in unsafe), unsafe


def test_somebody_who_left_may_nothing(db):
    gone = User(role=Role.ADMINISTRATOR, department=Department.OPERATIONS, is_active=False)

    assert not any(gone.has_perm(action) for action in GRANTS)


@pytest.mark.parametrize(
    ("setting", "scope"), [("own", Scope.OWN), ("team", Scope.TEAM), ("everyone", Scope.ALL)]
)
def test_the_deployment_sets_which_leads_reps_see(settings, setting, scope):
    settings.LEAD_VISIBILITY = setting

    assert scope_of(Role.REP, Department.SALES, "leads.view_lead") == scope


def test_what_is_staffs_own_is_their_managers_for_the_team_unless_managers_are_named(monkeypatch):
    monkeypatch.setitem(GRANTS, "x.y", {Role.REP: Scope.OWN})
    monkeypatch.setitem(GRANTS, "x.z", {Role.REP: Scope.OWN, Role.MANAGER: Scope.OWN})

    assert scope_of(Role.MANAGER, Department.SALES, "x.y") == Scope.TEAM
    assert scope_of(Role.MANAGER, Department.MARKETING, "x.y") is None
    assert scope_of(Role.MANAGER, Department.SALES, "x.z") == Scope.OWN


def test_the_page_about_roles_is_current():
    page = Path(settings.BASE_DIR) / "portal" / "docs" / "roles.md"

    assert page.read_text() == as_markdown(), (
        "run: python manage.py show_roles > portal/docs/roles.md"
    )


def test_the_command_prints_every_route_for_every_role():
    out = io.StringIO()
    call_command("show_roles", "--csv", stdout=out)

    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert len(rows) == len(walk()) * (len(COLUMNS) + 1)
    assert {row["role"] for row in rows} == {*COLUMNS, STRANGER}
    assert {row["expected"] for row in rows} <= {"allow", "302", "401", "403"}
