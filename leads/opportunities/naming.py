"""Which usual stage a text of a file means. Plain Python."""

from __future__ import annotations

from portal.core.naming import name_key

#: Slug of a usual stage → what other systems call it.
_ALSO_CALLED = {
    "prospecting": ("prospect", "new", "appointment scheduled"),
    "qualification": ("qualified", "qualifying", "qualified to buy", "discovery", "sql"),
    "demonstration": (
        "demo",
        "demo scheduled",
        "demo completed",
        "needs analysis",
        "presentation scheduled",
    ),
    "proposal": (
        "proposal sent",
        "proposal/price quote",
        "quote",
        "quote sent",
        "value proposition",
        "contract sent",
    ),
    "negotiation": ("negotiating", "negotiation/review", "decision maker bought-in"),
    "won": ("closed won", "closed-won", "win", "signed"),
    "lost": ("closed lost", "closed-lost", "loss", "dead", "abandoned"),
}
#: Key of a text → slug of the usual stage that it means.
MEANS = {name_key(text): slug for slug, texts in _ALSO_CALLED.items() for text in texts}

#: What people write in a competitor's place although it is none. Taken for one, it would make the
#: win rate against competitors lie.
_NO_COMPETITOR = {
    "no_decision": ("no decision", "nobody", "nothing", "status quo", "did nothing", "no one"),
    "in_house": (
        "in-house",
        "internal",
        "do it yourself",
        "diy",
        "built it themselves",
        "own solution",
    ),
    "unknown": ("unknown", "not known", "don't know", "?", "n/a", "na", "none", "-", "other"),
}
_OUTCOMES = {name_key(text): outcome for outcome, texts in _NO_COMPETITOR.items() for text in texts}


def outcome_named(text: str) -> str:
    """To whom a sale was lost, where a text in a competitor's place names none; else empty."""
    if not text.strip():
        return ""
    key = name_key(text)
    return _OUTCOMES.get(key, "") if key else "unknown"
