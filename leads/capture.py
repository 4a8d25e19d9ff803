"""From prepared values to rows: who is meant by a text, and which company a name stands for.

Used by the form, the API and the import alike. ``References`` asks for each text once, so a file
of a million rows asks as often as it has different campaigns, stages and owners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from campaigns.models import Campaign
from leads.models import AttributeDefinition, Company
from leads.normalising import email_key
from personas.models import Persona
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

COMPANY_COLUMNS = ("domain", "industry", "employees", "country", "region", "city")


def assignable(user: User) -> QuerySet[Any]:
    """People to whom ``user`` may give a lead."""
    workers = (Role.REP, Role.MARKETER, Role.MANAGER)
    return User.objects.permitted(user, "accounts.view_user").with_role(*workers)


def attribute_types() -> dict[str, str]:
    """The types of the attributes that people have defined."""
    return dict(AttributeDefinition.objects.values_list("name", "type"))


#: No name or address is longer; SQLite refuses to compare much longer ones.
LONGEST_NAME = 300


class References:
    """The rows behind the texts of one source, as far as ``user`` may see them."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._known: dict[tuple[str, str], Model | None] = {}
        self._finders: dict[str, Callable[[str], Model | None]] = {
            "campaign": self._campaign,
            "persona": self._persona,
            "stage": self._stage,
            "owner": self._owner,
        }

    def find(self, name: str, text: str) -> Model | None:
        """The row of a reference field ("campaign", "persona", "stage", "owner"), or None."""
        if len(text) > LONGEST_NAME:
            return None
        key = (name, text.casefold())
        if key not in self._known:
            self._known[key] = self._finders[name](text)
        return self._known[key]

    def resolve(self, texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """Rows by field and errors by field; an empty text is nobody, an empty stage is left out."""
        rows: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name, text in texts.items():
            found = self.find(name, text) if text else None
            if text and found is None:
                errors[name] = f"There is no {name} “{text[:80]}” that you may choose."
            elif text or name != "stage":
                rows[name] = found
        return rows, errors

    def _document(self, rows: QuerySet[Any], text: str) -> Any:
        found = rows.select_related("document").filter(Q(slug=text.lower()) | Q(title__iexact=text))
        if _is_id(text):
            found = rows.select_related("document").filter(Q(slug=text) | Q(pk=int(text)))
        return found.order_by("document__retired_at", "pk").first()

    def _campaign(self, text: str) -> Any:
        return self._document(
            Campaign.objects.permitted(self.user, "campaigns.view_campaign"), text
        )

    def _persona(self, text: str) -> Any:
        return self._document(
            Persona.objects.permitted(self.user, "personas.view_persona").in_force(), text
        )

    def _stage(self, text: str) -> Any:
        stages = Stage.objects.permitted(self.user, "funnel.view_stage").active()
        by_name = stages.filter(Q(slug__iexact=text) | Q(name__iexact=text)).first()
        return by_name or stages.filter(kind__iexact=text).first()

    def _owner(self, text: str) -> Any:
        people = assignable(self.user)
        if text == "me":
            return people.filter(pk=self.user.pk).first()
        if _is_id(text):
            return people.filter(pk=int(text)).first()
        return people.filter(email=email_key(text) or "-").first()


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def company_of(values: Mapping[str, Any]) -> Company | None:
    """The company that prepared values name, made if it is new. Only blanks of a known one are filled.

    Two at once end with one: the unique name decides.
    """
    if not values.get("name_key"):
        return None
    fresh = {name: values[name] for name in COMPANY_COLUMNS if values.get(name) not in (None, "")}
    found = Company.objects.filter(name_key=values["name_key"]).first()
    if found is None:
        try:
            with transaction.atomic():
                return Company.objects.create(
                    name=values["name"], name_key=values["name_key"], **fresh
                )
        except IntegrityError:
            found = Company.objects.get(name_key=values["name_key"])
    blank = [name for name in fresh if getattr(found, name) in (None, "")]
    for name in blank:
        setattr(found, name, fresh[name])
    if blank:
        found.save(update_fields=[*blank, "updated_at"])
    return found
