"""Owing, and having done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from portal.todo.models import Task

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from portal.accounts.models import User


def ask(
    owners: Iterable[User],
    *,
    kind: Task.Kind,
    title: str,
    key: str,
    url: str = "",
    due_at: datetime | None = None,
) -> None:
    """Put the same task before several people; who already owes it keeps what they have."""
    Task.objects.bulk_create(
        [
            Task(owner=owner, kind=kind, title=title[:200], key=key, url=url, due_at=due_at)
            for owner in owners
        ],
        ignore_conflicts=True,
    )


def ask_each(tasks: Iterable[Task]) -> None:
    """Put several tasks before their owners; who already owes one keeps what they have."""
    Task.objects.bulk_create(tasks, ignore_conflicts=True)


def settle(key: str, *, owner: User | None = None) -> int:
    """Close what was owed under ``key``, for one person or for all. Returns how many were open."""
    tasks = Task.objects.open().filter(key=key)
    if owner is not None:
        tasks = tasks.filter(owner=owner)
    return tasks.update(done_at=timezone.now())


def settle_each(keys: Iterable[str]) -> int:
    """Close what anybody owes under any of the keys. Returns how many were open."""
    return Task.objects.open().filter(key__in=list(keys)).update(done_at=timezone.now())


@transaction.atomic
def complete_task(*, task: Task) -> Task:
    """Tick off a task that no other act closes."""
    task = Task.objects.select_for_update(of=("self",)).select_related("owner").get(pk=task.pk)
    task.complete(at=timezone.now())
    task.save(update_fields=["done_at"])
    return task
