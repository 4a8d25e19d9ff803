from __future__ import annotations

import itertools

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.webhooks import services
from tests.factories.people import make_user

_numbers = itertools.count(1)


def make_hook(*, by=None, **fields):
    """A hook and the path to which events are posted."""
    by = by or User.objects.with_role(Role.ADMINISTRATOR).first() or make_user(Role.ADMINISTRATOR)
    fields.setdefault("name", f"Hook {next(_numbers)}")
    fields.setdefault("system", "mailer")
    hook, token = services.create_hook(by=by, **fields)
    return hook, f"/hooks/in/{token}/"


def lead_event(key="1", **data):
    return {"type": "lead", "id": key, "data": {"email": "ana@acme.example"} | data}


def touch_event(key="1", **data):
    fields = {"kind": "page_view", "occurred_at": "2026-03-02T12:00:00Z"} | data
    return {"type": "touchpoint", "id": key, "data": fields}
