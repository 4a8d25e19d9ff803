"""The menu: the same entries for rail, bottom bar and the keys after ``g``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to go. ``action`` is the key of the policy that opens it."""

    label: str | Promise
    address: str
    icon: str
    key: str
    action: str
    others: tuple[str, ...] = ()

    def reach(self, path: str) -> int:
        """How many letters of ``path`` say that it belongs to this entry; 0 when it does not."""
        if self.address == "/":
            return int(path == "/")
        return max(
            len(start) if path.startswith(start) else 0 for start in (self.address, *self.others)
        )


ENTRIES = (
    Entry(_("Home"), "/", "house", "h", "dashboard.view_home"),
    Entry(_("Queue"), "/queue/", "list-checks", "q", "queue.view_queue"),
    Entry(_("Leads"), "/leads/", "users", "l", "leads.view_lead", ("/companies/", "/segments/")),
    Entry(
        _("Handoffs"),
        "/handoffs/",
        "arrow-right-left",
        "n",
        "handoffs.view_handoff",
        ("/leads/routing/",),
    ),
    Entry(_("Opportunities"), "/opportunities/", "target", "o", "opportunities.view_opportunity"),
    Entry(_("Personas"), "/personas/", "contact", "p", "personas.view_persona"),
    Entry(_("Campaigns"), "/campaigns/", "megaphone", "c", "campaigns.view_campaign"),
    Entry(
        _("Talking points"),
        "/talking-points/",
        "message-square-quote",
        "t",
        "talking_points.view_talkingpoint",
    ),
    Entry(_("Feedback"), "/feedback/", "messages-square", "f", "feedback.view_thread"),
    Entry(_("Agreement"), "/agreement/", "handshake", "a", "slas.view_sla"),
    Entry(_("Reports"), "/reports/", "chart-column", "r", "reports.view_report"),
    Entry(_("Privacy"), "/privacy/", "shield-check", "y", "privacy.add_personrequest"),
)
#: How many entries fit beside "More" in the bottom bar of a phone.
BOTTOM = 4


def entries_for(user: Any) -> list[Entry]:
    """What this person may open, in the order of the menu."""
    return [entry for entry in ENTRIES if user.has_perm(entry.action)]


def place_in(entries: list[Entry], path: str) -> str:
    """The address of the entry that a page belongs to: the one that knows most of its path."""
    best = max(entries, key=lambda entry: entry.reach(path), default=None)
    return best.address if best is not None and best.reach(path) else ""
