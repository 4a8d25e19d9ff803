"""Finding people and companies by any part of a name, an address, a number or an id.

``find_leads(rows, text, …)`` and ``find_companies(rows, text)`` narrow rows that are already
permitted; both databases answer the same. ``words`` says what a question means, ``store`` what
the database keeps for it, ``finding`` puts the two together.
"""

from __future__ import annotations

from leads.search.finding import Found, find_companies, find_leads

__all__ = ["Found", "find_companies", "find_leads"]
