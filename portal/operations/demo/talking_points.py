"""The thirty talking points of the demonstration company."""

from __future__ import annotations

from typing import NamedTuple

DORA, FRANCES, IVO = "Depot Dora", "Finance Frances", "IT Ivo"
PEAK, PAYS, SPRING, IBERIA = (
    "Peak season without overtime",
    "The month it pays for itself",
    "Spring fair follow-up",
    "Iberia launch",
)


class Text(NamedTuple):
    """One talking point: what it says, for whom, when."""

    title: str
    kind: str
    stages: list[str]
    personas: list[str]
    campaign: str
    body: str
    how: str
    subject: str = ""
    language: str = "en"
    competitor: str = ""


HELLO = 'Hello {{ lead.first_name|default:"there" }},\n\n'
BYE = "\n\nKind regards\n{{ sender.name }}"

TEXTS = [
    Text(
        "Overtime check: first mail",
        "email",
        ["learning"],
        [DORA],
        PEAK,
        HELLO
        + 'you asked for {{ campaign.offer|default:"the overtime check" }}. It takes forty minutes and your last December. Which morning suits {{ company.name|default:"your depot" }}?'
        + BYE,
        "Send within one working day of the request. Offer two mornings before seven.",
        "Your overtime check",
    ),
    Text(
        "Overtime check: after the result",
        "email",
        ["scoping"],
        [DORA],
        PEAK,
        HELLO
        + "the check found the two hours in which {{ company.name }} loses most. Shall we go through them with your shift lead on the line?"
        + BYE,
        "Only after the check. Attach the one-page result, nothing else.",
        "The two hours we found",
    ),
    Text(
        "Opening: re-planning by hand",
        "call_opening",
        ["learning"],
        [DORA],
        PEAK,
        "Good morning {{ lead.first_name }}, {{ sender.first_name }} here. A question about this morning: who re-planned when the first driver called in sick?",
        "Call before seven. Then be quiet: they will tell you.",
    ),
    Text(
        "Opening: met at the fair",
        "call_opening",
        ["learning"],
        [DORA],
        SPRING,
        "{{ lead.first_name }}, you stood before our wall for five minutes. What were you looking for?",
        "Within three days of the fair.",
    ),
    Text(
        "Voicemail: overtime",
        "voicemail",
        ["learning"],
        [DORA],
        PEAK,
        "{{ sender.first_name }} from Harbourline. Eleven depots cut overtime by a fifth last season. I will try again tomorrow at half past six; or call me: {{ sender.phone }}.",
        "Twenty seconds, one number, one time.",
    ),
    Text(
        "Questions about the morning",
        "discovery",
        ["scoping"],
        [DORA],
        "",
        "1. What does the plan look like at five, and at eight?\n2. Who knows first that a departure is late?\n3. What did last December cost in overtime?\n4. Who would have to like a new tool?",
        "Ask in this order. Write the answers to the third into the lead's notes.",
    ),
    Text(
        "Drivers and another app",
        "objection",
        ["scoping", "selecting"],
        [DORA],
        "",
        "They do not need one. The plan reaches them as a message. Let two of your shift leads try it for a week and decide.",
        "Name the trial at once; do not argue about apps.",
    ),
    Text(
        "Back to the whiteboard",
        "objection",
        ["scoping"],
        [DORA],
        "",
        "What does the whiteboard do better? Most depots say: everyone sees it. That is why there is a wall view.",
        "Listen first. The wall view is the answer only if they say “everyone sees it”.",
    ),
    Text(
        "Against TransPlan: set-up time",
        "objection",
        ["selecting"],
        [DORA],
        "",
        "TransPlan takes a quarter to set up. We use last week's plans and start in a day. Ask both of us for the date of the first morning.",
        "Only when they name TransPlan themselves.",
        competitor="TransPlan",
    ),
    Text(
        "One line: peak season",
        "one_liner",
        ["learning"],
        [DORA],
        PEAK,
        "Get through the peak with the people you have.",
        "For signatures and introductions. Do not change a word.",
    ),
    Text(
        "Invitation to the depot day",
        "email",
        ["learning"],
        [DORA],
        "",
        HELLO
        + "on the depot day a colleague of yours shows a peak shift without shouting. I have kept a place for you, and one for your shift lead."
        + BYE,
        "Three personal invitations each.",
        "A place for you at the depot day",
    ),
    Text(
        "After the depot day",
        "email",
        ["scoping"],
        [DORA],
        "",
        HELLO
        + 'you saw it run. What would have to be different at {{ company.name|default:"your depot" }}?'
        + BYE,
        "Within two days.",
        "What would be different at yours?",
    ),
    Text(
        "Short message after a missed call",
        "social",
        ["learning"],
        [DORA],
        "",
        "{{ lead.first_name }}, I tried you before seven. One question about your mornings: is tomorrow at half past six better? {{ sender.first_name }}",
        "Once, never twice in a week.",
    ),
    Text(
        "Trial letter",
        "pitch_letter",
        ["selecting"],
        [DORA],
        "",
        HELLO
        + "as agreed: one depot, one month, two shift leads who decide. {{ company.name }} pays nothing if they say no. The first morning would be a Monday."
        + BYE,
        "Send after the second call, not before.",
        "One depot, one month",
    ),
    Text(
        "Own figures: first mail",
        "email",
        ["scoping"],
        [FRANCES],
        PAYS,
        HELLO
        + "before you see a price: this sheet shows the month in which it pays for itself, from your own payroll. Change every figure."
        + BYE,
        "Attach the empty sheet. Never fill in their numbers.",
        "The month it pays for itself",
    ),
    Text(
        "Own figures: reminder",
        "email",
        ["scoping"],
        [FRANCES],
        PAYS,
        HELLO
        + "did the sheet give a month? If it gave none, tell me: then we should not go on."
        + BYE,
        "After six working days.",
        "Did it give a month?",
    ),
    Text(
        "Doing nothing",
        "objection",
        ["selecting"],
        [FRANCES],
        PAYS,
        "What did overtime cost in the last two winters? The difference to the plan is what doing nothing costs, each year.",
        "With their payroll figures only.",
    ),
    Text(
        "Two years are too long",
        "objection",
        ["selecting"],
        [FRANCES],
        PAYS,
        "Take one year, with the price fixed for the second. You can leave after the first.",
        "Say it once; do not add a discount.",
    ),
    Text(
        "Reference call",
        "email",
        ["selecting"],
        [FRANCES],
        PAYS,
        HELLO
        + 'a finance director with {{ company.industry|default:"a fleet like yours" }} will tell you what came out after a year, without us on the line. Which day suits you?'
        + BYE,
        "Ask the reference first.",
        "A call without us",
    ),
    Text(
        "Opening: the board asks",
        "call_opening",
        ["scoping"],
        [FRANCES],
        "",
        "{{ lead.first_name }}, when the board asks why overtime rose, what do you show them?",
        "Then silence.",
    ),
    Text(
        "Questions about budget",
        "discovery",
        ["scoping"],
        [FRANCES],
        "",
        "1. When do you plan next year?\n2. Who has to agree above fifteen thousand?\n3. What made the last software dearer in its second year?",
        "The third shows what they fear.",
    ),
    Text(
        "One line: money",
        "one_liner",
        ["scoping"],
        [FRANCES],
        PAYS,
        "Know the month in which it pays for itself, from your own payroll.",
        "For slides and mails to finance.",
    ),
    Text(
        "Data map: first mail",
        "email",
        ["scoping"],
        [IVO],
        "",
        HELLO
        + "before you ask: one page on who can log in, what is kept and how you leave. Our engineer has an hour for the rest."
        + BYE,
        "As soon as you know the name of the IT manager.",
        "Who can log in: one page",
    ),
    Text(
        "Who sees our data",
        "objection",
        ["selecting"],
        [IVO],
        "",
        "Your people and two named colleagues of ours, who have to ask. It is on the one page, with the log that shows it.",
        "Send the page while you speak.",
    ),
    Text(
        "Single sign-on",
        "objection",
        ["selecting"],
        [IVO],
        "",
        "It is included, not an extra. Bring your provider to the call and we switch it on together.",
        "Book the engineer first.",
    ),
    Text(
        "Questions for IT",
        "discovery",
        ["scoping"],
        [IVO],
        "",
        "1. What would you have to be called for at night?\n2. Who else has to agree?\n3. What do you need in writing?",
        "Send the questions before the call.",
    ),
    Text(
        "Against RouteWise: the export",
        "objection",
        ["selecting"],
        [IVO],
        "",
        "Ask both of us for an export of everything, today. Ours is a button.",
        "Only when RouteWise is named.",
        competitor="RouteWise",
    ),
    Text(
        "Primera llamada",
        "call_opening",
        ["learning"],
        [DORA],
        IBERIA,
        "Buenos días, {{ lead.first_name }}. Una pregunta sobre esta mañana: ¿quién rehace el plan cuando falta un conductor?",
        "Antes de las siete.",
        language="es",
    ),
    Text(
        "Correo: un mes con una nave",
        "email",
        ["scoping"],
        [DORA],
        IBERIA,
        'Hola, {{ lead.first_name|default:"buenos días" }}:\n\nun mes con una nave, con un colega que habla su idioma. {{ company.name|default:"Su empresa" }} decide después.\n\nUn saludo\n{{ sender.name }}',
        "Después de la visita.",
        "Un mes con una nave",
        language="es",
    ),
    Text(
        "Visita: preguntas",
        "discovery",
        ["scoping"],
        [DORA],
        IBERIA,
        "1. ¿Cómo es el plan a las cinco y a las ocho?\n2. ¿Quién sabe primero que una salida va tarde?\n3. ¿Cuánto costaron las horas extra en diciembre?",
        "En este orden.",
        language="es",
    ),
]
