"""The buying centre: people, stance, relations, gaps, picture and table [R22, R23]."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from leads.companies import services
from leads.companies.centre import centre_of
from leads.companies.layout import MOST
from leads.companies.models import Member, Relation
from leads.companies.services import Part
from leads.models import Touchpoint
from portal.activity.models import Activity
from portal.core.errors import RuleViolation
from tests.factories import make_company, make_lead, make_member

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true"}


@pytest.fixture
def company():
    return make_company("Acme")


@pytest.fixture
def lead(company, rep):
    return make_lead(full_name="Ana Cruz", owner=rep, company=company)


@pytest.fixture
def foreign(company, other_rep):
    return make_lead(full_name="Ben Secret", owner=other_rep, company=company)


def page_of(client, company):
    answer = client.get(f"/companies/{company.pk}/buying-centre/")
    assert answer.status_code == 200
    return answer.content.decode()


# --- people -----------------------------------------------------------------------------------
def test_a_rep_puts_a_person_in_once(as_rep, company, lead):
    url = f"/companies/{company.pk}/buying-centre/add/"
    data = {
        "lead": lead.pk, "roles": ["decider", "buyer"], "stance": "supporter", "influence": "high",
        "pains": "Overtime", "answer": "", "note": "",
    }  # fmt: skip
    assert as_rep.post(url, data).status_code == 302
    assert as_rep.post(url, data).status_code == 422
    member = Member.objects.get()
    assert (member.roles, member.stance, member.verified_by) == (
        ["decider", "buyer"],
        "supporter",
        as_rep.user,
    )
    page = page_of(as_rep, company)
    assert page.count("Ana Cruz") > 1
    assert "Decider, Buyer" in page
    assert "Overtime" in page


def test_only_people_whom_one_may_change_are_offered(as_rep, company, lead, foreign):
    make_lead(full_name="Elsewhere", owner=as_rep.user, company=make_company())
    form = as_rep.get(f"/companies/{company.pk}/buying-centre/add/").context["form"]
    assert list(form.fields["lead"].queryset) == [lead]
    data = {"lead": foreign.pk, "stance": "unknown", "influence": "unknown"}
    assert as_rep.post(f"/companies/{company.pk}/buying-centre/add/", data).status_code == 422
    assert not Member.objects.exists()


def test_a_person_of_another_company_is_refused(company, rep):
    with pytest.raises(RuleViolation, match="does not belong"):
        services.add_member(
            company=company, lead=make_lead(company=make_company()), part=Part(), by=rep
        )


def test_an_older_edit_shows_what_stands_there_now(as_rep, company, lead):
    member = make_member(company, lead, stance="neutral")
    url = f"/companies/members/{member.pk}/edit/"
    services.change_member(member=member, part=Part(stance="blocker"), by=as_rep.user)
    data = {
        "stance": "champion", "influence": "high", "version": "1", "roles": ["user", "buyer"], "pains": "Typed",
    }  # fmt: skip
    answer = as_rep.post(url, data)
    assert answer.status_code == 422
    form = answer.context["form"]
    assert (form["roles"].value(), form["pains"].value()) == (["user", "buyer"], "Typed")
    assert "blocker" in answer.content.decode()
    member.refresh_from_db()
    assert member.stance == "blocker"
    assert (
        as_rep.post(
            url, data | {"version": str(answer.context["form"]["version"].value())}
        ).status_code
        == 302
    )
    member.refresh_from_db()
    assert (member.stance, member.version) == ("champion", 3)


def test_still_so_is_one_click(as_rep, company, lead):
    member = make_member(company, lead)
    Member.objects.update(verified_at=timezone.now() - timedelta(days=200))
    assert "stale" in {gap.key for gap in centre_of(company, as_rep.user).gaps}
    assert as_rep.post(f"/companies/members/{member.pk}/verify/").status_code == 302
    assert "stale" not in {gap.key for gap in centre_of(company, as_rep.user).gaps}


def test_taken_out_the_lead_stays(as_rep, company, lead):
    member = make_member(company, lead, roles=["user"])
    make_relation(member, make_member(company, make_lead(company=company)))
    assert as_rep.post(f"/companies/members/{member.pk}/remove/").status_code == 302
    lead.refresh_from_db()
    assert (Member.objects.filter(lead=lead).exists(), Relation.objects.exists()) == (False, False)


@pytest.mark.parametrize("verb", ["edit", "verify", "remove"])
def test_someone_elses_person_does_not_exist(as_rep, company, foreign, verb):
    member = make_member(company, foreign)
    assert (
        as_rep.post(f"/companies/members/{member.pk}/{verb}/", {"stance": "blocker"}).status_code
        == 404
    )
    member.refresh_from_db()
    assert member.stance == "unknown"


def test_the_history_names_parts_and_no_people(company, lead):
    member = make_member(company, lead, roles=["decider"], pains="Overtime")
    services.change_member(member=member, part=Part(pains="Night shifts"), by=member.verified_by)
    text = " ".join(f"{line.summary} {line.data}" for line in Activity.objects.of(company))
    assert "Decider" in text
    for word in ("Ana", "Cruz", "Overtime", "Night"):
        assert word not in text


# --- who reads what ---------------------------------------------------------------------------
def test_a_part_of_somebody_unseen_stands_there_without_name_or_words(
    as_rep, company, lead, foreign
):
    make_member(company, lead, roles=["user"], pains="Seen")
    make_member(
        company,
        foreign,
        roles=["decider"],
        stance="blocker",
        pains="Unseen pain",
        answer="Unseen answer",
        note="Unseen note",
    )
    page = page_of(as_rep, company)
    assert "Seen" in page
    assert "Decider" in page
    for word in ("Ben", "Secret", "Unseen", f"/leads/{foreign.pk}/"):
        assert word not in page


def test_an_executive_sees_parts_and_no_names(as_executive, company, lead):
    make_member(company, lead, roles=["champion"], pains="Pain", answer="Answer", note="Remark")
    for url in (f"/companies/{company.pk}/buying-centre/", f"/companies/{company.pk}/"):
        page = as_executive.get(url).content.decode()
        for word in ("Ana", "Cruz", "Pain", "Answer", "Remark", lead.email):
            assert word not in page
    page = page_of(as_executive, company)
    assert "Champion" in page
    assert f"Lead {lead.pk}" in page
    assert "Add a person" not in page


# --- relations --------------------------------------------------------------------------------
def make_relation(source, target, kind="close_to"):
    return services.add_relation(source=source, target=target, kind=kind, by=source.verified_by)


@pytest.fixture
def three(company, rep):
    return [make_member(company, make_lead(owner=rep, company=company)) for _ in range(3)]


def test_a_relation_is_drawn_once(as_rep, company, three):
    data = {"source": three[1].pk, "target": three[0].pk, "kind": "close_to"}
    for _ in range(2):
        assert (
            as_rep.post(f"/companies/{company.pk}/buying-centre/relate/", data).status_code == 302
        )
    turned = data | {"source": three[0].pk, "target": three[1].pk}
    as_rep.post(f"/companies/{company.pk}/buying-centre/relate/", turned)
    relation = Relation.objects.get()
    assert (relation.source, relation.target) == (three[0], three[1])
    assert "is close to" in page_of(as_rep, company)


def test_nobody_reports_in_a_circle_or_to_two(three):
    first, second, third = three
    make_relation(first, second, "reports_to")
    make_relation(second, third, "reports_to")
    with pytest.raises(RuleViolation, match="circle"):
        make_relation(third, first, "reports_to")
    with pytest.raises(RuleViolation, match="already reports"):
        make_relation(first, third, "reports_to")
    make_relation(third, first, "influences")


def test_ends_must_be_two_people_of_one_company(three):
    elsewhere = make_member(make_company())
    for target in (three[0], elsewhere):
        with pytest.raises(RuleViolation):
            make_relation(three[0], target)


def test_a_relation_to_somebody_unseen_is_out_of_reach(as_rep, company, lead, foreign):
    mine, theirs = make_member(company, lead), make_member(company, foreign)
    relation = make_relation(mine, theirs)
    assert as_rep.post(f"/companies/relations/{relation.pk}/remove/").status_code == 404
    data = {"source": mine.pk, "target": theirs.pk, "kind": "influences"}
    assert as_rep.post(f"/companies/{company.pk}/buying-centre/relate/", data).status_code == 422
    assert Relation.objects.count() == 1


def test_a_relation_is_taken_out(as_rep, three):
    relation = make_relation(three[0], three[1])
    assert as_rep.post(f"/companies/relations/{relation.pk}/remove/").status_code == 302
    assert not Relation.objects.exists()


# --- gaps and picture -------------------------------------------------------------------------
def test_gaps_follow_from_the_rows(as_marketer, company, lead):
    member = make_member(company, lead, roles=["decider", "buyer", "champion"], stance="champion")
    gaps = {gap.key for gap in centre_of(company, as_marketer.user).gaps}
    assert gaps == {"silent", "decider_unmet"}
    touch = Touchpoint.objects.create(lead=lead, kind="page_view", occurred_at=timezone.now())
    assert {gap.key for gap in centre_of(company, as_marketer.user).gaps} == gaps
    Touchpoint.objects.filter(pk=touch.pk).update(kind="call")
    assert centre_of(company, as_marketer.user).gaps == []
    Touchpoint.objects.update(left_out="machine")
    assert {gap.key for gap in centre_of(company, as_marketer.user).gaps} == gaps
    lead.company = make_company()
    lead.save()
    member.refresh_from_db()
    assert "has_left" in {gap.key for gap in centre_of(company, as_marketer.user).gaps}


@pytest.mark.parametrize("number", [1, 7, MOST, MOST + 3])
def test_the_picture_names_everybody_it_shows(as_marketer, company, number):
    for _ in range(number):
        make_member(company, roles=["user"])
    page = page_of(as_marketer, company)
    svg = re.search(r"<svg class=\"people-map\".*?</svg>", page, re.DOTALL).group()
    assert svg.count('class="box') == min(number, MOST)
    assert 'role="img"' in svg
    assert "<title" in svg
    assert "<desc" in svg
    assert page.count('<tr id="member-row-') == number
    assert (f"{number - MOST} more people stand" in page) is (number > MOST)


def test_a_name_cannot_break_out_of_the_picture(as_marketer, company):
    make_member(company, make_lead(full_name="<script>x</script>", company=company))
    assert "<script>x" not in page_of(as_marketer, company)


def test_a_hundred_people_cost_as_many_queries_as_one(
    as_rep, company, rep, django_assert_max_num_queries
):
    counts = []
    for more in (2, 18):
        for _ in range(more):
            make_member(company, make_lead(owner=rep, company=company))
        with django_assert_max_num_queries(15) as queries:
            as_rep.get(f"/companies/{company.pk}/buying-centre/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_panel_of_a_lead_says_what_part_they_play(as_rep, company, lead):
    url = f"/companies/of-lead/{lead.pk}/"
    assert "No part in the decision" in as_rep.get(url, headers=PARTIAL).content.decode()
    make_member(company, lead, roles=["gatekeeper"])
    text = as_rep.get(url, headers=PARTIAL).content.decode()
    assert "Gatekeeper" in text
    assert f'href="/companies/{company.pk}/"' in text


def test_the_panel_of_a_lead_without_a_company(as_rep, rep):
    lead = make_lead(owner=rep)
    assert "no company yet" in as_rep.get(f"/companies/of-lead/{lead.pk}/").content.decode()
