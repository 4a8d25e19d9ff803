"""What the record shows beside the timeline, with what the reader's role sees hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import localize

from leads import fits
from leads.channels import origin_text
from leads.models import Lead, Touchpoint
from leads.services.sources import converting_touches, facts_of_touch, telling_touches
from personas.matching import Met
from portal.core.formatting import day_text, language_text
from portal.core.markup import element
from portal.core.templatetags.portal_ui import masked

if TYPE_CHECKING:
    from datetime import datetime

    from portal.accounts.models import User


@dataclass(frozen=True)
class Fact:
    label: str
    value: Any
    is_hidden: bool = False
    link: str = ""

    @property
    def shown(self) -> object:
        """As the page shows it."""
        if self.is_hidden or self.value in (None, ""):
            return masked(self.value, self.is_hidden)
        text = localize(self.value)
        return element("a", text, href=self.link) if self.link else text


def facts_of(lead: Lead, hidden: frozenset[str]) -> list[Fact]:
    """Contact, company and place; empty ones are left out, but for those that everybody looks for."""
    company = lead.company
    rows = [
        Fact(
            "E-mail",
            lead.email,
            "email" in hidden,
            f"mailto:{lead.email}" if lead.email_key else "",
        ),
        Fact(
            "Phone",
            lead.phone,
            "phone" in hidden,
            f"tel:{lead.phone.replace(' ', '')}" if lead.phone else "",
        ),
        Fact("Job title", lead.title),
        Fact("Seniority", lead.seniority),
        Fact(
            "Company",
            company.name if company else "",
            link=company.get_absolute_url() if company else "",
        ),
        Fact("Industry", company.industry if company else ""),
        Fact("Employees", company.employees if company else None),
        Fact("Country", lead.country or (company.country if company else "")),
        Fact("City", lead.city),
        Fact("Language", language_text(lead.language)),
        Fact("Consent", _consent(lead)),
        Fact("External id", lead.external_id, "external_id" in hidden),
    ]
    always = {"E-mail", "Phone", "Company"}
    kept = [row for row in rows if row.value not in (None, "") or row.label in always]
    if "attributes" not in hidden:
        kept += [
            Fact(_label(name), _shown(value)) for name, value in sorted(lead.attributes.items())
        ]
    return kept


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _shown(value: Any) -> str:
    return {True: "Yes", False: "No"}[value] if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class SourceLine:
    """One of the three answers to where a lead came from [R59]."""

    label: str
    value: str
    detail: str = ""
    by: User | None = None
    at: datetime | None = None
    #: When the touch behind it happened.
    touch_at: datetime | None = None


def sources_of(lead: Lead, *, may_see_touches: bool = True) -> list[SourceLine]:
    """The three fields side by side, each with the touch or the person that it comes from."""
    first, converting = tracked_touches(lead) if may_see_touches else (None, None)
    said = {
        Lead.Heard.TOLD: f"“{lead.heard_about_us}”",
        Lead.Heard.CANNOT_RECALL: "Cannot recall",
        Lead.Heard.NOT_ASKED: "Not asked yet",
    }[Lead.Heard(lead.heard_state)]
    return [
        _tracked(
            "First tracked touch", lead.source, lead.tracked_source, first, lead.source_detail
        ),
        _tracked(
            "Converting touch",
            lead.converting_source,
            lead.tracked_converting_source,
            converting,
            lead.landing_page,
        ),
        SourceLine(
            "What they say", said, lead.heard_detail, by=lead.heard_asked_by, at=lead.heard_asked_at
        ),
    ]


def tracked_touches(lead: Lead) -> tuple[Touchpoint | None, Touchpoint | None]:
    """The touches behind the tracked sources. Asked only where there are any."""
    first = telling_touches().filter(lead=lead).first() if lead.tracked_source else None
    if not lead.tracked_converting_source:
        return first, None
    return first, converting_touches().filter(lead=lead).first()


def _tracked(
    label: str, shown: str, tracked: str, touch: Touchpoint | None, detail: str
) -> SourceLine:
    """Where somebody said otherwise, both are shown."""
    notes = [detail] if detail else []
    if tracked and shown != tracked:
        notes.append(f"Given by people or a file; tracked: {tracked}")
    if touch is not None:
        notes.append(f"{touch.get_kind_display()}: {origin_text(facts_of_touch(touch))}")
    return SourceLine(
        label, shown or "Not known", "; ".join(notes), touch_at=touch.occurred_at if touch else None
    )


STATES = {
    Met.YES: ("good", "check", "met"),
    Met.NO: ("bad", "x", "not met"),
    Met.UNKNOWN: ("neutral", "circle-help", "unknown"),
}


@dataclass(frozen=True)
class FitLine:
    """One criterion of the persona with what is known about it."""

    text: str
    found: str
    kind: str
    icon: str
    word: str
    is_exclusion: bool


def fit_of(lead: Lead, hidden: frozenset[str]) -> tuple[int, list[FitLine]]:
    """How well the lead fits its persona, in percent, and why. No query when both are loaded."""
    if lead.persona is None:
        return 0, []
    fit = fits.fit_of(lead, lead.persona)
    lines = [
        FitLine(
            f"{reason.label} {reason.expectation}",
            "" if hidden else reason.found,
            *STATES[reason.met],
            reason.is_exclusion,
        )
        for reason in fit.reasons
    ]
    return fit.percent, lines


def _consent(lead: Lead) -> str:
    """What holds, by which way in it came and since when."""
    since = ""
    if lead.consent_at:
        since = f"since {day_text(timezone.localdate(lead.consent_at), timezone.localdate())}"
    return ", ".join(filter(None, (lead.get_consent_display(), lead.consent_source, since)))
