"""Mails: sent once, from rows, to who may still read, with nothing smuggled in [CR-03, IN-21]."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from leads import services as leads
from leads.models import Lead
from portal.accounts.models import User
from portal.feedback import services as feedback
from portal.notifications import delivery
from portal.notifications.models import Notification, Preference
from portal.notifications.services import notify
from tests.factories import make_lead, make_thread, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(db):
    """Somebody who wants everything of one kind by mail."""
    person = make_user(name="Rita Reader", email="rita@accord.example")
    Preference.objects.create(user=person, kind="feedback_reply", by_mail=True)
    return person


def wait_for_mail(person, text="A thread was answered", **options):
    notify(person, text, **({"kind": "feedback_reply", "url": "/feedback/7/"} | options))
    return Notification.objects.get(recipient=person)


def send(at=None):
    return delivery.deliver_due(at or timezone.now())


def test_a_mail_is_sent_once_as_text_and_html(reader):
    row = wait_for_mail(reader, "“Say it shorter” is done.")
    assert send() == {"mailed": 1, "mail_failed": 0, "mail_withheld": 0}
    assert send()["mailed"] == 0
    (message,) = mail.outbox
    assert message.to == ["rita@accord.example"]
    assert message.subject == "“Say it shorter” is done."
    assert f"http://127.0.0.1:8000/notifications/{row.pk}/open/" in message.body
    html = message.alternatives[0][0]
    assert f"/notifications/{row.pk}/open/" in html
    assert "/notifications/preferences/" in html
    assert message.extra_headers["Message-ID"] == f"<notification-{row.pk}@127.0.0.1>"
    row.refresh_from_db()
    assert (row.mail, row.mail_tries) == ("sent", 1)


def test_nothing_can_be_smuggled_into_the_head_or_the_body(reader):
    wait_for_mail(reader, "Hi\r\nBcc: all@accord.example\n<script>x</script> <b>bold</b>")
    send()
    raw = mail.outbox[0].message()
    assert raw["Bcc"] is None
    assert "\n" not in mail.outbox[0].subject
    assert "<script>" not in mail.outbox[0].alternatives[0][0]
    assert "&lt;b&gt;bold" in mail.outbox[0].alternatives[0][0]


def test_the_row_says_sending_before_the_server_is_called(reader, monkeypatch):
    row = wait_for_mail(reader)
    seen = []

    def spy(self, *args, **kwargs):
        seen.append(Notification.objects.get(pk=row.pk).mail)
        return 1

    monkeypatch.setattr("django.core.mail.EmailMessage.send", spy)
    send()
    assert seen == ["sending"]


def test_a_worker_that_died_is_followed_by_one_that_sends_the_same_message(reader, monkeypatch):
    row = wait_for_mail(reader)

    def die(self, *args, **kwargs):
        raise KeyboardInterrupt

    now = timezone.now()
    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", die)
        with pytest.raises(KeyboardInterrupt):
            send(now)
    assert Notification.objects.get().mail == "sending"
    assert send(now + timedelta(minutes=5))["mailed"] == 0
    assert send(now + timedelta(minutes=11))["mailed"] == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith(f"<notification-{row.pk}@")


def test_a_server_that_refuses_is_asked_again_and_given_up(reader, monkeypatch):
    wait_for_mail(reader)

    def refuse(self, *args, **kwargs):
        raise OSError("connection refused")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    now = timezone.now()
    assert send(now)["mail_failed"] == 1
    assert send(now)["mail_failed"] == 0
    assert send(now + timedelta(minutes=6))["mail_failed"] == 1
    assert Notification.objects.get().mail == "waiting"
    assert send(now + timedelta(hours=1))["mail_failed"] == 1
    assert Notification.objects.get().mail == "failed"
    assert send(now + timedelta(days=1)) == {"mailed": 0, "mail_failed": 0, "mail_withheld": 0}


def test_one_mail_that_fails_does_not_hold_up_the_others(reader, monkeypatch):
    other = make_user()
    Preference.objects.create(user=other, kind="feedback_reply", by_mail=True)
    wait_for_mail(reader)
    wait_for_mail(other)
    real = delivery.message_for

    def break_for_one(row):
        if row.recipient == reader:
            raise ValueError("broken")
        return real(row)

    monkeypatch.setattr(delivery, "message_for", break_for_one)
    assert send() == {"mailed": 1, "mail_failed": 1, "mail_withheld": 0}
    assert mail.outbox[0].to == [other.email]


def test_two_workers_send_it_once(reader, monkeypatch):
    row = wait_for_mail(reader)
    now = timezone.now()
    assert delivery._claim(row.pk, now) is not None
    assert delivery._claim(row.pk, now) is None
    assert send(now)["mailed"] == 0


def test_who_left_gets_no_mail(reader):
    wait_for_mail(reader)
    User.objects.filter(pk=reader.pk).update(is_active=False)
    assert send() == {"mailed": 0, "mail_failed": 0, "mail_withheld": 1}
    assert mail.outbox == []


def test_who_lost_sight_of_the_subject_gets_no_mail(marketer, rep, other_rep, north, south):
    Preference.objects.create(user=rep, kind="feedback_reply", by_mail=True)
    lead = make_lead(owner=rep, team=north)
    thread = make_thread(lead, by=marketer)
    feedback.reply_thread(thread=thread, body="Any news?", by=marketer)
    assert Notification.objects.filter(recipient=rep, mail="waiting").exists()
    lead.owner, lead.team = other_rep, south
    lead.save()

    assert send()["mail_withheld"] == 1
    assert mail.outbox == []


def test_a_worker_is_woken_when_the_act_is_committed(reader, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        wait_for_mail(reader)
    assert len(mail.outbox) == 1


def test_no_broker_costs_only_time(reader, monkeypatch, django_capture_on_commit_callbacks):
    def away(*args, **kwargs):
        raise OSError("no broker")

    from portal.notifications.tasks import deliver_mail

    monkeypatch.setattr(deliver_mail, "apply_async", away)
    with django_capture_on_commit_callbacks(execute=True):
        wait_for_mail(reader)
    assert mail.outbox == []
    assert send()["mailed"] == 1


def test_a_mail_about_a_lead_goes_only_to_who_may_still_see_it(
    marketer, rep, other_rep, north, south
):
    Preference.objects.create(user=rep, kind="lead_assigned", by_mail=True)
    lead = make_lead(team=north)
    leads.assign_lead(lead=lead, owner=rep, reason="Knows them", by=marketer)
    Lead.objects.filter(pk=lead.pk).update(owner=other_rep, team=south)
    assert send()["mail_withheld"] == 1

    Lead.objects.filter(pk=lead.pk).update(owner=rep, team=north)
    Notification.objects.update(mail="waiting")
    assert send()["mailed"] == 1
