"""Which people a file has named already, on which line. Plain Python.

Kept in a private SQLite file that spills to disk, because a dictionary of a million keys would
take several hundred megabytes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

Keyed = tuple[int, Sequence[tuple[str, str]]]
_AT_ONCE = 500


class Seen:
    """The keys of all rows before the present one, with the line of the first that had each."""

    def __init__(self) -> None:
        # An empty name is a private temporary database that SQLite deletes by itself.
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute("PRAGMA cache_size = -16000")
        self._store.execute("PRAGMA synchronous = OFF")
        self._store.execute("PRAGMA journal_mode = OFF")
        self._store.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")

    def add(self, rows: Iterable[Keyed]) -> dict[int, tuple[int, str]]:
        """Remember a batch. Line → (earlier line, kind of key) for those seen before, in or out of it.

        A row that is seen before adds nothing: its other keys stay free for a better row.
        """
        batch = list(rows)
        known = self._known([f"{kind}:{text}" for _, keys in batch for kind, text in keys])
        repeated: dict[int, tuple[int, str]] = {}
        fresh: list[tuple[str, int]] = []
        for line, keys in batch:
            named = [(f"{kind}:{text}", kind) for kind, text in keys]
            # A batch that is tried again finds itself.
            before = next(
                ((known[key], kind) for key, kind in named if known.get(key, line) != line), None
            )
            if before:
                repeated[line] = before
                continue
            for key, _ in named:
                known[key] = line
                fresh.append((key, line))
        self._store.execute("BEGIN")
        self._store.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", fresh)
        self._store.execute("COMMIT")
        return repeated

    def _known(self, keys: list[str]) -> dict[str, int]:
        known: dict[str, int] = {}
        for start in range(0, len(keys), _AT_ONCE):
            part = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            sql = f"SELECT key, line FROM seen WHERE key IN ({marks})"  # noqa: S608 (only marks)
            known.update(self._store.execute(sql, part))
        return known

    def close(self) -> None:
        self._store.close()
