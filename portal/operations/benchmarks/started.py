"""A portal of its own, with all its processes: what people meet, not what one function takes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings

#: Longer than any machine should take, so that a slow one tells how slow it is.
LONGEST_START = 600
#: How long processes may take to end by themselves.
GRACE = 15


class Portal:
    """``manage.py start`` on a database, with a folder of its own for everything else it keeps."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.port = _free_port()
        own = {"ACCORD_ENV_FILE": "-", "ACCORD_VAR_DIR": str(folder), "DATABASE_URL": database}
        own |= {"ACCORD_SECRET_KEY": settings.SECRET_KEY}
        self.environment = _shell() | own
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """The seconds until its first page is there."""
        began = time.monotonic()
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        with (self.folder / "start.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*manage, "start", "--port", str(self.port)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < LONGEST_START:
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "start.log").read_text()[-2000:])
            if self._answers("/login/"):
                return time.monotonic() - began
            time.sleep(0.1)
        raise RuntimeError("The portal did not start.")

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, float]:
        """Status and milliseconds of one page, on a connection of its own."""
        began = time.perf_counter()
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=120)) as link:
            link.request("GET", path, headers=dict(headers))
            answer = link.getresponse()
            answer.read()
        return answer.status, (time.perf_counter() - began) * 1000

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        with contextlib.closing(HTTPConnection("127.0.0.1", self.port, timeout=600)) as link:
            link.request("POST", path, body=body, headers=dict(headers))
            answer = link.getresponse()
            return answer.status, answer.read()

    def resident_mib(self) -> dict[str, float]:
        """The most memory a process of each kind holds: web server, worker, scheduler. Linux only."""
        sizes: dict[str, float] = {}
        mark = f"ACCORD_VAR_DIR={self.folder}\0".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes():
                    kind = _kind_of((entry / "cmdline").read_bytes())
                    sizes[kind] = max(sizes.get(kind, 0), _resident(entry))
        return sizes

    def _answers(self, path: str) -> bool:
        try:
            return self.get(path, {})[0] == 200
        except OSError:
            return False


@contextlib.contextmanager
def started(folder: Path, database: str) -> Iterator[Portal]:
    portal = Portal(folder, database)
    try:
        portal.start()
        yield portal
    finally:
        portal.stop()


def _shell() -> dict[str, str]:
    """Nothing of the shell but where things are, so that every run is the same."""
    kept = ("PATH", "LANG", "LD_LIBRARY_PATH", "HOME")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kind_of(command: bytes) -> str:
    parts = command.split(b"\0")
    for word, kind in ((b"gunicorn", "web"), (b"beat", "scheduler"), (b"worker", "worker")):
        if word in parts:
            return kind
    return "supervisor"


def _resident(entry: Path) -> float:
    lines = (entry / "status").read_text().splitlines()
    found = next((line for line in lines if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    return int(found.split()[1]) / 1024
