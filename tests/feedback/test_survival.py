"""No feedback is lost when its subject is deleted, retired, merged or erased [R47, R90]."""

from __future__ import annotations

import re

import pytest

from leads.models import Lead
from leads.privacy import services as privacy
from leads.privacy.models import RetentionRule
from leads.privacy.retention import keep
from portal.feedback import services
from portal.feedback.models import PostEdit
from portal.notifications.models import Notification
from tests.conftest import signed_in
from tests.documents.surfaces import JSON
from tests.factories import fresh, make_lead, make_opportunity, make_thread, make_user
from tests.feedback.subjects import EVERY_DOCUMENT, EVERY_KIND, Scene
from tests.feedback.surfaces import Api, Page, latest

pytestmark = pytest.mark.django_db

PERSON = {"full_name": "Grace Secret", "first_name": "Grace", "last_name": "Secret"}
EMAIL = "grace@secret-buyer.example"
SAID = ("It is far too long.", "It is long.", "We shorten it.")
#: Where a page leads to within its main part.
LINK = re.compile(r'href="(/[^"#]*)')


def lively(scene):
    """A thread on which everything has happened: an edit, a reply, a vote, an act."""
    thread = scene.thread(body=SAID[1])
    services.change_post(post=thread.posts.get(), body=SAID[0], version=1, by=scene.asker)
    services.reply_thread(thread=thread, body=SAID[2], by=scene.owner)
    services.vote_thread(thread=thread, by=scene.owner)
    return services.acknowledge_thread(thread=thread, by=scene.owner)


def main_of(client, url):
    """What the page shows besides the frame; every link in it leads somewhere."""
    answer = client.get(url)
    assert answer.status_code == 200
    main = answer.content.decode().partition('<main id="main"')[2].partition("</main>")[0]
    for link in {found.replace("&amp;", "&") for found in LINK.findall(main)}:
        assert client.get(link).status_code < 400, (url, link)
    return main


def places(client, *threads):
    """Every place that shows the threads: their pages, the inbox, the search, home, the API."""
    for thread in threads:
        yield main_of(client, thread.get_absolute_url())
    yield main_of(client, "/feedback/?view=all")
    word = threads[0].title.split()[0]
    api = [f"{t.pk}/{part}" for t in threads for part in ("", "posts/")] + ["", f"?search={word}"]
    for url in (f"/search/?q={word}", "/", *(f"/api/v1/feedback/{part}" for part in api)):
        answer = client.get(url)
        assert answer.status_code == 200, url
        yield answer.content.decode()


@EVERY_KIND
def test_it_outlives_the_row_of_its_subject(scene):
    thread, subject = lively(scene), scene.subject
    name, url, noun = str(subject), subject.get_absolute_url(), subject._meta.verbose_name
    label, number = subject._meta.label_lower, subject.pk
    type(subject).objects.filter(pk=number).delete()

    for client in (scene.as_asker, scene.as_owner, signed_in(scene.cast.sales_manager)):
        shown = list(places(client, thread))
        assert f"{name}, a {noun} that has been deleted" in shown[0]
        assert all(text in shown[0] for text in SAID)
        assert all(f"{person}" in shown[0] for person in (scene.asker, scene.owner))
        assert "A revision answers it" not in shown[0]
        assert not any(f'"{url}' in text for text in shown)
        about = {"type": label, "id": None, "title": name, "url": None}
        one = client.get(f"/api/v1/feedback/{thread.pk}/").json()
        assert (one["subject"], one["votes"], one["posts"]) == (about, 1, 2)
        assert [post["edits"] != [] for post in Api().posts(client, thread)] == [True, False]
    for surface in (Page(), Api()):
        assert surface.listed(scene.as_owner, subject_type=label) == {thread.pk}
        assert surface.listed(scene.as_owner, subject_type=label, subject_id=number) == set()
        assert surface.open(scene.as_outsider, thread).means == "absent"
        assert surface.add(scene.as_asker, subject).means in {"absent", "invalid"}


@EVERY_KIND
def test_the_talk_goes_on_when_the_subject_is_gone(scene, surface):
    thread = lively(scene)
    type(scene.subject).objects.filter(pk=scene.subject.pk).delete()
    Notification.objects.all().delete()

    assert surface.act(scene.as_owner, thread, "reply", body="@Otto South, see").means == "done"
    assert surface.vote(scene.as_asker, thread, on=True).means == "done"
    assert surface.edit(scene.as_asker, thread.posts.first(), "Shorter, please").means == "done"
    assert surface.act(scene.as_owner, thread, "answer", revision=1).means == "invalid"
    assert surface.act(scene.as_owner, thread, "done").means == "done"
    assert surface.act(scene.as_asker, thread, "reopen").means == "done"
    told = {(n.recipient, n.kind) for n in Notification.objects.select_related("recipient")}
    assert told == {
        (scene.asker, "feedback_reply"),
        (scene.asker, "feedback_state"),
        (scene.owner, "feedback_state"),
    }


@EVERY_DOCUMENT
def test_what_is_retired_keeps_its_threads(scene, surface):
    thread = lively(scene)
    url, manager = scene.subject.get_absolute_url(), signed_in(scene.cast.marketing_manager)
    assert manager.post(f"{url}retire/", {"reason": "We left this market."}).status_code == 302

    for client in (scene.as_asker, scene.as_owner, scene.as_outsider):
        shown = main_of(client, thread.get_absolute_url())
        assert f'href="{url}"' in shown
        assert all(text in shown for text in SAID)
    assert surface.open(scene.as_asker, thread).means == "done"
    assert surface.act(scene.as_owner, thread, "done").means == "done"
    panel = f"/feedback/on/{scene.subject._meta.label_lower}/{scene.subject.pk}/"
    assert thread.title in scene.as_asker.get(panel).content.decode()


@pytest.mark.parametrize("label", ["segments.segment"])
def test_what_is_archived_keeps_its_threads(scene, surface):
    thread = lively(scene)
    assert scene.as_owner.post(f"/segments/{scene.subject.pk}/archive/").status_code == 302
    shown = main_of(scene.as_asker, thread.get_absolute_url())
    assert f'href="{scene.subject.get_absolute_url()}"' in shown
    assert surface.act(scene.as_owner, thread, "done").means == "done"


# --- merged ---------------------------------------------------------------------------------------
@pytest.fixture
def pair(cast):
    """The lead of the case and another record of the same person, of the same rep."""
    scene = Scene("leads.lead", cast)
    other = make_lead(owner=cast.rep, team=cast.rep.teams.get(), full_name="G. Secret")
    return scene, other


def merge(scene, into):
    url = f"/api/v1/leads/{scene.subject.pk}/merge/"
    answer = scene.as_owner.post(url, {"into": into.pk}, content_type=JSON)
    assert answer.status_code == 200, answer.content
    return answer.json()["id"]


@pytest.mark.parametrize("both", [True, False], ids=["both talked about", "one talked about"])
def test_threads_of_a_merged_lead_are_about_the_lead_that_stays(pair, marketer, both):
    scene, kept = pair
    thread = lively(scene)
    theirs = make_thread(kept, by=marketer, title="Which of the two?") if both else None
    old = scene.subject.get_absolute_url()

    merge(scene, kept)

    for client in (scene.as_asker, scene.as_owner):
        shown = main_of(client, thread.get_absolute_url())
        assert f'href="{kept.get_absolute_url()}"' in shown
        assert f'href="{old}"' not in shown
        assert all(text in shown for text in SAID)
        about = client.get(f"/api/v1/feedback/{thread.pk}/").json()["subject"]
        assert (about["id"], about["title"]) == (kept.pk, "G. Secret")
        panel = client.get(f"/feedback/on/leads.lead/{kept.pk}/").content.decode()
        assert thread.title in panel
        assert theirs is None or theirs.title in panel
    assert fresh(thread).votes.count() == 1
    for surface in (Page(), Api()):
        assert surface.open(scene.as_outsider, thread).means == "absent"


@pytest.mark.parametrize("both", [True, False], ids=["both talked about", "one talked about"])
def test_a_merge_taken_back_gives_each_lead_its_own_threads(pair, marketer, both):
    scene, kept = pair
    thread = lively(scene)
    theirs = make_thread(kept, by=marketer, title="Which of the two?") if both else None
    made = merge(scene, kept)
    since = make_thread(Lead.objects.get(pk=kept.pk), by=marketer, title="Since then")

    url = f"/api/v1/merges/{made}/undo/"
    assert scene.as_owner.post(url, {}, content_type=JSON).status_code == 200

    surface = Api()
    about = {"subject_type": "lead", "subject_id": scene.subject.pk}
    assert surface.listed(scene.as_owner, **about) == {thread.pk}
    about["subject_id"] = kept.pk
    assert surface.listed(scene.as_owner, **about) == {since.pk} | ({theirs.pk} if both else set())


def test_what_is_written_while_the_lead_is_merged_lands_with_the_one_that_stays(pair, surface):
    scene, kept = pair
    open_page = scene.subject
    merge(scene, kept)

    assert surface.add(scene.as_asker, open_page).means == "done"
    about = scene.as_asker.get(f"/api/v1/feedback/{latest().pk}/").json()["subject"]
    assert about["id"] == kept.pk
    panel = scene.as_asker.get(f"/feedback/on/leads.lead/{open_page.pk}/").content.decode()
    assert latest().title in panel
    assert surface.add(scene.as_outsider, open_page).means in {"absent", "invalid"}


# --- erased ---------------------------------------------------------------------------------------
@pytest.fixture
def talk(cast):
    """Talk about a person, and talk on a sale to them and on a persona that names them."""
    scene = Scene("leads.lead", cast)
    Lead.objects.filter(pk=scene.subject.pk).update(email=EMAIL, email_key=EMAIL, **PERSON)
    about = scene.thread(title="Grace Secret calls daily", body="Grace Secret said no")
    sale = make_opportunity(
        name="Grace Secret, 40 vans", owner=cast.rep, team=cast.rep.teams.get(), lead=scene.subject
    )
    on_sale = make_thread(sale, by=cast.marketer, title="Too low?", body="I told Grace Secret so")
    persona = Scene("personas.persona", cast)
    on_persona = persona.thread(title="Like Grace Secret", body=f"{EMAIL} is a good example")
    for thread in (about, on_sale, on_persona):
        post = thread.posts.get()
        services.change_post(post=post, body=f"{post.body}!", version=1, by=thread.author)
        services.reply_thread(thread=thread, body="Grace Secret? Yes", by=scene.owner)
        services.vote_thread(thread=thread, by=scene.owner)
    return scene, about, on_sale, on_persona


def erase():
    privacy.erase_now(email=EMAIL, reason="Asked by letter.")


def let_lapse():
    """Kept no longer than the rule says."""
    Lead.objects.update(status=Lead.Status.LOST, lost_at="2020-01-01T00:00Z")
    Lead.objects.update(updated_at="2020-01-01T00:00Z")
    rule = RetentionRule.objects.create(
        what=RetentionRule.What.LOST_LEADS, days=700, is_active=True
    )
    assert keep(rule=rule) == 1


@pytest.mark.parametrize("end", [erase, let_lapse])
def test_an_erasure_leaves_the_threads_without_the_person(talk, end):
    scene, *threads = talk
    stood = [(t.author_id, t.owner_id, t.state, t.created_at, t.posts.count()) for t in threads]

    end()

    found = [fresh(thread) for thread in threads]
    assert stood == [
        (t.author_id, t.owner_id, t.state, t.created_at, t.posts.count()) for t in found
    ]
    assert [t.votes.count() for t in found] == [1, 1, 1]
    assert PostEdit.objects.count() == 3
    manager = signed_in(make_user("manager", "sales"))
    for client in (scene.as_asker, manager):
        for shown in places(client, *found):
            assert "Grace" not in shown
            assert "secret-buyer" not in shown


@pytest.mark.parametrize("end", [erase, let_lapse])
def test_talk_about_an_erased_person_says_so_and_can_be_ended(talk, end, surface):
    scene, about, on_sale, on_persona = talk
    end()

    page = main_of(scene.as_owner, about.get_absolute_url())
    assert "A person whose data has been erased, a lead that has been deleted" in page
    assert about.pk in surface.listed(scene.as_owner)
    assert surface.act(scene.as_owner, about, "done").means == "done"
    for thread in (on_sale, on_persona):
        assert "[erased]" in main_of(scene.as_asker, thread.get_absolute_url())
    assert surface.act(scene.as_owner, on_sale, "done").means == "done"
