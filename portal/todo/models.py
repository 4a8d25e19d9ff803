"""Somebody owes something by a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.core.errors import RuleViolation
from portal.todo.querysets import TaskQuerySet

if TYPE_CHECKING:
    from datetime import datetime


class Task(models.Model):
    """One thing owed by one person. ``key`` keeps the same thing from being owed twice."""

    class Kind(models.TextChoices):
        SIGN = "sign", "Sign"
        REVIEW = "review", "Review"
        ACKNOWLEDGE = "acknowledge", "Acknowledge"
        ANSWER = "answer", "Answer"
        NEXT_STEP = "next_step", "Next step"
        OTHER = "other", "To do"

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tasks"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=120)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["due_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "key"], condition=Q(done_at=None), name="todo_one_open_task_a_key"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "done_at", "due_at"], name="todo_of_owner")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_overdue(self) -> bool:
        return self.done_at is None and self.due_at is not None and self.due_at < timezone.now()

    @property
    def closes_itself(self) -> bool:
        """True for what is done where it is owed: signing, answering, acknowledging."""
        return self.kind != self.Kind.OTHER

    def complete(self, *, at: datetime) -> None:
        """Tick it off. What is owed elsewhere is done there, and then closes by itself."""
        if self.done_at is not None:
            raise RuleViolation("This task is done already.")
        if self.closes_itself:
            raise RuleViolation("This closes by itself when it is done where the task leads to.")
        self.done_at = at
