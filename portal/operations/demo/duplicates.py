"""A few people who are in the demonstration company twice: found, merged, told apart."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from leads import services
from leads.merging.models import Candidate
from leads.merging.services import Wish, flag_duplicates, merge_leads, tell_apart
from leads.models import Lead
from leads.reading import prepare
from portal.operations.demo.past import at

if TYPE_CHECKING:
    from portal.operations.demo.leads import Setting

#: How the second record of a person differs from the first.
SLIPS = ("typo", "swapped", "private", "phone", "sister", "merged")


def make_duplicates(setting: Setting) -> None:
    """The newest people of a rep who have all that a second record needs, each written down again."""
    rep = setting.people["rep"]
    rows = Lead.objects.filter(owner=rep, status=Lead.Status.OPEN).exclude(email="")
    known = rows.exclude(last_name="").select_related("company").order_by("-created_at")
    for slip, lead in zip(SLIPS, known[: len(SLIPS)], strict=False):
        flag_duplicates(lead)
        with at(setting.now - timedelta(days=2)):
            second = services.create_lead(prepared=prepare(_again(lead, slip)), by=rep)
            pairs = flag_duplicates(second)
            _decide(setting, slip, lead, second, pairs)


def _again(lead: Lead, slip: str) -> dict[str, Any]:
    """The same person as somebody else would have written them down."""
    first, last = lead.first_name, lead.last_name
    local, _, domain = lead.email.partition("@")
    fields = {
        "first_name": first,
        "last_name": last,
        "email": f"{local}@{domain}",
        "phone": lead.phone,
        "company.name": lead.company.name if lead.company else "",
        "country": lead.country,
        "city": lead.city,
        "source": "Trade fair",
    }
    changed = {
        "typo": {"last_name": f"{last[:-1]}{last[-1] * 2}", "email": f"{local}x@{domain}"},
        "swapped": {"first_name": last, "last_name": first, "email": ""},
        "private": {"email": f"{local}@mail.example", "company.name": ""},
        "phone": {"first_name": first[:1], "email": ""},
        "sister": {"first_name": "Paula", "email": f"paula.{last}@{domain}".lower()},
        "merged": {"email": f"{first}.{last}@fair.example".lower(), "title": lead.title},
    }
    return fields | changed[slip]


def _decide(setting: Setting, slip: str, lead: Lead, second: Lead, pairs: list[Candidate]) -> None:
    marketer = setting.people["marketer2"]
    if slip == "merged":
        wish = Wish(reason="Met again at the fair; one person.")
        merge_leads(lost=second, kept=lead, by=marketer, wish=wish)
    elif slip == "sister":
        for pair in pairs[:1]:
            tell_apart(
                candidate=pair, by=marketer, reason="Sisters in the same depot; spoke to both."
            )
