"""Who is meant by an e-mail address, and by which words they may stand anywhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

from django.apps import apps
from django.db.models import Q

from leads.erased import Key
from leads.mailboxes import canonical as email_canonical
from leads.models import FormerKey, Lead
from leads.normalising import email_key
from portal.feedback.models import Thread

#: What stands where a word of an erased person stood.
ERASED = "[erased]"
#: Shorter words, and shorter full names, are found in too much that is about others.
SHORTEST, SHORTEST_NAME = 6, 5
_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]{}]+@[^\s@<>\"',;:()\[\]{}]+\.[A-Za-z]{2,}")


@dataclass(frozen=True)
class Person:
    """The leads of one person, and the words by which others may have named them."""

    email: str
    lead_ids: tuple[int, ...]
    #: Threads about these leads.
    thread_ids: tuple[int, ...]
    words: tuple[str, ...]
    keys: frozenset[Key]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Any of the words, as a word of its own, whatever its case."""
        longest_first = sorted(self.words, key=len, reverse=True)
        return re.compile(
            "|".join(rf"(?<![\w@.+-]){re.escape(word)}(?![\w@])" for word in longest_first),
            re.IGNORECASE,
        )

    @cached_property
    def needles(self) -> tuple[str, ...]:
        """The words as databases may hold them: as they are, and as JSON writes them."""
        found = {
            form
            for word in self.words
            for form in (word, word.lower(), word.upper(), json.dumps(word)[1:-1])
        }
        return tuple(sorted(found))

    @cached_property
    def _addresses(self) -> re.Pattern[str]:
        """Ways to write that something is about one of the leads, without any word of the person."""
        lead, thread = (
            f"(?:{'|'.join(map(str, ids)) or '(?!)'})\\b"
            for ids in (self.lead_ids, self.thread_ids)
        )
        return re.compile(
            rf"""/leads/{lead}|leads\.lead/{lead}|/feedback/{thread}|["']lead["']: ?(?:\{{"id": ?)?{lead}"""
        )

    def is_in(self, text: str) -> bool:
        return bool(self.words) and self.pattern.search(text) is not None

    def is_meant_by(self, text: str) -> bool:
        """Whether a kept form or answer is about the person: by a word, or by the number of a lead."""
        return self.is_in(text) or self._addresses.search(text) is not None

    def redacted(self, value: Any) -> Any:
        """A text or JSON value without the words; whatever else it holds stays."""
        if isinstance(value, str):
            return self.pattern.sub(ERASED, value)
        if isinstance(value, list):
            return [self.redacted(each) for each in value]
        if isinstance(value, dict):
            return {self.redacted(name): self.redacted(each) for name, each in value.items()}
        return value


def person_known_by(email: str) -> Person:
    """Everything by which the person behind an address is known here; without a lead, the address."""
    key = email_key(email)
    known = Q(email_key=key) | Q(former_keys__kind=FormerKey.Kind.EMAIL, former_keys__value=key)
    leads = list(Lead.objects.filter(known).distinct()) if key else []
    return person_of(leads, email)


def person_of(leads: list[Lead], email: str = "") -> Person:
    words, keys = set(), set()
    for address in {email, *(lead.email for lead in leads)}:
        if key := email_key(address):
            words |= {address.strip(), key, email_canonical(key)}
            keys |= {("email", key), ("email_canonical", email_canonical(key))}
    for lead in leads:
        words |= set(_words_of(lead))
        keys |= {("phone", lead.phone_key), ("external_id", lead.external_id)}
    for kind, value in _former(leads):
        words.add(value)
        keys.add((kind, value))
    words |= set(_absorbed(leads))
    return Person(
        email,
        tuple(lead.pk for lead in leads),
        tuple(_threads(leads)),
        tuple(sorted(_spelled(words))),
        frozenset(key for key in keys if key[1]),
    )


def _threads(leads: list[Lead]) -> list[int]:
    topics = {lead.topic_id for lead in leads} - {None}
    return sorted(Thread._base_manager.filter(topic__in=topics).values_list("pk", flat=True))


def _spelled(words: Iterable[str]) -> set[str]:
    """The words that are long enough, as they are and as addresses of pages write them."""
    long = {w for w in words if len(w) >= (SHORTEST_NAME if " " in w else SHORTEST)}
    return long | {quote(w, safe="") for w in long} | {quote_plus(w) for w in long}


def _words_of(lead: Lead) -> list[str]:
    """A single first name or a short number stands for others too, so it is no word to look for."""
    words = [lead.email, lead.phone, lead.phone_key, lead.external_id]
    if len(lead.name.split()) > 1:
        words += [lead.name, lead.full_name, f"{lead.last_name}, {lead.first_name}".strip(", ")]
    return [word.strip() for word in words if word.strip()]


def _former(leads: list[Lead]) -> list[tuple[str, str]]:
    """Addresses and external ids by which the person was known before a merge."""
    keys = FormerKey.objects.filter(lead__in=[lead.pk for lead in leads])
    return list(keys.exclude(kind=FormerKey.Kind.LEAD).values_list("kind", "value"))


def _absorbed(leads: list[Lead]) -> list[str]:
    """Addresses and names of leads that were merged into these."""
    if not apps.is_installed("leads.merging") or not leads:
        return []
    merges = apps.get_model("merging.Merge")._base_manager.filter(lead__in=[x.pk for x in leads])
    words: list[str] = []
    for name, manifest in merges.values_list("lost_name", "manifest"):
        words += [name] if len(name.split()) > 1 else []
        words += _ADDRESS.findall(json.dumps(manifest, ensure_ascii=False))
    return words


def holding(fields: list[str], person: Person) -> Q:
    """Rows in one of whose fields (made text by the caller) a word may stand."""
    found = Q()
    for name in fields:
        for needle in person.needles:
            found |= Q(**{f"{name}__icontains": needle})
    return found
