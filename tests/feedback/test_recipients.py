"""Who is told is always among those who may read [AZ-11]; mentions and replies."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.accounts.models import User
from portal.feedback import services
from portal.feedback.mentions import first_words, mentioned
from portal.feedback.models import Thread
from portal.notifications.models import Notification
from tests.factories import make_lead, make_persona, make_team, make_thread, make_user

pytestmark = pytest.mark.django_db


class Somebody:
    def __init__(self, pk, name, email):
        self.pk, self.name, self.email = pk, name, email


ADA = Somebody(1, "Ada Lovelace", "countess@accord.example")
ADAM = Somebody(2, "Ada", "ada.king@accord.example")
BOB = Somebody(3, "Bob Noyce", "bob@accord.example")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Ask @Ada Lovelace about it", [ADA]),
        ("Ask @ada lovelace.", [ADA]),
        ("Ask @Ada, she knows", [ADAM]),
        ("@countess and @bob!", [ADA, BOB]),
        ("@ada.king", [ADAM]),
        ("@Bob knows", [BOB]),
        ("@Bobby does not", []),
        ("bob@accord.example is an address", []),
        ("`@bob` is code", []),
        ("```\n@bob\n```", []),
        ("(@bob)", [BOB]),
        ("@", []),
        ("@@bob", []),
    ],
)
def test_names_in_a_text(text, meant):
    assert mentioned(text, [ADA, ADAM, BOB]) == meant


def test_first_names_that_two_have_mean_nobody():
    two = [Somebody(1, "Eve Adams", "e1@x.example"), Somebody(2, "Eve Brown", "e2@x.example")]
    assert mentioned("@Eve", two) == []
    assert mentioned("@Eve Brown", two) == [two[1]]


def test_a_hundred_thousand_characters_cost_nothing():
    assert len(first_words("@a" * 50_000 + " @b" * 50_000)) <= 20
    assert first_words("`" * 100_001 + "@bob") <= {"bob"}


def told(kind):
    return set(Notification.objects.filter(kind=kind).values_list("recipient__name", flat=True))


def test_a_mention_tells_only_who_may_read(marketer, rep, other_rep, north):
    User.objects.filter(pk=rep.pk).update(name="Nora North")
    User.objects.filter(pk=other_rep.pk).update(name="Sam South")
    lead = make_lead(owner=rep, team=north)
    thread = make_thread(lead, by=marketer, body="@Nora North and @Sam South, have a look")
    assert told("feedback_mention") == {"Nora North"}
    assert [p.name for p in thread.posts.get().mentions.all()] == ["Nora North"]


def test_a_first_name_means_the_one_who_may_read(marketer, rep, other_rep, north):
    User.objects.filter(pk=rep.pk).update(name="Nora North")
    User.objects.filter(pk=other_rep.pk).update(name="Nora South")
    make_thread(make_lead(owner=rep, team=north), by=marketer, body="@Nora?")
    assert told("feedback_mention") == {"Nora North"}


def test_a_reply_tells_everybody_who_takes_part_but_its_author(marketer, rep):
    thread = make_thread(make_persona(by=marketer), by=rep)
    colleague = make_user("rep", name="Cora")
    services.reply_thread(thread=thread, body="Me too", by=colleague)
    services.reply_thread(thread=thread, body="We look into it", by=marketer)
    replies = Notification.objects.filter(kind="feedback_reply")
    assert {(n.actor_id, n.recipient_id) for n in replies} == {
        (colleague.pk, marketer.pk),
        (colleague.pk, rep.pk),
        (marketer.pk, rep.pk),
        (marketer.pk, colleague.pk),
    }


def test_who_lost_sight_of_a_lead_is_told_nothing_more(marketer, rep, other_rep, north, south):
    lead = make_lead(owner=rep, team=north)
    thread = make_thread(lead, by=marketer)
    services.reply_thread(thread=thread, body="Mine", by=rep)
    lead.owner, lead.team = other_rep, south
    lead.save()
    Notification.objects.all().delete()

    services.reply_thread(thread=thread, body="Where does it stand?", by=marketer)

    assert set(Notification.objects.values_list("recipient", flat=True)) <= {other_rep.pk}


def test_a_person_who_left_is_told_nothing(marketer, rep):
    thread = make_thread(make_persona(by=marketer), by=rep)
    User.objects.filter(pk=rep.pk).update(is_active=False)
    services.done_thread(thread=thread, by=marketer)
    assert not Notification.objects.filter(recipient=rep).exists()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_recipients_are_always_readers(db, data):
    teams = [make_team(), make_team()]
    people = [make_user("rep", teams=[teams[n % 2]], name=f"Rep{n} Name{n}") for n in range(4)]
    people += [make_user("marketer", name="Mara Keter"), make_user("executive", name="Exa Cutive")]
    people.append(make_user("manager", "sales", name="Sal Manager"))
    owner = data.draw(st.sampled_from([None, *people[:4]]))
    lead = make_lead(owner=owner, team=data.draw(st.sampled_from([None, *teams])))

    def somebody_who_reads():
        readers = [p for p in people if p.has_perm("leads.view_lead", lead)]
        return data.draw(st.sampled_from(readers))

    def text():
        named = data.draw(st.lists(st.sampled_from(people), max_size=4))
        return "Look: " + " ".join(f"@{p.name}" for p in named)

    thread = make_thread(lead, by=somebody_who_reads(), body=text())
    for _ in range(data.draw(st.integers(0, 3))):
        services.reply_thread(thread=thread, body=text(), by=somebody_who_reads())
    if data.draw(st.booleans()):
        lead.owner = data.draw(st.sampled_from([None, *people[:4]]))
        lead.save()
    last = Notification.objects.order_by("-pk").first()
    services.vote_thread(thread=thread, by=somebody_who_reads())
    services.reply_thread(thread=thread, body=text(), by=somebody_who_reads())

    later = Notification.objects.filter(pk__gt=last.pk if last else 0)
    for notification in later:
        assert (
            Thread.objects.permitted(notification.recipient, "feedback.view_thread")
            .filter(pk=thread.pk)
            .exists()
        )
        assert notification.recipient_id != notification.actor_id
