"""Owner, watchers, decisions, review dates: what keeps a document alive [R16, R29]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.documents import services
from portal.todo.models import Task
from tests.conftest import signed_in
from tests.documents.surfaces import Api, Page, fresh, newest
from tests.factories import agree, make_persona, make_user

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("surface", [Page(), Api()], ids=["page", "api"])


@pytest.fixture
def persona(marketer, marketing_manager, sales_manager):
    return agree(make_persona("Olga", by=marketer))


def told(person, kind):
    return list(person.notifications.filter(kind=kind).values_list("text", flat=True))


@both
def test_watchers_hear_of_everything_that_happens(
    surface, persona, as_rep, rep, as_marketer, as_marketing_manager, as_sales_manager
):
    if isinstance(surface, Page):
        surface.act(as_rep, persona, "watch", watching="1")
    else:
        surface.act(as_rep, persona, "watch")
    services.start_draft(subject=persona, by=as_marketer.user)
    surface.act(as_marketer, persona, "propose", 2, note="Shorter")
    surface.act(as_sales_manager, persona, "sign", 2)
    surface.act(as_marketing_manager, persona, "sign", 2)
    day = timezone.localdate().isoformat()
    surface.act(as_marketer, persona, "decisions", what="No couriers", why="Lost", decided_on=day)
    surface.act(as_sales_manager, persona, "retire", reason="We left.")

    assert told(rep, "document_followed") == [
        "Decided about “Olga”: No couriers",
        "Revision 2 of “Olga” is proposed: Shorter",
    ]
    assert told(rep, "document_signed") == ["“Olga” was signed for sales."]
    assert told(rep, "document_agreed") == ["“Olga” is agreed: revision 2 is in force."]
    assert told(rep, "document_retired") == ["“Olga” was retired: We left."]


@both
def test_who_stops_watching_hears_no_more(surface, persona, as_rep, rep, as_marketer):
    services.set_watching(subject=persona, by=rep, watching=True)
    if isinstance(surface, Page):
        surface.act(as_rep, persona, "watch", watching="0")
    else:
        as_rep.delete(f"{Api.address(persona)}watch/")
    services.start_draft(subject=persona, by=as_marketer.user)
    surface.act(as_marketer, persona, "propose", 2)
    assert not rep.notifications.exists()


def test_who_is_asked_to_sign_is_not_told_twice(persona, sales_manager, marketer):
    services.set_watching(subject=persona, by=sales_manager, watching=True)
    sales_manager.notifications.all().delete()
    draft = services.start_draft(subject=persona, by=marketer)
    services.propose(subject=persona, revision=draft, by=marketer)
    assert [n.kind for n in sales_manager.notifications.all()] == ["document_proposed"]


@both
def test_the_decision_log_is_kept_and_read(surface, persona, as_marketer, as_rep):
    given = {"what": "No couriers", "why": "*Nine* trials", "decided_on": "2026-03-01"}
    assert surface.act(as_rep, persona, "decisions", **given).means == "forbidden"
    assert surface.act(as_marketer, persona, "decisions", **given).means == "done"
    assert surface.act(as_marketer, persona, "decisions", what="", why="").means == "invalid"

    page = as_rep.get("/personas/olga/").content.decode()
    assert "No couriers" in page
    assert "<em>Nine</em> trials" in page
    log = as_rep.get(f"{Api.address(persona)}decisions/").json()["results"]
    assert [(d["what"], d["by"]) for d in log] == [("No couriers", as_marketer.user.name)]


@both
def test_a_decision_that_is_sent_twice_is_kept_once(surface, persona, as_marketer):
    given = {"what": "No couriers", "why": "Trials", "decided_on": "2026-03-01"}
    for _ in range(2):
        assert surface.act(as_marketer, persona, "decisions", **given).means == "done"
    surface.act(as_marketer, persona, "decisions", **given | {"decided_on": "2026-03-02"})

    log = as_marketer.get(f"{Api.address(persona)}decisions/").json()["results"]
    assert sorted(d["decided_on"] for d in log) == ["2026-03-01", "2026-03-02"]


@both
def test_the_review_date_is_a_day_that_can_be_kept(surface, persona, as_marketer):
    later = timezone.localdate() + timedelta(days=90)
    assert surface.act(as_marketer, persona, "review", review_on=later.isoformat()).means == "done"
    assert fresh(persona).review_on == later
    assert surface.act(as_marketer, persona, "review", review_on="2020-01-01").means == "refused"
    assert surface.act(as_marketer, persona, "review", review_on="soon").means == "invalid"
    assert fresh(persona).review_on == later


@both
def test_another_owner_takes_over_with_the_review(surface, persona, as_marketer, marketer):
    heir = make_user("marketer", name="Heir")
    moment = timezone.now() + timedelta(days=175)
    services.remind_of_reviews(moment)
    verb = "hand-over"
    assert surface.act(as_marketer, persona, verb, owner=heir.pk).means == "done"

    assert fresh(persona).document.owner == heir
    assert told(heir, "document_owner") == ["“Olga” is looked after by Heir from now on."]
    assert [t.owner for t in Task.objects.open().filter(kind="review")] == [heir]
    assert fresh(persona).document.watchers.filter(pk=heir.pk).exists()


@both
def test_a_document_goes_only_to_who_may_write_it(surface, persona, as_marketer, rep, marketer):
    former = make_user("marketer", is_active=False)
    for wrong in (rep, former):
        answer = surface.act(as_marketer, persona, "hand-over", owner=wrong.pk)
        assert answer.means in {"refused", "invalid"}
    assert fresh(persona).document.owner == marketer
    assert surface.act(signed_in(rep), persona, "hand-over", owner=rep.pk).means == "forbidden"


def test_when_the_owner_has_left_the_managers_are_reminded(persona, marketer, marketing_manager):
    marketer.is_active = False
    marketer.save()
    services.remind_of_reviews(timezone.now() + timedelta(days=175))
    assert len(told(marketing_manager, "document_review")) == 1
    assert [t.owner for t in Task.objects.open().filter(kind="review")] == [marketing_manager]


def test_a_later_day_takes_the_reminder_back(persona, marketer):
    services.remind_of_reviews(timezone.now() + timedelta(days=175))
    assert Task.objects.open().filter(kind="review").count() == 1
    later = timezone.localdate() + timedelta(days=300)
    services.set_review_date(subject=persona, review_on=later, by=marketer)
    assert not Task.objects.open().filter(kind="review").exists()
    assert newest(persona).state == "agreed"
