"""``bench``: how quick the portal is, as ratios measured in the same run."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.operations.benchmarks.measuring import Growth, Result
from portal.operations.benchmarks.suite import NAMES, Told, answer, growth, kept, run

LEAST, USUAL, MOST = 100, 10_000, 10_000_000


class Command(BaseCommand):
    help = (
        "Runs the benchmarks in a database of their own and prints each as a ratio to its baseline."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}"
        )
        parser.add_argument(
            "--leads",
            type=_size,
            action="append",
            help="how many leads to measure with; given several times, each in turn and compared (default: 10000)",
        )
        parser.add_argument(
            "--keep",
            action="store_true",
            help="put the generated data aside, and begin with it the next time",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := sorted(set(options["names"]) - set(NAMES)):
            raise CommandError(
                f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(NAMES)}.",
                returncode=2,
            )
        results: list[Told] = []
        sizes = sorted(set(options["leads"] or [USUAL]))
        found = run(options["names"], sizes=sizes, say=self.stderr.write, keep=options["keep"])
        for result in found:
            results.append(result)
            self.stderr.write(_line(result))
        for compared in growth(results):
            self.stderr.write(_growth_line(compared))
        file = kept(results, sizes=sizes)
        self.stderr.write(f"Written to {file}.")
        if options["json"]:
            self.stdout.write(json.dumps(answer(results, sizes=sizes)))


def _line(result: Told) -> str:
    if not isinstance(result, Result):
        return result.line()
    told = result.as_dict()
    verdict = "met" if told["met"] else "missed"
    return (
        f"{told['name']:<24} {told['ratio']:>7.2f} × {told['against']} ({told['min']}–{told['max']}; goal {told['goal']}, "
        f"{verdict}); {told['ours']:.1f} against {told['baseline']:.1f} ms; {told['queries'] or '–'} queries; "
        f"{told['memory_mib'] or '–'} MiB"
    )


def _growth_line(compared: Growth) -> str:
    told = compared.as_dict()
    verdict = "met" if told["met"] else "missed"
    return (
        f"{told['name']:<32} {told['ratio']:>7.2f} × {told['against']} (goal {told['goal']}, {verdict}); "
        f"95th percentile {told['ours']:.1f} against {told['baseline']:.1f} ms; queries {told['queries']}"
    )


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not LEAST <= int(text) <= MOST:
        raise ArgumentTypeError(f"must be a whole number from {LEAST} to {MOST}")
    return int(text)
