"""The queue of one person: what waits for them, in the order in which it should be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils import timezone

from leads.handoffs.models import Handoff
from leads.models import CONVERSATIONS, Lead, Touchpoint
from leads.opportunities.models import Opportunity, Status
from leads.queue.experience import experience
from leads.queue.rules import Experience, Worth, place
from leads.scoring.models import ScoreEntry
from leads.search.store import listed
from portal.core.formatting import money_text, percent_text
from portal.slas.models import Clock

if TYPE_CHECKING:
    from portal.accounts.models import User

#: So many are shown, and so many leads of each kind looked at for them.
MOST, LOOKED_AT = 50, 100
#: A person's leads up to here are all ranked; of more, the newest and the best. So are sales.
FEW = 2_000
NO_SCORE = (0, "", False)
#: Each worth in words: many leads are worth the same.
Worths = dict[Worth | None, str]
SHOWN = (
    *("full_name", "first_name", "last_name", "email", "external_id", "created_at"),
    *("next_step", "next_step_on", "stage__name", "company__name"),
)

#: Of a lead that hangs on a handoff, and of a clock.
SHOWN_OF_HANDOFF = tuple(f"lead__{name}" for name in SHOWN)
SHOWN_OF_CLOCK = ("due_at", "stopped_at")
SHOWN_OF_SALE = (
    *("name", "external_id", "next_step", "next_step_on", "stage__name", "company__name"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """Something of a person's that may come next. ``kind`` is answer, contact, clock, lead or sale; ``key``
    that of its record.
    """

    kind: str
    key: int
    due_at: datetime | None = None
    worth: Worth | None = None
    score: int = 0
    grade: str = ""

    @property
    def place(self) -> tuple[Any, ...]:
        """Among what is worth the same, the better score comes first."""
        return (*place(self.due_at, self.worth), -self.score, self.kind, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Ranked):
    """One thing to do, in words."""

    title: str
    url: str
    about: str
    why: str
    is_late: bool = False
    worth_text: str = ""
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The items that come first; ``has_more`` where others stand behind them."""

    items: list[Item]
    has_more: bool


def queue_of(user: User, at: datetime) -> Queue:
    """What ``user`` does next. A dozen reads by index, however much they own."""
    known = experience(at)
    urgent = [*_to_answer(user, at), *_to_contact(user, at), *_other_clocks(user, at)]
    held = {item.lead for item in urgent}
    leads = [rank for rank in _leads(user, at, known) if rank.key not in held]
    ranked = sorted([*leads, *_sales(user, at, known)], key=lambda rank: rank.place)
    first, today = ranked[:MOST], timezone.localdate(at)
    worths: Worths = {
        rank.worth: _worth(rank.worth, known.currency) for rank in first if rank.worth
    }
    items = [
        *urgent,
        *_told_leads(user, first, today, worths),
        *_told_sales(user, first, today, worths),
    ]
    items.sort(key=lambda item: item.place)
    return Queue(items[:MOST], len(urgent) + len(ranked) > MOST)


# --- clocks ---------------------------------------------------------------------------------------
def _to_answer(user: User, at: datetime) -> Iterator[Item]:
    """Offers to this person, their teams, or whoever takes them first."""
    mine = Handoff.objects.permitted(user, "handoffs.accept_handoff").open()
    for_me = mine.filter(Q(to=user) | Q(to=None)).select_related(
        "lead__company", "lead__stage", "clock", "offered_by"
    )
    first = F("clock__due_at").asc(nulls_last=True)
    shown = for_me.only(
        *("to_id", "note", "offered_by__name", "offered_by__email"),
        *(f"clock__{name}" for name in SHOWN_OF_CLOCK),
        *SHOWN_OF_HANDOFF,
    )
    for handoff in shown.order_by(first, "pk")[:MOST]:
        asks = f"{handoff.offered_by} offers it" if handoff.offered_by else "It is offered"
        whom = "to you" if handoff.to_id == user.pk else "to whoever takes it first"
        note = f": {handoff.note}" if handoff.note else ""
        yield Item(
            kind="answer", key=handoff.pk, title=str(handoff.lead), url=handoff.get_absolute_url(),
            about=_about(handoff.lead), why=f"{asks} {whom}{note}", lead=handoff.lead_id,
            **_timed(handoff.clock, at),
        )  # fmt: skip


def _to_contact(user: User, at: datetime) -> Iterator[Item]:
    """Accepted leads whom nobody has got in touch with."""
    mine = Lead.objects.permitted(user, "leads.view_lead").filter(owner=user)
    accepted = Handoff.objects.filter(
        state=Handoff.State.ACCEPTED, contact_clock__stopped_at=None, lead__in=mine.order_by()
    ).exclude(contact_clock=None)
    rows = accepted.select_related("lead__company", "lead__stage", "contact_clock").only(
        *(f"contact_clock__{name}" for name in SHOWN_OF_CLOCK), *SHOWN_OF_HANDOFF
    )
    for handoff in rows.order_by("contact_clock__due_at", "pk")[:MOST]:
        lead = handoff.lead
        yield Item(
            kind="contact", key=lead.pk, title=str(lead), url=lead.get_absolute_url(),
            about=_about(lead), why="You accepted this lead; the first contact is owed",
            lead=lead.pk, **_timed(handoff.contact_clock, at),
        )  # fmt: skip


def _other_clocks(user: User, at: datetime) -> Iterator[Item]:
    """Whatever else this person owes under an SLA, such as the answer to feedback."""
    owed = Clock.objects.permitted(user, "slas.view_clock").running().filter(owner=user)
    others = owed.filter(handoff=None, accepted_handoff=None).only(
        "commitment", "title", "url", *SHOWN_OF_CLOCK
    )
    for clock in others.order_by("due_at", "pk")[:MOST]:
        yield Item(
            kind="clock", key=clock.pk, title=clock.title, url=clock.get_absolute_url(), about="",
            why=f"The SLA: {clock.get_commitment_display()}", **_timed(clock, at),
        )  # fmt: skip


def _timed(clock: Clock | None, at: datetime) -> dict[str, Any]:
    if clock is None:
        return {}
    return {
        "due_at": clock.due_at,
        "is_late": clock.state(at) == "missed",
    }


# --- worth ----------------------------------------------------------------------------------------
def _leads(user: User, at: datetime, known: Experience) -> list[Ranked]:
    """One's open leads: those whose next step is due, and of those that have none the newest and the best.

    Whom one was in touch with today rests until tomorrow.
    """
    today = timezone.localdate(at)
    mine = Lead.objects.permitted(user, "leads.view_lead").filter(
        owner=user, status=Lead.Status.OPEN
    )
    due = mine.filter(next_step_on__lte=today).order_by("next_step_on", "pk")
    owed = set(due.values_list("pk", flat=True)[:LOOKED_AT])
    newest = mine.filter(next_step_on=None).order_by("-created_at", "-pk")
    free = list(newest.values_list("pk", flat=True)[: FEW + 1])
    if len(free) > FEW:
        free = free[:LOOKED_AT] + _best_of(user)
    scores = _scores_of([*owed, *free])
    keys = [key for key in {*owed, *free} if key in owed or not scores.get(key, NO_SCORE)[2]]
    resting = _met_today(user, keys, today)
    worths = {grade: known.of_lead(grade or None) for _, grade, _ in (NO_SCORE, *scores.values())}
    return [
        Ranked(kind="lead", key=key, worth=worths[grade], score=score, grade=grade)
        for key in keys
        if key not in resting
        for score, grade, _ in [scores.get(key, NO_SCORE)]
    ]


def _scores_of(keys: list[int]) -> dict[int, tuple[int, str, bool]]:
    """Lead → its score, its grade, and whether the model rules it out."""
    entries = ScoreEntry.objects.all().in_use().filter(lead__in=listed(keys)).order_by()
    rows = entries.values_list("lead", "score", "grade", "is_ruled_out")
    return {lead: (score, grade, is_out) for lead, score, grade, is_out in rows}


def _best_of(user: User) -> list[int]:
    """Of very many leads of one person without a next step those with the best scores."""
    entries = (
        ScoreEntry.objects.all()
        .in_use()
        .filter(
            is_ruled_out=False,
            lead__owner=user,
            lead__status=Lead.Status.OPEN,
            lead__next_step_on=None,
        )
    )
    return list(entries.order_by("-score", "lead").values_list("lead", flat=True)[:LOOKED_AT])


def _met_today(user: User, keys: list[int], today: date) -> set[int]:
    talks = Touchpoint.objects.filter(
        lead__in=listed(keys), by=user, kind__in=CONVERSATIONS, left_out="",
        occurred_at__gte=timezone.make_aware(datetime.combine(today, time.min)),
    )  # fmt: skip
    return set(talks.order_by().values_list("lead", flat=True))


def _sales(user: User, at: datetime, known: Experience) -> list[Ranked]:
    """One's open opportunities whose next step is due, or that have none; of very many the largest."""
    today = timezone.localdate(at)
    mine = Opportunity.objects.permitted(user, "opportunities.view_opportunity").filter(
        Q(next_step_on=None) | Q(next_step_on__lte=today), owner=user, status=Status.OPEN
    )
    largest = mine.order_by(F("amount").desc(nulls_last=True), "pk")
    return [
        Ranked(
            kind="sale",
            key=pk,
            worth=known.of_sale(stage, None if amount is None else float(amount), currency),
        )
        for pk, stage, amount, currency in largest.values_list("pk", "stage", "amount", "currency")[
            :FEW
        ]
    ]


# --- in words -------------------------------------------------------------------------------------
def _told_leads(user: User, ranked: list[Ranked], today: date, worths: Worths) -> Iterator[Item]:
    of_key = {rank.key: rank for rank in ranked if rank.kind == "lead"}
    mine = Lead.objects.permitted(user, "leads.view_lead").filter(pk__in=listed(list(of_key)))
    rows = mine.select_related("company", "stage")
    for lead in rows.only(*SHOWN).order_by("pk"):
        rank = of_key[lead.pk]
        graded = f"Grade {rank.grade}, score {rank.score}" if rank.grade else ""
        yield _told(rank, lead, today, worths, graded)


def _told_sales(user: User, ranked: list[Ranked], today: date, worths: Worths) -> Iterator[Item]:
    of_key = {rank.key: rank for rank in ranked if rank.kind == "sale"}
    mine = Opportunity.objects.permitted(user, "opportunities.view_opportunity")
    rows = mine.filter(pk__in=listed(list(of_key)))
    rows = rows.select_related("company", "stage").only(*SHOWN_OF_SALE)
    for sale in rows.order_by("pk"):
        yield _told(of_key[sale.pk], sale, today, worths)


def _told(
    rank: Ranked, record: Lead | Opportunity, today: date, worths: Worths, beside: str = ""
) -> Item:
    on = record.next_step_on
    return Item(
        kind=rank.kind, key=rank.key, worth=rank.worth, score=rank.score, grade=rank.grade,
        title=str(record), url=record.get_absolute_url(), about=_about(record),
        why=_why(record, today, beside), is_late=on is not None and on < today,
        worth_text=worths.get(rank.worth, ""),
        lead=rank.key if rank.kind == "lead" else None,
    )  # fmt: skip


def _about(record: Lead | Opportunity) -> str:
    return " · ".join(str(part) for part in (record.company, record.stage) if part)


def _why(record: Lead | Opportunity, today: date, beside: str) -> str:
    on, text = record.next_step_on, record.next_step
    if on is None:
        said = "Nothing is planned next"
    elif on < today:
        said = f"Overdue since {on:%d %b}: {text or 'the next step'}"
    else:
        said = f"Today: {text or 'the next step'}"
    return f"{said}. {beside}".strip() if beside else said


def _worth(worth: Worth, currency: str) -> str:
    """ "worth €1.24k: 8 % chance of €15.5k", or the chance alone."""
    chance = percent_text(worth.chance)
    if worth.value is None:
        return f"{chance} likely"
    expected = money_text(worth.expected, currency, compact=True)
    whole = money_text(worth.value, currency, compact=True)
    return f"worth {expected}: {chance} chance of {whole}"
