"""What buyers did before and after we knew them, what a scanner did, and what the website posted."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from leads.models import HeardAnswer, Lead, Touchpoint
from leads.services import Contact, record_touchpoints
from portal.accounts.models import User
from portal.jobs.models import Job
from portal.operations.demo import past
from portal.webhooks.events import read_body
from portal.webhooks.services import apply_all, create_hook, receive_events

#: Answer → the tracked sources that say the same.
ANSWERS = {
    "Search": "Organic search\nPaid search",
    "Trade fair": "Trade fair\nEvent",
    "An article": "Trade press\nReferral",
    "A colleague at another depot": "Referral",
    "My shift lead": "",
}
SITE = "https://harbour-line.example"
PAGES = [
    ("/", "Home"),
    ("/prices", "Prices"),
    ("/peak-season", "Peak season without overtime"),
    ("/customers/norte", "How Norte plans its depots"),
    ("/demo", "See it in your depot"),
]
ENTRIES = [
    ({"referrer": "https://www.google.com/"}, "", 34),
    ({"referrer": "https://www.haulage-weekly.example/article"}, "", 16),
    ({}, "?utm_source=google&utm_medium=cpc&utm_campaign=peak+season", 14),
    ({}, "?utm_source=linkedin&utm_medium=social", 14),
    ({}, "?utm_source=june-letter&utm_medium=email", 12),
    ({}, "", 10),
]
KNOWN, UNKNOWN = 130, 25


def make_journeys(people: dict[str, User], now: datetime) -> None:
    """Visits of people known and unknown, forms, a burst, and a hook with what it brought."""
    for place, (name, tracked) in enumerate(ANSWERS.items()):
        HeardAnswer.objects.create(name=name, tracked_as=tracked, position=place)
    chance = Random(20)
    leads = list(Lead.objects.order_by("pk")[:KNOWN])
    visits = [
        touch for n, lead in enumerate(leads) for touch in _visits(chance, n, lead.created_at)
    ]
    visits += [
        touch
        for n in range(UNKNOWN)
        for touch in _visits(chance, KNOWN + n, now - timedelta(days=chance.uniform(0.1, 40)))
    ]
    record_touchpoints(touches=visits)
    for number, lead in enumerate(leads):
        with past.at(lead.created_at):
            record_touchpoints(touches=[_form(chance, number, lead)])
    record_touchpoints(touches=_burst(leads[-1], now) + _crawler(now))
    _post(people["admin"], leads, now)


def _touch(lead: Lead | None, at: datetime, **fields: Any) -> Touchpoint:
    contact = Contact(occurred_at=at, system="website", **fields)
    return contact.touchpoint(lead, by=None, at=at)


def _visits(chance: Random, number: int, until: datetime) -> list[Touchpoint]:
    """Some pages on one to three days, the first of them reached from somewhere."""
    touches: list[Touchpoint] = []
    at = until - timedelta(days=chance.uniform(0.2, 20))
    said, query, _ = chance.choices(ENTRIES, weights=[entry[-1] for entry in ENTRIES])[0]
    for step in range(chance.randint(1, 5)):
        path, title = chance.choice(PAGES)
        first = step == 0
        touches.append(
            _touch(
                None,
                min(at, until - timedelta(seconds=30)),
                kind="page_view",
                visitor=f"visitor-{number:04}",
                url=f"{SITE}{path}{query if first else ''}",
                title=title,
                attributes=said if first else {},
            )
        )
        at += timedelta(seconds=chance.randint(20, 400))
    return touches


def _form(chance: Random, number: int, lead: Lead) -> Touchpoint:
    """By this the visitor becomes known, and the visits join the record."""
    kind, title = chance.choice(
        [("form", "Ask for a visit"), ("download", "The shift planner's checklist")]
    )
    return _touch(
        lead,
        lead.created_at,
        kind=kind,
        title=title,
        visitor=f"visitor-{number:04}",
        url=f"{SITE}/demo",
        external_id=f"form-{number}",
    )


def _burst(lead: Lead, now: datetime) -> list[Touchpoint]:
    """A gateway follows every link of a letter within three seconds; the reader follows one, later."""
    sent = now - timedelta(days=3)
    clicks = [
        _touch(
            lead,
            sent + timedelta(seconds=seconds),
            kind="mail_click",
            title=f"June letter, link {n}",
            utm={"utm_source": "june-letter", "utm_medium": "email"},
            attributes={"mail": "june"},
        )
        for n, seconds in enumerate((2.1, 2.4, 2.6, 2.9, 3.3, 3.8, 4.1), start=1)
    ]
    read = _touch(
        lead,
        sent + timedelta(hours=5),
        kind="mail_click",
        title="June letter, link 3",
        utm={"utm_source": "june-letter", "utm_medium": "email"},
        attributes={"mail": "june"},
    )
    return [*clicks, read]


def _crawler(now: datetime) -> list[Touchpoint]:
    agent = "Mozilla/5.0 (compatible; Examplebot/2.1)"
    return [
        _touch(
            None,
            now - timedelta(days=1, seconds=-n),
            kind="page_view",
            visitor="visitor-crawler",
            url=f"{SITE}{path}",
            title=title,
            attributes={"user_agent": agent},
        )
        for n, (path, title) in enumerate(PAGES)
    ]


def _post(admin: User, leads: list[Lead], now: datetime) -> None:
    """The website's hook: an update, a visit whose lead is not known yet, and an event with a mistake."""
    hook, _ = create_hook(by=admin, name="Website forms", system="website")
    known = next(lead for lead in leads if lead.email and lead.external_id)
    moment = (now - timedelta(hours=2)).isoformat()
    visit = {"kind": "download", "occurred_at": moment, "title": "Price list"}
    events = [
        {"type": "lead", "id": "f-1001", "data": {"email": known.email, "city": known.city}},
        {
            "type": "touchpoint",
            "id": "f-1002",
            "data": visit | {"lead.external_id": known.external_id},
        },
        {"type": "touchpoint", "id": "f-1003", "data": visit | {"lead.email": "new@buyer.example"}},
        {"type": "lead", "id": "f-1004", "data": {"email": "not an address", "first_name": "Ana"}},
    ]
    receive_events(hook=hook, events=read_body(events).events)
    apply_all(job=Job(), checkpoint=_go_on)


def _go_on(cursor: Any = None, **progress: Any) -> None:
    """Nobody asks this work to stop."""
