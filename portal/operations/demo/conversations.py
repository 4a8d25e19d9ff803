"""What the two teams of the demonstration company said to each other."""

from __future__ import annotations

from typing import NamedTuple


class Talk(NamedTuple):
    """One thread: on what, by whom, what was said, what was answered, how it ended."""

    on: str
    name: str
    by: str
    kind: str
    title: str
    body: str
    days_ago: float
    reply_by: str = ""
    reply: str = ""
    ends: str = ""
    passage: str = ""


TALKS = [
    Talk(
        "persona",
        "Depot Dora",
        "rep",
        "heard",
        "They say “the plan survives until six”",
        "Three depots used nearly the same words: *the plan survives until six*. We could use that as a headline.",
        40,
        "marketer",
        "Lovely. I will put it into the pains and test it as a headline.",
        "answered",
        "motives",
    ),
    Talk(
        "persona",
        "Depot Dora",
        "rep2",
        "suggestion",
        "In Spain they answer after lunch",
        "The morning rule does not hold in Madrid and Porto: people pick up between three and five.",
        12,
        "marketer",
        "Good point. Is it the same in Valencia?",
        "acknowledged",
        "traits",
    ),
    Talk(
        "persona",
        "Finance Frances",
        "owen.clarke",
        "question",
        "Do we mean group controllers, too?",
        "Twice I had a group controller who decides for five companies. Same persona?",
        9,
        "",
        "",
        "",
        "who",
    ),
    Talk(
        "campaign",
        "Peak season without overtime",
        "priya.nair",
        "problem",
        "The form lets consultants in",
        "Four of nine requests this week came from consultants. Can we ask for the fleet size?",
        18,
        "marketer2",
        "The field is in the form since this morning. Please shout if you still get them.",
        "done",
    ),
    Talk(
        "campaign",
        "Peak season without overtime",
        "rep",
        "praise",
        "The December question works",
        "*Let us look at your last December together* got me two second meetings.",
        7,
        "marketer2",
        "Great to hear, thank you!",
        "acknowledged",
    ),
    Talk(
        "campaign",
        "The month it pays for itself",
        "chiara.conti",
        "heard",
        "They ask for a version in Spanish",
        "Both finance directors in Spain asked for the sheet in Spanish.",
        21,
        "marketer2",
        "Planned with the Iberia launch.",
        "planned",
    ),
    Talk(
        "talking point",
        "Overtime check: first mail",
        "owen.clarke",
        "suggestion",
        "Say how long it takes",
        "Everyone asks. Could the mail say forty minutes?",
        60,
        "marketer",
        "Done, it is in the second sentence now.",
        "answered",
    ),
    Talk(
        "talking point",
        "Voicemail: overtime",
        "javier.molina",
        "problem",
        "The number reads as a promise",
        "One prospect took “a fifth” as a guarantee. Can we say what it depends on?",
        5,
        "",
        "",
        "",
    ),
    Talk(
        "talking point",
        "Doing nothing",
        "rep",
        "heard",
        "“Doing nothing is my favourite option”",
        "A finance director laughed at this and then did the sum. Keep it.",
        15,
        "marketer",
        "Keeping it, with a note on how to use it.",
        "acknowledged",
    ),
    Talk(
        "SLA",
        "",
        "rep2",
        "question",
        "Does the clock stop on Epiphany?",
        "6 January is a holiday in Madrid but not in London. Which calendar counts for us?",
        30,
        "manager.marketing",
        "Sales south has its own calendar with Spanish holidays.",
        "done",
    ),
    Talk(
        "SLA",
        "",
        "marketer2",
        "question",
        "What counts as a try to reach somebody?",
        "Two leads came back after two voicemails on one day. Are these two tries, or one?",
        18,
        "manager.sales",
        "One. We try on different days, and at another hour.",
        "done",
    ),
    Talk(
        "campaign",
        "Peak season without overtime",
        "marketer",
        "suggestion",
        "Ask for last December's rota on the first call",
        "The two leads who had it at hand came to a second meeting. Could we all ask for it?",
        25,
        "manager.sales",
        "We do from Monday on; it is in the call notes.",
        "acknowledged",
    ),
]
