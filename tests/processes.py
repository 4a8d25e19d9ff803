"""Real processes for the tests that need them, on the test's own database and folder."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "-A", "portal", "--quiet"]


HIDDEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the shell but the path, and none of the developer's .env."""
    base = {
        name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ
    }
    return base | {"ACCORD_ENV_FILE": "-", "ACCORD_VAR_DIR": str(folder)} | more


def test_database() -> dict[str, str]:
    """The address of the database that this test runs on, for a process of its own."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{name}"}
    parts = connection.settings_dict
    user = quote(parts["USER"]) + (f":{quote(parts['PASSWORD'])}" if parts["PASSWORD"] else "")
    host = f"{parts['HOST'] or 'localhost'}:{parts['PORT'] or 5432}"
    return {"DATABASE_URL": f"postgres://{user}@{host}/{name}"}


test_database.__test__ = False


def run(
    *arguments: str, env: dict[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MANAGE, *arguments], env=env, capture_output=True, text=True, timeout=timeout, check=False
    )


def spawn(
    command: list[str], env: dict[str, str], log: Path, *, folder: Path = settings.BASE_DIR
) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )


def end(
    process: subprocess.Popen[bytes], number: int = signal.SIGTERM, *, within: float = 10
) -> float:
    """Signal it and wait; the seconds it took. What is still there then is killed, and fails."""
    began = time.monotonic()
    process.send_signal(number)
    try:
        process.wait(timeout=within)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return time.monotonic() - began


def until(condition: Callable[[], object], *, seconds: float = 60, what: str = "it") -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} seconds")


def answers(address: str, path: str = "/healthz") -> bool:
    try:
        with urllib.request.urlopen(f"{address}{path}", timeout=5) as response:
            return response.status == 200
    except (OSError, urllib.error.URLError):
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def living(folder: Path) -> list[int]:
    """Processes of the portal that keeps its files in ``folder``."""
    found = []
    needle = f"ACCORD_VAR_DIR={folder}\0".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if lives(int(entry.name)) and needle in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def lives(number: int) -> bool:
    """It runs; one that has ended and that nobody has asked about yet does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def command_line(number: int) -> str:
    """What a process was called with; nothing when it has ended meanwhile."""
    try:
        return Path(f"/proc/{number}/cmdline").read_text()
    except OSError:
        return ""


def kill(number: int) -> None:
    """End a process at once. One that its parent's end took along needs no second death."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


class Browser:
    """Keeps cookies and fills in the one hidden field of our forms."""

    def __init__(self, address: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> str:
        with self.opener.open(self.address + path, timeout=30) as answer:
            return answer.read().decode()

    def post(self, path: str, **fields: str) -> str:
        fields["csrfmiddlewaretoken"] = HIDDEN.search(self.get(path))[1]
        body = urllib.parse.urlencode(fields).encode()
        with self.opener.open(self.address + path, body, timeout=30) as answer:
            return answer.read().decode()
