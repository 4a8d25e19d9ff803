"""The search against the bare indexed statement that answers the same question."""

from __future__ import annotations

from django.db import connection

from leads.models import Lead
from leads.search import find_leads
from leads.search.store import COMPANIES, LEADS, Source, trigrams
from portal.operations.benchmarks.measuring import Duel, Work

AGAINST = "the bare indexed statement"
FIRST = 51
SEARCHES = ("search-name", "search-part", "search-address", "search-company", "search-slip")


def search_duels(wanted: frozenset[str]) -> list[Duel]:
    """The names of the lead in the middle: whole, in part, its address, its company, mistyped."""
    if wanted.isdisjoint(SEARCHES):
        return []
    lead = Lead.objects.select_related("company").exclude(company=None, full_name="")
    middle = lead.order_by("pk")[lead.count() // 2]
    last = middle.full_name.split()[-1].lower()
    # One letter twice: a slip that similarity finds as well.
    slip = last[:3] + last[2:]
    company = middle.company.name_key if middle.company else last
    return [
        Duel("search-name", 2.0, AGAINST, _finds(last), _bare(LEADS, last)),
        Duel("search-part", 2.0, AGAINST, _finds(last[:4]), _bare(LEADS, last[:4])),
        Duel(
            "search-address", 2.0, AGAINST, _finds(middle.email_key), _bare(LEADS, middle.email_key)
        ),
        Duel("search-company", 2.0, AGAINST, _finds(company), _bare_company(company)),
        Duel("search-slip", 2.0, AGAINST, _finds(slip), _bare_slip(slip)),
    ]


def _finds(words: str) -> Work:
    newest = Lead.objects.order_by("-created_at", "-pk")
    return lambda: list(find_leads(newest, words).rows[:FIRST])


def _asks(statement: str, *params: str) -> Work:
    """The statement, and the records made of its rows: whoever searches has these to make."""
    return lambda: list(Lead.objects.raw(statement, params))


def _match(word: str) -> str:
    return " AND ".join(f'"{part}"' for part in trigrams(word))


def _keys(source: Source) -> str:
    """The keys of the rows that hold a word, by the index that the database has for it."""
    if connection.vendor == "postgresql":
        return f"SELECT id FROM {source.table} WHERE {source.text(source.columns)} LIKE %s"  # noqa: S608
    return f"SELECT rowid FROM {source.index} WHERE {source.index} MATCH %s"  # noqa: S608


def _asked(word: str) -> str:
    return f"%{word}%" if connection.vendor == "postgresql" else _match(word)


def _bare(source: Source, word: str) -> Work:
    where = f"id IN ({_keys(source)})"
    if connection.vendor == "postgresql":
        where = f"{source.text(source.columns)} LIKE %s"
    return _asks(_newest(where), _asked(word))


def _bare_company(name: str) -> Work:
    longest = max(name.split(), key=len)
    return _asks(_newest(f"company_id IN ({_keys(COMPANIES)})"), _asked(longest))


def _bare_slip(word: str) -> Work:
    if connection.vendor == "postgresql":
        return _asks(_newest(f"{LEADS.text(LEADS.columns)} %%> %s"), word)
    # What holds any part of it comes in millions; those that hold most of it are close.
    any_part = " OR ".join(f'"{part}"' for part in trigrams(word))
    return _asks(_newest(f"id IN ({_keys(LEADS)} ORDER BY rank LIMIT {FIRST})"), any_part)


def _newest(where: str) -> str:
    return f"SELECT * FROM leads_lead WHERE {where} ORDER BY created_at DESC, id DESC LIMIT {FIRST}"  # noqa: S608
