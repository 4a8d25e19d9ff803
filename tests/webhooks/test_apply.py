"""What came in becomes leads and touchpoints: whole or not at all, in any order, once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from leads.merging.models import Candidate
from leads.models import KnownVisitor, Lead, Note, Touchpoint
from portal.jobs.models import Job
from portal.operations.sweeping import sweep
from portal.webhooks import services
from portal.webhooks.models import Delivery
from portal.webhooks.services.applying import BATCH
from tests.conftest import signed_in
from tests.factories import lead_event, make_campaign, make_hook, make_lead, touch_event
from tests.webhooks.test_receive import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(db):
    return make_hook(name="Main")[1]


@pytest.fixture(autouse=True)
def _own_applying(settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False


def checkpoint(cursor=None, **progress):
    """Goes on."""


def send(path, *events):
    answer = post(path, list(events))
    assert answer.status_code == 202, answer.content
    return apply()


def apply():
    return services.apply_all(job=Job(), checkpoint=checkpoint)


def state(key):
    found = Delivery.objects.get(event_id=key)
    return found.state, found.error


# --- leads ----------------------------------------------------------------------------------------
def test_a_lead_with_the_fields_of_an_import(path):
    send(
        path,
        lead_event(
            external_id="L-1",
            first_name="Ana",
            last_name="Cruz",
            company={"name": "Acme", "domain": "acme.example"},
            attributes={"fleet": 12},
            consent="granted",
            notes="Wants a call",
        ),
    )
    lead = Lead.objects.get()

    assert (lead.external_id, lead.full_name, lead.company.name) == ("L-1", "Ana Cruz", "Acme")
    assert (lead.attributes, lead.consent) == ({"fleet": 12}, "granted")
    assert Note.objects.get().body == "Wants a call"
    assert Delivery.objects.get().lead == lead


def test_events_of_one_person_are_applied_in_their_order(path):
    send(path, *(lead_event(str(n), city=f"City {n}") for n in range(5)))

    assert Lead.objects.get().city == "City 4"


def test_a_known_person_is_changed_by_external_id_or_address(path):
    by_id, by_email = make_lead(external_id="L-1"), make_lead(email="eva@acme.example")
    send(
        path,
        {"type": "lead", "id": "a", "data": {"external_id": "L-1", "city": "Rome"}},
        lead_event("b", email="EVA@acme.example", city="Oslo", external_id="L-2"),
    )
    by_id.refresh_from_db()
    by_email.refresh_from_db()

    assert (by_id.city, by_email.city, by_email.external_id) == ("Rome", "Oslo", "L-2")
    assert Lead.objects.count() == 2


def test_an_older_event_that_comes_later_fills_only_blanks(path):
    new = lead_event("new", city="Rome") | {"timestamp": "2026-05-02T10:00:00Z"}
    old = lead_event("old", city="Oslo", title="CFO") | {"timestamp": "2026-05-01T10:00:00Z"}
    send(path, new)
    send(path, old)
    lead = Lead.objects.get()

    assert (lead.city, lead.title) == ("Rome", "CFO")


def test_a_stage_only_goes_forward(path):
    send(path, lead_event("a", stage="SQL"))
    send(path, lead_event("b", stage="MQL"))
    assert Lead.objects.get().stage.kind == "sql"
    send(path, lead_event("c", stage="opportunity"))

    assert Lead.objects.get().stage.kind == "opportunity"


def test_defaults_of_the_hook_hold_where_an_event_says_nothing(db):
    fair, other = make_campaign("Fair"), make_campaign("Other")
    _, path = make_hook(campaign=fair, source="Trade fair")
    send(
        path,
        lead_event("a"),
        lead_event("b", email="eva@acme.example", source="Web", campaign=other.slug),
        touch_event("t", **{"lead.email": "ana@acme.example"}),
    )
    ana, eva = Lead.objects.get(email_key__startswith="ana"), Lead.objects.get(source="Web")

    assert (ana.source, ana.campaign, eva.campaign) == ("Trade fair", fair, other)
    assert Touchpoint.objects.get().campaign == fair
    send(path, lead_event("c", email="eva@acme.example", city="Rome"))
    eva.refresh_from_db()
    assert (eva.city, eva.campaign) == ("Rome", other)


def test_a_wrong_event_keeps_its_reason_and_takes_no_other_with_it(path):
    send(
        path,
        lead_event("bad", email="not an address"),
        lead_event("good"),
        lead_event("nobody", email=""),
        lead_event("stage", email="x@y.example", stage="no such"),
    )

    assert state("good") == ("applied", "")
    assert state("bad") == ("failed", "email: This is not an e-mail address.")
    assert state("nobody")[0] == "failed"
    assert "no such" in state("stage")[1]
    assert Lead.objects.count() == 1


def test_a_crash_inside_is_kept_and_can_be_applied_again(path, monkeypatch, administrator):
    from leads import services as leads

    def broken(**_):
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(leads, "create_lead", broken)
        send(path, lead_event("a"), touch_event("t", visitor="v"))
    assert state("a")[0] == "failed"
    assert "ZeroDivisionError" in state("a")[1]
    assert state("t")[0] == "applied"

    client = signed_in(administrator)
    delivery = Delivery.objects.get(event_id="a")
    assert client.post(f"/hooks/deliveries/{delivery.pk}/apply/").status_code == 302
    apply()
    assert state("a") == ("applied", "")
    assert client.post(f"/hooks/deliveries/{delivery.pk}/apply/").status_code == 409
    assert client.post(f"/api/v1/deliveries/{delivery.pk}/apply/").status_code == 409


def test_an_event_is_never_applied_twice(path):
    send(path, lead_event("a", notes="Once"), touch_event("t", visitor="v"))
    send(path, lead_event("a", notes="Once"), touch_event("t", visitor="v"))
    apply()

    assert (Lead.objects.count(), Note.objects.count(), Touchpoint.objects.count()) == (1, 1, 1)


def test_a_hook_acts_for_a_person_who_must_still_be_allowed(db):
    hook, path = make_hook()
    hook.acts_for.is_active = False
    hook.acts_for.save()
    send(path, lead_event("a"), touch_event("t", visitor="v"))

    assert "may no longer" in state("a")[1]
    assert "may no longer" in state("t")[1]
    assert not Lead.objects.exists()


def test_whoever_may_be_here_already_is_accepted_and_flagged(path):
    send(path, lead_event("a", full_name="Ana Cruz"))
    send(path, lead_event("b", full_name="Ana Cruz", email="ana+fair@acme.example"))

    assert state("b") == ("applied", "")
    assert Lead.objects.count() == 2
    assert Candidate.objects.count() == 1


# --- touchpoints ----------------------------------------------------------------------------------
def test_touchpoints_of_known_leads_and_unknown_visitors(path):
    lead = make_lead(external_id="L-1")
    send(
        path,
        touch_event("a", **{"lead.external_id": "L-1", "visitor": "v"}),
        touch_event("b", lead={"email": lead.email}, kind="download", external_id="d-1"),
        touch_event("c", visitor="w"),
        touch_event("d"),
    )

    assert Touchpoint.objects.filter(lead=lead, system="mailer").count() == 2
    assert Touchpoint.objects.get(visitor="w").lead is None
    assert KnownVisitor.objects.get().visitor == "v"
    assert state("d") == (
        "failed",
        "Name the lead (lead.external_id or lead.email) or the visitor.",
    )


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ({"kind": "telepathy"}, "kind"),
        ({"occurred_at": "2199-01-01"}, "future"),
        ({"occurred_at": "31/31/31"}, "occurred_at"),
        ({"campaign": "none such"}, "campaign"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_a_wrong_touchpoint_fails_alone(path, data, part):
    send(path, touch_event("bad", visitor="v", **data), touch_event("good", visitor="v"))

    assert state("bad")[0] == "failed"
    assert part in state("bad")[1]
    assert state("good")[0] == "applied"


def test_a_touchpoint_waits_for_its_lead_and_finds_it_whichever_way_it_comes(path):
    send(path, touch_event("t", **{"lead.email": "Ana@acme.example"}))
    send(path, touch_event("u", **{"lead.external_id": "L-9"}))
    assert {state("t")[0], state("u")[0]} == {"waiting"}

    send(path, lead_event("a"))
    assert (state("t")[0], state("u")[0]) == ("applied", "waiting")
    made = make_lead(external_id="L-9")
    sweep(timezone.now())
    apply()
    assert state("u")[0] == "applied"
    assert Touchpoint.objects.filter(lead=made).count() == 1


def test_what_waits_too_long_lapses_and_can_be_applied_again(path, administrator):
    send(path, touch_event("t", **{"lead.external_id": "L-1"}))
    sweep(timezone.now() + timedelta(days=29))
    assert state("t")[0] == "waiting"
    sweep(timezone.now() + timedelta(days=30, seconds=1))
    assert state("t")[0] == "lapsed"

    make_lead(external_id="L-1")
    services.apply_again(delivery=Delivery.objects.get(), by=administrator)
    apply()
    assert state("t")[0] == "applied"


def test_a_touchpoint_before_its_lead_in_one_body(path):
    send(path, touch_event("t", **{"lead.email": "ana@acme.example"}), lead_event("a"))

    assert state("t")[0] == "applied"


def test_one_touchpoint_that_breaks_takes_none_with_it(path, monkeypatch):
    from leads import services as leads

    real = leads.record_touchpoints

    def picky(*, touches):
        if any(touch.title == "poison" for touch in touches):
            raise ZeroDivisionError
        return real(touches=touches)

    monkeypatch.setattr(leads, "record_touchpoints", picky)
    send(
        path,
        touch_event("a", visitor="v"),
        touch_event("b", visitor="v", title="poison"),
        touch_event("c", visitor="v"),
    )

    assert [state(key)[0] for key in "abc"] == ["applied", "failed", "applied"]


def test_an_external_id_of_another_lead_fails(path):
    one, two = make_lead(), make_lead()
    send(path, touch_event("a", external_id="x", **{"lead.email": one.email}))
    send(path, touch_event("b", external_id="x", **{"lead.email": two.email}))

    assert state("b")[0] == "failed"
    assert Touchpoint.objects.count() == 1


def test_a_form_that_knows_the_visitor_joins_what_they_did(path):
    send(path, touch_event("t", visitor="v", utm_medium="cpc"), lead_event("a", visitor="v"))
    lead = Lead.objects.get()

    assert Touchpoint.objects.get().lead == lead
    assert lead.source == "Paid search"


# --- work that is lost ----------------------------------------------------------------------------
def test_what_no_worker_heard_of_is_picked_up_by_the_sweep(path):
    post(path, lead_event("a"))
    Job.objects.all().delete()
    sweep(timezone.now())
    job = Job.objects.get(kind="webhooks.apply")
    services.apply_all(job=job, checkpoint=checkpoint)

    assert state("a")[0] == "applied"


def test_a_worker_that_dies_between_two_events_has_applied_whole_ones(path):
    post(path, [lead_event(str(n), email=f"p{n}@acme.example") for n in range(4)])
    calls = []

    def dying(cursor=None, **progress):
        calls.append(cursor)
        if len(calls) == 3:
            raise SystemExit

    with pytest.raises(SystemExit):
        services.apply_all(job=Job(), checkpoint=dying)
    assert Lead.objects.count() == Delivery.objects.filter(state="applied").count() == 2
    apply()

    assert Lead.objects.count() == Delivery.objects.filter(state="applied").count() == 4


def test_data_is_forgotten_a_week_after_it_was_applied(path):
    send(path, lead_event("a"), lead_event("bad", email="x"))
    sweep(timezone.now() + timedelta(days=6))
    assert Delivery.objects.get(event_id="a").data
    sweep(timezone.now() + timedelta(days=7, seconds=1))

    assert Delivery.objects.get(event_id="a").data == {}
    assert Delivery.objects.get(event_id="bad").data
    # The id stays known.
    assert post(path, lead_event("a")).json()["repeated"] == 1


def test_many_touchpoints_cost_few_queries(path, django_assert_max_num_queries):
    lead = make_lead()
    post(path, [touch_event(str(n), **{"lead.email": lead.email}) for n in range(BATCH)])
    with django_assert_max_num_queries(40):
        apply()

    assert Touchpoint.objects.filter(lead=lead).count() == BATCH


# --- at the same moment ---------------------------------------------------------------------------
@pytest.mark.django_db(
    transaction=True, available_apps=[app.name for app in apps.get_app_configs()]
)
def test_one_person_from_two_hooks_and_the_api_at_once_is_one_lead(marketer):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("An in-memory database has one connection.")
    paths = [make_hook()[1] for _ in range(2)]
    for path in paths:
        post(path, lead_event("a", city="Rome"))
    client, start, answers = signed_in(marketer), threading.Barrier(3), []

    def through_api():
        start.wait()
        answer = client.post(
            "/api/v1/leads/", {"email": "ana@acme.example"}, content_type="application/json"
        )
        answers.append(answer.status_code)

    def through_hooks():
        start.wait()
        apply()

    def run(act):
        try:
            act()
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(act,))
        for act in (through_api, through_hooks, through_hooks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Lead.objects.count() == 1
    assert answers[0] in {201, 409}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"applied"}


# --- pages ----------------------------------------------------------------------------------------
def test_administrators_make_a_hook_and_see_its_token_once(administrator, settings):
    client = signed_in(administrator)
    page = client.post("/hooks/new/", {"name": "Form", "system": "site", "per_minute": 100})
    text = page.content.decode()
    start = text.index("/hooks/in/")
    path = text[start : text.index("/", start + len("/hooks/in/")) + 1]

    assert page["Cache-Control"] == "no-store"
    assert post(path, lead_event("a")).status_code == 202
    apply()
    hook = Delivery.objects.get().hook
    detail = client.get(f"/hooks/{hook.pk}/").content.decode()
    assert path not in detail
    assert "Applied" in detail
    assert client.get("/hooks/?").status_code == 200


def test_nobody_else_sees_hooks(as_marketer, as_sales_manager):
    hook, _ = make_hook()
    for client in (as_marketer, as_sales_manager):
        assert client.get("/hooks/").status_code == 403
        assert client.get(f"/hooks/{hook.pk}/").status_code == 403
        assert client.get("/api/v1/webhooks/").status_code == 403
    assert Client().get("/hooks/").status_code == 302


def test_the_api_lists_what_came_without_tokens(administrator, path):
    send(path, lead_event("a"))
    client = signed_in(administrator)
    hook = client.get("/api/v1/webhooks/").json()["results"][0]
    rows = client.get("/api/v1/deliveries/?state=applied&kind=lead").json()["results"]

    assert "digest" not in hook
    assert [row["event_id"] for row in rows] == ["a"]
    assert client.get("/api/v1/deliveries/?nothing=1").status_code == 400
