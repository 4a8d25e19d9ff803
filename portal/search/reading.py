"""One question to every kind of thing that a person may find."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.search.providers import LONGEST, PROVIDERS, SHORTEST, Group, Provider

if TYPE_CHECKING:
    from portal.accounts.requests import PortalRequest

#: Hits of each kind beside the others, and of one kind alone.
FEW, MANY = 6, 50


def question(text: str) -> str:
    """The words as they are looked for: one line, no control characters, not endless."""
    printable = "".join(char if char.isprintable() else " " for char in text[: LONGEST * 4])
    return " ".join(printable.split())[:LONGEST].strip()


def search(request: PortalRequest, words: str, kind: str = "") -> list[Group]:
    """What was found, kind by kind, at most one query each; empty kinds are left out."""
    if len(words) < SHORTEST:
        return []
    asked = [p for p in PROVIDERS if kind in {"", p.key} and request.user.may(p.action)]
    groups = [_group(provider, request, words, is_alone=bool(kind)) for provider in asked]
    return [group for group in groups if group.hits]


def _group(provider: Provider, request: PortalRequest, words: str, *, is_alone: bool) -> Group:
    limit = MANY if is_alone else FEW
    rows = list(provider.find(request, words)[: limit + 1])
    hits = [provider.show(row, request.user) for row in rows[:limit]]
    # A kind alone is itself the answer to "all results", so it links on only to a list.
    has_more = len(rows) > limit and not (is_alone and not provider.list_route)
    more_url = provider.more_url(words) if has_more else ""
    return Group(provider.key, provider.label, provider.icon, hits, more_url)
