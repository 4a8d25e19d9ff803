"""Writing down what happened: touchpoints and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from leads.bursts import ONLINE
from leads.channels import BY_BUYERS, BY_EITHER
from leads.following import What, changed, touched
from leads.models import Note, Touchpoint
from leads.normalising import clean_text
from leads.services.bursts import leave_out, subject_of
from leads.services.holding import hold_subjects
from leads.services.saving import settled
from leads.services.sources import follow_touches
from leads.services.visitors import claim_visitors, known_visitors
from leads.utm import LENGTHS, utm_of
from portal.activity.services import record
from portal.core.errors import RuleViolation
from portal.core.moments import is_possible

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from django.db.models import QuerySet

    from campaigns.models import Campaign
    from leads.models import Lead
    from portal.accounts.models import User

#: Clocks of two machines differ; an appointment of tomorrow has not happened.
SKEW = timedelta(minutes=5)
#: Kinds that can be a source.
TELLING = BY_BUYERS | BY_EITHER


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What is logged. Without a moment it happened now; ``form_token`` and ``external_id`` log it once.

    Without a direction it goes the way of its kind: a visit comes from the buyer, a call from us.
    """

    kind: str
    occurred_at: datetime | None = None
    direction: str = ""
    title: str = ""
    body: str = ""
    outcome: str = ""
    campaign: Campaign | None = None
    url: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    value: Decimal | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    visitor: str = ""
    system: str = ""
    external_id: str = ""
    form_token: str = ""

    def logged_before(self, lead: Lead | None) -> QuerySet[Touchpoint]:
        if self.external_id:
            return Touchpoint.objects.filter(system=self.system, external_id=self.external_id)
        if self.form_token and lead is not None:
            return Touchpoint.objects.filter(lead=lead, form_token=self.form_token)
        return Touchpoint.objects.none()

    def touchpoint(self, lead: Lead | None, *, by: User | None, at: datetime) -> Touchpoint:
        """The row, not stored. Campaign parameters come out of the address where none is given."""
        url = clean_text(self.url)[:500]
        utm = {name: clean_text(text) for name, text in self.utm.items() if text} or utm_of(
            self.url
        )
        return Touchpoint(
            lead=lead,
            visitor=clean_text(self.visitor)[:80],
            by=by,
            kind=self.kind,
            direction=self.direction or _way_of(self.kind),
            occurred_at=self.occurred_at or at,
            campaign=self.campaign,
            title=clean_text(self.title)[:200],
            body=clean_text(self.body, lines=True),
            outcome=clean_text(self.outcome)[:60],
            url=url,
            **{name: utm.get(name, "")[:length] for name, length in LENGTHS.items()},
            value=self.value,
            attributes=dict(self.attributes),
            system=self.system[:60],
            external_id=self.external_id,
            form_token=self.form_token,
        )


def _way_of(kind: str) -> str:
    from_buyer = kind in ONLINE or kind == Touchpoint.Kind.CHAT
    return Touchpoint.Direction.INBOUND if from_buyer else Touchpoint.Direction.OUTBOUND


@dataclass(frozen=True)
class Recorded:
    """What became of one touch: stored now, or the one that its external id named before."""

    touchpoint: Touchpoint
    is_new: bool


@transaction.atomic
def log_touchpoint(*, lead: Lead, contact: Contact, by: User | None) -> Touchpoint:
    """One contact. The same form or the same external id again gives the contact of the first time."""
    at = timezone.now()
    refuse_future(contact.occurred_at, at)
    # First the subject, then the row of the lead: whoever writes many touches holds them in this order.
    hold_subjects(_names_of(contact.touchpoint(lead, by=by, at=at)))
    lead = settled(lead)
    again = contact.logged_before(lead)
    if (made := again.first()) is not None:
        return _of_this_lead(made, lead)
    touchpoint = contact.touchpoint(lead, by=by, at=at)
    try:
        with transaction.atomic():
            touchpoint.save(force_insert=True)
    except IntegrityError:
        if (made := again.first()) is None:
            raise
        return _of_this_lead(made, lead)
    follow_arrivals([touchpoint], at=at)
    record(
        actor=by,
        verb="logged",
        subject=lead,
        data={"touchpoint": touchpoint.pk, "kind": contact.kind},
        at=at,
    )
    touchpoint.refresh_from_db(fields=["left_out"])
    return touchpoint


def refuse_future(occurred_at: datetime | None, at: datetime) -> None:
    if occurred_at is not None and not is_possible(occurred_at):
        raise RuleViolation("This moment is out of range.")
    if occurred_at is not None and occurred_at > at + SKEW:
        raise RuleViolation("A contact cannot lie in the future. Plan it as the next step instead.")


def _of_this_lead(touchpoint: Touchpoint, lead: Lead) -> Touchpoint:
    if touchpoint.lead_id != lead.pk:
        raise RuleViolation(
            "A contact with this external id is already logged on another lead.", code="duplicate"
        )
    return touchpoint


@transaction.atomic
def record_touchpoints(*, touches: Sequence[Touchpoint]) -> list[Recorded]:
    """Store many touches at once, anonymous ones too; late ones find their place.

    A touch whose external id its system has given before changes nothing. What an unknown visitor
    did goes to the person as soon as a touch names both. All or nothing.
    """
    at = timezone.now()
    hold_for(touches)
    found = _stored(touches)
    fresh: dict[Any, Touchpoint] = {}
    for touch in touches:
        if (touch.system, touch.external_id) not in found:
            fresh.setdefault(_key(touch), touch)
    made = Touchpoint.objects.bulk_create(fresh.values())
    follow_arrivals(made, at=at)
    return _answers(touches, found | fresh, {touch.pk for touch in made})


def hold_for(touches: Sequence[Touchpoint]) -> None:
    """Before touches are stored: wait for others who write about the same, and give those of known
    visitors to the people they are.
    """
    hold_subjects({name for touch in touches for name in _names_of(touch)})
    known = known_visitors({touch.visitor for touch in touches if _is_anonymous(touch)})
    for touch in touches:
        if _is_anonymous(touch) and touch.visitor in known:
            touch.lead_id = known[touch.visitor]


def _answers(
    touches: Sequence[Touchpoint], stored: Mapping[Any, Touchpoint], new: set[int]
) -> list[Recorded]:
    """In the order in which they were given; of two with one id, the first is the new one."""
    answers = []
    for touch in touches:
        kept = stored[_key(touch)]
        answers.append(Recorded(kept, is_new=kept.pk in new))
        new.discard(kept.pk)
    return answers


def _key(touch: Touchpoint) -> Any:
    return (touch.system, touch.external_id) if touch.external_id else id(touch)


def _is_anonymous(touch: Touchpoint) -> bool:
    return touch.lead_id is None and bool(touch.visitor)


def _names_of(touch: Touchpoint) -> set[str]:
    """What others must not write at the same moment: the subject, the person, the external id."""
    names = {subject_of(touch.lead_id, touch.visitor), subject_of(touch.lead_id, "")}
    return names | ({f"id:{touch.system}:{touch.external_id}"} if touch.external_id else set())


def _stored(touches: Sequence[Touchpoint]) -> dict[Any, Touchpoint]:
    """Those that are here already, by system and external id."""
    found: dict[Any, Touchpoint] = {}
    for system in sorted({touch.system for touch in touches if touch.external_id}):
        ids = [t.external_id for t in touches if t.external_id and t.system == system]
        rows = Touchpoint.objects.filter(system=system, external_id__in=ids)
        for row in rows.exclude(external_id="").order_by():
            found[row.system, row.external_id] = row
    return found


def follow_arrivals(made: Sequence[Touchpoint], *, at: datetime) -> None:
    """What follows from new touches, whichever way they came: visitors become known, bursts are left out,
    sources follow. The caller has stored them and holds their subjects (``hold_for``).
    """
    named: dict[str, int] = {}
    also: dict[str, int] = {}
    for touch in made:
        if touch.visitor and touch.lead_id is not None:
            first = named.setdefault(touch.visitor, touch.lead_id)
            if first != touch.lead_id:
                also[touch.visitor] = touch.lead_id
    grown = claim_visitors(named, at=at) | claim_visitors(also, at=at)
    grown |= leave_out(made)
    grown |= {touch.lead_id for touch in made if touch.lead_id and touch.kind in TELLING}
    if grown:
        follow_touches(grown, at=at)
    changed(grown | {touch.lead_id for touch in made if touch.lead_id}, What.TOUCH)
    touched(made, at)


def follow_departures(gone: Sequence[Touchpoint], *, at: datetime) -> None:
    """What follows when touches that a file brought are taken back: their neighbours are judged anew, and
    the sources follow what is left. Who a visitor is stays known.
    """
    shrunk = {touch.lead_id for touch in gone if touch.lead_id is not None}
    if shrunk := shrunk | leave_out(gone):
        follow_touches(shrunk, at=at)


@transaction.atomic
def know_visitor(*, lead: Lead, visitor: str) -> None:
    """A form or another system says who a visitor is; what they did before joins the record."""
    at, name = timezone.now(), clean_text(visitor)[:80]
    if not name:
        return
    hold_subjects([subject_of(None, name), subject_of(lead.pk, "")])
    if grown := claim_visitors({name: lead.pk}, at=at):
        follow_touches(grown, at=at)
        changed(grown, What.TOUCH)


@transaction.atomic
def add_note(*, lead: Lead, body: str, by: User | None, form_token: str = "") -> Note:
    """What a colleague should know about this lead. The same form again gives the first note."""
    text, at = clean_text(body, lines=True), timezone.now()
    if not text:
        raise RuleViolation("Write something before you save the note.")
    lead = settled(lead)
    again = (
        Note.objects.filter(lead=lead, form_token=form_token) if form_token else Note.objects.none()
    )
    if (made := again.first()) is not None:
        return made
    note = Note(lead=lead, author=by, body=text[:10_000], created_at=at, form_token=form_token)
    try:
        with transaction.atomic():
            note.save(force_insert=True)
    except IntegrityError:
        if (made := again.first()) is None:
            raise
        return made
    record(actor=by, verb="noted", subject=lead, data={"note": note.pk}, at=at)
    return note
