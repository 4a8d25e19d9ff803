from __future__ import annotations

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.feedback import services
from portal.feedback.models import Thread
from tests.factories.documents import make_persona
from tests.factories.people import make_user


def make_thread(
    subject=None,
    *,
    by=None,
    kind="suggestion",
    title="Say it shorter",
    body="It is long.",
    **options,
):
    """A thread raised through the service; by a rep on a persona unless the case says otherwise."""
    by = by or User.objects.with_role(Role.REP).first() or make_user(Role.REP)
    subject = subject or make_persona()
    return services.add_thread(subject=subject, kind=kind, title=title, body=body, by=by, **options)


def fresh(thread):
    return Thread.objects.get(pk=thread.pk)
