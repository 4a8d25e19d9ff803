"""What a talking point consists of. Plain."""

from __future__ import annotations

from campaigns.brief import STAGES
from portal.documents.schema import Field, Kind, Schema, Section

KINDS = (
    ("email", "Email"),
    ("call_opening", "Call opening"),
    ("voicemail", "Voicemail"),
    ("discovery", "Discovery questions"),
    ("objection", "Objection and answer"),
    ("social", "Social message"),
    ("pitch_letter", "Pitch letter"),
    ("one_liner", "One-liner"),
)

SCHEMA = Schema(
    (
        Section(
            "text",
            "What to say",
            (
                Field(
                    "kind", "Kind", Kind.CHOICE, choices=KINDS, why="Reps look for a kind first."
                ),
                Field(
                    "subject",
                    "Subject line",
                    help="For email and letters. Merge fields may be used.",
                ),
                Field(
                    "body",
                    "Text",
                    Kind.PROSE,
                    help='Merge fields: {{ lead.first_name }}, {{ company.name }}, {{ campaign.offer }}, {{ sender.name }}; with a fallback: {{ company.name|default:"your company" }}.',
                    why="There is nothing to say yet.",
                    max_length=8000,
                ),
                Field(
                    "how_to_use",
                    "How to use it",
                    Kind.PROSE,
                    why="Reps use what they know how to use.",
                    max_length=2000,
                ),
            ),
        ),
        Section(
            "where",
            "Where it belongs",
            (
                Field("personas", "Personas", Kind.REFERENCES, refers_to="personas.persona"),
                Field("stages", "Buying stages", Kind.CHOICES, choices=STAGES),
                Field("campaign", "Campaign", Kind.REFERENCE, refers_to="campaigns.campaign"),
                Field("product", "Product"),
                Field("competitor", "Competitor"),
                Field(
                    "language",
                    "Language",
                    Kind.LANGUAGE,
                    help="Two letters, for example en or de.",
                    why="A rep must not send the wrong language.",
                    max_length=10,
                ),
            ),
        ),
    )
)
