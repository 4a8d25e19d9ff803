"""``start``: check, migrate, and run web server, worker and scheduler until told to stop."""

from __future__ import annotations

import os
import sys
import threading
import time
from argparse import ArgumentTypeError
from functools import partial
from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.core import checks
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from portal.core.checks import TAG, refuse_to_serve
from portal.jobs.models import Job, Pulse
from portal.jobs.services import sweep_jobs
from portal.operations import runtime
from portal.operations.supervisor import Child, Stop, Supervisor

#: Give up when the first page has not come by then.
FIRST_ANSWER_SECONDS = 90
SILENT_WORKER_SECONDS = 120
WATCH_EVERY = 30.0


class Command(BaseCommand):
    help = "Start Accord: web server, background worker and scheduler. Ctrl-C ends all of them."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demonstration company")
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=_port, default=8000)
        parser.add_argument("--workers", type=_workers, default=default_workers())

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        self.stop = Stop()
        self.stop.on_signals()
        self._check_configuration()
        try:
            with runtime.only_start_here():
                runtime.check_port(host, port)
                runtime.prepare_folders()
                runtime.apart(partial(self._prepare, demo=options["demo"]), self.stop)
                if not self.stop.is_asked:
                    self._serve(host, port, options["workers"])
                leave()
        except runtime.CannotStart as error:
            self.stderr.write(str(error))
            sys.exit(1)

    def _prepare(self, *, demo: bool) -> None:
        runtime.migrate()
        runtime.collect_static()
        if demo:
            call_command("demo", stdout=self.stdout, stderr=self.stderr)
        sweep_jobs()

    def _check_configuration(self) -> None:
        for message in checks.run_checks(tags=[TAG]):
            if message.level < checks.ERROR:
                self.stderr.write(message.msg)
        refuse_to_serve()
        if faults := [m for m in checks.run_checks() if m.level >= checks.ERROR]:
            raise CommandError("\n".join(f"{fault.id} {fault.msg}" for fault in faults))

    def _serve(self, host: str, port: int, workers: int) -> None:
        supervisor = Supervisor(children(host, port, workers), self.stop, watch=SilentWorker())
        try:
            supervisor.start_all()
            threading.Thread(target=self._announce, args=(host, port), daemon=True).start()
            supervisor.run()
        finally:
            supervisor.stop_all()
        if self._failed:
            raise CommandError(self._failed)

    _failed = ""

    def _announce(self, host: str, port: int) -> None:
        """Print the address once it answers; end everything when it never does."""
        here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(
            host, f"[{host}]" if ":" in host else host
        )
        address = f"http://{here}:{port}"
        ends = time.monotonic() + FIRST_ANSWER_SECONDS
        while not self.stop.wait(0.1):
            if runtime.answers(address):
                self.stdout.write(f"Accord answers at {address}/ (Ctrl-C ends it).")
                self.stdout.flush()
                return
            if time.monotonic() > ends:
                self._failed = (
                    f"The web server did not answer within {FIRST_ANSWER_SECONDS} seconds; "
                    f"see {settings.LOG_FILE}."
                )
                self.stop.is_asked = True


class SilentWorker:
    """Names the worker when it lives but does nothing: connected, and not consuming."""

    def __init__(self) -> None:
        self.next_look = time.monotonic() + SILENT_WORKER_SECONDS

    def __call__(self, now: float) -> str | None:
        if now < self.next_look:
            return None
        self.next_look = now + WATCH_EVERY
        try:
            if self._worker_is_silent():
                self.next_look = now + SILENT_WORKER_SECONDS
                return "worker"
        except Exception:  # noqa: BLE001 (a database that is away must not end the portal)
            return None
        finally:
            connection.close()
        return None

    def _worker_is_silent(self) -> bool:
        """Busy is not silent: all threads may be at work on long jobs, whose leases they renew."""
        at = timezone.now()
        pulse = Pulse.objects.filter(name="worker").first()
        busy = Job.objects.filter(state=Job.State.RUNNING, lease_until__gt=at).exists()
        quiet = pulse is None or (at - pulse.beat_at).total_seconds() > SILENT_WORKER_SECONDS
        return quiet and not busy


def leave() -> NoReturn:
    """At once: to take apart a whole Django costs seconds on a busy machine, and nobody waits for
    it but the person who pressed Ctrl-C."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def children(host: str, port: int, workers: int) -> list[Child]:
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "portal", "--quiet"]
    queues = ",".join(Job.Queue.values)
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", "4", "-Q", queues]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    scheduler = [*celery, "beat", "-l", "WARNING", "--pidfile="]
    commands = {
        "web server": web_server(python, host, port, workers),
        "worker": worker,
        "scheduler": scheduler,
    }
    return [
        Child(name, command, _address(host, port), settings.BASE_DIR)
        for name, command in commands.items()
    ]


def web_server(python: list[str], host: str, port: int, workers: int) -> list[str]:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if os.name == "nt":
        return [*python, "waitress", f"--listen={bind}", "--threads=8", "portal.wsgi:application"]
    command = [*python, "gunicorn", "portal.wsgi:application", "--bind", bind]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", "8"]
    command += ["--timeout", "60", "--graceful-timeout", "5", "--keep-alive", "5"]
    command += ["--max-requests", "20000", "--max-requests-jitter", "2000"]
    command += ["--no-control-socket", "--log-level", "warning"]
    if os.path.isdir("/dev/shm"):  # noqa: S108 (gunicorn's sign of life must not wait for a disk)
        command += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
    return command


def _address(host: str, port: int) -> dict[str, str]:
    """Where nothing else is said, links lead to the address that we were given."""
    if settings.ENVIRONMENT.given("ACCORD_BASE_URL") or host in {"0.0.0.0", "::"}:
        return {}
    return {
        "ACCORD_BASE_URL": f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    }


def default_workers() -> int:
    return min(4, max(2, os.cpu_count() or 2))


def _port(raw: str) -> int:
    if not raw.isdigit() or not 1 <= int(raw) <= 65535:
        raise ArgumentTypeError("must be a number from 1 to 65535")
    return int(raw)


def _workers(raw: str) -> int:
    if not raw.isdigit() or not 1 <= int(raw) <= 64:
        raise ArgumentTypeError("must be a number from 1 to 64")
    return int(raw)
