"""Taking a bulk act back: what nobody changed since, once, for thirty days."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from leads import services as lead_services
from leads.bulk import services
from leads.bulk.models import BulkAct
from leads.models import Assignment, Lead, StageChange, Tag
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage
from portal.notifications.models import Notification
from tests.factories import make_lead, make_stage

pytestmark = pytest.mark.django_db
Act = BulkAct.Act


@pytest.fixture(autouse=True)
def funnel():
    make_stage()


def do(by, leads, act, **values):
    order = services.Order(act=act, **values)
    rows = Lead.objects.filter(pk__in=[lead.pk for lead in leads])
    return services.start_bulk_act(order=order, leads=rows, by=by)


def state(lead):
    lead = Lead.objects.get(pk=lead.pk)
    columns = (
        "owner_id",
        "team_id",
        "stage_id",
        "reached",
        "status",
        "converted_at",
        "stage_entered_at",
    )
    return [getattr(lead, name) for name in columns], sorted(tag.name for tag in lead.tags.all())


@pytest.mark.parametrize("surface", ["page", "api"])
@pytest.mark.parametrize("act", list(Act))
def test_everything_is_as_it_was(as_marketer, marketer, rep, other_rep, act, surface):
    fair = Tag.objects.create(name="fair")
    leads = [make_lead(owner=other_rep), make_lead(), make_lead(stage="opportunity")]
    for lead in leads[: 2 if act == Act.UNTAG else 0]:
        lead.tags.add(fair)
    before = [state(lead) for lead in leads]
    customer = Stage.objects.get(slug="customer")
    done = do(marketer, leads, act, owner=rep, stage=customer, tag=fair, reason="Try")
    assert [state(lead) for lead in leads] != before

    url = (
        f"/leads/acts/{done.pk}/undo/"
        if surface == "page"
        else f"/api/v1/bulk-acts/{done.pk}/undo/"
    )
    assert as_marketer.post(url).status_code in {200, 302}
    assert [state(lead) for lead in leads] == before
    done.refresh_from_db()
    assert (done.state, done.put_back, done.kept) == ("undone", done.changed, 0)
    assert Lead.objects.filter(version=3).count() == done.changed


def test_an_undone_move_was_never_an_entry(marketer):
    lead = make_lead()
    act = do(marketer, [lead], Act.STAGE, stage=Stage.objects.get(slug="sql"))
    assert StageChange.objects.filter(lead=lead, to_stage__slug="sql").exists()
    services.undo_bulk_act(act=act, by=marketer)
    assert not StageChange.objects.filter(lead=lead, to_stage__slug="sql").exists()


def test_what_somebody_changed_since_stays_and_is_listed(as_marketer, marketer, rep, other_rep):
    touched, untouched, gone = make_lead(), make_lead(), make_lead()
    act = do(marketer, [touched, untouched, gone], Act.ASSIGN, owner=rep, reason="Try")
    lead_services.set_next_step(lead=touched, text="Call", on=None, by=rep)
    Lead.objects.filter(pk=gone.pk).delete()
    as_marketer.post(f"/leads/acts/{act.pk}/undo/")
    touched.refresh_from_db()
    untouched.refresh_from_db()
    assert (touched.owner, untouched.owner) == (rep, None)
    page = as_marketer.get(f"/leads/acts/{act.pk}/").content.decode()
    assert f"{rep} changed it on" in page
    detail = as_marketer.get(f"/api/v1/bulk-acts/{act.pk}/").json()
    assert [row["lead"] for row in detail["left_as_they_were"]] == [touched.pk]
    assert detail["put_back"] == 1


def test_leads_do_not_go_back_to_somebody_who_left(marketer, rep, other_rep):
    lead = make_lead(owner=other_rep)
    act = do(marketer, [lead], Act.ASSIGN, owner=rep, reason="Leave")
    other_rep.is_active = False
    other_rep.save()
    act = services.undo_bulk_act(act=act, by=marketer)
    lead.refresh_from_db()
    assert (lead.owner, act.put_back) == (rep, 0)
    assert "no longer works on leads" in act.changes.get().why


def test_those_concerned_are_told_once(marketer, rep, other_rep):
    leads = [make_lead(owner=other_rep) for _ in range(3)]
    act = do(marketer, leads, Act.ASSIGN, owner=rep, reason="Leave")
    Notification.objects.all().delete()
    services.undo_bulk_act(act=act, by=marketer)
    told = {n.recipient: n.text for n in Notification.objects.all()}
    assert told == {
        rep: "3 leads went back to where they were",
        other_rep: "3 leads are yours again: an assignment was undone",
    }
    assert Assignment.objects.filter(to_owner=other_rep).count() == 3


def test_of_two_who_undo_one_is_told(marketer, sales_manager, rep):
    act = do(marketer, [make_lead()], Act.ASSIGN, owner=rep, reason="Try")
    stale = BulkAct.objects.get(pk=act.pk)
    services.undo_bulk_act(act=act, by=marketer)
    with pytest.raises(RuleViolation, match="has undone this already"):
        services.undo_bulk_act(act=stale, by=sales_manager)
    assert Assignment.objects.count() == 2


def test_after_thirty_days_it_stays(marketer, rep):
    act = do(marketer, [make_lead()], Act.ASSIGN, owner=rep, reason="Try")
    BulkAct.objects.update(made_at=timezone.now() - timedelta(days=31))
    with pytest.raises(RuleViolation, match="30 days"):
        services.undo_bulk_act(act=act, by=marketer)


def test_only_ones_own_acts_are_seen_and_undone(
    as_rep, as_other_rep, as_marketing_manager, marketer, rep
):
    own = do(rep, [make_lead(owner=rep)], Act.TAG, tag=Tag.objects.create(name="x"))
    foreign = do(marketer, [make_lead()], Act.ASSIGN, owner=rep, reason="Try")
    assert as_rep.get(f"/leads/acts/{own.pk}/").status_code == 200
    for path in (f"/leads/acts/{foreign.pk}/", f"/api/v1/bulk-acts/{foreign.pk}/"):
        assert as_rep.get(path).status_code == 404
        assert as_rep.post(f"{path}undo/").status_code == 404
        assert as_marketing_manager.get(path).status_code == 200
    listed = as_rep.get("/leads/acts/").content.decode()
    assert own.get_absolute_url() in listed
    assert foreign.get_absolute_url() not in listed


def test_a_large_undo_goes_to_the_background(
    marketer, rep, monkeypatch, django_capture_on_commit_callbacks
):
    act = do(marketer, [make_lead() for _ in range(5)], Act.ASSIGN, owner=rep, reason="Try")
    monkeypatch.setattr("leads.bulk.services.undoing.AT_ONCE", 3)
    monkeypatch.setattr("leads.bulk.services.undoing.SLICE", 2)
    with django_capture_on_commit_callbacks(execute=True):
        services.undo_bulk_act(act=act, by=marketer)
    act.refresh_from_db()
    assert (act.state, act.put_back) == ("undone", 5)
    assert Lead.objects.filter(owner=None).count() == 5
