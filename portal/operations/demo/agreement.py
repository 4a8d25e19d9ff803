"""The agreement of the demonstration company: its funnel, its calendars and its SLA."""

from __future__ import annotations

from typing import Any

from portal.operations.demo.conversations import Talk

PURPOSE = "So that a lead means the same on both sides of the corridor, and a number in a report means one thing."

#: What each stage means at Harbourline, by its short key.
MEANINGS: dict[str, dict[str, Any]] = {
    "lead": {
        "meaning": "A person at a company with an own fleet, whom we may contact.",
        "entry": ["We know a name or a company", "There is a way to reach them"],
        "not_this": ["Suppliers and applicants", "Consultants"],
        "owner": "marketing",
        "longest_stay": "90",
    },
    "mql": {
        "meaning": "Fits a persona and has shown interest of their own accord.",
        "entry": ["Fits an agreed persona", "Asked for something, or came back twice in two weeks"],
        "required": ["Company", "Role", "Source"],
        "examples": ["Asked for the overtime check and runs a depot"],
        "counter_examples": ["Opened a mail", "Downloaded one paper as a student"],
        "owner": "marketing",
        "longest_stay": "14",
    },
    "sal": {
        "meaning": "Sales has looked at the lead and takes it on.",
        "entry": ["A rep has accepted it"],
        "required": ["E-mail or phone", "Fleet size"],
        "owner": "sales",
        "longest_stay": "5",
    },
    "sql": {
        "meaning": "A talk has shown a pain, a person with influence and a time.",
        "entry": [
            "A first talk took place",
            "A pain of the persona was named",
            "We know who decides",
        ],
        "counter_examples": ["Polite interest without a date"],
        "owner": "sales",
        "longest_stay": "30",
    },
    "opportunity": {
        "meaning": "There is a trial or an offer, with an amount and a date.",
        "entry": ["A trial is agreed or an offer is asked for", "Amount and date are known"],
        "owner": "sales",
        "longest_stay": "60",
    },
    "customer": {"meaning": "Has signed.", "entry": ["The contract is signed"], "owner": "sales"},
}

#: What a rep asked about the draft, and what was written into it because of that.
QUESTION = Talk(
    "funnel definition",
    "",
    "owen.clarke",
    "question",
    "Is a price asked for by mail an opportunity?",
    "Every week somebody wants a price by mail whom nobody has talked to yet. If these count, our forecast is worth nothing.",
    299.4,
    "manager.marketing",
    "No, they do not. I have written it into the draft, so that we both sign it.",
    passage="stages",
)
QUESTIONED, DOES_NOT_COUNT = "opportunity", "A price request by mail without a talk"

CALENDARS = [
    (
        "London office",
        "Europe/London",
        "GB",
        {str(day): [["08:30", "12:30"], ["13:15", "17:30"]] for day in range(5)},
    ),
    (
        "Madrid office",
        "Europe/Madrid",
        "ES",
        {str(day): [["09:00", "14:00"], ["15:30", "18:30"]] for day in range(5)},
    ),
]

SLA_TITLE = "Marketing and sales, year one"
SLA_PURPOSE = "Marketing owes leads that are worth a call; sales owes the call. Either side can see at any time whether the other keeps its word."


def commitments(calendar: int, people: dict[str, Any]) -> list[dict[str, Any]]:
    """What each side owes the other."""
    marketing, sales = people["manager.marketing"].pk, people["manager.sales"].pk
    return [
        {
            "kind": "first_contact",
            "side": "sales",
            "target": "8",
            "warn_at": "75",
            "calendar": calendar,
            "remediation": "The lead goes to the next person of the team",
            "remediation_owner": sales,
        },
        {
            "kind": "handoff_answer",
            "side": "sales",
            "target": "8",
            "warn_at": "75",
            "calendar": calendar,
            "remediation": "The head of sales goes through the open offers with the team",
            "remediation_owner": sales,
        },
        {
            "kind": "feedback_answer",
            "side": "marketing",
            "target": "16",
            "warn_at": "75",
            "calendar": calendar,
            "remediation": "The head of marketing answers in person",
            "remediation_owner": marketing,
        },
        {
            "kind": "feedback_answer",
            "side": "sales",
            "target": "16",
            "warn_at": "75",
            "calendar": calendar,
            "remediation": "The head of sales answers in person",
            "remediation_owner": sales,
        },
        {
            "kind": "volume",
            "side": "marketing",
            "target": "40",
            "remediation": "Budget moves to the best source of the last quarter",
            "remediation_owner": marketing,
        },
        {
            "kind": "completeness",
            "side": "marketing",
            "target": "95",
            "remediation": "Form fields are reviewed together",
            "remediation_owner": marketing,
        },
        {
            "kind": "attempts",
            "side": "sales",
            "target": "5",
            "remediation": "Leads with fewer tries go back to the pool",
            "remediation_owner": sales,
        },
    ]
