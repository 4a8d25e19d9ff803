"""The same act on feedback by page and by API, so that one case asks both."""

from __future__ import annotations

from portal.feedback.models import Thread
from tests.documents.surfaces import JSON, Answer

WORDS = {"title": "Buyers ask for a trial", "body": "**Three** of them this week."}


class Page:
    """Forms and buttons."""

    def open(self, client, thread):
        return Answer(client.get(f"/feedback/{thread.pk}/"))

    def add(self, client, subject, **given):
        url = f"/feedback/new/?on={subject._meta.label_lower}/{subject.pk}"
        return Answer(client.post(url, {"kind": "heard"} | WORDS | given))

    def act(self, client, thread, verb, **data):
        return Answer(client.post(f"/feedback/{thread.pk}/{verb}/", data))

    def vote(self, client, thread, on):
        return self.act(client, thread, "vote", on="1" if on else "0")

    def answer(self, client, thread, revision):
        return self.act(client, thread, "answer", revision=revision.pk)

    def edit(self, client, post, body):
        data = {"body": body, "version": post.version}
        return Answer(client.post(f"/feedback/posts/{post.pk}/edit/", data))

    def listed(self, client, **filters):
        rows = client.get("/feedback/", {"view": "all"} | filters).context["rows"]
        return {row.thread.pk for row in rows}


class Api:
    """The same acts as calls."""

    def open(self, client, thread):
        return Answer(client.get(f"/api/v1/feedback/{thread.pk}/"))

    def add(self, client, subject, **given):
        about = {"type": subject._meta.label_lower, "id": subject.pk}
        body = {"kind": "heard", "subject": about} | WORDS | given
        return Answer(client.post("/api/v1/feedback/", body, content_type=JSON))

    def act(self, client, thread, verb, **data):
        return Answer(client.post(f"/api/v1/feedback/{thread.pk}/{verb}/", data, content_type=JSON))

    def vote(self, client, thread, on):
        return self.act(client, thread, "vote", on=on)

    def answer(self, client, thread, revision):
        return self.act(client, thread, "answer", revision=revision.number)

    def edit(self, client, post, body):
        url = f"/api/v1/feedback/{post.thread_id}/posts/{post.pk}/"
        data = {"body": body, "version": post.version}
        return Answer(client.patch(url, data, content_type=JSON))

    def listed(self, client, **filters):
        rows = client.get("/api/v1/feedback/", {"page_size": 200} | filters).json()["results"]
        return {row["id"] for row in rows}

    def posts(self, client, thread):
        return client.get(f"/api/v1/feedback/{thread.pk}/posts/").json()["results"]


def latest():
    return Thread.objects.latest("pk")
