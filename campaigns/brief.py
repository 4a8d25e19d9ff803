"""What a campaign brief consists of: a written plan, not a row [R27–R39]. Plain."""

from __future__ import annotations

from portal.documents.schema import Field, Kind, Schema, Section

STAGES = (
    ("learning", "Learning"),
    ("scoping", "Scoping"),
    ("selecting", "Selecting"),
    ("after_sale", "After the sale"),
)
SIDES = (("marketing", "Marketing"), ("sales", "Sales"), ("operations", "Operations"))
RACI = (
    ("responsible", "Responsible"),
    ("accountable", "Accountable"),
    ("consulted", "Consulted"),
    ("informed", "Informed"),
)

SCHEMA = Schema(
    (
        Section(
            "why",
            "Why",
            (
                Field(
                    "why",
                    "Why we do this",
                    Kind.PROSE,
                    why="Sales supports what it understands.",
                    max_length=4000,
                ),
                Field(
                    "objective",
                    "Objective",
                    help="What will be different at the end, in one sentence.",
                    why="Without an objective nobody can say whether it worked.",
                ),
            ),
        ),
        Section(
            "audience",
            "Audience",
            (
                Field(
                    "personas",
                    "Personas",
                    Kind.REFERENCES,
                    refers_to="personas.persona",
                    why="The message depends on who is meant.",
                ),
                Field(
                    "segment", "Segment", help="Which part of them: industry, region, behaviour."
                ),
                Field(
                    "segments",
                    "Segments",
                    Kind.LINES,
                    help="Short names of segments of leads, one a line; the page counts them.",
                    max_items=10,
                ),
                Field(
                    "market_size",
                    "Market size",
                    Kind.NUMBER,
                    help="How many companies or people there are at most.",
                    minimum="0",
                    why="Qualified leads cannot outgrow the market.",
                ),
                Field(
                    "market_source",
                    "Where this estimate comes from",
                    why="An estimate without a source convinces nobody.",
                ),
                Field(
                    "research",
                    "Research it rests on",
                    Kind.PROSE,
                    why="A launch without research is a guess.",
                    max_length=4000,
                ),
                Field(
                    "competitors",
                    "Competitors",
                    Kind.LINES,
                    help="Also what buyers do instead, such as nothing.",
                    why="Buyers compare; reps must know with what.",
                ),
            ),
        ),
        Section(
            "message",
            "Message",
            (
                Field(
                    "message",
                    "The message in one sentence",
                    why="If it does not fit in a sentence, buyers will not remember it.",
                ),
                Field(
                    "benefit",
                    "What is in it for the buyer",
                    why="Buyers buy what helps them, not what we built.",
                ),
                Field(
                    "proof_points",
                    "Proof points",
                    Kind.LINES,
                    help="At most three.",
                    max_items=3,
                    why="A claim without proof is noise.",
                ),
                Field("offer", "Offer", why="A buyer who is convinced must know what to ask for."),
            ),
        ),
        Section(
            "plan",
            "Channels and tactics",
            (
                Field(
                    "touches",
                    "Touches by buying stage",
                    Kind.ITEMS,
                    max_items=40,
                    why="Reps must know what their buyers will have seen.",
                    items=(
                        Field("stage", "Buying stage", Kind.CHOICE, choices=STAGES),
                        Field(
                            "channel",
                            "Channel",
                            why="Name the channel, or leave the whole row empty.",
                        ),
                        Field("what", "What happens"),
                        Field("on", "On", Kind.DATE),
                    ),
                ),
                Field(
                    "tactics",
                    "Tactics, most important first",
                    Kind.ITEMS,
                    max_items=20,
                    why="Everything at once is nothing first: the order says what goes when time is short.",
                    items=(
                        Field(
                            "tactic", "Tactic", why="Name the tactic, or leave the whole row empty."
                        ),
                        Field("strategy", "Strategy it serves"),
                        Field("owner", "Owner", Kind.REFERENCE, refers_to="accounts.user"),
                    ),
                ),
            ),
        ),
        Section(
            "dates",
            "Dates and money",
            (
                Field("starts_on", "Starts on", Kind.DATE, why="Reps plan their weeks around it."),
                Field("ends_on", "Ends on", Kind.DATE, why="Without an end there is no review."),
                Field(
                    "milestones",
                    "Milestones",
                    Kind.ITEMS,
                    max_items=30,
                    why="Without a milestone nobody notices in time that it runs late.",
                    items=(
                        Field(
                            "what",
                            "Milestone",
                            why="Name the milestone, or leave the whole row empty.",
                        ),
                        Field("on", "On", Kind.DATE, why="A milestone needs a date."),
                    ),
                ),
                Field(
                    "costs",
                    "Costs",
                    Kind.ITEMS,
                    max_items=40,
                    why="What it brought can only be weighed against what it cost; write 0 where it costs nothing.",
                    items=(
                        Field(
                            "what", "For what", why="Name the cost, or leave the whole row empty."
                        ),
                        Field("planned", "Planned", Kind.MONEY, minimum="0"),
                        Field("actual", "Actual", Kind.MONEY, minimum="0"),
                    ),
                ),
            ),
        ),
        Section(
            "kpis",
            "KPIs",
            (
                Field(
                    "kpis",
                    "KPIs",
                    Kind.ITEMS,
                    max_items=12,
                    why="What is not measured cannot be improved.",
                    items=(
                        Field("name", "KPI", why="Name the KPI, or leave the whole row empty."),
                        Field("target", "Target", Kind.NUMBER),
                        Field("unit", "Unit"),
                        Field("by", "By", Kind.DATE),
                        Field("owner", "Accountable", Kind.REFERENCE, refers_to="accounts.user"),
                        Field("link", "Which stage or money it moves"),
                    ),
                ),
            ),
        ),
        Section(
            "people",
            "Who does what",
            (
                Field(
                    "people",
                    "Responsibilities",
                    Kind.ITEMS,
                    max_items=40,
                    why="Nothing twice, nothing by nobody.",
                    items=(
                        Field("task", "Task", why="Name the task, or leave the whole row empty."),
                        Field("side", "Side", Kind.CHOICE, choices=SIDES),
                        Field("part", "Part", Kind.CHOICE, choices=RACI),
                        Field("person", "Person", Kind.REFERENCE, refers_to="accounts.user"),
                    ),
                ),
                Field(
                    "risks",
                    "What could go wrong",
                    Kind.ITEMS,
                    max_items=20,
                    why="An answer thought of in advance costs a tenth.",
                    items=(
                        Field("risk", "Risk", why="Name the risk, or leave the whole row empty."),
                        Field("answer", "Our answer", why="Say what we do when it happens."),
                    ),
                ),
            ),
        ),
        Section(
            "sales",
            "What sales is asked to do",
            (
                Field("ask", "Do", Kind.LINES, why="Reps must know what is expected of them."),
                Field("say", "Say", Kind.LINES, why="Buyers should hear one story."),
            ),
        ),
    )
)
