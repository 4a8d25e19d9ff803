"""What people can be told about, in the order of the page on which they choose.

Strings only: a kind is named where something happens (``notify(kind="feedback_reply")``). One
that is missing here still reaches people, under a label made from its name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message: its name in code, its words for people, its heading on the page."""

    name: str
    label: str
    group: str


KINDS: tuple[Kind, ...] = (
    Kind("feedback_mention", "Somebody mentions me", "Feedback"),
    Kind("feedback_new", "Feedback that I am asked to answer", "Feedback"),
    Kind("feedback_watched", "New feedback on something I follow", "Feedback"),
    Kind("feedback_reply", "Replies in threads I take part in", "Feedback"),
    Kind("feedback_state", "What becomes of feedback I raised or voted for", "Feedback"),
    Kind("document_proposed", "A document waits for my signature", "Agreed documents"),
    Kind("document_signed", "The other side signed", "Agreed documents"),
    Kind("document_agreed", "A revision is in force", "Agreed documents"),
    Kind("document_withdrawn", "A proposal was taken back", "Agreed documents"),
    Kind("document_retired", "A document was retired", "Agreed documents"),
    Kind("document_followed", "Something happens to a document that I follow", "Agreed documents"),
    Kind("document_owner", "A document becomes mine, or somebody else's", "Agreed documents"),
    Kind("document_review", "A document of mine must be looked at again", "Agreed documents"),
    Kind("campaign_published", "A brief waits to be read by me", "Campaigns and talking points"),
    Kind(
        "campaign_changed",
        "A campaign is postponed, cancelled or over",
        "Campaigns and talking points",
    ),
    Kind("campaign_unread", "Reps have not read a brief of mine", "Campaigns and talking points"),
    Kind("talking_point_rated", "A talking point of mine is rated", "Campaigns and talking points"),
    Kind("lead_assigned", "A lead becomes mine, or somebody else's", "Leads"),
    Kind("lead_changed", "Somebody else changes a lead of mine", "Leads"),
    Kind("handoff", "A lead is offered to me, or an offer of mine is answered", "Leads"),
    Kind(
        "opportunity_assigned", "An opportunity becomes mine, or somebody else's", "Opportunities"
    ),
    Kind("opportunity_changed", "Somebody else changes an opportunity of mine", "Opportunities"),
    Kind("company", "A company or a target list becomes mine", "Leads"),
    Kind("sla_warning", "A commitment of my side is about to be missed", "Commitments"),
    Kind("sla_breach", "A commitment is missed", "Commitments"),
    Kind("sla_escalation", "The other side has waited too long", "Commitments"),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_of(name: str) -> Kind:
    """The kind, or one made up from its name ("lead_assigned" → "Lead assigned")."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return _BY_NAME.get(name) or Kind(name, words.capitalize() or "Other", "Other")


def offered(names: set[str]) -> list[Kind]:
    """All known kinds, then those of ``names`` that are not among them."""
    return [*KINDS, *(kind_of(name) for name in sorted(names - set(_BY_NAME)))]
