"""All benchmarks, by name."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from portal.operations.benchmarks.database import Kept, temporary_database
from portal.operations.benchmarks.duplicates import (
    BASELINES,
    SCAN,
    Quality,
    duplicate_duels,
    qualities,
)
from portal.operations.benchmarks.exports import EXPORTS, export_duels
from portal.operations.benchmarks.hooks import HOOK, hook_duels
from portal.operations.benchmarks.imports import IMPORTS, LARGE_CSV, import_duels
from portal.operations.benchmarks.lists import list_duels, list_names
from portal.operations.benchmarks.measuring import Duel, Growth, Result, fight
from portal.operations.benchmarks.pages import (
    PAGES,
    other_duels,
    other_names,
    page_duels,
    queries_of,
)
from portal.operations.benchmarks.reports import REPORTS, report_duels
from portal.operations.benchmarks.searches import SEARCHES, search_duels
from portal.operations.benchmarks.trials import TRIALS, Trial, trials
from portal.operations.generating.service import generate

TOUCHPOINTS_A_LEAD, LEADS_AN_OPPORTUNITY = 10, 10
#: What a reader waits for must not grow with the number of leads: 95th percentiles, and the names it holds for.
MOST_GROWTH = 1.3
GROWING = ("lead-", "search-", "page-")
Told = Result | Quality | Trial
#: Those that add leads come last, so that the others see the data as it was made. Each makes ready
#: what is wanted and no more: the keys of all leads, for one, take their time.
MAKERS: Sequence[Callable[[frozenset[str]], list[Duel]]] = (
    page_duels,
    other_duels,
    search_duels,
    export_duels,
    list_duels,
    report_duels,
    duplicate_duels,
    hook_duels,
    import_duels,
)
NAMES = (
    *PAGES,
    *SEARCHES,
    *EXPORTS,
    *list_names(),
    *other_names(),
    *REPORTS,
    SCAN,
    *BASELINES,
    HOOK,
    *IMPORTS,
    *TRIALS,
)
#: Run only when they are named: too long for every time.
ON_DEMAND = frozenset({LARGE_CSV, *TRIALS})
#: Public data whose true duplicates are known; benchmarks on it are left out where it is not at hand.
REAL_DATA = os.environ.get("ACCORD_REAL_DATA") or settings.BASE_DIR.parent / "shared" / "data"


def run(
    names: Sequence[str],
    *,
    sizes: Sequence[int],
    say: Callable[[str], object],
    keep: bool = False,
) -> Iterator[Told]:
    """Each wanted benchmark on each number of generated leads, in a database of its own.

    What is measured on public data needs none. ``keep``: the generated data is put aside, and taken
    from there the next time.
    """
    wanted = frozenset(names) or frozenset(NAMES) - ON_DEMAND
    yield from qualities(Path(REAL_DATA), wanted)
    if not wanted - set(BASELINES):
        return
    for leads in sizes:
        yield from _run_once(wanted, leads=leads, say=say, kept=Kept(leads) if keep else None)


def _run_once(
    wanted: frozenset[str], *, leads: int, say: Callable[[str], object], kept: Kept | None
) -> Iterator[Result | Trial]:
    def make() -> None:
        say(
            f"Making {leads:,} leads with {TOUCHPOINTS_A_LEAD} touchpoints each on {connection.vendor}…"
        )
        start = time.monotonic()
        generate(
            leads=leads,
            touchpoints=leads * TOUCHPOINTS_A_LEAD,
            opportunities=leads // LEADS_AN_OPPORTUNITY,
            seed=1,
        )
        took = time.monotonic() - start
        say(
            f"Made in {took:.0f} s: {leads / took:,.0f} leads a second with all that hangs on them."
        )

    with temporary_database(kept):
        kept.made_by(make) if kept else make()
        for ready in MAKERS:
            for duel in ready(wanted):
                if duel.name in wanted:
                    yield _fought(duel, leads)
        yield from trials(wanted, leads=leads)


def _fought(duel: Duel, leads: int) -> Result:
    result = fight(duel)
    result.leads = leads
    result.queries = None if duel.once else queries_of(duel.work)
    return result


def growth(found: Sequence[Told]) -> list[Growth]:
    """How pages grow from the smallest to the largest size. Work that changes data is left out."""
    results = [result for result in found if isinstance(result, Result)]
    sizes = sorted({result.leads for result in results})
    if len(sizes) < 2:
        return []
    ends = {(result.duel.name, result.leads): result for result in results}
    return [
        Growth(small, ends[name, sizes[-1]], MOST_GROWTH)
        for (name, size), small in ends.items()
        if size == sizes[0] and small.queries and name.startswith(GROWING)
    ]


def kept(results: Sequence[Told], *, sizes: Sequence[int]) -> Path:
    """Write what was measured beside earlier measurements; returns the file."""
    folder = Path(settings.VAR_DIR) / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{timezone.now():%Y%m%d-%H%M%S}-{connection.vendor}-{max(sizes)}.json"
    file.write_text(json.dumps(answer(results, sizes=sizes), indent=2), encoding="utf-8")
    return file


def answer(results: Sequence[Told], *, sizes: Sequence[int]) -> dict[str, Any]:
    return {
        "database": connection.vendor,
        "leads": list(sizes),
        "touchpoints": [leads * TOUCHPOINTS_A_LEAD for leads in sizes],
        "results": [told.as_dict() for told in (*results, *growth(results))],
    }
