"""A thread is visible exactly when its subject is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, cast

from django.db.models import (
    BooleanField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    Subquery,
)
from django.db.models.functions import Coalesce

from portal.accounts.policy import scope_for
from portal.accounts.querysets import PermittedQuerySet
from portal.accounts.roles import Department, Scope
from portal.topics import registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import Model, QuerySet

    from portal.accounts.models import User

#: States in which somebody still owes something.
LIVING = ("open", "acknowledged", "planned")
#: The two sides that owe each other answers.
SIDES = (Department.MARKETING, Department.SALES)
#: Columns of a thread, and of what it points at, that the inbox shows or sorts by.
SHOWN = (
    *("kind", "state", "title", "side", "first_answer_at", "last_post_at", "created_at"),
    *("topic__subject_type", "topic__title", "author__name", "author__email"),
    *("owner__name", "owner__email", "clock__due_at"),
)


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """How one side answers: threads raised with it, still open, closed, and how long it took."""

    side: str
    label: str
    raised: int
    living: int
    answered: int
    closed: int
    median: timedelta | None


class SubjectIn(Func):
    """Whether one of these tables holds the subject of a thread. Each is asked apart, by its index: joined,
    they cost PostgreSQL seconds of planning. Django would compose as many statements."""

    output_field = BooleanField()

    def __init__(self, models: Sequence[type[Model]]) -> None:
        super().__init__(F("topic"))
        self.models = models

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        topic, params = compiler.compile(self.source_expressions[0])
        quoted = connection.ops.quote_name
        tables = [
            f"SELECT 1 FROM {quoted(m._meta.db_table)} subject WHERE subject.{quoted('topic_id')} = {topic}"  # noqa: S608
            for m in self.models
        ]
        asked = " OR ".join(f"EXISTS ({table})" for table in tables)
        return f"({asked})", [*params] * len(tables)


class ThreadQuerySet(PermittedQuerySet):
    def permitted(self, user: User, action: str) -> Self:
        """Threads on which the person may do ``action``, among those they may see.

        They see a thread when they see its subject; when that is lost, those who took part and
        managers still do.
        """
        scope = scope_for(user, action)
        if scope is None:
            return self.none()
        rows = self.filter(self._visible_to(user))
        if scope == Scope.ALL:
            return rows
        mine = self.owned_by(user)
        return rows.filter(mine if scope == Scope.OWN else mine | self.owned_by_team(user))

    def owned_by(self, user: User) -> Q:
        """Threads that this person owes an answer."""
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """Threads that this person's side owes an answer."""
        return Q(side=user.department)

    def _visible_to(self, user: User) -> Q:
        subjects = registry.subjects()
        rows = {m: m.objects.permitted(user, action) for m, action in subjects.items()}
        whole = [model for model, found in rows.items() if not found.query.where]
        visible = Q(SubjectIn(whole)) if whole else Q(pk__in=[])
        for model in rows.keys() - whole:
            some = rows[model].filter(topic__isnull=False).order_by()
            visible |= Q(topic__in=some.values("topic"))
        return visible | (~Q(SubjectIn(list(subjects))) & self._took_part(user))

    def _took_part(self, user: User) -> Q:
        if user.is_manager or user.reaches_all("activity.view_activity"):
            return Q()
        posted = self.model._base_manager.filter(posts__author=user).values("pk")
        return Q(author=user) | Q(owner=user) | Q(pk__in=posted)

    def for_list(self) -> Self:
        return self.select_related("topic", "author", "owner", "answered_by", "clock").annotate(
            vote_count=_count_of(self.model, "votes"), post_count=_count_of(self.model, "posts")
        )

    def as_shown(self) -> Self:
        """Rows with everything that the inbox shows, and no more."""
        rows = self.select_related("topic", "author", "owner", "clock").only(*SHOWN)
        return rows.annotate(
            vote_count=_count_of(self.model, "votes"), post_count=_count_of(self.model, "posts")
        )

    def with_vote_of(self, user: User) -> Self:
        """Adds ``has_voted``."""
        votes = _rows_of(self.model, "votes")
        return self.annotate(has_voted=Exists(votes.filter(thread=OuterRef("pk"), user=user)))

    def with_posts(self) -> Self:
        """Everything the page of one thread shows, in four queries."""
        posts = _rows_of(self.model, "posts").select_related("author").prefetch_related("edits__by")
        return self.prefetch_related(Prefetch("posts", queryset=posts), "votes__user")

    # --- what a person looks for ----------------------------------------------------------------
    def living(self) -> Self:
        return self.filter(state__in=LIVING)

    def closed(self) -> Self:
        return self.exclude(state__in=LIVING)

    def to_answer(self, user: User) -> Self:
        """What this person owes: theirs, not closed."""
        return self.living().filter(owner=user)

    def owed_by(self, side: str) -> Self:
        return self.filter(side=side)

    def raised_by(self, user: User) -> Self:
        return self.filter(author=user)

    def on(self, topic_id: int | None) -> Self:
        """The threads of one subject; none when nobody has raised anything yet."""
        return self.filter(topic=topic_id) if topic_id else self.none()

    def matching(self, text: str) -> Self:
        """Threads whose title or posts hold the text. The subject's name is not looked at: it may
        be hidden from the reader."""
        posts = self.model._base_manager.filter(posts__body__icontains=text).values("pk")
        return self.filter(Q(title__icontains=text) | Q(pk__in=posts))

    # --- figures ----------------------------------------------------------------------------------
    def answer_figures(self, since: datetime | None = None) -> list[AnswerFigures]:
        """Closed loops and median time to the first answer, by the side that owes it. At most three
        queries, whatever the number of threads; narrow the rows first for one team or person."""
        rows = self.filter(created_at__gte=since) if since else self
        rows = rows.order_by()
        counted = rows.values("side").annotate(
            raised=Count("pk"),
            living=Count("pk", filter=Q(state__in=LIVING)),
            answered=Count("pk", filter=Q(first_answer_at__isnull=False)),
        )
        by_side = {row["side"]: row for row in counted}
        return [_figures(rows, side, by_side.get(side)) for side in SIDES]


def _figures(
    rows: ThreadQuerySet, side: Department, counts: dict[str, int] | None
) -> AnswerFigures:
    counts = counts or {"raised": 0, "living": 0, "answered": 0}
    return AnswerFigures(
        side=side.value,
        label=str(side.label),
        raised=counts["raised"],
        living=counts["living"],
        answered=counts["answered"],
        closed=counts["raised"] - counts["living"],
        median=_median_answer(rows.filter(side=side), counts["answered"]),
    )


def _median_answer(rows: ThreadQuerySet, count: int) -> timedelta | None:
    """The middle one, or the mean of the two in the middle, read from the ordered rows."""
    if not count:
        return None
    took = ExpressionWrapper(F("first_answer_at") - F("created_at"), output_field=DurationField())
    ordered = rows.filter(first_answer_at__isnull=False).annotate(took=took).order_by("took")
    middle = list(ordered.values_list("took", flat=True)[(count - 1) // 2 : count // 2 + 1])
    return sum(middle, timedelta()) / len(middle) if middle else None


def _rows_of(model: type[Model], relation: str) -> QuerySet[Any]:
    """Everything on the other end of a relation, without importing its model: models import this."""
    related = model._meta.get_field(relation).related_model
    return cast("type[Model]", related)._default_manager.all()


def _count_of(model: type, relation: str) -> Coalesce:
    """Rows of a relation, counted beside the row; no join, so counts do not multiply."""
    counted = (
        _rows_of(model, relation)
        .filter(thread=OuterRef("pk"))
        .order_by()
        .values("thread")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return Coalesce(Subquery(counted), 0)


class PostQuerySet(PermittedQuerySet):
    def permitted(self, user: User, action: str) -> Self:
        """Posts of visible threads; only their author may change them, whatever the role."""
        threads = cast("ThreadQuerySet", _rows_of(self.model, "thread"))
        visible = threads.permitted(user, "feedback.view_thread").order_by().values("pk")
        rows = super().permitted(user, action).filter(thread__in=visible)
        return rows.filter(author=user) if action == "feedback.change_post" else rows

    def owned_by(self, user: User) -> Q:
        return Q(author=user)

    def owned_by_team(self, user: User) -> Q:
        """Words are put into nobody's mouth: a manager changes only their own posts."""
        return self.owned_by(user)
