"""Threads and posts. A thread hangs on a topic, so it survives its subject [R47, R90]."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.accounts.roles import Department
from portal.core.errors import RuleViolation
from portal.core.models import TimeStamped
from portal.core.routes import row_address
from portal.feedback.querysets import LIVING, PostQuerySet, ThreadQuerySet
from portal.topics.models import Topic

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User
    from portal.documents.models import Revision


class Thread(TimeStamped):
    """One thing said about one subject, with an owner on the other side."""

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        SUGGESTION = "suggestion", "Suggestion"
        HEARD = "heard", "Heard from a buyer"
        PROBLEM = "problem", "Problem"
        PRAISE = "praise", "Praise"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        PLANNED = "planned", "Planned"
        DONE = "done", "Done"
        DECLINED = "declined", "Declined"

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="threads")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    title = models.CharField(max_length=160)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="threads"
    )
    side = models.CharField("owed by", max_length=20, choices=Department.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="threads_to_answer",
    )
    passage = models.CharField(
        max_length=80, blank=True, help_text="Key of the field or section it is about."
    )
    quote = models.CharField(max_length=500, blank=True)
    revision = models.ForeignKey(
        "documents.Revision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The revision that was read when this was written.",
    )
    answered_by = models.ForeignKey(
        "documents.Revision",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="answered_threads",
    )
    reason = models.CharField(max_length=300, blank=True)
    clock = models.OneToOneField(
        "slas.Clock", null=True, blank=True, on_delete=models.PROTECT, related_name="thread"
    )
    first_answer_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_post_at = models.DateTimeField()
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = ThreadQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-last_post_at", "-pk"]
        constraints: ClassVar = [
            # A double click opens one thread.
            models.UniqueConstraint(
                fields=["author", "form_token"],
                condition=~Q(form_token=""),
                name="feedback_thread_a_form",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["topic", "-last_post_at"], name="feedback_of_topic"),
            models.Index(fields=["side", "state", "-last_post_at"], name="feedback_inbox"),
            models.Index(fields=["-last_post_at", "-id"], name="feedback_newest"),
            models.Index(fields=["owner", "state", "-last_post_at"], name="feedback_of_owner"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return row_address("feedback:thread-detail", self.pk)

    @property
    def quoted(self) -> str:
        """The title between quotation marks; marks within it become single ones."""
        return f"“{self.title.replace('“', '‘').replace('”', '’')}”"

    @property
    def is_living(self) -> bool:
        return self.state in LIVING

    def acknowledge(self, *, at: datetime) -> None:
        """The side that owes the answer has read it and will look into it."""
        self._require(self.State.OPEN)
        self._move(self.State.ACKNOWLEDGED, at)

    def plan(self, *, at: datetime) -> None:
        """Something will change because of it."""
        self._require(self.State.OPEN, self.State.ACKNOWLEDGED)
        self._move(self.State.PLANNED, at)

    def done(self, *, at: datetime) -> None:
        """It has been dealt with; the loop is closed."""
        self._require(*LIVING)
        self._move(self.State.DONE, at)
        self.closed_at = at

    def decline(self, *, at: datetime, reason: str) -> None:
        """Nothing will change, and why not."""
        self._require(*LIVING)
        if not reason.strip():
            raise RuleViolation("Say why it is declined: whoever raised it will ask.")
        self._move(self.State.DECLINED, at)
        self.reason, self.closed_at = reason.strip()[:300], at

    def answer(self, *, at: datetime, revision: Revision) -> None:
        """Link the revision that answers it: done once that revision is in force, planned until then."""
        self._require(*LIVING)
        self._require_answering(revision)
        self.answered_by = revision
        if revision.agreed_at is None:
            self._move(self.State.PLANNED, at)
        else:
            self.done(at=at)

    @staticmethod
    def _require_answering(revision: Revision) -> None:
        if revision.is_taken_back:
            raise RuleViolation(
                "This revision was taken back, so it answers nothing. Choose another."
            )

    def reopen(self, *, at: datetime, by: User) -> None:
        """The side that raised it is not satisfied."""
        if by.department != self.author.department:
            raise RuleViolation("Only the side that raised this can take it up again.")
        if self.is_living:
            raise RuleViolation("This thread is open already.")
        self.state, self.closed_at, self.reason, self.answered_by = self.State.OPEN, None, "", None
        self.last_post_at = at

    def assign(self, *, owner: User) -> None:
        """Give it to another person of the side that owes the answer."""
        self._require(*LIVING)
        if owner.department != self.side or not owner.is_active:
            raise RuleViolation(
                f"Choose somebody of {self.get_side_display().lower()}: they owe this answer."
            )
        self.owner = owner

    def count_first_answer(self, *, at: datetime, by: User) -> bool:
        """Note the first word or act of the other side; True when this was it."""
        if (
            self.first_answer_at is not None
            or by.department != self.side
            or by.pk == self.author_id
        ):
            return False
        self.first_answer_at = at
        return True

    def _require(self, *states: str) -> None:
        if self.state not in states:
            word = self.get_state_display().lower()
            raise RuleViolation(f"This thread is {word} already, so that cannot be done any more.")

    def _move(self, state: str, at: datetime) -> None:
        self.state, self.last_post_at = state, at


class Post(TimeStamped):
    """One contribution. Markdown; its former texts are kept."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=10_000)
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="mentioned_in"
    )
    form_token = models.CharField(max_length=40, blank=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["author", "form_token"],
                condition=~Q(form_token=""),
                name="feedback_post_a_form",
            )
        ]

    def __str__(self) -> str:
        return f"Post {self.pk}"

    def edit(self, *, at: datetime, body: str) -> None:
        """Say it differently. What it said before is kept beside it."""
        if not body.strip():
            raise RuleViolation("A post cannot be empty. What stood there before is unchanged.")
        self.body, self.edited_at, self.version = body, at, self.version + 1


class PostEdit(models.Model):
    """What a post said before it was edited."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="edits")
    body = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"Former text of post {self.post_id}"


class Vote(models.Model):
    """Somebody shares what a thread says."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="votes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["thread", "user"], name="feedback_one_vote_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} for {self.thread_id}"
