"""The four hundred leads of the demonstration company, and what was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from leads import services
from leads.models import Lead
from leads.outreach.services import rate_use, use_talking_point
from leads.reading import prepare
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from campaigns.models import Campaign
    from campaigns.talking_points.models import TalkingPoint
    from leads.opportunities.models import Opportunity
    from portal.accounts.models import User
    from portal.operations.demo.opportunities import Market

COUNT = 400
DAYS = 270

FIRST = "Ana Bea Carla Dan Eva Finn Greta Hugo Iris Jonas Karin Liam Marta Nils Olga Pere Rosa Sven Tess Uwe Vera Will Ximena Yann Zoe Nora Pablo Emma Lars Inês".split()
LAST = "Abbott Barros Castro Dekker Eriksen Faria Gomez Hughes Ibsen Jansen Keller Lopes Murphy Nowak Ortega Peeters Quinn Rossi Santos Taylor Ueda Visser Walsh Young Zeman Byrne Costa Doyle".split()
COMPANY = "Norte Albion Harbour Merse Delta Cobalt Ribera Pennine Solway Atlas Ebro Tamar Kestrel Lowland Castle Brook Quay Ferry Orchard Granite".split()
TRADE = ["Haulage", "Logistics", "Distribution", "Transport", "Foods", "Freight"]
INDUSTRY = {
    "Haulage": "Road haulage",
    "Transport": "Road haulage",
    "Freight": "Road haulage",
    "Logistics": "Logistics",
    "Distribution": "Food distribution",
    "Foods": "Food distribution",
}
PLACES = [
    ("United Kingdom", "Leeds", "north", "en"),
    ("United Kingdom", "Bristol", "north", "en"),
    ("Ireland", "Cork", "north", "en"),
    ("Netherlands", "Rotterdam", "north", "en"),
    ("Spain", "Valencia", "south", "es"),
    ("Portugal", "Porto", "south", "en"),
    ("Spain", "Zaragoza", "south", "es"),
]
TITLES = [
    ("Head of operations", "Head", 30),
    ("Depot manager", "Manager", 34),
    ("Transport manager", "Manager", 22),
    ("Finance director", "Director", 20),
    ("Controller", "Manager", 12),
    ("IT manager", "Manager", 14),
    ("Systems administrator", "Specialist", 6),
    ("Consultant", "Specialist", 9),
    ("Managing director", "C-level", 8),
    ("Student", "", 3),
]
SOURCES = [
    ("Webinar", 26),
    ("Trade fair", 24),
    ("Organic search", 30),
    ("Referral", 16),
    ("Trade press", 18),
    ("Paid search", 14),
    ("Cold call", 12),
    ("", 4),
]
HEARD = ["A colleague at another depot", "Trade fair", "An article", "Search", "My shift lead", ""]
#: What two of three say whose source was tracked; the others remember something else.
SAYS = {
    "Organic search": "Search",
    "Paid search": "Search",
    "Trade fair": "Trade fair",
    "Trade press": "An article",
    "Referral": "A colleague at another depot",
}
#: Of a hundred leads from a source, about how many get this far.
APPEAL = {
    "Referral": 1.7,
    "Trade fair": 1.2,
    "Webinar": 1.1,
    "Organic search": 1.0,
    "Trade press": 0.9,
    "Paid search": 0.6,
    "Cold call": 0.5,
    "": 0.5,
}
#: What the company is and whom one speaks to tell as much as the source.
PULL = {"Road haulage": 1.25, "Logistics": 1.0, "Food distribution": 0.75}
LARGE, SMALL = 1.2, 0.85
DECIDES, ADVISES = 1.3, 0.9
STEPS = [("mql", 0.5), ("sal", 0.66), ("sql", 0.5), ("opportunity", 0.5), ("customer", 0.4)]
CALLS = [
    ("Reached, wants a mail", "Spoke for ten minutes. Re-plans by hand, three shift leads."),
    ("No answer", ""),
    ("No answer", ""),
    ("Reached, second meeting", "Meeting with the shift leads next week."),
    ("Left a voicemail", ""),
]
LOST = [
    "Stays with the whiteboard",
    "Chose TransPlan",
    "No budget before next year",
    "Could not be reached in five tries",
    "Not a fit: fewer than ten vehicles",
]
NOTES = [
    "Asked about *sick calls at five*. Promised the wall view.",
    "Two depots; the second opens in spring.",
    "Decides together with the finance director.",
    "Had a bad experience with TransPlan: set-up took four months.",
]


@dataclass
class Setting:
    """What the leads of the demonstration stand on."""

    people: dict[str, User]
    campaigns: dict[str, Campaign]
    points: list[TalkingPoint]
    now: datetime
    random: Random
    market: Market

    @property
    def reps(self) -> dict[str, list[User]]:
        names = {
            "north": ["rep", "priya.nair", "owen.clarke"],
            "south": ["rep2", "javier.molina", "chiara.conti"],
        }
        return {side: [self.people[name] for name in group] for side, group in names.items()}


def _weighted(random: Random, pairs: list[tuple[Any, ...]]) -> Any:
    return random.choices(pairs, weights=[pair[-1] for pair in pairs])[0]


def person(setting: Setting, number: int) -> tuple[dict[str, Any], str]:
    """The fields of one lead as a form or file would give them, and the side of its place."""
    random = setting.random
    first, last = random.choice(FIRST), random.choice(LAST)
    word, trade = random.choice(COMPANY), random.choice(TRADE)
    country, city, side, language = random.choice(PLACES)
    title, seniority, _ = _weighted(random, TITLES)
    source, _ = _weighted(random, SOURCES)
    domain = f"{word}-{trade}.example".lower()
    fields: dict[str, Any] = {
        "external_id": f"HL-{number:05d}",
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}{number}@{domain}".lower(),
        "phone": f"+44 20 7946 {number % 1000:04d}",
        "title": title,
        "seniority": seniority,
        "company.name": f"{word} {trade}",
        "company.domain": domain,
        "company.industry": INDUSTRY[trade],
        "company.employees": str(20 + (len(word) * 97 + len(trade) * 61) % 700),
        "company.country": country,
        "country": country,
        "city": city,
        "language": language,
        "source": source,
        "heard_about_us": _said(source, random.choice(HEARD), number),
        "consent": random.choice(["granted", "granted", "unknown"]),
        "attributes.fleet_size": str(random.choice([8, 25, 60, 90, 140, 260, 420])),
    }
    if source in {"Webinar", "Trade press"}:
        fields["campaign"] = setting.campaigns["Peak season without overtime"].slug
    elif source == "Trade fair":
        fields["campaign"] = setting.campaigns["Spring fair follow-up"].slug
    if random.random() < 0.04:
        del fields["email"]
    return fields, side


def _said(source: str, otherwise: str, number: int) -> str:
    return SAYS.get(source, otherwise) if number % 3 else otherwise


def make_leads(setting: Setting) -> None:
    """Every lead lives through its own story, day by day."""
    stages = {stage.kind: stage for stage in Stage.objects.active()}
    for number in range(1, COUNT + 1):
        _live(setting, stages, number)


def _live(setting: Setting, stages: dict[str, Stage], number: int) -> None:
    random = setting.random
    fields, side = person(setting, number)
    day = setting.now - timedelta(days=random.triangular(0, DAYS, 60), hours=random.uniform(0, 9))
    with at(day):
        try:
            lead = services.create_lead(prepared=prepare(fields), by=setting.people["marketer2"])
        except RuleViolation:
            return
    if random.random() < 0.06:
        return  # stays in the pool
    rep = random.choice(setting.reps[side])
    day = _later(setting, day, 0, 2)
    with at(day):
        lead = services.assign_lead(
            lead=lead,
            owner=rep,
            by=setting.people["manager.sales"],
            reason=f"Works {side}, has the fewest open leads",
        )
    _first_call(setting, lead, rep, day)
    _work(setting, stages, lead, rep, day)


def _first_call(setting: Setting, lead: Lead, rep: User, day: datetime) -> None:
    """Four of five hear from us on the day they were given to somebody, most do not answer yet."""
    call = day + timedelta(minutes=20 + 37 * (lead.pk % 8))
    if lead.pk % 5 == 0 or call > setting.now:
        return
    with at(call):
        contact = services.Contact(kind="call", outcome="No answer" if lead.pk % 3 else "Reached")
        services.log_touchpoint(lead=lead, contact=contact, by=rep)


def _later(setting: Setting, day: datetime, least: float, most: float) -> datetime:
    """A working hour some days later, never after now."""
    moved = day + timedelta(days=setting.random.uniform(least, most))
    moved = moved.replace(hour=setting.random.randint(7, 16), minute=setting.random.randint(0, 59))
    return min(max(moved, day), setting.now)


def _work(setting: Setting, stages: dict[str, Stage], lead: Lead, rep: User, day: datetime) -> None:
    """Calls, stages, texts and how it ended."""
    random = setting.random
    chance = APPEAL[lead.source] * (1.25 if lead.persona_id else 0.6) * _pull(lead)
    sale = None
    for kind, likely in STEPS:
        day = _later(setting, day, 0.2, 12)
        if day >= setting.now:
            break
        _touch(setting, lead, rep, day)
        if random.random() > min(likely * chance, 0.88):
            if random.random() < 0.55 and day < setting.now - timedelta(days=15):
                with at(day):
                    services.mark_lost(lead=lead, reason=random.choice(LOST), by=rep)
            break
        lead, sale = _forward(setting, stages[kind], lead, rep, day, sale)
    lead.refresh_from_db()
    if sale is not None and sale.is_open:
        setting.market.leave(sale, rep, is_lost=lead.status == Lead.Status.LOST, day=day)
    if lead.status == Lead.Status.OPEN:
        on = timezone.localdate(setting.now) + timedelta(days=random.randint(-3, 12))
        with at(min(day, setting.now)):
            services.set_next_step(
                lead=lead,
                text=random.choice(
                    ["Call back", "Send the sheet", "Visit the depot", "Ask for the shift leads"]
                ),
                on=on,
                by=rep,
            )


def _pull(lead: Lead) -> float:
    """How much likelier than others a lead of this kind goes on."""
    company = lead.company
    industry = company.industry if company is not None else ""
    size = LARGE if company is not None and (company.employees or 0) >= 250 else SMALL
    role = DECIDES if lead.seniority in {"Director", "C-level"} else ADVISES
    return PULL.get(industry, 1.0) * size * role


def _forward(
    setting: Setting,
    stage: Stage,
    lead: Lead,
    rep: User,
    day: datetime,
    sale: Opportunity | None,
) -> tuple[Lead, Opportunity | None]:
    """The next stage; the last two are those of a sale."""
    if stage.kind == Stage.Kind.OPPORTUNITY:
        sale = setting.market.open_for(lead, rep, day)
    elif stage.kind == Stage.Kind.CUSTOMER and sale is not None:
        setting.market.end(sale, rep, day, is_won=True)
        sale.refresh_from_db()
    else:
        with at(day):
            lead = services.change_stage(lead=lead, stage=stage, by=rep, reason="")
    lead.refresh_from_db()
    return lead, sale


def _touch(setting: Setting, lead: Lead, rep: User, day: datetime) -> None:
    random = setting.random
    outcome, body = random.choice(CALLS)
    with at(day):
        contact = services.Contact(kind="call", outcome=outcome, body=body)
        services.log_touchpoint(lead=lead, contact=contact, by=rep)
        if random.random() < 0.3:
            services.add_note(lead=lead, body=random.choice(NOTES), by=rep)
        if random.random() < 0.35:
            _use(setting, lead, rep)


def _use(setting: Setting, lead: Lead, rep: User) -> None:
    random = setting.random
    try:
        use = use_talking_point(
            talking_point=random.choice(setting.points),
            lead=lead,
            by=rep,
            channel=random.choice(["copy", "mail", "call"]),
        )
    except RuleViolation:
        return  # a hole in the text: the portal refuses, as it should
    if random.random() < 0.3:
        why = random.choice(
            [
                "",
                "",
                "Too formal for a depot",
                "Shortened it by half",
                "Added their own December figure",
            ]
        )
        rate_use(use=use, by=rep, rating=random.choice([3, 4, 4, 5]), changed_because=why)
