"""The three personas of the demonstration company, as the two teams wrote them."""

from __future__ import annotations

from typing import Any


def said(
    text: str, evidence: str = "customer_call", source: str = "", side: str = "both"
) -> dict[str, str]:
    return {"text": text, "evidence": evidence, "source": source, "side": side}


def wanted(
    fact: str, values: str, *, operator: str = "is", weight: str = "1", excludes: bool = False
) -> dict[str, Any]:
    return {
        "fact": fact,
        "operator": operator,
        "values": values,
        "weight": weight,
        "is_exclusion": excludes,
    }


OPS: dict[str, Any] = {
    "essence": "Runs the depot, is measured on late departures, and trusts what she can see from the floor.",
    "face": "curly",
    "quote": "If I learn about a delay from the customer, I have already lost the morning.",
    "roles": ["Head of operations", "Depot manager", "Transport manager"],
    "seniority": ["Head", "Manager"],
    "industries": ["Road haulage", "Logistics", "Food distribution"],
    "company_size": "50 to 800 employees",
    "regions": ["United Kingdom", "Ireland", "Benelux", "Iberia"],
    "buying_roles": ["initiator", "champion", "user"],
    "steps": [
        "Has two bad weeks in the peak season",
        "Asks other depot managers what they use",
        "Watches a short demonstration with the shift leads",
        "Runs one depot on trial for a month",
        "Takes the figures to finance",
    ],
    "channels": ["Trade fairs", "Peer recommendation", "Trade press", "Short videos"],
    "buying_criteria": [
        "Works on the tablets we have",
        "Running within a month",
        "Someone to call at five in the morning",
    ],
    "information": ["Transport association meetings", "A group of depot managers on a messenger"],
    "budget": "Signs up to 15,000 a year alone; beyond that finance decides in the first quarter.",
    "motives": [
        said(
            "Wants departures on time without shouting across the yard.",
            "shadowed_call",
            "Call with a food distributor, March",
        ),
        said(
            "Wants to leave at five twice a week.",
            "customer_call",
            "Three interviews in spring",
            "sales",
        ),
    ],
    "pains": [
        said(
            "Re-plans by hand each time a driver calls in sick.",
            "customer_call",
            "Eleven of fourteen interviews",
        ),
        said(
            "Cannot show management why overtime rose.",
            "won_deal",
            "Reason given in five won deals",
        ),
        said(
            "Loses half a day a week to phone calls about arrival times.",
            "shadowed_call",
            "Depot visit in Leeds",
            "sales",
        ),
    ],
    "aspirations": [
        said("To run a second depot with the same team.", "assumption", "", "marketing")
    ],
    "influencers": [
        said(
            "Shift leads: if they refuse the tool, it is dead.",
            "lost_deal",
            "Two lost deals last year",
            "sales",
        )
    ],
    "objections": [
        {
            "objection": "My drivers will not use another app.",
            "answer": "They do not need one: the plan goes out as a message. Offer the trial in which two shift leads decide.",
            "evidence": "won_deal",
        },
        {
            "objection": "We tried planning software and went back to the whiteboard.",
            "answer": "Ask what the whiteboard does better. Show the wall view, which looks like it.",
            "evidence": "shadowed_call",
        },
    ],
    "demographic": [
        said("Mostly 38 to 55, came up through the yard.", "survey", "Survey with 212 answers")
    ],
    "behavioural": [
        said(
            "Answers the phone before seven, never after three.",
            "shadowed_call",
            "Call logs of two reps",
            "sales",
        )
    ],
    "psychographic": [
        said(
            "Proud of solving things; dislikes being sold to.",
            "customer_call",
            "Interviews in spring",
        )
    ],
    "not_this": [
        "Consultants who compare tools for somebody else",
        "Couriers with fewer than ten vans",
        "Freight forwarders without an own fleet",
    ],
    "criteria": [
        wanted("title", "operations, depot, transport, fleet", operator="contains", weight="3"),
        wanted("seniority", "head, manager, director", weight="1"),
        wanted("company.employees", "50", operator="at_least", weight="1"),
        wanted("company.employees", "800", operator="at_most", weight="1"),
        wanted("company.industry", "road haulage, logistics, food distribution", weight="2"),
        wanted("title", "consultant, student", operator="contains", excludes=True),
    ],
}

FINANCE: dict[str, Any] = {
    "essence": "Pays for fuel and overtime, wants one number she can defend, and reads the contract herself.",
    "face": "bun-glasses",
    "quote": "Show me the month in which it pays for itself.",
    "roles": ["Finance director", "Chief financial officer", "Controller"],
    "seniority": ["Director", "C-level"],
    "industries": ["Road haulage", "Logistics", "Food distribution", "Retail"],
    "company_size": "150 to 2,000 employees",
    "regions": ["United Kingdom", "Iberia", "Germany"],
    "buying_roles": ["decider", "buyer"],
    "steps": [
        "Is asked to sign",
        "Asks for a comparison with doing nothing",
        "Calls one reference",
        "Negotiates the term",
    ],
    "channels": ["Reference calls", "E-mail", "Association of controllers"],
    "buying_criteria": ["Pays back within a year", "No cost per driver", "Leaves without penalty"],
    "information": ["Own spreadsheets", "The auditor", "Peers at other hauliers"],
    "budget": "Holds it. Plans in September for the next year.",
    "motives": [
        said("Wants overtime to be explained, not excused.", "won_deal", "Named in four won deals")
    ],
    "pains": [
        said(
            "Fuel and overtime arrive as surprises at the end of the month.",
            "customer_call",
            "Six interviews",
        ),
        said(
            "Every software purchase became dearer in the second year.",
            "lost_deal",
            "Reason in three lost deals",
            "sales",
        ),
    ],
    "aspirations": [
        said("A forecast that holds for a quarter.", "survey", "Survey with 212 answers")
    ],
    "influencers": [
        said(
            "Believes the operations manager more than any brochure.",
            "shadowed_call",
            "Negotiation in Porto",
            "sales",
        )
    ],
    "objections": [
        {
            "objection": "What does it cost if we do nothing?",
            "answer": "Use the overtime calculator with their own payroll figures; never with ours.",
            "evidence": "won_deal",
        },
        {
            "objection": "Two years is too long.",
            "answer": "Offer one year with the price fixed for the second.",
            "evidence": "won_deal",
        },
    ],
    "demographic": [said("Often an accountant by training.", "survey", "Survey with 212 answers")],
    "behavioural": [said("Reads attachments, ignores links.", "assumption", "", "marketing")],
    "psychographic": [
        said("Careful, quick once the figures agree.", "shadowed_call", "Two negotiations", "sales")
    ],
    "not_this": [
        "Investors and owners without a role in finance",
        "Purchasing departments that only collect offers",
    ],
    "criteria": [
        wanted("title", "finance, cfo, controller, financial", operator="contains", weight="4"),
        wanted("seniority", "director, c-level, head", weight="1"),
        wanted("company.employees", "150", operator="at_least", weight="1"),
        wanted("title", "student, intern", operator="contains", excludes=True),
    ],
}

IT: dict[str, Any] = {
    "essence": "Keeps the yard's systems alive with two colleagues and says no to anything that needs a server.",
    "face": "short-beard",
    "quote": "I do not care what it does until I know who can log in.",
    "roles": ["IT manager", "Systems administrator", "Head of IT"],
    "seniority": ["Manager", "Head"],
    "industries": ["Road haulage", "Logistics", "Retail"],
    "company_size": "100 to 2,000 employees",
    "regions": ["United Kingdom", "Germany", "Benelux"],
    "buying_roles": ["gatekeeper", "influencer"],
    "steps": [
        "Is shown a finished decision",
        "Sends a list of questions",
        "Lets it pass, or blocks it for a year",
    ],
    "channels": ["E-mail", "Documentation", "Security questionnaires"],
    "buying_criteria": ["Single sign-on", "Data stays in the region", "An export that works"],
    "information": ["Our documentation", "Colleagues at other hauliers"],
    "budget": "None of his own; can stop other people's.",
    "motives": [said("Wants not to be called at night.", "customer_call", "Interview in April")],
    "pains": [
        said("Learns about new software from the invoice.", "shadowed_call", "Kick-off in Antwerp"),
        said("Passwords of drivers end in shared notes.", "customer_call", "Interview in April"),
    ],
    "aspirations": [said("One sign-in for the whole yard.", "assumption", "", "marketing")],
    "influencers": [
        said("The data protection officer.", "lost_deal", "A deal lost in legal review", "sales")
    ],
    "objections": [
        {
            "objection": "Who can see our data?",
            "answer": "Send the one-page data map before they ask; it is agreed with legal.",
            "evidence": "customer_call",
        }
    ],
    "demographic": [],
    "behavioural": [
        said("Answers mails with numbered questions.", "shadowed_call", "Three threads", "sales")
    ],
    "psychographic": [
        said("Likes vendors who admit limits.", "customer_call", "Interview in April")
    ],
    "not_this": ["Software agencies that resell", "Developers who look for an API to build on"],
    "criteria": [
        wanted(
            "title",
            "head of it, it manager, it director, it operations, systems, information technology, infrastructure, security",
            operator="contains",
            weight="4",
        ),
        wanted("seniority", "manager, head", weight="1"),
        wanted("company.employees", "100", operator="at_least", weight="1"),
    ],
}

PERSONAS = [("Depot Dora", OPS), ("Finance Frances", FINANCE), ("IT Ivo", IT)]
