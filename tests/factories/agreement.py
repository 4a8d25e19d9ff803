from __future__ import annotations

import itertools
from datetime import UTC, datetime

from portal.funnel.defaults import CONTENT, TITLE
from portal.funnel.models import FunnelDefinition
from portal.slas import services
from portal.slas.models import Calendar, Sla
from tests.factories.documents import make_document, manager_of

_numbers = itertools.count(1)

OFFICE = {str(day): [["09:00", "12:30"], ["13:30", "17:30"]] for day in range(5)}
ROUND_THE_CLOCK = {str(day): [["00:00", "24:00"]] for day in range(7)}
#: A Thursday on which everybody is at work.
THURSDAY = datetime(2026, 3, 26, 9, 0, tzinfo=UTC)


def make_calendar(name=None, *, hours=None, holidays=(), **fields):
    calendar = Calendar.objects.create(
        name=name or f"Calendar {next(_numbers)}",
        hours=OFFICE if hours is None else hours,
        **fields,
    )
    for on, label in holidays:
        calendar.holidays.create(on=on, name=label)
    return calendar


def make_commitment(
    kind="feedback_answer", side="marketing", target="8", *, calendar=None, **parts
):
    calendar = calendar or Calendar.objects.first() or make_calendar()
    return {
        "kind": kind,
        "side": side,
        "target": target,
        "calendar": calendar.pk,
        "remediation": "Look at the queue together",
    } | parts


def make_sla(title=None, *, by=None, commitments=None, agreed=False, **content):
    """An SLA in which marketing answers feedback within 8 business hours, unless told otherwise."""
    by = by or manager_of("marketing")
    content = {
        "purpose": "Nobody waits without knowing for how long.",
        "reporting_owner": by.pk,
        "commitments": [make_commitment()] if commitments is None else commitments,
    } | content
    return make_document(Sla, title, by=by, content=content, agreed=agreed)


def make_funnel(title=TITLE, *, by=None, agreed=False, **content):
    by = by or manager_of("marketing")
    return make_document(FunnelDefinition, title, by=by, content=CONTENT | content, agreed=agreed)


def make_clock(
    kind="feedback_answer", department="marketing", *, at=THURSDAY, title="A question", **fields
):
    """A running clock; an SLA is agreed first where none commits to it."""
    options = {"commitment": kind, "department": department, "title": title, "at": at}
    options |= {"url": "/feedback/1/"} | fields
    clock = services.start_clock(**options)
    if clock is None:
        make_sla(commitments=[make_commitment(kind, department)], agreed=True)
        clock = services.start_clock(**options)
    return clock
