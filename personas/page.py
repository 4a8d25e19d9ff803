"""What a persona's page consists of. Plain."""

from __future__ import annotations

from personas.faces import CHOICES
from portal.documents.schema import Field, Kind, Schema, Section

EVIDENCE = (
    ("assumption", "Assumption, no evidence yet"),
    ("customer_call", "Customer call"),
    ("shadowed_call", "Shadowed sales call"),
    ("survey", "Survey"),
    ("won_deal", "Won deal"),
    ("lost_deal", "Lost deal"),
    ("link", "Link"),
)

SIDES = (("both", "Both sides"), ("marketing", "Marketing's view"), ("sales", "Sales' view"))

BUYING_ROLES = (
    ("initiator", "Initiator"),
    ("user", "User"),
    ("influencer", "Influencer"),
    ("champion", "Champion"),
    ("decider", "Decider"),
    ("buyer", "Buyer"),
    ("gatekeeper", "Gatekeeper"),
)

#: Facts of a lead that a fit criterion may ask about.
FACTS = (
    ("title", "Job title"),
    ("seniority", "Seniority"),
    ("country", "Country"),
    ("city", "City"),
    ("language", "Language"),
    ("source", "Source"),
    ("company.industry", "Company's industry"),
    ("company.employees", "Company's employees"),
    ("company.country", "Company's country"),
    ("company.region", "Company's region"),
    ("attribute", "Custom attribute (name it)"),
)

OPERATORS = (
    ("is", "is one of"),
    ("is_not", "is none of"),
    ("contains", "contains one of"),
    ("at_least", "is at least"),
    ("at_most", "is at most"),
)


def _statements(key: str, label: str, help: str = "", why: str = "") -> Field:
    """A list of statements, each with its evidence and the side that makes it."""
    return Field(
        key,
        label,
        Kind.ITEMS,
        help=help,
        why=why,
        max_items=40,
        items=(
            Field(
                "text",
                "Statement",
                why="Write the statement, or leave the whole row empty.",
                max_length=500,
            ),
            Field("evidence", "Evidence", Kind.CHOICE, choices=EVIDENCE),
            Field("source", "Where it comes from", help="Call, date, link…", max_length=300),
            Field("side", "Whose view", Kind.CHOICE, choices=SIDES),
        ),
    )


SCHEMA = Schema(
    (
        Section(
            "essence",
            "In one line",
            (
                Field(
                    "essence",
                    "Essence",
                    help="One line that a colleague remembers.",
                    why="A rep has two minutes: the line must say who this is.",
                ),
                Field("quote", "In their words", help="A sentence that a real buyer said."),
                Field(
                    "face",
                    "Face",
                    Kind.CHOICE,
                    choices=CHOICES,
                    help="Drawn, so that nobody real is meant. People remember a face before a text.",
                ),
            ),
        ),
        Section(
            "who",
            "Who they are",
            (
                Field(
                    "roles",
                    "Job roles",
                    Kind.LINES,
                    why="Without roles nobody can be recognised as this persona.",
                ),
                Field("seniority", "Seniority", Kind.LINES),
                Field("industries", "Industries", Kind.LINES),
                Field("company_size", "Size of company", help="Employees, from – to."),
                Field("regions", "Regions", Kind.LINES),
            ),
        ),
        Section(
            "buying",
            "How they buy",
            (
                Field(
                    "buying_roles",
                    "Part in the buying centre",
                    Kind.CHOICES,
                    choices=BUYING_ROLES,
                    why="What to say depends on whether they decide, use or influence.",
                ),
                Field("steps", "Steps they take", Kind.LINES),
                Field("channels", "Channels", Kind.LINES),
                Field("buying_criteria", "What they choose by", Kind.LINES),
                Field("information", "Where they inform themselves", Kind.LINES),
                Field("budget", "Budget", help="Who holds it, how large, when it is decided."),
            ),
        ),
        Section(
            "motives",
            "What moves them",
            (
                _statements("motives", "Motives"),
                _statements(
                    "pains",
                    "What hurts",
                    why="Messages answer a pain; without one there is nothing to say.",
                ),
                _statements("aspirations", "What they hope for"),
                _statements("influencers", "Who influences them"),
            ),
            help="Each statement carries its evidence, or is marked as an assumption.",
        ),
        Section(
            "objections",
            "Objections and answers",
            (
                Field(
                    "objections",
                    "Objections",
                    Kind.ITEMS,
                    max_items=20,
                    items=(
                        Field(
                            "objection",
                            "Objection",
                            why="Write the objection, or leave the whole row empty.",
                            max_length=300,
                        ),
                        Field("answer", "Answer", Kind.PROSE, max_length=1500),
                        Field("evidence", "Evidence", Kind.CHOICE, choices=EVIDENCE),
                    ),
                ),
            ),
        ),
        Section(
            "traits",
            "Traits",
            (
                _statements("demographic", "Demographic"),
                _statements("behavioural", "Behavioural"),
                _statements("psychographic", "Psychographic"),
            ),
        ),
        Section(
            "not_this",
            "Who is not this persona",
            (
                Field(
                    "not_this",
                    "Not this persona",
                    Kind.LINES,
                    why="Saying who is not meant saves both teams wasted calls.",
                ),
            ),
        ),
        Section(
            "fit",
            "Fit criteria",
            (
                Field(
                    "criteria",
                    "Criteria",
                    Kind.ITEMS,
                    help="Each is met, not met or unknown for a lead. Values are separated by commas.",
                    max_items=30,
                    items=(
                        Field("fact", "Fact", Kind.CHOICE, choices=FACTS),
                        Field(
                            "attribute",
                            "Attribute",
                            help="Only for custom attributes.",
                            max_length=80,
                        ),
                        Field("operator", "Operator", Kind.CHOICE, choices=OPERATORS),
                        Field(
                            "values",
                            "Values",
                            why="A criterion needs a value to compare with.",
                            max_length=500,
                        ),
                        Field("weight", "Weight", Kind.NUMBER, minimum="1", maximum="10"),
                        Field(
                            "is_exclusion",
                            "Excludes",
                            Kind.YES_NO,
                            help="Who meets this is not this persona.",
                        ),
                    ),
                ),
            ),
            help="From these the portal computes which leads fit, with reasons.",
        ),
    )
)
