"""Which rows are meant by what a call says: ids, names, slugs, as far as the person may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campaigns.competitors.models import Competitor
from campaigns.competitors.services import competitors_named
from leads.capture import LONGEST_NAME, References, company_of
from leads.models import Company, Lead
from leads.normalising import company_key, email_key
from leads.opportunities.capture import products_named
from leads.opportunities.models import OpportunityStage, Product
from leads.opportunities.naming import outcome_named
from leads.opportunities.services import sellers
from portal.accounts.models import Team
from portal.core.naming import name_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from portal.accounts.models import User


class NotFound(ValueError):
    """Nothing of this name or id is there for the person; the message is a sentence."""


class Meant:
    """Finds rows for one person. Each method takes what the call said and gives the row."""

    def __init__(self, user: User) -> None:
        self.user = user

    def lead(self, given: Any) -> Any:
        return self._by_id(Lead.objects.permitted(self.user, "leads.view_lead"), given, "lead")

    def company(self, given: Any) -> Any:
        """By id, or by name: a company that is new is made."""
        if isinstance(given, dict):
            given = given.get("id") or given.get("name")
        if isinstance(given, str) and (key := company_key(given)):
            return company_of({"name": given.strip()[:200], "name_key": key})
        rows = Company.objects.permitted(self.user, "leads.view_company")
        return self._by_id(rows, given, "company")

    def owner(self, given: Any) -> Any:
        """By id or e-mail address, or ``me``."""
        people = sellers(self.user)
        if given == "me":
            return self._first(people.filter(pk=self.user.pk), "You cannot own opportunities.")
        if isinstance(given, str) and "@" in given:
            found = people.filter(email=email_key(given) or "-")
            return self._first(found, "Nobody who sells has this e-mail address.")
        return self._by_id(people, given, "person who sells")

    def team(self, given: Any) -> Any:
        rows = Team.objects.permitted(self.user, "accounts.view_team")
        if isinstance(given, str):
            name = given.strip()[:LONGEST_NAME]
            return self._first(rows.filter(name__iexact=name), "There is no such team.")
        return self._by_id(rows, given, "team")

    def product(self, given: Any) -> Any:
        """By id, or by name: a new name is a new product for whoever may add products."""
        rows = Product.objects.permitted(self.user, "opportunities.view_product")
        if not isinstance(given, str):
            return self._by_id(rows, given, "product")
        found = rows.filter(key=name_key(given)).first()
        if found is None and self.user.may("opportunities.add_product"):
            found = products_named([given]).get(given)
        return found or self._nothing(f"There is no product “{given[:80]}”.")

    def stage(self, given: Any) -> Any:
        rows = OpportunityStage.objects.permitted(
            self.user, "opportunities.view_opportunitystage"
        ).active()
        text = str(given)
        found = rows.filter(slug=text.lower()).first() or rows.filter(key=name_key(text)).first()
        known = ", ".join(rows.values_list("slug", flat=True))
        return found or self._nothing(f"There is no stage “{text[:80]}”. Stages are: {known}.")

    def campaign(self, given: Any) -> Any:
        found = References(self.user).find("campaign", str(given))
        return found or self._nothing(f"There is no campaign “{str(given)[:80]}”.")

    def competitor(self, given: Any) -> Any:
        """By id, or by name, known or new: whoever meets a competitor may name them."""
        rows = Competitor.objects.permitted(self.user, "competitors.view_competitor")
        if not isinstance(given, str):
            return self._by_id(rows, given, "competitor")
        if outcome_named(given):
            self._nothing(f"“{given[:80]}” names no competitor.")
        found = competitors_named([given]).get(given)
        return found or self._nothing("Name the competitor.")

    def _by_id(self, rows: QuerySet[Any], given: Any, noun: str) -> Any:
        text = str(given)
        if isinstance(given, bool) or not (text.isascii() and text.isdigit() and len(text) < 19):
            self._nothing(f"Give the {noun} by id.")
        return self._first(rows.filter(pk=int(text)), f"There is no {noun} with this id.")

    def _first(self, rows: QuerySet[Any], otherwise: str) -> Any:
        return rows.first() or self._nothing(otherwise)

    @staticmethod
    def _nothing(text: str) -> Any:
        raise NotFound(text)
