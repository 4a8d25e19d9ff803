"""What the agreed stage asks of a lead before it is offered, and what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from leads.handoffs import criteria
from leads.models import AttributeDefinition
from portal.funnel.models import Stage
from portal.funnel.services import current_definition

if TYPE_CHECKING:
    from leads.handoffs.criteria import Check
    from leads.models import Lead
    from portal.documents.models import Revision

#: The stage in which marketing offers, and the one in which sales has taken the lead on.
OFFERED_IN, ACCEPTED_IN = "mql", "sal"


class Definition:
    """The agreed definition of the stage in which leads are offered. Two queries, for any number."""

    def __init__(self) -> None:
        stages = list(Stage.objects.active())
        self.stages = {kind: next((s for s in stages if s.kind == kind), None) for kind in _KINDS}
        self.revision = self._revision()
        rows = AttributeDefinition.objects.values_list("name", "label")
        self.labels = {criteria.folded(label): f"attributes.{name}" for name, label in rows}

    def _revision(self) -> Revision | None:
        definition, _ = current_definition()
        return definition.document.in_force if definition else None

    @property
    def lines(self) -> list[str]:
        """Entry criteria, then the data that must be known."""
        wanted = self.stages[OFFERED_IN]
        for row in (self.revision.content if self.revision else {}).get("stages") or []:
            if wanted is not None and row.get("key") == wanted.slug:
                return [*(row.get("entry") or []), *(row.get("required") or [])]
        return list(criteria.LEAST)

    def checks(self, lead: Lead) -> list[Check]:
        return criteria.judge(self.lines, known_of(lead), self.labels)


_KINDS = ("lead", OFFERED_IN, ACCEPTED_IN)


def known_of(lead: Lead) -> dict[str, Any]:
    """The values that a definition may ask for. No query when the company is loaded."""
    company = lead.company
    facts = {
        "full_name": lead.name, "first_name": lead.first_name, "last_name": lead.last_name,
        "email": lead.email, "phone": lead.phone, "title": lead.title, "seniority": lead.seniority,
        "country": lead.country or (company.country if company else ""),
        "city": lead.city or (company.city if company else ""),
        "language": lead.language, "source": lead.source, "campaign": lead.campaign_id,
        "persona": lead.persona_id, "consent": lead.consent, "landing_page": lead.landing_page,
        "heard_about_us": lead.heard_about_us,
        "company": company.name if company else "",
        "company.domain": company.domain if company else "",
        "company.industry": company.industry if company else "",
        "company.employees": company.employees if company else None,
    }  # fmt: skip
    return facts | {f"attributes.{name}": value for name, value in lead.attributes.items()}
