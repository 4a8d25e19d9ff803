"""System checks of the configuration: one sentence a fault, each naming its variable.

Faults that cannot be read right (``accord.E001``) stop every command. What is readable but unsafe
is checked where the portal goes into service: ``start``, ``check --deploy``, the web server and
the worker.
"""

from __future__ import annotations

import difflib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from portal.core.environment import LOOPBACK, Fault

TAG = "accord"
EXAMPLES = ("changeme", "change-me", "example", "django-insecure", "secret-key", "your-", "xxxx")
SHORTEST_SECRET = 50
FEWEST_DIFFERENT = 12
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afs", "glusterfs"}
LEAST_SPACE = 200 * 1024 * 1024
OLDEST_SQLITE = (3, 37)


@register(TAG)
def readable(**_: Any) -> list[CheckMessage]:
    """Values that could not be read, and variables that nothing reads."""
    faults: list[CheckMessage] = [
        Error(f"{fault.variable} {fault.sentence}", id="accord.E001")
        for fault in settings.ENVIRONMENT.faults
    ]
    return faults + [
        Warning(_unknown(name), id="accord.W001") for name in settings.ENVIRONMENT.unknown()
    ]


@register(TAG, deploy=True)
def safe(**_: Any) -> list[CheckMessage]:
    """Settings that would put a portal in service unsafely."""
    return [Error(f"{fault.variable} {fault.sentence}", id="accord.E002") for fault in unsafe()]


def unsafe() -> Iterator[Fault]:
    """One fault a variable: mend it, and the next check speaks of the next."""
    named = {fault.variable for fault in settings.ENVIRONMENT.faults}
    for fault in [*_folders(), *_secret(), *_addresses(), *_sign_in(), *_database()]:
        if fault.variable not in named:
            named.add(fault.variable)
            yield fault


def refuse_to_serve() -> None:
    """End the process with the sentences when the configuration is wrong or unsafe."""
    faults = [*settings.ENVIRONMENT.faults, *unsafe()]
    if faults:
        for fault in faults:
            sys.stderr.write(f"{fault.variable} {fault.sentence}\n")
        raise SystemExit(1)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, settings.ENVIRONMENT.known, n=1)
    return f"{name} is not a setting of Accord" + (f"; did you mean {near[0]}?" if near else ".")


def _secret() -> Iterator[Fault]:
    key = settings.SECRET_KEY
    if any(word in key.lower() for word in EXAMPLES):
        yield Fault("ACCORD_SECRET_KEY", "looks like an example: choose one at random.")
    elif len(key) < SHORTEST_SECRET or len(set(key)) < FEWEST_DIFFERENT:
        yield Fault(
            "ACCORD_SECRET_KEY",
            f"must have at least {SHORTEST_SECRET} characters, chosen at random. "
            "Leave it unset to have one made and kept.",
        )


def _addresses() -> Iterator[Fault]:
    local = settings.BASE_HOST in LOOPBACK
    if settings.DEBUG and not local:
        yield Fault("ACCORD_DEBUG", "must be off where ACCORD_BASE_URL names a public host.")
    if settings.DEBUG and any(host not in LOOPBACK for host in settings.ALLOWED_HOSTS):
        yield Fault("ACCORD_DEBUG", "must be off where ACCORD_ALLOWED_HOSTS lets others in.")
    if "*" in settings.ALLOWED_HOSTS:
        yield Fault("ACCORD_ALLOWED_HOSTS", "must name the hosts; * would let anybody forge links.")
    elif settings.ENVIRONMENT.given("ACCORD_BASE_URL") and not any(
        _covers(pattern, settings.BASE_HOST) for pattern in settings.ALLOWED_HOSTS
    ):
        yield Fault("ACCORD_ALLOWED_HOSTS", "must include the host of ACCORD_BASE_URL.")


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith("."):
        return host == pattern[1:] or host.endswith(pattern)
    return pattern.strip("[]") == host


def _sign_in() -> Iterator[Fault]:
    names = {
        "client_id": "ACCORD_OIDC_CLIENT_ID",
        "secret": "ACCORD_OIDC_CLIENT_SECRET",
        "server_url": "ACCORD_OIDC_SERVER_URL",
    }
    if any(settings.OIDC.values()):
        for key, name in names.items():
            if not settings.OIDC[key]:
                yield Fault(name, "is missing: sign-in by OpenID Connect needs all of them.")


def _database() -> Iterator[Fault]:
    database = settings.DATABASES["default"]
    if not database["ENGINE"].endswith("sqlite3"):
        return
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        yield Fault(
            "DATABASE_URL", f"uses SQLite {sqlite3.sqlite_version}; 3.37 or newer is needed."
        )
    folder = Path(database["NAME"]).parent
    if not folder.is_dir() and folder != settings.VAR_DIR:
        yield Fault("DATABASE_URL", "names a file in a folder that is not there.")
    elif folder.is_dir() and not os.access(folder, os.W_OK):
        yield Fault("DATABASE_URL", "names a file in a folder that cannot be written.")
    elif Path(database["NAME"]).is_dir():
        yield Fault("DATABASE_URL", "names a folder; it must name a file.")
    elif file_system_of(folder) in NETWORK_FILE_SYSTEMS:
        yield Fault(
            "DATABASE_URL",
            "puts SQLite on a network file system, where it loses data: use a local disk or PostgreSQL.",
        )


def _folders() -> Iterator[Fault]:
    folder = settings.VAR_DIR
    if folder.is_dir() and shutil.disk_usage(folder).free < LEAST_SPACE:
        yield Fault("ACCORD_VAR_DIR", "names a folder with less than 200 MB of free space.")


def file_system_of(folder: Path, mounts: str = "/proc/self/mounts") -> str:
    """The type of the file system under ``folder``; empty where the system does not tell."""
    try:
        lines = Path(mounts).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    target = str(folder.resolve())
    found, kind = "", ""
    for line in lines:
        _, mounted, mounted_kind, *_rest = line.split(" ")
        inside = target == mounted or target.startswith(mounted.rstrip("/") + "/")
        if inside and len(mounted) >= len(found):
            found, kind = mounted, mounted_kind
    return kind
