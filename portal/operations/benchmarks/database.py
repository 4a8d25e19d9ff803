"""A database of its own for a benchmark. The one that people use is never touched."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from portal.operations import generating

NAME = "accord_bench"


@contextmanager
def temporary_database(kept: Kept | None = None) -> Iterator[None]:
    """Make it, use it, drop it; files that are uploaded meanwhile go with it.

    With ``kept`` it begins as a copy of that one, where it is there already.
    """
    with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
        is_file = connection.vendor == "sqlite"
        before = connection.settings_dict["NAME"]
        name = str(Path(folder) / f"{NAME}.sqlite3") if is_file else NAME
        made = connection.settings_dict.setdefault("TEST", {})
        made |= {"NAME": name, "TEMPLATE": None}
        is_there = kept is not None and kept.exists()
        if kept is not None and is_there:
            made["TEMPLATE"] = kept.name
            if is_file:
                shutil.copyfile(kept.name, name)
        static = Path(folder) / "static"
        static.mkdir()
        with override_settings(MEDIA_ROOT=folder, STATIC_ROOT=str(static), **_settings()):
            connection.creation.create_test_db(
                verbosity=0, autoclobber=True, serialize=False, keepdb=is_file and is_there
            )
            try:
                yield
            finally:
                connection.creation.destroy_test_db(before, verbosity=0)


def _server() -> Any:
    """A cursor outside any database, to make and drop them."""
    creation: Any = connection.creation
    return creation._nodb_cursor()


@contextmanager
def another_database() -> Iterator[str]:
    """The address of an empty database without tables, beside the one in use."""
    if connection.vendor == "sqlite":
        with tempfile.TemporaryDirectory(prefix="accord-bench-") as folder:
            yield f"sqlite:///{folder}/empty.sqlite3"
        return
    name = f"{NAME}_empty"
    quoted = connection.ops.quote_name(name)
    with _server() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")
    try:
        yield address_of(name)
    finally:
        with _server() as cursor:
            cursor.execute(f"DROP DATABASE {quoted} WITH (FORCE)")


def address_of(name: str) -> str:
    """Of a database on the configured server, for processes of their own."""
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    secret = f":{quote(parts['PASSWORD'], safe='')}" if parts["PASSWORD"] else ""
    host = f"{parts['HOST'] or 'localhost'}:{parts['PORT'] or 5432}"
    return f"postgres://{quote(parts['USER'], safe='')}{secret}@{host}/{name}"


@dataclass(frozen=True)
class Kept:
    """A generated database that later benchmarks begin with, because making it takes long.

    Its name changes with the program that generates, so that data of old is not taken for new.
    """

    leads: int

    @property
    def name(self) -> str:
        name = f"{NAME}_{self.leads}_{_generator()}"
        if connection.vendor == "sqlite":
            return str(Path(settings.VAR_DIR) / "bench" / f"{name}.sqlite3")
        return name

    def exists(self) -> bool:
        if connection.vendor == "sqlite":
            return Path(self.name).exists()
        with _server() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.name])
            return cursor.fetchone() is not None

    def made_by(self, make: Callable[[], object]) -> None:
        """Fill the database in use unless it began as a copy; then put a copy of it aside."""
        if self.exists():
            return
        make()
        used = connection.settings_dict["NAME"]
        connection.close()
        if connection.vendor == "sqlite":
            Path(self.name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(used, self.name)
            return
        quoted = connection.ops.quote_name
        with _server() as cursor:
            cursor.execute(f"CREATE DATABASE {quoted(self.name)} TEMPLATE {quoted(used)}")


def _generator() -> str:
    """A mark of the program that makes the data."""
    files = sorted(Path(generating.__path__[0]).glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:8]


def _settings() -> dict[str, object]:
    """What is measured is the page, not the machine's disk. Django's test environment is left out:
    it watches every template, which slows pages made of many."""
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"
    return {
        "ROOT_URLCONF": "portal.operations.benchmarks.bare",
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        "STORAGES": {**settings.STORAGES, "staticfiles": {"BACKEND": plain}},
        "ALLOWED_HOSTS": ["testserver"],
        "SECURE_SSL_REDIRECT": False,
    }
