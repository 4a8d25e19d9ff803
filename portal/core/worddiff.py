"""Two texts as one, with what was taken out and what was put in marked. Plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.safestring import SafeString

from portal.core.markup import element, joined

#: Beyond this many words the comparison goes line by line, so that its cost stays bounded.
MAX_WORDS = 3000
_WORDS = re.compile(r"\s+|\w+|[^\w\s]")


def pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yields ("same" | "del" | "ins", text) in reading order."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if max(len(before), len(after)) > MAX_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(before), len(after)) > MAX_WORDS:
        yield from _whole(old, new)
        return
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(before[a:b])
            continue
        yield from _whole("".join(before[a:b]), "".join(after[c:d]))


def _whole(old: str, new: str) -> Iterator[tuple[str, str]]:
    if old == new:
        yield "same", old
        return
    if old:
        yield "del", old
    if new:
        yield "ins", new


def diff_html(old: str, new: str) -> SafeString:
    """The pieces as text with ``<del>`` and ``<ins>``; everything else is escaped."""
    return joined(
        text if kind == "same" else element(kind, text) for kind, text in pieces(old, new)
    )
