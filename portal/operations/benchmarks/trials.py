"""What only a started portal shows: how long it takes to start, whether a large file slows its pages,
whether it takes webhooks as they come. Run when they are named, because each takes minutes.
"""

from __future__ import annotations

import json
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from leads.intake.models import Import
from leads.models import Company, Lead
from personas.models import Persona
from portal.accounts.services import create_token
from portal.operations.benchmarks.database import address_of, another_database
from portal.operations.benchmarks.hooks import EVENTS, batch, new_hook
from portal.operations.benchmarks.imports import MAPPING, written_to
from portal.operations.benchmarks.pages import Reader
from portal.operations.benchmarks.started import Portal, started

START, BUSY, POSTED = TRIALS = ("start", "busy", "hook-rate")
STARTS, STARTED_IN, LEAST_MIB = 3, 15.0, 150.0
#: Pages read before a file comes, rows of the file, files.
READ_BEFORE, ROWS, FILES = 150, 100_000, 3
#: Batches of events a minute, minutes (as many as a hundredth is told by), and what 99 of 100 may take.
BATCHES, MINUTES, ANSWERED_IN = 100, 3.0, 100.0
LONGEST_IMPORT = 3_600


@dataclass
class Trial:
    """``ours`` and ``bare`` in the unit, one of each a run."""

    name: str
    goal: float
    against: str
    unit: str
    leads: int = 0
    ours: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratios(self) -> list[float]:
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)]

    def as_dict(self) -> dict[str, Any]:
        ratio = statistics.median(self.ratios)
        return {
            "name": self.name,
            "leads": self.leads,
            "ratio": round(ratio, 3),
            "min": round(min(self.ratios), 3),
            "max": round(max(self.ratios), 3),
            "goal": self.goal,
            "met": ratio <= self.goal,
            "baseline": round(statistics.median(self.bare), 3),
            "ours": round(statistics.median(self.ours), 3),
            "against": self.against,
            "unit": self.unit,
            "runs": [round(ratio, 3) for ratio in self.ratios],
            **self.more,
        }

    def line(self) -> str:
        told = self.as_dict()
        verdict = "met" if told["met"] else "missed"
        more = "; ".join(f"{name} {value}" for name, value in self.more.items())
        return (
            f"{told['name']:<24} {told['ratio']:>7.2f} × {told['against']} ({told['min']}–{told['max']}; goal "
            f"{told['goal']}, {verdict}); {told['ours']:.1f} against {told['baseline']:.1f} {told['unit']}; {more}"
        )


def trials(wanted: frozenset[str], *, leads: int) -> Iterator[Trial]:
    makers: dict[str, Callable[[], Trial]] = {START: _start, BUSY: _busy, POSTED: _posted}
    for name, make in makers.items():
        if name in wanted:
            trial = make()
            trial.leads = leads
            yield trial


# --- start ------------------------------------------------------------------------------------------
def _start() -> Trial:
    """From nothing but a database without tables to the first page."""
    trial = Trial(START, 1.0, f"the {STARTED_IN:.0f} s that it may take", "s")
    sizes: list[dict[str, float]] = []
    for _ in range(STARTS):
        with (
            tempfile.TemporaryDirectory(prefix="accord-start-") as folder,
            another_database() as url,
        ):
            portal = Portal(Path(folder), url)
            try:
                trial.ours.append(portal.start())
                trial.bare.append(STARTED_IN)
                time.sleep(5)
                sizes.append(portal.resident_mib())
            finally:
                portal.stop()
    rest = {kind: max(size.get(kind, 0) for size in sizes) for kind in ("web", "worker")}
    trial.more = {f"{kind}_mib": round(size) for kind, size in rest.items()}
    trial.more["memory_met"] = all(size <= LEAST_MIB for size in rest.values())
    return trial


# --- one file never blocks the portal -----------------------------------------------------------------
def _busy() -> Trial:
    trial = Trial(BUSY, 2.0, "the same pages before the file came", "ms, 95th percentile")
    reader = Reader()
    _, token = create_token(
        user=reader.user, by=reader.user, name="Benchmark", scopes=["read", "write"]
    )
    cookie = reader.portal.cookies[settings.SESSION_COOKIE_NAME].value
    headers = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}
    rates: list[float] = []
    with _portal() as portal:
        paths = _paths()
        _read(portal, paths, headers, until=lambda laps: laps >= len(paths) * 3)
        for at in range(FILES):
            before = _read(portal, paths, headers, until=lambda laps: laps >= READ_BEFORE)
            run = _upload(portal, token, f"busy-{at}")
            began = time.monotonic()
            meanwhile = _read(portal, paths, headers, until=partial(_is_over, run))
            rates.append(ROWS / (time.monotonic() - began))
            trial.ours.append(_percentile(meanwhile, 95))
            trial.bare.append(_percentile(before, 95))
    trial.more = {"rows_a_second": round(statistics.median(rates)), "rows": ROWS}
    return trial


def _portal() -> Any:
    folder = Path(tempfile.mkdtemp(dir=settings.MEDIA_ROOT))
    return started(folder, address_of(connection.settings_dict["NAME"]))


def _paths() -> list[str]:
    """What people look at while somebody else brings in a file."""
    lead = Lead.objects.order_by("-pk")[0]
    records = [Company.objects.order_by("pk")[0], Persona.objects.order_by("pk")[0], lead]
    return [
        "/leads/",
        "/leads/?ordering=name",
        f"/leads/?owner={Lead.objects.exclude(owner=None)[0].owner_id}",
        f"/leads/?q={lead.full_name.split()[-1].lower()}",
        "/opportunities/",
        "/companies/",
        "/",
        *(row.get_absolute_url() for row in records),
    ]


def _read(
    portal: Portal, paths: Sequence[str], headers: dict[str, str], *, until: Callable[[int], bool]
) -> list[float]:
    laps: list[float] = []
    while True:
        for path in paths:
            status, took = portal.get(path, headers)
            if status != 200:
                raise AssertionError(f"{path} answered {status}.")
            laps.append(took)
        if until(len(laps)):
            return laps


def _upload(portal: Portal, token: str, mark: str) -> int:
    file = written_to(Path(settings.MEDIA_ROOT) / f"{mark}.csv", ROWS)
    edge = "accord-benchmark-edge"
    parts = {"kind": "leads", "mapping": json.dumps(MAPPING)}
    body = "".join(
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in parts.items()
    ).encode()
    head = (
        f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
    )
    body += head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
    file.unlink()
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": f"multipart/form-data; boundary={edge}",
    }
    status, answer = portal.post("/api/v1/imports/", body, headers)
    if status != 201:
        raise AssertionError(f"The upload answered {status}: {answer[:500]!r}")
    return int(json.loads(answer)["id"])


def _is_over(run: int, laps: int) -> bool:
    row = Import.objects.get(pk=run)
    if row.state == Import.State.DONE:
        return True
    if row.state not in (*Import.BUSY, Import.State.UPLOADED):
        raise AssertionError(f"The import is {row.state}: {row.message}")
    return False


# --- webhooks as they come ------------------------------------------------------------------------------
def _posted() -> Trial:
    text = f"{ANSWERED_IN:.0f} ms, {BATCHES * EVENTS:,} events a minute in batches of {EVENTS}"
    trial = Trial(POSTED, 1.0, text, "ms, 99th percentile")
    path = f"/hooks/in/{new_hook()}/"
    every, headers = 60 / BATCHES, {"Content-Type": "application/json"}
    laps: list[float] = []
    with _portal() as portal:
        begins = time.monotonic()
        for at in range(int(BATCHES * MINUTES)):
            time.sleep(max(0.0, begins + at * every - time.monotonic()))
            body = json.dumps(batch(EVENTS, f"rate{at}")).encode()
            began = time.perf_counter()
            status, answer = portal.post(path, body, headers)
            laps.append((time.perf_counter() - began) * 1000)
            if status != 202:
                raise AssertionError(f"The webhook answered {status}: {answer[:500]!r}")
    connection.close()
    trial.ours.append(_percentile(laps, 99))
    trial.bare.append(ANSWERED_IN)
    trial.more = {"median_ms": round(statistics.median(laps), 1)}
    return trial


def _percentile(laps: Sequence[float], percent: int) -> float:
    """The least that so many of a hundred are not slower than (nearest rank)."""
    ordered = sorted(laps)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
