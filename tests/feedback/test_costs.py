"""What the pages of feedback cost: as many queries with thirty items as with three."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.feedback import services
from tests.conftest import signed_in
from tests.factories import make_thread, make_user
from tests.feedback.subjects import LABELS, Scene

pytestmark = pytest.mark.django_db

#: Kinds that differ in how they are looked up: a document, a team's own, one that everybody sees.
THREE = ("personas.persona", "leads.lead", "leads.company")


def cost(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def lively(subject, cast):
    """A thread with everything that a list or a page may have to look up."""
    subject.refresh_from_db()
    thread = make_thread(subject, by=cast.rep)
    post = services.reply_thread(thread=thread, by=cast.marketing_manager, body="Yes")
    services.change_post(post=post, body="Yes!", version=1, by=cast.marketing_manager)
    services.vote_thread(thread=thread, by=make_user("marketer"))
    return thread


@pytest.mark.parametrize(
    ("url", "most"),
    [
        ("/feedback/?view=all", 10),
        ("/feedback/?view=raised&state=open", 10),
        ("/api/v1/feedback/?page_size=100", 7),
        ("/", 12),
    ],
)
def test_a_list_of_thirty_costs_what_one_of_three_costs(cast, url, most):
    subjects = [Scene(label, cast).subject for label in THREE]
    client = signed_in(cast.rep)
    for subject in subjects:
        lively(subject, cast)
    three = cost(client, url)
    for _ in range(9):
        for subject in subjects:
            lively(subject, cast)

    assert cost(client, url) == three
    assert three <= most


@pytest.mark.parametrize("label", ["personas.persona", "leads.lead"])
def test_the_panel_of_one_subject_costs_the_same_with_thirty(scene, label):
    url = f"/feedback/on/{label}/{scene.subject.pk}/"
    for _ in range(3):
        lively(scene.subject, scene.cast)
    three = cost(signed_in(scene.cast.rep), url)
    for _ in range(27):
        lively(scene.subject, scene.cast)

    assert cost(signed_in(scene.cast.rep), url) == three <= 6


@pytest.mark.parametrize("label", ["personas.persona", "leads.lead"])
@pytest.mark.parametrize("url", ["/feedback/{pk}/", "/api/v1/feedback/{pk}/posts/"])
def test_a_thread_of_thirty_posts_costs_what_one_of_three_costs(scene, url):
    thread = scene.thread()

    def say(times):
        for _ in range(times):
            somebody = make_user("manager", "sales")
            post = services.reply_thread(thread=thread, body="Me too", by=somebody)
            services.change_post(post=post, body="Me too!", version=1, by=somebody)
            services.vote_thread(thread=thread, by=somebody)

    say(2)
    three = cost(scene.as_owner, url.format(pk=thread.pk))
    say(27)

    assert thread.posts.count() == 30
    assert cost(scene.as_owner, url.format(pk=thread.pk)) == three <= 14


def test_each_kind_of_subject_in_a_list_costs_one_query(cast):
    client = signed_in(cast.sales_manager)
    costs = []
    for label in LABELS:
        make_thread(Scene(label, cast).subject, by=cast.marketer)
        costs.append(cost(client, "/feedback/?view=all"))

    assert {after - before for before, after in zip(costs, costs[1:], strict=False)} <= {0, 1}
