"""The admin is limited by the policy, and what is done there is written down."""

from __future__ import annotations

import pytest

from portal.accounts.models import Team, User
from portal.activity.models import Activity
from tests.factories import make_team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["as_rep", "as_marketer", "as_executive"])
def test_the_admin_is_closed_for_those_who_never_may(request, role):
    assert request.getfixturevalue(role).get("/admin/").status_code == 403


def test_a_manager_comes_in_but_does_not_tend_teams(as_sales_manager):
    team = make_team()

    assert as_sales_manager.get("/admin/").status_code == 200
    assert b"/admin/accounts/team/" not in as_sales_manager.get("/admin/").content
    assert as_sales_manager.get("/admin/accounts/team/").status_code == 403
    assert as_sales_manager.get(f"/admin/accounts/team/{team.pk}/change/").status_code == 403


def test_an_administrator_changes_a_team_and_the_history_says_so(as_administrator):
    team = make_team("North")
    data = {"name": "Far north", "department": "sales", "time_zone": "UTC"}

    answer = as_administrator.post(f"/admin/accounts/team/{team.pk}/change/", data)

    assert answer.status_code == 302
    assert Team.objects.get().name == "Far north"
    line = Activity.objects.get(subject_type="accounts.team", subject_id=team.pk)
    assert (line.actor, line.verb, line.data["fields"]) == (
        as_administrator.user,
        "changed",
        ["Name"],
    )
    page = as_administrator.get(f"/admin/accounts/team/{team.pk}/history/").content.decode()
    assert "changed: Name" in page


def test_a_team_that_does_not_exist_is_a_404(as_administrator):
    assert as_administrator.get("/admin/accounts/team/999/change/").status_code == 404


@pytest.mark.parametrize("key", ["9" * 19, "9" * 300, "-1", "x", "\x00"])
def test_a_key_that_can_be_none_is_a_wrong_choice(as_administrator, as_rep, key):
    person = {"email": "new@accord.example", "name": "New", "role": "rep", "department": "sales"}
    sale = {"name": "New", "competitors": [key]}

    answers = [
        as_administrator.post("/admin/accounts/user/add/", person | {"teams": [key]}),
        as_rep.post("/opportunities/new/", sale),
    ]

    assert [answer.status_code for answer in answers] == [200, 422]
    assert not User.objects.filter(email="new@accord.example").exists()


@pytest.mark.parametrize(
    "address",
    ["/admin/accounts/user/?department__exact=a%00b", "/admin/funnel/funneldefinition/?q=%00"],
)
def test_a_nul_in_a_question_is_a_400(as_administrator, address):
    assert as_administrator.get(address).status_code == 400
