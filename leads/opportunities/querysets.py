"""Reads of opportunities: who may see which, and what a list needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Q

from leads.models import Lead
from leads.querysets import of_teams
from portal.accounts.querysets import PermittedQuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


#: Columns of an opportunity, and of what it points at, that the list shows or sorts by. All
#: of five tables would take longer to make into rows than the page to write.
SHOWN = (
    *("external_id", "name", "status", "outcome_to", "amount", "currency"),
    *("created_at", "is_created_known", "updated_at", "closed_at", "stage_entered_at"),
    *("expected_close_on", "next_step_on"),
    *("stage__name", "stage__slug", "stage__key", "stage__expected_days"),
    *("owner_name", "owner__name", "owner__email"),
    *("company__name", "product__name"),
)
#: Columns that a card of the board shows; its stage is that of the column.
ON_CARD = (
    *("external_id", "name", "status", "amount", "currency", "stage_entered_at", "next_step_on"),
    *("stage_id", "owner_name", "owner__name", "owner__email", "company__name"),
)


class OpportunityQuerySet(PermittedQuerySet):
    def owned_by(self, user: User) -> Q:
        return Q(owner=user)

    def owned_by_team(self, user: User) -> Q:
        """Those of one's teams, and those without an owner that they draw from."""
        return of_teams(user)

    def for_list(self) -> Self:
        """Rows with everything that they point at, in one query."""
        return self.select_related("stage", "owner", "team", "company", "product", "campaign")

    def as_shown(self) -> Self:
        """Rows with everything that the list shows, and no more, in one query."""
        return self.select_related("stage", "owner", "company", "product").only(*SHOWN)

    def as_cards(self) -> Self:
        """Rows with everything that a card of the board shows but its stage, in one query."""
        return self.select_related("owner", "company").only(*ON_CARD)

    def for_api(self, user: User) -> Self:
        """Rows with everything that the API tells, and whether ``user`` may see each one's lead."""
        rows = self.select_related(
            "stage",
            "owner",
            "team",
            "company",
            "product",
            "campaign",
            "lead",
            "competitor",
            "persona",
        )
        return rows.prefetch_related("competitors", "lines__product").seeing_leads(user)

    def seeing_leads(self, user: User) -> Self:
        """Adds ``sees_lead``: another's lead does not exist for somebody who may not see it."""
        leads = Lead.objects.permitted(user, "leads.view_lead").filter(pk=OuterRef("lead"))
        return self.annotate(sees_lead=Exists(leads))

    def for_record(self) -> Self:
        """One opportunity with everything that its page shows, in one query."""
        rows = self.for_list().select_related("lead", "competitor", "persona", "revision")
        # Of a revision the number is shown; its text is as long as a document.
        return rows.defer("revision__content")


class OfOpportunityQuerySet(PermittedQuerySet):
    """Rows that hang on an opportunity are visible exactly when it is."""

    def owned_by(self, user: User) -> Q:
        return Q(opportunity__owner=user)

    def owned_by_team(self, user: User) -> Q:
        return of_teams(user, "opportunity__")


class CatalogueQuerySet(PermittedQuerySet):
    """What is sold, and the stages of a sale."""

    def active(self) -> Self:
        """Those that people are offered."""
        return self.filter(is_active=True)
