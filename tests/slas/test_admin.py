"""A manager edits an SLA in the admin; both sign; it takes effect and both teams see it [R7, R8]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.documents import services as documents
from portal.slas.models import Clock, Commitment, Sla
from portal.slas.services import stop_clock
from portal.slas.tryouts import last_month
from portal.todo.models import Task
from tests.factories import make_calendar, make_clock, make_commitment, make_sla

pytestmark = pytest.mark.django_db


def address(sla):
    return f"/admin/slas/sla/{sla.pk}/change/"


def as_sent(page):
    """The fields of the form as a browser would send them back."""
    data = {}
    form = page.context["form"]
    for section in form.sections:
        for name in section.fields:
            data[name] = section[name].value() or ""
        for formset in section.formsets:
            data |= {bound.html_name: bound.value() for bound in formset.management_form}
            for row in formset:
                data |= {
                    row.add_prefix(n): row[n].value() or "" for n in row.fields if n != "DELETE"
                }
    revision = page.context["revision"]
    return data | ({"revision": revision.number} if revision else {})


def change(client, sla, act="save", **fields):
    """Open the page, change fields of the first commitment, send the form."""
    data = as_sent(client.get(address(sla)))
    data |= {f"commitments-0-{key}": value for key, value in fields.items()}
    return client.post(address(sla), data | {"act": act})


def numbers(sla):
    return [(r.number, r.state) for r in sla.document.revisions.all()]


@pytest.fixture
def sla(marketing_manager, sales_manager):
    return make_sla("Answers", agreed=True)


def test_the_whole_way_from_an_edit_to_both_teams(
    as_marketing_manager, as_sales_manager, as_rep, as_marketer, sla
):
    assert change(as_marketing_manager, sla, target="4").status_code == 302
    assert numbers(sla) == [(2, "draft"), (1, "agreed")]
    assert Commitment.objects.get().target == 8, "a draft takes no effect"

    propose = {"act": "propose", "revision": 2, "note": "Eight was too long"}
    assert as_marketing_manager.post(address(sla), propose).status_code == 302
    assert Task.objects.open().filter(kind=Task.Kind.SIGN).count() == 2
    page = as_sales_manager.get(address(sla)).content.decode()
    assert "Sign for sales" in page
    assert "Eight was too long" in page

    for client in (as_marketing_manager, as_sales_manager):
        assert Commitment.objects.get().target == 8
        assert client.post(address(sla), {"act": "sign", "revision": 2}).status_code == 302

    assert Commitment.objects.get().target == 4
    assert numbers(sla) == [(2, "agreed"), (1, "superseded")]
    for client in (as_rep, as_marketer):
        assert "4 business hours" in client.get("/agreement/slas/").content.decode()
        assert "4 business hours" in client.get(sla.get_absolute_url()).content.decode()


def test_the_page_works_the_commitment_out(as_sales_manager, sla):
    page = as_sales_manager.get(address(sla)).content.decode()

    assert "Feedback written on Friday" in page
    assert "must be answered by Monday" in page


def test_a_preview_shows_last_month_and_saves_nothing(as_sales_manager, sla):
    start, _ = last_month(timezone.now())
    for hours in (1, 150, 500):
        clock = make_clock(at=start + timedelta(days=2))
        stop_clock(clock=clock, at=clock.started_at + timedelta(hours=hours))
    make_clock(at=start - timedelta(days=3))

    answer = change(as_sales_manager, sla, act="preview", target="40")

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "40 business hours" in page
    assert "Not saved yet" in page
    before = sum(c.stopped_at <= c.due_at for c in Clock.objects.exclude(stopped_at=None))
    assert f"2 of 3 clocks of this kind would have been met; {before} were met" in page
    assert numbers(sla) == [(1, "agreed")]
    assert Commitment.objects.get().target == 8
    assert answer.context["form"].sections[1].formsets[0][0]["target"].value() == "40"


def test_a_row_can_be_added_without_a_script(as_sales_manager, sla):
    answer = change(as_sales_manager, sla, act="more:commitments", target="")

    assert answer.status_code == 200
    assert len(answer.context["form"].sections[1].formsets[0].forms) == 3
    assert numbers(sla) == [(1, "agreed")]


def test_a_commitment_is_added_and_one_removed(as_sales_manager, sla):
    calendar = make_calendar("Phones")
    data = as_sent(as_sales_manager.get(address(sla)))
    row = make_commitment("first_contact", "sales", "24", calendar=calendar)
    data |= {f"commitments-1-{key}": value for key, value in row.items()}
    data["commitments-0-DELETE"] = "on"

    as_sales_manager.post(address(sla), data | {"act": "save"})

    rows = sla.document.revisions.first().content["commitments"]
    assert [(r["kind"], r["calendar"]) for r in rows] == [("first_contact", calendar.pk)]


def test_saving_without_a_change_starts_no_draft(as_sales_manager, sla):
    change(as_sales_manager, sla)

    assert numbers(sla) == [(1, "agreed")]


def test_a_double_click_starts_one_draft_and_proposes_and_signs_once(as_sales_manager, sla):
    data = as_sent(as_sales_manager.get(address(sla))) | {
        "act": "save",
        "commitments-0-target": "4",
    }
    for _ in range(2):
        assert as_sales_manager.post(address(sla), data).status_code == 302
    assert numbers(sla) == [(2, "draft"), (1, "agreed")]

    for act, second in (("propose", 409), ("sign", 409)):
        assert as_sales_manager.post(address(sla), {"act": act, "revision": 2}).status_code == 302
        assert (
            as_sales_manager.post(address(sla), {"act": act, "revision": 2}).status_code == second
        )
    assert sla.document.revisions.first().signatures.count() == 1


def test_a_stale_edit_shows_both_texts_and_loses_none(as_sales_manager, as_marketing_manager, sla):
    seen = as_sent(as_sales_manager.get(address(sla)))
    change(as_marketing_manager, sla, target="4")

    answer = as_sales_manager.post(
        address(sla), seen | {"act": "save", "commitments-0-target": "6"}
    )

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Target: 4" in page
    assert "Target: 6" in page
    assert sla.document.revisions.first().content["commitments"][0]["target"] == "4"

    again = as_sent(answer) | {"act": "save", "keep_commitments": "mine"}
    assert as_sales_manager.post(address(sla), again).status_code == 302
    assert sla.document.revisions.first().content["commitments"][0]["target"] == "6"


def test_after_a_conflict_the_others_text_can_be_kept(as_sales_manager, as_marketing_manager, sla):
    seen = as_sent(as_sales_manager.get(address(sla)))
    change(as_marketing_manager, sla, target="4")
    answer = as_sales_manager.post(
        address(sla), seen | {"act": "save", "commitments-0-target": "6"}
    )

    again = as_sent(answer) | {"act": "save", "keep_commitments": "theirs"}
    as_sales_manager.post(address(sla), again)

    assert sla.document.revisions.first().content["commitments"][0]["target"] == "4"


def test_different_parts_edited_at_once_are_both_kept(as_sales_manager, as_marketing_manager, sla):
    seen = as_sent(as_sales_manager.get(address(sla)))
    change(as_marketing_manager, sla, target="4")

    answer = as_sales_manager.post(
        address(sla), seen | {"act": "save", "purpose": "So that we trust"}
    )

    assert answer.status_code == 302
    content = sla.document.revisions.first().content
    assert (content["commitments"][0]["target"], content["purpose"]) == ("4", "So that we trust")
    assert numbers(sla) == [(2, "draft"), (1, "agreed")]


def test_what_was_typed_becomes_a_draft_of_its_own_when_the_draft_was_proposed_meanwhile(
    as_sales_manager, as_marketing_manager, sla
):
    change(as_marketing_manager, sla, target="4")
    seen = as_sent(as_sales_manager.get(address(sla)))
    as_marketing_manager.post(address(sla), {"act": "propose", "revision": 2})

    as_sales_manager.post(address(sla), seen | {"act": "save", "purpose": "My long text"})

    assert numbers(sla) == [(3, "draft"), (2, "in_review"), (1, "agreed")]
    written = sla.document.revisions.first().content
    assert (written["purpose"], written["commitments"][0]["target"]) == ("My long text", "4")


def test_what_was_typed_is_shown_again_when_the_sla_was_retired_meanwhile(
    as_sales_manager, marketing_manager, sla
):
    seen = as_sent(as_sales_manager.get(address(sla)))
    documents.retire(subject=sla, reason="We sit in one room now.", by=marketing_manager)

    answer = as_sales_manager.post(address(sla), seen | {"act": "save", "purpose": "My long text"})

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "My long text" in page
    assert "cannot be changed any more" in page


def test_a_wrong_value_is_said_and_nothing_typed_is_lost(as_sales_manager, sla):
    answer = change(as_sales_manager, sla, target="a lot")

    assert answer.status_code == 422
    assert "Give a number" in answer.content.decode()
    assert "a lot" in answer.content.decode()
    assert numbers(sla) == [(1, "agreed")]


def test_withdrawing_carries_on_in_a_new_draft(as_sales_manager, as_marketing_manager, sla):
    change(as_marketing_manager, sla, target="4")
    as_marketing_manager.post(address(sla), {"act": "propose", "revision": 2})

    answer = as_marketing_manager.post(address(sla), {"act": "withdraw", "revision": 2})

    assert answer.headers["Location"].endswith("?revision=3")
    assert numbers(sla) == [(3, "draft"), (2, "withdrawn"), (1, "agreed")]


def test_an_old_revision_is_read_and_copied_but_never_changed(as_sales_manager, sla, sales_manager):
    draft = documents.start_draft(subject=sla, by=sales_manager)
    documents.propose(subject=sla, revision=draft, by=sales_manager)
    documents.withdraw(subject=sla, revision=draft, by=sales_manager)

    page = as_sales_manager.get(address(sla) + "?revision=2").content.decode()
    assert "never changed" in page
    assert "Save as draft" not in page

    as_sales_manager.post(address(sla), {"act": "draft", "revision": 2})
    assert numbers(sla)[0] == (4, "draft")


def test_a_new_sla_is_written_from_nothing(as_marketing_manager, marketing_manager):
    data = as_sent(as_marketing_manager.get("/admin/slas/sla/add/"))
    data |= {"title": "Handoffs", "purpose": "Quick", "reporting_owner": marketing_manager.pk}
    row = make_commitment("handoff_answer", "sales", "24")
    data |= {f"commitments-0-{key}": value for key, value in row.items()}
    for _ in range(2):
        assert (
            as_marketing_manager.post("/admin/slas/sla/add/", data | {"act": "save"}).status_code
            == 302
        )

    sla = Sla.objects.get()
    assert sla.drafts[0].content["commitments"][0]["target"] == "24"
    assert as_marketing_manager.get("/admin/slas/sla/").status_code == 200


@pytest.mark.parametrize(
    "path", ["/admin/slas/sla/", "/admin/slas/sla/add/", "change", "/admin/slas/calendar/"]
)
def test_who_may_open_the_admin(
    path,
    sla,
    as_rep,
    as_marketer,
    as_executive,
    as_marketing_manager,
    as_sales_manager,
    as_administrator,
):
    path = address(sla) if path == "change" else path
    for client in (as_rep, as_marketer, as_executive):
        assert client.get(path).status_code == 403
        assert client.post(path, {"act": "save"}).status_code == 403
    for client in (as_marketing_manager, as_sales_manager, as_administrator):
        assert client.get(path).status_code == 200


def test_a_stranger_is_asked_to_sign_in(client, sla):
    assert client.get(address(sla)).status_code == 302


@pytest.mark.parametrize("path", ["/admin/slas/sla/999/change/", "/admin/slas/sla/x/change/"])
def test_what_is_not_there_is_a_404(path, as_sales_manager):
    assert as_sales_manager.get(path).status_code == 404


@pytest.mark.parametrize("revision", ["99", "x", "²", "9" * 30])
def test_a_revision_that_is_not_there_is_a_404(revision, as_sales_manager, sla):
    assert as_sales_manager.get(address(sla) + f"?revision={revision}").status_code == 404


def test_an_administrator_keeps_the_house_but_does_not_sign(as_administrator, sla, sales_manager):
    draft = documents.start_draft(subject=sla, by=sales_manager)
    documents.propose(subject=sla, revision=draft, by=sales_manager)

    assert "Sign for" not in as_administrator.get(address(sla)).content.decode()
    assert as_administrator.post(address(sla), {"act": "sign", "revision": 2}).status_code == 409


def test_managers_find_the_objects_of_the_agreement_only(as_sales_manager):
    page = as_sales_manager.get("/admin/").content.decode()

    for mine in ("/admin/slas/sla/", "/admin/slas/calendar/", "/admin/funnel/funneldefinition/"):
        assert mine in page
    for other in (
        "/admin/accounts/user",
        "/admin/accounts/team",
        "/admin/account/",
        "/admin/knox/",
    ):
        assert other not in page


def test_an_sla_is_never_deleted(as_administrator, sla):
    assert (
        as_administrator.post(f"/admin/slas/sla/{sla.pk}/delete/", {"post": "yes"}).status_code
        == 403
    )
    assert Sla.objects.exists()
