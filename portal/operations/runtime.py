"""What must be in place before processes start: folders, one start at a time, a current database."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import sys
import traceback
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from portal.operations.supervisor import Stop, die_with_parent

#: Any number: PostgreSQL's name for "somebody migrates this database".
MIGRATION_LOCK = 4_021_947


class CannotStart(Exception):
    """The start ends here. The message is one sentence for the person at the terminal."""


@contextlib.contextmanager
def only_start_here() -> Iterator[None]:
    """Hold the folder of running parts; the system frees it however this process ends."""
    settings.RUN_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.RUN_DIR / "start.lock").open("a+", encoding="ascii") as guard:
        if not _locked(guard.fileno()):
            guard.seek(0)
            holder = guard.read().strip() or "unknown"
            raise CannotStart(
                f"Accord already runs on this database from this folder (process {holder}): end "
                "that one first, or set ACCORD_VAR_DIR to another folder."
            )
        guard.truncate(0)
        guard.write(str(os.getpid()))
        guard.flush()
        yield


def _locked(descriptor: int) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def prepare() -> None:
    """Everything that processes find in place. Safe to run again at any time but next to a start."""
    with only_start_here():
        prepare_folders()
        migrate()
        collect_static()


def prepare_folders() -> None:
    """Make what is missing and drop what a killed run left. Messages are only wake-ups: the rows
    stay, and the first sweep wakes them again."""
    shutil.rmtree(settings.BROKER_DIR, ignore_errors=True)
    for name in ("messages", "control"):
        (settings.BROKER_DIR / name).mkdir(parents=True, mode=0o700)
    for stale in settings.RUN_DIR.glob("timetable*"):
        stale.unlink(missing_ok=True)
    for folder in (settings.STATIC_ROOT, settings.MEDIA_ROOT, settings.VAR_DIR / "outbox"):
        Path(folder).mkdir(parents=True, exist_ok=True, mode=0o700)


def apart(act: Callable[[], None], stop: Stop) -> None:
    """Do it in a process that ends afterwards, so that its memory does not stay with us, and that
    ends with us: each step is one transaction, so what was broken off leaves nothing half done."""
    if not hasattr(os, "fork"):
        act()
        return
    child = os.fork()
    if child == 0:
        die_with_parent()
        for number in Stop.numbers():
            signal.signal(number, signal.SIG_DFL)
        os._exit(_status_of(act))
    if os.waitstatus_to_exitcode(_wait_for(child, stop)) != 0 and not stop.is_asked:
        sys.exit(1)  # It has said why.


def _wait_for(child: int, stop: Stop) -> int:
    """The status with which it ended, by itself or because we were told to stop."""
    while not stop.wait(0.1):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
    os.kill(child, signal.SIGTERM)
    return os.waitpid(child, 0)[1]


def _status_of(act: Callable[[], None]) -> int:
    try:
        act()
    except (CannotStart, CommandError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception:  # noqa: BLE001 (we are a whole process here; the caller sees the status)
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def check_port(host: str, port: int) -> None:
    """Fail early and in words, not after the migration and in a traceback."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise CannotStart(f"--host {host} is not an address of this machine.") from error
    except OSError as error:
        raise CannotStart(
            f"Port {port} of {host} cannot be used ({error.strerror}): end what uses it, or "
            "choose another with --port."
        ) from error


def migrate() -> None:
    """Bring the database up to date; of several hosts, one does it and the others wait."""
    try:
        with _one_migrator():
            call_command("migrate", interactive=False, verbosity=0)
            if settings.CACHES["default"]["BACKEND"].endswith("DatabaseCache"):
                call_command("createcachetable", verbosity=0)
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise CannotStart(f"DATABASE_URL: the database cannot be used ({reason}).") from error
    finally:
        connection.close()


@contextlib.contextmanager
def _one_migrator() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield  # One start per folder, and the file is on this machine.
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])


def collect_static() -> None:
    """Gather what browsers load, under names that change with the content; only when it changed."""
    root = Path(settings.STATIC_ROOT)
    mark, current = root / ".collected", _static_fingerprint()
    if mark.is_file() and mark.read_text(encoding="ascii") == current:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(current, encoding="ascii")


def _static_fingerprint() -> str:
    seen = hashlib.sha256((settings.BASE_DIR / "requirements.lock").read_bytes())
    seen.update(sys.prefix.encode())
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                seen.update(str(path).encode() + path.read_bytes())
    return seen.hexdigest()


def answers(address: str) -> bool:
    """True when the web server says that it is alive. Asks this machine, through no proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    host = settings.ALLOWED_HOSTS[0].lstrip(".")
    request = urllib.request.Request(f"{address}/healthz", headers={"Host": host})  # noqa: S310
    try:
        with opener.open(request, timeout=2) as response:
            return bool(response.status == 200)
    except (OSError, urllib.error.URLError):
        return False
