"""The definition with which a company may begin: the field's usual stages, to be made one's own."""

from __future__ import annotations

from typing import Any

TITLE = "Our funnel"

PURPOSE = (
    "Marketing and sales mean the same thing by each stage, so that a lead is handed over once, "
    "numbers can be compared, and nobody argues about words."
)


def _stage(
    key: str, name: str, owner: str, meaning: str, *, stay: str = "", **lines: list[str]
) -> dict[str, Any]:
    return {
        "id": key,
        "key": key,
        "name": name,
        "kind": key,
        "owner": owner,
        "meaning": meaning,
        "longest_stay": stay,
        **lines,
    }


STAGES = [
    _stage(
        "lead",
        "Lead",
        "marketing",
        "A person at a company we could sell to, who has shown us that they exist.",
        stay="30",
        entry=["We know how to reach them", "We know where they came from"],
        exit=[
            "They meet the agreed threshold and fit a persona",
            "Or they are set aside with a reason",
        ],
        required=["Name", "E-mail or telephone number", "Source"],
        examples=["Asked for the price list on our website"],
        counter_examples=["A competitor who downloads everything"],
        not_this=["Addresses that were bought and never answered", "Job applicants"],
    ),
    _stage(
        "mql",
        "MQL",
        "marketing",
        "Fits an agreed persona and has shown interest that both sides consider worth a call.",
        stay="7",
        entry=["Fits a persona", "Reached the agreed score or asked to be called"],
        exit=["Offered to sales", "Or given back to nurture with a reason"],
        required=["Name", "E-mail or telephone number", "Company", "Source", "Persona"],
        examples=["Marketing head of a mid-sized maker who came back three times this week"],
        counter_examples=["A student who read one article"],
        not_this=["Opened an e-mail once"],
    ),
    _stage(
        "sal",
        "SAL",
        "sales",
        "Sales has looked at the lead, agrees with the reasons, and takes it on.",
        stay="3",
        entry=["A named person in sales accepted it"],
        exit=["Contact was made", "Or it went back with one of the agreed reasons"],
        required=["Owner in sales", "Next step with a date"],
        examples=["Accepted this morning, call planned for tomorrow"],
        counter_examples=["Lies in the pool without an owner"],
        not_this=["Accepted to keep it from others"],
    ),
    _stage(
        "sql",
        "SQL",
        "sales",
        "Sales has talked to them: there is a need, somebody who decides, and a time.",
        stay="21",
        entry=[
            "Spoke with a person",
            "Need, budget, decider and time are known or have a next step",
        ],
        exit=["An amount and a closing date can be named", "Or it goes back with a reason"],
        required=["Need", "Decider", "Time frame", "Next step with a date"],
        examples=["Has a budget for this year and wants to see a demonstration"],
        counter_examples=["Friendly talk without a need"],
        not_this=["A voicemail without an answer"],
    ),
    _stage(
        "opportunity",
        "Opportunity",
        "sales",
        "A possible sale with an amount, a closing date and people who take part in deciding.",
        stay="90",
        entry=["Amount, closing date and product are known"],
        exit=["Won or lost, with reasons"],
        required=["Amount", "Closing date", "People who decide", "Next step with a date"],
        examples=["Offer of 24,000 is with their procurement"],
        counter_examples=["They asked for a price to compare, nothing else"],
        not_this=["A renewal that runs by itself"],
    ),
    _stage(
        "customer",
        "Customer",
        "sales",
        "Has signed; from here on we keep them.",
        entry=["A signed contract"],
        required=["Contract date", "What persuaded them"],
        examples=["Signed on Monday"],
        counter_examples=["Promised on the telephone"],
        not_this=["A trial without a contract"],
    ),
]

CONTENT: dict[str, Any] = {"purpose": PURPOSE, "stages": STAGES}
