"""To which source, campaign, persona, person… an opportunity belongs: one meaning for lists and reports.

What stands on the opportunity counts first; where it says nothing, what stands on its lead.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from campaigns.competitors.models import Competitor
from leads.opportunities.models import Opportunity

NOTHING = Value("", output_field=CharField())


def _text(*columns: str) -> Coalesce:
    """The first of these columns that says something; the empty text when none does."""
    return Coalesce(*(NullIf(F(column), NOTHING) for column in columns), NOTHING)


SOURCE = _text("source", "lead__source")
INDUSTRY = _text("company__industry", "lead__company__industry")
CAMPAIGN = Coalesce(F("campaign__slug"), F("lead__campaign__slug"), NOTHING)
PERSONA = Coalesce(F("persona__slug"), F("lead__persona__slug"), NOTHING)


def _said(column: str, value: str, *, on_lead: str) -> Q:
    """The condition that is true where ``_text(column, on_lead)`` is ``value``, written for indexes."""
    blank = Q(**{column: ""}) | Q(**{f"{column}__isnull": True})
    if value:
        return Q(**{column: value}) | (blank & Q(**{on_lead: value}))
    return blank & (Q(**{on_lead: ""}) | Q(**{f"{on_lead}__isnull": True}))


def from_source(value: str) -> Q:
    return _said("source", value, on_lead="lead__source")


def in_industry(value: str) -> Q:
    return _said("company__industry", value, on_lead="lead__company__industry")


def _of(column: str, slug: str) -> Q:
    """A row of another table, by its slug; an empty slug means none."""
    own = Q(**{column: None})
    if slug:
        return Q(**{f"{column}__slug": slug}) | (own & Q(**{f"lead__{column}__slug": slug}))
    return own & Q(**{f"lead__{column}": None})


def of_campaign(slug: str) -> Q:
    return _of("campaign", slug)


def of_persona(slug: str) -> Q:
    return _of("persona", slug)


def of_owner_named(name: str) -> Q:
    """What a file brought for somebody who is no user of the portal."""
    return Q(owner=None, owner_name=name)


def of_team_named(name: str) -> Q:
    return Q(team=None, team_name=name)


def met(competitor: Competitor | None) -> Q:
    """In which a competitor took part; None: in which none is recorded."""
    with_some = Opportunity.competitors.through.objects
    if competitor is None:
        return ~Q(pk__in=with_some.values("opportunity"))
    return Q(pk__in=with_some.filter(competitor=competitor).values("opportunity"))


def without_owner(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Nobody has them, not even somebody whom the portal does not know."""
    return rows.filter(owner=None, owner_name="")


def in_currency(code: str) -> Q:
    """Amounts of a currency; those without one are in the deployment's."""
    return Q(currency__in=["", code]) if code == settings.CURRENCY else Q(currency=code)
