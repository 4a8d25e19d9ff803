"""The stored file: its name, its digest, and how it becomes a table that can be read in order."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import secrets
import shutil
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from django.core.files.base import File

from leads.intake.reading import Dialect, Wish, detect
from leads.intake.workbooks import convert, is_workbook

if TYPE_CHECKING:
    from leads.intake.models import Import


def clean_name(name: str) -> str:
    """A name to show: no folders, no control or direction characters, not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return kept[:200] or "file"


def digest_of(content: File[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks(1 << 20):
        digest.update(chunk)
    content.seek(0)
    return digest.hexdigest()


def size_text(size: int) -> str:
    for unit in ("bytes", "kB", "MB"):
        if size < 1024:
            return (
                f"{size:,.0f} {unit}"
                if unit == "bytes"
                else f"{size:,.1f} {unit}".replace(".0 ", " ")
            )
        size = size / 1024  # type: ignore[assignment]
    return f"{size:,.1f} GB"


def prepare(run: Import, wish: Wish | None = None) -> Dialect:
    """How the table is written; a workbook is turned into CSV beside the file first.

    Raises ``Unreadable`` with a sentence.
    """
    with run.file.storage.open(str(run.file.name), "rb") as handle:
        if not is_workbook(handle.read(8)):
            return detect(cast("BinaryIO", handle), wish)
        return _from_workbook(run, handle, wish or Wish())


def _from_workbook(run: Import, handle: Any, wish: Wish) -> Dialect:
    with tempfile.TemporaryDirectory(prefix="accord-import-") as folder:
        source, target = Path(folder, "book.xlsx"), Path(folder, "sheet.csv")
        handle.seek(0)
        with source.open("wb") as copy:
            shutil.copyfileobj(handle, copy, 1 << 20)
        answer = convert(source, target, wish.sheet)
        with target.open("rb") as table:
            dialect = detect(table, dataclasses.replace(wish, encoding="utf-8", separator=","))
            table.seek(0)
            if run.table:
                run.table.delete(save=False)
            run.table.save(f"{secrets.token_hex(16)}.csv", File(table), save=False)
    note = f"Read from the sheet “{answer['sheet']}”."
    if answer["others"]:
        note += f" {answer['others']} other sheets of the workbook were left aside."
    if answer.get("merged"):
        note += " What stands in cells merged over several rows counts for each of these rows."
    return dataclasses.replace(
        dialect,
        notes=(note, *dialect.notes),
        sheets=tuple(answer.get("sheets", ())),
        sheet=answer["sheet"],
        wish=wish.as_json(),
    )
