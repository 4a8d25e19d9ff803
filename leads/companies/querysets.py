"""Reads of companies' rooms: lists of targets, accounts on them, the people of a buying centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, OuterRef, Q

from leads.models import Lead, StageChange, Touchpoint
from leads.querysets import OfLeadQuerySet
from portal.accounts.querysets import PermittedQuerySet
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Kinds of touchpoints in which two people spoke or wrote to each other.
PERSONAL = ("call", "email", "meeting", "event", "chat")
#: What is counted for a list of targets, in the order in which it is shown.
REACHED, ENGAGED, OPPORTUNITIES, WON = "reached", "engaged", "opportunities", "won"


class TargetListQuerySet(PermittedQuerySet):
    def for_list(self) -> Self:
        """Rows with both owners and the number of companies on each list."""
        on_it = Count("accounts", filter=Q(accounts__removed_at=None))
        return self.select_related("marketing_owner", "sales_owner").annotate(on_it=on_it)


class TargetAccountQuerySet(PermittedQuerySet):
    def on_list(self) -> Self:
        """Those that have not been taken off."""
        return self.filter(removed_at=None)

    def for_list(self) -> Self:
        return self.select_related("company__owner", "added_by")

    def with_progress(self) -> Self:
        """Each account with what has happened since it was put on its list.

        Figures are open to everybody, so all people of the company count, whoever may see them.
        """
        touches = Touchpoint.objects.filter(
            lead__company=OuterRef("company"), occurred_at__gte=OuterRef("added_at"), left_out=""
        )
        deals = StageChange.objects.filter(
            lead__company=OuterRef("company"),
            at__gte=OuterRef("added_at"),
            to_stage__kind__in=(Stage.Kind.OPPORTUNITY, Stage.Kind.CUSTOMER),
        )
        won = Lead.objects.filter(
            company=OuterRef("company"),
            status=Lead.Status.WON,
            converted_at__gte=OuterRef("added_at"),
        )
        return self.annotate(
            is_reached=Exists(touches),
            is_engaged=Exists(touches.filter(direction=Touchpoint.Direction.INBOUND)),
            has_opportunity=Exists(deals),
            is_won=Exists(won),
        )

    def figures(self) -> dict[str, int]:
        """How many accounts there are, and how many of them came how far."""
        return self.with_progress().aggregate(
            accounts=Count("pk"),
            reached=Count("pk", filter=Q(is_reached=True)),
            engaged=Count("pk", filter=Q(is_engaged=True)),
            opportunities=Count("pk", filter=Q(has_opportunity=True)),
            won=Count("pk", filter=Q(is_won=True)),
        )


class MemberQuerySet(OfLeadQuerySet):
    """A place in the buying centre is within reach exactly when the person is."""

    def for_list(self) -> Self:
        return self.select_related("lead", "company", "verified_by")


class RelationQuerySet(PermittedQuerySet):
    """A relation can be touched by whoever may touch both its ends; services ask for each."""

    def between(self, user: User, action: str) -> Self:
        """Relations whose two people are both within reach of ``action``."""
        people: Any = self.model._meta.get_field("source").related_model
        ends = people.objects.permitted(user, action).values("pk")
        return self.filter(source__in=ends, target__in=ends)
