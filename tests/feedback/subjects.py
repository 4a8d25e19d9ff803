"""Everything that can be talked about, each with the people between whom the talk goes.

Driven by ``portal.topics.registry``: a new kind of subject needs a case here, or tests fail.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from leads.segments import services as segments
from leads.segments.models import Segment
from portal.accounts.models import User
from portal.documents.models import AgreedDocument
from portal.topics import registry
from tests.conftest import signed_in
from tests.factories import (
    make_campaign,
    make_company,
    make_funnel,
    make_lead,
    make_opportunity,
    make_persona,
    make_sla,
    make_talking_point,
    make_thread,
)
from tests.leads.scoring.models import make_model, rule

LABELS = sorted(model._meta.label_lower for model in registry.subjects())
DOCUMENTS = sorted(
    model._meta.label_lower for model in registry.subjects() if issubclass(model, AgreedDocument)
)
EVERY_KIND = pytest.mark.parametrize("label", LABELS)
OTHERS = sorted(set(LABELS) - set(DOCUMENTS))
EVERY_DOCUMENT = pytest.mark.parametrize("label", DOCUMENTS)


@dataclass
class Cast:
    """Who is there in every case. ``outsider`` is a rep of another team."""

    marketer: User
    rep: User
    outsider: User
    marketing_manager: User
    sales_manager: User


@dataclass(frozen=True)
class Case:
    """One kind of subject: how it is made, who asks, and who of the other side is to answer.

    The outsider sees it too, unless the kind belongs to a team.
    """

    make: Callable[[Cast], Any]
    asker: str
    owner: str
    is_open: bool = True


def _of_north(make: Callable[..., Any], **more: Any) -> Callable[[Cast], Any]:
    """Something of the rep and the rep's team, which another team does not see."""
    return lambda cast: make(owner=cast.rep, team=cast.rep.teams.get(), **more)


def _segment(cast: Cast) -> Segment:
    condition = {"field": "country", "is": "Germany"}
    return segments.create_segment(owner=cast.marketer, condition=condition, name="Germans")


def _scoring(cast: Cast) -> Any:
    condition = {"field": "country", "is": "Germany"}
    return make_model(rule("Near", condition), by=cast.marketing_manager, agreed=True)


CASES: dict[str, Case] = {
    "personas.persona": Case(
        lambda cast: make_persona("Depot Dora", by=cast.marketer, agreed=True), "rep", "marketer"
    ),
    "campaigns.campaign": Case(
        lambda cast: make_campaign("Peak season", by=cast.marketer, agreed=True), "rep", "marketer"
    ),
    "talking_points.talkingpoint": Case(
        lambda cast: make_talking_point("First mail", by=cast.marketer, agreed=True),
        "rep",
        "marketer",
    ),
    "funnel.funneldefinition": Case(
        lambda cast: make_funnel(by=cast.marketing_manager, agreed=True), "rep", "marketing_manager"
    ),
    "slas.sla": Case(
        lambda cast: make_sla("Year one", by=cast.marketing_manager, agreed=True),
        "rep",
        "marketing_manager",
    ),
    "scoring.scoringmodel": Case(_scoring, "rep", "marketing_manager"),
    "segments.segment": Case(_segment, "rep", "marketer"),
    "leads.lead": Case(
        _of_north(make_lead, full_name="Grace Secret"), "marketer", "rep", is_open=False
    ),
    "leads.company": Case(
        lambda cast: make_company("Harbour Freight", owner=cast.rep), "marketer", "rep"
    ),
    "opportunities.opportunity": Case(
        _of_north(make_opportunity, name="Forty vans"), "marketer", "rep", is_open=False
    ),
}


def case_of(label: str) -> Case:
    if label not in CASES:
        pytest.fail(
            f"{label} can be talked about, so it needs a case in tests/feedback/subjects.py."
        )
    return CASES[label]


class Scene:
    """One subject with its case: who asks, who answers, and their browsers."""

    def __init__(self, label, cast):
        self.case, self.cast = case_of(label), cast
        self.subject = self.case.make(cast)
        self.asker = getattr(cast, self.case.asker)
        self.owner = getattr(cast, self.case.owner)
        self.as_asker, self.as_owner = signed_in(self.asker), signed_in(self.owner)
        self.as_outsider = signed_in(cast.outsider)

    def thread(self, **given):
        self.subject.refresh_from_db()
        return make_thread(self.subject, by=self.asker, **given)
