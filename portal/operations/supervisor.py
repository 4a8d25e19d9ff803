"""Keeps the portal's processes running: starts them, restarts what dies, ends all of them."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

log = structlog.get_logger(__name__)

#: All children have this long to end by themselves; on a busy machine the rest needs seconds too.
GRACE_SECONDS = 6.5
LONGEST_BACK_OFF = 30.0
#: A child that ran this long was healthy, so its next restart is at once again.
HEALTHY_AFTER = 60.0
TICK = 0.2
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process, and when it may next be started."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    #: Where it looks for the portal's code, wherever the person stood who started us.
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    not_before: float = 0.0

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C reaches us alone and we end it in order."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_death(self, now: float) -> float:
        """The wait before the next start: none at first, then doubling."""
        ran = now - self.started
        self.deaths = 1 if ran > HEALTHY_AFTER else self.deaths + 1
        wait = min(LONGEST_BACK_OFF, 2.0 ** (self.deaths - 1) - 1)
        self.not_before = now + wait
        return wait

    def end_group(self) -> None:
        """What a dead child left running would keep its port or its work from the next one."""
        if os.name == "posix":
            self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """To the whole group: what the child started must not outlive it."""
        if self.process is None:
            return
        try:
            if os.name == "posix":
                os.killpg(self.process.pid, number)
            elif self.is_alive:
                self.process.terminate()
        except (ProcessLookupError, PermissionError):
            return


def die_with_parent() -> None:
    """Linux tells the child to end when we are killed without a chance to say so."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Stop:
    """Whether we have been told to end. A plain flag: a signal's handler must wait for no lock."""

    SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")

    def __init__(self) -> None:
        self.is_asked = False

    @classmethod
    def numbers(cls) -> list[int]:
        return [getattr(signal, name) for name in cls.SIGNALS if hasattr(signal, name)]

    def on_signals(self) -> None:
        for number in self.numbers():
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.is_asked = True

    def wait(self, seconds: float) -> bool:
        """Let that much time pass, unless the end has been asked for."""
        if not self.is_asked:
            time.sleep(seconds)
        return self.is_asked


class Supervisor:
    """Runs until it is told to stop; ``watch`` may name a child that hangs and must be restarted."""

    def __init__(
        self,
        children: list[Child],
        stop: Stop,
        *,
        watch: Callable[[float], str | None] | None = None,
    ) -> None:
        self.children = children
        self.stop = stop
        self.watch = watch

    def start_all(self) -> None:
        for child in self.children:
            child.start()

    def tend(self) -> None:
        """Restart what died, once its back-off is over."""
        now = time.monotonic()
        for child in self.children:
            if child.is_alive:
                continue
            if child.process is not None:
                child.end_group()
                code, child.process = child.process.returncode, None
                wait = child.note_death(now)
                log.error("child_died", child=child.name, code=code, seconds=wait)
                sys.stderr.write(f"The {child.name} ended unexpectedly and is started again.\n")
            if now >= child.not_before:
                child.start()
        self._restart_what_hangs()

    def _restart_what_hangs(self) -> None:
        hanging = self.watch(time.monotonic()) if self.watch else None
        for child in self.children:
            if child.name == hanging and child.is_alive:
                log.error("child_hangs", child=child.name)
                child.signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)

    def run(self) -> None:
        while not self.stop.wait(TICK):
            self.tend()

    def stop_all(self) -> None:
        """Ask all at once, wait for all together, then insist."""
        for child in self.children:
            if child.is_alive:
                child.signal(signal.SIGTERM)
        ends = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < ends and any(child.is_alive for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            child.end_group()
            if child.process is not None:
                child.process.kill()
                child.process.wait(timeout=1)
