"""What an SLA consists of: commitments in both directions, with remediation. Plain."""

from __future__ import annotations

from portal.documents.schema import Field, Kind, Schema, Section

SIDES = (("marketing", "Marketing"), ("sales", "Sales"))

#: What can be committed to. Units follow from the kind.
COMMITMENTS = (
    ("first_contact", "First contact with an assigned lead (business hours)"),
    ("handoff_answer", "Accept or reject a handoff (business hours)"),
    ("feedback_answer", "First answer to feedback (business hours)"),
    ("volume", "Qualified leads a month (number)"),
    ("acceptance", "Share of handoffs accepted (percent)"),
    ("completeness", "Share of leads with the required data (percent)"),
    ("attempts", "Tries to reach a lead (number)"),
    ("event_follow_up", "Follow-up after an event (business hours)"),
)

#: Commitments whose target is a number of business hours.
TIMED = frozenset({"first_contact", "handoff_answer", "feedback_answer", "event_follow_up"})

SCHEMA = Schema(
    (
        Section(
            "purpose",
            "Purpose",
            (
                Field(
                    "purpose",
                    "What this SLA is for",
                    Kind.PROSE,
                    why="Both sides must know what they gain from it.",
                ),
                Field(
                    "reporting_owner",
                    "Owner of the reporting",
                    Kind.REFERENCE,
                    refers_to="accounts.user",
                    why="One named person answers for the numbers at the interface.",
                ),
            ),
        ),
        Section(
            "commitments",
            "Commitments",
            (
                Field(
                    "commitments",
                    "Commitments",
                    Kind.ITEMS,
                    why="An SLA without commitments promises nothing.",
                    max_items=20,
                    items=(
                        Field("kind", "Commitment", Kind.CHOICE, choices=COMMITMENTS),
                        Field("side", "Owed by", Kind.CHOICE, choices=SIDES),
                        Field(
                            "target",
                            "Target",
                            Kind.NUMBER,
                            minimum="0",
                            maximum="100000",
                            help="In the unit that the commitment names.",
                            why="A commitment needs a number to be kept or missed.",
                        ),
                        Field(
                            "warn_at",
                            "Warn at, percent of the time",
                            Kind.NUMBER,
                            minimum="1",
                            maximum="99",
                            help="75 where nothing is written.",
                        ),
                        Field("calendar", "Calendar", Kind.REFERENCE, refers_to="slas.calendar"),
                        Field("remediation", "What is done when it is missed", Kind.TEXT),
                        Field(
                            "remediation_owner",
                            "Who sees to it",
                            Kind.REFERENCE,
                            refers_to="accounts.user",
                        ),
                    ),
                ),
            ),
        ),
    )
)
