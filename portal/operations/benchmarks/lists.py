"""The lead list by every filter and order that it offers, each against the same rows shown plainly."""

from __future__ import annotations

from portal.operations.benchmarks import bare
from portal.operations.benchmarks.cases import CASES, Scene
from portal.operations.benchmarks.measuring import Duel
from portal.operations.benchmarks.pages import Reader

GOAL = 2.0
#: There are many of these; five turns each are enough for a median.
RUNS = 5


def list_names() -> list[str]:
    return [f"lead-list-{name}" for name in CASES]


def list_duels(wanted: frozenset[str]) -> list[Duel]:
    found = []
    readers: dict[str, Reader] = {}
    scene = None
    for name, make in CASES.items():
        if f"lead-list-{name}" not in wanted:
            continue
        scene = scene or Scene.of(Reader().user)
        case = make(scene)
        if case is None:
            continue
        bare.CASES[name] = case
        reader = readers.setdefault(case.role, Reader(case.role))
        found.append(
            reader.duel(
                f"lead-list-{name}", GOAL, (case.address, f"/bare/leads/?case={name}"), runs=RUNS
            )
        )
    return found
