"""Which fields companies, touchpoints and opportunities have in a file. Plain data.

Those of a lead are in ``leads.fields``, because the form and the API read them too.
"""

from __future__ import annotations

from leads.fields import LeadField, Place, Type, attribute_field

_C, _R, _L = Place.COMPANY, Place.REFERENCE, Place.LINK
TOUCH_KINDS = (
    ("call", "Call"), ("email", "Email"), ("meeting", "Meeting"), ("event", "Event"), ("form", "Form"),
    ("download", "Download"), ("page_view", "Page visit"), ("chat", "Chat"), ("mail_open", "Mail opened"),
    ("mail_click", "Link in a mail"), ("advert", "Advertisement"), ("social", "Social media"), ("other", "Other"),
)  # fmt: skip
DIRECTIONS = (("in", "From the buyer"), ("out", "From us"))
STATUSES = (("open", "Open"), ("won", "Won"), ("lost", "Lost"))
LOST_TO = (
    ("competitor", "A competitor"), ("no_decision", "No decision"), ("in_house", "Done in-house"), ("unknown", "Not known"),
)  # fmt: skip
TIERS = (("A", "A"), ("B", "B"), ("C", "C"))

COMPANY_FIELDS = (
    LeadField("external_id", "External id", max_length=120),
    LeadField("name", "Name", max_length=200),
    LeadField("domain", "Domain", Type.DOMAIN, max_length=200),
    LeadField("industry", "Industry", max_length=120),
    LeadField("employees", "Employees", Type.NUMBER),
    LeadField("country", "Country", max_length=80),
    LeadField("region", "Region", max_length=120),
    LeadField("city", "City", max_length=120),
    LeadField("phone", "Phone", Type.PHONE, max_length=60),
    LeadField("revenue", "Annual revenue", Type.MONEY),
    LeadField("revenue_currency", "Currency of the revenue", Type.CURRENCY),
    LeadField("parent", "Belongs to (name or external id)", place=_L, max_length=200),
    LeadField("tier", "Tier", Type.CHOICE, choices=TIERS),
    LeadField("owner", "Owner", Type.REFERENCE, _R),
    LeadField("created_at", "Created", Type.MOMENT),
)
_UTM = (
    LeadField("utm_source", "UTM source", max_length=120),
    LeadField("utm_medium", "UTM medium", max_length=120),
    LeadField("utm_campaign", "UTM campaign", max_length=200),
    LeadField("utm_term", "UTM term", max_length=200),
    LeadField("utm_content", "UTM content", max_length=200),
)
_LEAD_LINKS = (
    LeadField("lead.external_id", "External id of the lead", place=_L, max_length=120),
    LeadField("lead.email", "E-mail of the lead", Type.EMAIL, _L, max_length=254),
)
TOUCHPOINT_FIELDS = (
    LeadField("external_id", "External id", max_length=120),
    LeadField("system", "System it comes from", max_length=60),
    *_LEAD_LINKS,
    LeadField("visitor", "Visitor (whom nobody knows yet)", max_length=80),
    LeadField("kind", "Kind", Type.CHOICE, choices=TOUCH_KINDS),
    LeadField("direction", "Direction", Type.CHOICE, choices=DIRECTIONS),
    LeadField("occurred_at", "When", Type.MOMENT),
    LeadField("campaign", "Campaign", Type.REFERENCE, _R),
    LeadField("title", "Title", max_length=200),
    LeadField("body", "Text", Type.LINES, max_length=10_000),
    LeadField("outcome", "Outcome", max_length=60),
    LeadField("url", "Address", max_length=8_000),
    *_UTM,
    LeadField("value", "Value", Type.MONEY),
)
OPPORTUNITY_FIELDS = (
    LeadField("external_id", "External id", max_length=120),
    LeadField("name", "Name", max_length=200),
    *_LEAD_LINKS,
    LeadField("company.name", "Company", place=_C, column="name", max_length=200),
    LeadField("company.external_id", "External id of the company", place=_L, max_length=120),
    LeadField("owner", "Owner", Type.REFERENCE, _R),
    LeadField("team", "Team", Type.REFERENCE, _R),
    LeadField("product", "Product", Type.REFERENCE, _R),
    LeadField("campaign", "Campaign", Type.REFERENCE, _R),
    LeadField("source", "Source", max_length=120),
    LeadField("amount", "Amount", Type.MONEY),
    LeadField("currency", "Currency", Type.CURRENCY),
    LeadField("stage", "Stage", max_length=80),
    LeadField("status", "Status", Type.CHOICE, choices=STATUSES),
    LeadField("created_at", "Created", Type.MOMENT),
    LeadField("expected_close_on", "Expected close", Type.DATE),
    LeadField("closed_at", "Closed", Type.MOMENT),
    LeadField("lost_reason", "Reason of the loss", max_length=300),
    LeadField("won_reason", "Reason of the win", max_length=300),
    LeadField("outcome_to", "To whom it was lost", Type.CHOICE, choices=LOST_TO),
    LeadField("competitor", "Competitor", Type.REFERENCE, _R),
    LeadField("next_step", "Next step", max_length=200),
    LeadField("next_step_on", "Next step on", Type.DATE),
)


class Fields(dict[str, LeadField]):
    """Contract name → field; ``of`` finds attributes too."""

    def __init__(self, registry: tuple[LeadField, ...]) -> None:
        super().__init__((known.name, known) for known in registry)

    def of(self, name: str) -> LeadField | None:
        return self.get(name) or attribute_field(name)
