"""Touches that no person did: scanners that follow every link, crawlers, pages opened by the dozen.

Plain Python. A touch is left out when one of these holds, whatever order the touches came in:

* ``machine``: its ``attributes.user_agent`` is that of a crawler, a scanner or a tool;
* ``burst``: it belongs to ``CLICKS`` or more links of one mail within ``CLICK_SECONDS``;
* ``burst``: a link or a mail opened within ``DELIVERY_SECONDS`` of the delivery of that mail
  (``attributes.delivered_at``, or the touch of the mail itself, of the same ``attributes.mail``);
* ``burst``: it belongs to ``PAGES`` or more page visits within ``PAGE_SECONDS``.

They are counted for one visitor, or for one lead where no visitor is known. A touch of which only the
day is known (its moment is the first of the day) is in no burst. What is left out does
not shield others: every touch is judged by all touches, left out or not.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

BURST, MACHINE = "burst", "machine"
#: People read a mail before they follow a link; nobody follows five in ten seconds.
CLICKS, CLICK_SECONDS = 5, 10
#: A gateway that checks links does so before the mail is in the mailbox.
DELIVERY_SECONDS = 2
PAGES, PAGE_SECONDS = 31, 60
#: How far apart two touches can be and still decide about each other.
REACH = timedelta(seconds=max(CLICK_SECONDS, DELIVERY_SECONDS, PAGE_SECONDS))

ONLINE = frozenset({"page_view", "form", "download", "mail_open", "mail_click", "advert", "social"})
#: What decides about others: the rest need not be looked at.
COUNTED = frozenset({"page_view", "mail_open", "mail_click", "email"})
_MACHINES = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|scanner|preview|headless|phantomjs|python-requests|python-urllib|"
    r"\bcurl/|\bwget/|go-http-client|okhttp|java/|libwww|httpclient|scrapy|monitor|pingdom|uptime|"
    r"barracuda|proofpoint|mimecast|safelinks|forefront|urldefense|googleimageproxy|"
    r"yahoomailproxy|facebookexternalhit|lighthouse",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Seen:
    """One touch as the rules see it. ``subject`` is the visitor or the lead."""

    key: int
    subject: str
    kind: str
    at: datetime
    mail: str = ""
    user_agent: str = ""
    delivered_at: datetime | None = None
    #: Only the day is known: what is counted by seconds cannot be told of it.
    is_day: bool = False


def judged(touches: Iterable[Seen]) -> dict[int, str]:
    """Key → why it is left out, for those that are. All that can decide about them must be given."""
    seen = list(touches)
    groups = _grouped(touch for touch in seen if not touch.is_day)
    found: dict[int, str] = {}
    for (_, kind, _), group in groups.items():
        if kind == "mail_click":
            found |= dict.fromkeys(_crowded(group, CLICKS, CLICK_SECONDS), BURST)
        elif kind == "page_view":
            found |= dict.fromkeys(_crowded(group, PAGES, PAGE_SECONDS), BURST)
    deliveries = _deliveries(groups)
    for touch in seen:
        if _is_at_delivery(touch, deliveries.get((touch.subject, touch.mail), ())):
            found[touch.key] = BURST
        if is_machine(touch.kind, touch.user_agent):
            found[touch.key] = MACHINE
    return found


def _grouped(touches: Iterable[Seen]) -> dict[tuple[str, str, str], list[Seen]]:
    """Touches of one subject and kind; those of mails for each mail."""
    groups: dict[tuple[str, str, str], list[Seen]] = defaultdict(list)
    for touch in touches:
        mail = "" if touch.kind == "page_view" else touch.mail
        groups[touch.subject, touch.kind, mail].append(touch)
    return groups


def is_machine(kind: str, user_agent: str) -> bool:
    return kind in ONLINE and bool(user_agent) and bool(_MACHINES.search(user_agent))


def _crowded(group: Sequence[Seen], least: int, seconds: int) -> list[int]:
    """Those that stand in a window of so many seconds with so many others."""
    if len(group) < least:
        return []
    ordered = sorted(group, key=lambda touch: touch.at)
    times = [touch.at for touch in ordered]
    window, last, found = timedelta(seconds=seconds), 0, []
    for first, start in enumerate(times):
        end = bisect_right(times, start + window)
        if end - first >= least:
            found += [touch.key for touch in ordered[max(first, last) : end]]
            last = end
    return found


def _deliveries(
    groups: dict[tuple[str, str, str], list[Seen]],
) -> dict[tuple[str, str], list[datetime]]:
    """When each mail was sent to each subject, as far as a touch says so."""
    return {
        (subject, mail): sorted(touch.at for touch in group)
        for (subject, kind, mail), group in groups.items()
        if kind == "email" and mail
    }


def _is_at_delivery(touch: Seen, deliveries: Sequence[datetime]) -> bool:
    if touch.kind not in {"mail_click", "mail_open"} or touch.is_day:
        return False
    window = timedelta(seconds=DELIVERY_SECONDS)
    if touch.delivered_at and touch.delivered_at <= touch.at <= touch.delivered_at + window:
        return True
    return bisect_left(deliveries, touch.at - window) < bisect_right(deliveries, touch.at)
