"""Reads of calendars, commitments and clocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Count, F, Q

from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User

MET = Q(stopped_at__lte=F("due_at"))


def missed_at(at: datetime) -> Q:
    return Q(stopped_at__gt=F("due_at")) | Q(stopped_at=None, due_at__lt=at)


def _running(at: datetime) -> Q:
    return Q(stopped_at=None, due_at__gte=at)


class CalendarQuerySet(PermittedQuerySet):
    def with_holidays(self) -> Self:
        return self.prefetch_related("holidays")


class CommitmentQuerySet(PermittedQuerySet):
    def of(self, kind: str, department: str) -> Self:
        """What ``department`` owes of this kind today: one row at most."""
        return self.filter(kind=kind, department=department)


class ClockQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        # A subquery, so that a person in two of the teams does not make the row appear twice.
        return Q(
            owner__in=user._meta.model._default_manager.filter(teams__in=user.team_ids).values("pk")
        )

    def running(self) -> Self:
        return self.filter(stopped_at=None)

    def to_warn(self, at: datetime) -> Self:
        """Open clocks whose warning is due and whose time is not yet out."""
        due = self.running().filter(warned_at=None, breached_at=None, warn_at__lte=at)
        return due.filter(due_at__gt=at).order_by("warn_at")

    def to_breach(self, at: datetime) -> Self:
        return self.running().filter(breached_at=None, due_at__lte=at).order_by("due_at")

    def to_escalate(self, at: datetime) -> Self:
        due = self.running().filter(escalated_at=None, escalate_at__lte=at)
        return due.order_by("escalate_at")

    def started_between(self, start: datetime, end: datetime) -> Self:
        return self.filter(started_at__gte=start, started_at__lt=end)

    def in_state(self, state: str, at: datetime) -> Self:
        """ "met", "missed" or "running", as ``Clock.state`` tells one by one."""
        return self.filter({"met": MET, "missed": missed_at(at), "running": _running(at)}[state])

    def tally(self, at: datetime) -> dict[tuple[str, str], dict[str, int]]:
        """Met, missed and running clocks by (kind, department). One query."""
        rows = (
            self.order_by()
            .values("commitment", "department")
            .annotate(
                met=Count("pk", filter=MET),
                missed=Count("pk", filter=missed_at(at)),
                total=Count("pk"),
            )
        )
        return {
            (row["commitment"], row["department"]): {
                "met": row["met"],
                "missed": row["missed"],
                "running": row["total"] - row["met"] - row["missed"],
            }
            for row in rows
        }

    def for_list(self) -> Self:
        return self.select_related("owner", "revision", "calendar")
