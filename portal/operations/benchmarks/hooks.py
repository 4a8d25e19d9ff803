"""Webhooks in against the bare insert of the same rows: what the sender waits for, and nothing else."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from leads.intake.writing import Table
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.operations.benchmarks.measuring import Duel, Work
from portal.webhooks.models import Delivery, Hook
from portal.webhooks.services import create_hook

HOOK = "hook-in"
EVENTS, RUNS = 100, 7
VISITORS = 20
#: Posts a run, so that the clock's grain does not count.
POSTS = 20


def hook_duels(wanted: frozenset[str], events: int = EVENTS) -> list[Duel]:
    if HOOK not in wanted:
        return []
    hook, token = _hook()
    numbers = itertools.count(1)
    return [
        Duel(
            HOOK,
            3.0,
            f"a bare insert of the same {events} rows, committed",
            _posted(f"/hooks/in/{token}/", events, numbers),
            _inserted(hook.pk, events, numbers),
            once=True,
            runs=RUNS,
        )
    ]


def new_hook() -> str:
    """The token of a hook that takes whatever comes."""
    return _hook()[1]


def _hook() -> tuple[Hook, str]:
    person = User.objects.with_role(Role.ADMINISTRATOR).first() or User.objects.create_user(
        "hooks@bench.example", role=Role.ADMINISTRATOR, department="operations", name="Hooks"
    )
    return create_hook(by=person, name="Benchmark", system="bench", per_minute=1_000_000_000)


def batch(events: int, mark: str) -> list[dict[str, Any]]:
    """What a site tells of some visitors: each looked at a page now and then in the last minutes."""
    now = timezone.now()
    return [
        {
            "type": "touchpoint",
            "id": f"{mark}-{at}",
            "data": {
                "kind": "page_view",
                "visitor": f"{mark}-{at % VISITORS}",
                "occurred_at": (now - timedelta(seconds=at)).isoformat(),
                "url": f"https://site.example/page/{at}?utm_source=june&utm_medium=email",
            },
        }
        for at in range(events)
    ]


def _posted(path: str, events: int, numbers: Iterator[int]) -> Work:
    """Bodies are written beforehand: that is the sender's work."""
    client = Client()
    bodies = iter([json.dumps(batch(events, f"post{next(numbers)}")) for _ in range(RUNS * POSTS)])

    def work() -> None:
        for body in itertools.islice(bodies, POSTS):
            answer = client.post(path, body, content_type="application/json")
            if answer.status_code != 202 or answer.json()["accepted"] != events:
                raise AssertionError(f"The webhook answered {answer.status_code}.")

    return work


def _inserted(hook: int, events: int, numbers: Iterator[int]) -> Work:
    """One statement a batch, in a transaction of its own, with the same columns and indexes.

    The rows are ready for the driver beforehand.
    """
    table = Table(Delivery, ready={"data"})
    same = {"hook_id": hook, "fingerprint": "0" * 32, "received_at": timezone.now()}
    batches = iter(
        [
            [_row(event) for event in batch(events, f"bare{next(numbers)}")]
            for _ in range(RUNS * POSTS)
        ]
    )

    def work() -> None:
        for rows in itertools.islice(batches, POSTS):
            with transaction.atomic():
                table.insert_new(same, rows)

    return work


def _row(event: dict[str, Any]) -> dict[str, Any]:
    return {"event_id": event["id"], "kind": event["type"], "data": json.dumps(event["data"])}
