"""The six campaigns of the demonstration company, in six different states."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from portal.accounts.models import User


def brief(
    today: date,
    people: dict[str, User],
    *,
    personas: list[int],
    starts: int,
    days: int,
    why: str,
    objective: str,
    segment: str,
    market: str,
    message: str,
    benefit: str,
    proof: list[str],
    offer: str,
    research: str,
    touches: list[tuple[str, str, str]],
    costs: list[tuple[str, str, str]],
    kpi: tuple[str, str, str],
    ask: list[str],
    say: list[str],
    risk: tuple[str, str],
) -> dict[str, Any]:
    """A complete brief that starts ``starts`` days from today and runs for ``days`` days."""
    first, last = today + timedelta(days=starts), today + timedelta(days=starts + days)
    owner = people["marketer2"].pk
    return {
        "why": why,
        "objective": objective,
        "personas": personas,
        "segment": segment,
        "market_size": market,
        "market_source": "Register of licensed hauliers, counted by region and fleet size",
        "research": research,
        "competitors": ["The whiteboard", "TransPlan", "RouteWise"],
        "message": message,
        "benefit": benefit,
        "proof_points": proof,
        "offer": offer,
        "touches": [
            {
                "stage": stage,
                "channel": channel,
                "what": what,
                "on": (first + timedelta(days=7 * index)).isoformat(),
            }
            for index, (stage, channel, what) in enumerate(touches)
        ],
        "tactics": [
            {
                "tactic": touches[0][1],
                "strategy": "Be known before the peak season",
                "owner": owner,
            },
            {
                "tactic": "Calls within a day of every answer",
                "strategy": "First to help wins",
                "owner": people["manager.sales"].pk,
            },
        ],
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "milestones": [
            {"what": "Material ready", "on": (first - timedelta(days=7)).isoformat()},
            {
                "what": "Half-time review with sales",
                "on": (first + timedelta(days=days // 2)).isoformat(),
            },
        ],
        "costs": [
            {"what": what, "planned": planned, "actual": actual} for what, planned, actual in costs
        ],
        "kpis": [
            {
                "name": kpi[0],
                "target": kpi[1],
                "unit": kpi[2],
                "by": last.isoformat(),
                "owner": owner,
                "link": "MQL to SQL",
            }
        ],
        "people": [
            {
                "task": "The whole campaign",
                "side": "marketing",
                "part": "accountable",
                "person": owner,
            },
            {
                "task": "Follow-up calls",
                "side": "sales",
                "part": "responsible",
                "person": people["manager.sales"].pk,
            },
            {
                "task": "Texts and talking points",
                "side": "marketing",
                "part": "responsible",
                "person": people["marketer"].pk,
            },
        ],
        "risks": [{"risk": risk[0], "answer": risk[1]}],
        "ask": ask,
        "say": say,
    }


#: name, what becomes of it, the persona it is for, and its brief
CAMPAIGNS: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "Peak season without overtime",
        "running",
        "Depot Dora",
        {
            "starts": -30,
            "days": 75,
            "why": "From October on every depot pays overtime. In our interviews it was the first thing that operations managers named, and nobody else speaks of it.",
            "objective": "Sixty depots have measured their own overtime with us before Christmas.",
            "segment": "Hauliers with 50 to 300 vehicles in the United Kingdom and Ireland",
            "market": "2140",
            "message": "Get through the peak with the people you have.",
            "benefit": "Home on time in December, with the overtime bill explained.",
            "proof": [
                "Eleven customers cut overtime by a fifth in their first season",
                "Running within three weeks",
                "The plan goes out as a message: drivers install nothing",
            ],
            "offer": "a free overtime check of one depot",
            "research": "Fourteen interviews in spring; survey of 212 transport managers: 71 per cent name overtime first.",
            "touches": [
                ("learning", "Trade press", "Article on the cost of re-planning"),
                ("learning", "Short videos", "Three depots, two minutes each"),
                ("scoping", "Webinar", "Overtime check, live"),
                ("selecting", "Call", "The check's result, with the shift leads"),
            ],
            "costs": [
                ("Trade press", "9000", "8640"),
                ("Videos", "6500", "7120"),
                ("Webinar platform", "1200", "1200"),
            ],
            "kpi": ("Depots that did the overtime check", "60", "depots"),
            "ask": [
                "Call everyone who asked for the check within one working day",
                "Bring a shift lead into the second call",
            ],
            "say": [
                "We do not replace the planner; we give them back the morning.",
                "Let us look at your last December together.",
            ],
            "risk": (
                "The webinar draws consultants instead of depots",
                "Ask for the fleet size in the form and call only from ten vehicles on",
            ),
        },
    ),
    (
        "The month it pays for itself",
        "running",
        "Finance Frances",
        {
            "starts": -50,
            "days": 110,
            "why": "Deals stop at finance. Four of the last nine lost ones had a convinced depot and an unanswered question about cost.",
            "objective": "Every open opportunity above 15,000 has a calculation with the customer's own figures.",
            "segment": "Finance directors of companies with an open trial",
            "market": "380",
            "message": "Know the month in which it pays for itself, from your own payroll.",
            "benefit": "One number that holds before the board.",
            "proof": [
                "Median of seven months over twenty-three customers",
                "Price fixed for two years",
                "Leave after one",
            ],
            "offer": "a calculation with your own payroll figures",
            "research": "Reasons of nine lost deals; six interviews with finance directors.",
            "touches": [
                ("scoping", "E-mail", "The calculator, with an example"),
                ("selecting", "Reference call", "A finance director of a customer"),
                ("selecting", "Meeting", "The calculation, side by side"),
            ],
            "costs": [("Calculator", "4000", "4300"), ("Reference programme", "2500", "900")],
            "kpi": ("Opportunities with a calculation", "45", "opportunities"),
            "ask": [
                "Offer the calculation before you send a price",
                "Note the month it gave on the lead",
            ],
            "say": ["Use your figures, not ours.", "What would you need to see to sign in spring?"],
            "risk": (
                "Finance sees it as a sales trick",
                "Let them keep the spreadsheet and change every figure",
            ),
        },
    ),
    (
        "Depot day Rotterdam",
        "planned",
        "Depot Dora",
        {
            "starts": 35,
            "days": 3,
            "why": "Operations managers trust other operations managers. Last year's open day brought more good talks than two fairs.",
            "objective": "Forty managers walk through a working depot and book a trial.",
            "segment": "Benelux hauliers with 50 to 500 vehicles",
            "market": "610",
            "message": "See a peak shift run without shouting.",
            "benefit": "An hour with a colleague who has done it.",
            "proof": [
                "A working depot, not a slide",
                "The host answers, we stand aside",
                "Eighteen of last year's thirty guests started a trial",
            ],
            "offer": "a place at the depot day, travel paid",
            "research": "Feedback forms of last year's day; two calls with guests who did not buy.",
            "touches": [
                ("learning", "Invitation", "From the host, by e-mail"),
                ("scoping", "Event", "The depot day"),
                ("selecting", "Call", "Within two days after it"),
            ],
            "costs": [("Venue and catering", "5200", ""), ("Travel of guests", "6000", "")],
            "kpi": ("Trials booked", "15", "trials"),
            "ask": ["Invite three managers each, personally", "Call your guests within two days"],
            "say": ["Come and see it work, and bring your shift lead."],
            "risk": (
                "The host depot has a bad day",
                "That is what people come to see; the shift lead explains what happened",
            ),
        },
    ),
    (
        "Spring fair follow-up",
        "ended",
        "Depot Dora",
        {
            "starts": -200,
            "days": 45,
            "why": "The fair gives two hundred badges and no meetings unless we call at once.",
            "objective": "Thirty trials from the spring fair.",
            "segment": "Visitors of the stand who named a fleet size",
            "market": "230",
            "message": "You saw the wall; now see your own depot on it.",
            "benefit": "Your depot on the wall within a day.",
            "proof": [
                "Set up in a day from last week's plans",
                "Free for a month",
                "One person to call",
            ],
            "offer": "your own depot on the wall for a month",
            "research": "Badges and notes of the fair.",
            "touches": [
                ("learning", "Event", "The fair"),
                ("scoping", "Call", "Within three days"),
                ("selecting", "Visit", "Trial set-up"),
            ],
            "costs": [("Stand", "18000", "19250"), ("Calls by an agency", "3000", "0")],
            "kpi": ("Trials", "30", "trials"),
            "ask": ["Call within three days, in the order of fleet size"],
            "say": ["You stood before the wall for five minutes; what did you look for?"],
            "risk": ("Badges without names", "Match by company and ask at the reception"),
        },
    ),
    (
        "IT without night calls",
        "in_review",
        "IT Ivo",
        {
            "starts": 20,
            "days": 60,
            "why": "IT stops one deal in six, late. Answered early, the same people become allies.",
            "objective": "The data map is with IT before the trial ends in nine of ten cases.",
            "segment": "IT managers of companies with a running trial",
            "market": "260",
            "message": "Who can log in, what is kept, how you leave: one page.",
            "benefit": "A decision in a day instead of a month.",
            "proof": [
                "One page, agreed with legal",
                "Single sign-on included",
                "Export of everything, any time",
            ],
            "offer": "the one-page data map and an hour with our engineer",
            "research": "Five lost deals in legal review; interview with three IT managers.",
            "touches": [
                ("scoping", "E-mail", "The data map"),
                ("selecting", "Call", "An hour with the engineer"),
            ],
            "costs": [("Legal review", "1500", "")],
            "kpi": ("Trials with the data map sent", "90", "percent"),
            "ask": ["Ask for the name of the IT manager in the first meeting"],
            "say": ["Before you ask: here is who can see what."],
            "risk": ("The page goes out of date", "Its owner reviews it every quarter"),
        },
    ),
    (
        "Iberia launch",
        "postponed",
        "Depot Dora",
        {
            "starts": 14,
            "days": 90,
            "why": "The team in Madrid is complete, and two customers in Porto may be named.",
            "objective": "Twenty-five trials between Porto and Valencia.",
            "segment": "Food distributors with 50 to 400 vehicles in Spain and Portugal",
            "market": "890",
            "message": "The morning plan, in your language and on your tablets.",
            "benefit": "A plan that survives the first sick call.",
            "proof": [
                "Two depots in Porto since January",
                "Support in Spanish and Portuguese from six",
                "Nothing to install",
            ],
            "offer": "a month with one depot, set up by a colleague who speaks your language",
            "research": "Visits to eight depots; market count by the Madrid team.",
            "touches": [
                ("learning", "Trade press", "Interview with the Porto depot"),
                ("scoping", "Visit", "Depots by appointment"),
                ("selecting", "Trial", "One depot, one month"),
            ],
            "costs": [("Translations", "2200", "2200"), ("Press", "4000", "")],
            "kpi": ("Trials", "25", "trials"),
            "ask": ["Visit before you demonstrate"],
            "say": ["¿Qué pasa cuando falta un conductor a las cinco?"],
            "risk": ("Reference depot withdraws", "The second one has agreed in writing"),
        },
    ),
]
