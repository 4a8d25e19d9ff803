"""XLSX files: looked over as an archive first, then turned into CSV by a bounded process of its own.

Values only: formulas are never computed, macros and links never followed. Dates come out in ISO
form, so that nothing about them is left to guess.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from leads.intake.reading import Unreadable

MAX_ENTRIES = 5_000
MAX_UNPACKED = 1024 * 1024 * 1024
#: Real sheets shrink to a tenth, very repetitive ones to a hundredth.
MAX_RATIO = 250
SECONDS = 300
CONVERTER = Path(__file__).with_name("sheet_to_csv.py")


def is_workbook(start: bytes) -> bool:
    """Whether the first bytes are those of a ZIP archive or of an old or encrypted Office file."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"))


def check_workbook(path: Path) -> None:
    """Refuse what is no plain XLSX, or would unpack to more than a machine can hold."""
    with path.open("rb") as handle:
        if handle.read(4) == b"\xd0\xcf\x11\xe0":
            raise Unreadable(
                "This workbook is encrypted or in the old XLS format. Save it as XLSX without a password."
            )
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise Unreadable("This workbook is damaged: its archive cannot be opened.") from None
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise Unreadable("This is an archive, but not an XLSX workbook.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Unreadable(
            "This workbook holds macros. Save it as XLSX without macros and try again."
        )
    _check_size(path, entries)


def _check_size(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise Unreadable("This workbook unpacks to more than 1 GB. Save the sheet as CSV instead.")
    if unpacked > 10 * 1024 * 1024 and unpacked / packed > MAX_RATIO:
        raise Unreadable(
            "This workbook unpacks to far more than its size, as no real workbook does."
        )
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unreadable("This workbook is encrypted. Save it without a password.")


def convert(source: Path, target: Path, sheet: str = "") -> dict[str, Any]:
    """Write the sheet of this name, or else the first with content, to ``target`` as UTF-8 CSV; says
    which sheet it was and which others there are.
    """
    check_workbook(source)
    command = [sys.executable, "-I", str(CONVERTER), str(source), str(target), sheet]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable(
            "This workbook took longer than five minutes to read. Save it as CSV."
        ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Unreadable(
            "This workbook could not be read within the memory it may take. Save the sheet as CSV."
        ) from None
    if error := answer.get("error"):
        raise Unreadable(error)
    return answer
