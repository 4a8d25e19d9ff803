"""What the bytes of a file are, and the lines in them. Plain Python."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from leads.intake.alphabets import NAMES, old_encoding

SAMPLE_BYTES = 256 * 1024
MAX_LINE_BYTES = 16 * 1024 * 1024
#: Lines beyond ASCII that tell which encoding of old it is.
ASKED_LINES = 2_000


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message is a sentence for the person."""


# --- what the bytes are -----------------------------------------------------------------------
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
)


#: What other kinds of text begin with, spaces left aside.
_NOT_TABLES_EITHER = (
    (re.compile(rb"[\[{]\s*[\[{\"\]}]"), "JSON"),
    (re.compile(rb"<\?xml", re.IGNORECASE), "XML"),
    (re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.IGNORECASE), "a web page"),
    (re.compile(rb"\{\\rtf"), "a text document"),
)
#: Characters that no text has, but for tab and the ends of lines and pages.
_CONTROLS = bytes(set(range(32)) - {9, 10, 11, 12, 13, 26, 27, 0})


def detect_encoding(handle: BinaryIO) -> tuple[str, str]:
    """The encoding, and a sentence when it is a guess. Reads the whole file once, in pieces."""
    sample = handle.read(SAMPLE_BYTES)
    _refuse_others(sample)
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name, ""
    if wide := _wide(sample):
        return wide, f"The file has no mark of its encoding; read as {wide.upper()}."
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if sample.count(0) > len(sample) // 10 or controls > len(sample) // 20:
        raise Unreadable("This is not a text file. Save the table as CSV or XLSX and try again.")
    return _narrow(sample, handle)


def _refuse_others(sample: bytes) -> None:
    """Say what it is where it is plainly something else."""
    begins = sample[:1_000].removeprefix(codecs.BOM_UTF8).lstrip()
    found = [what for magic, what in _NOT_TABLES if sample.startswith(magic)]
    found += [what for pattern, what in _NOT_TABLES_EITHER if pattern.match(begins)]
    if found:
        raise _no_table(found[0])


def _no_table(what: str) -> Unreadable:
    return Unreadable(f"This is {what}, not a table. Save it as CSV or XLSX and try again.")


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: Western text has a zero in every second byte."""
    even, odd = sample[0:4000:2], sample[1:4000:2]
    if not odd:
        return ""
    if odd.count(0) > len(odd) * 0.4 and even.count(0) < len(even) * 0.1:
        return "utf-16-le"
    if even.count(0) > len(even) * 0.4 and odd.count(0) < len(odd) * 0.1:
        return "utf-16-be"
    return ""


def _narrow(sample: bytes, handle: BinaryIO) -> tuple[str, str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(sample)
        while chunk := handle.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _utf8_or_older(handle)
    return "utf-8", ""


def _utf8_or_older(handle: BinaryIO) -> tuple[str, str]:
    """Broken UTF-8 has some lines with good characters beyond ASCII; another encoding has none."""
    handle.seek(0)
    good = bad = 0
    first: list[bytes] = []
    for raw in physical_lines(handle, "utf-8"):
        if raw.isascii():
            continue
        try:
            raw.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad += 1
        if len(first) < ASKED_LINES:
            first.append(raw)
    if good > bad:
        return (
            "utf-8",
            "Some lines are not valid UTF-8; they are rejected with the place of the bad byte.",
        )
    found = old_encoding(first)
    return found, (
        f"The file is not UTF-8; read as {NAMES[found]}. "
        "Look at names with accents or in other letters before you bring it in."
    )


# --- lines ------------------------------------------------------------------------------------
_BROKEN = "accord-broken"
codecs.register_error(_BROKEN, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]


def physical_lines(handle: BinaryIO, encoding: str) -> Iterator[bytes]:
    r"""Lines with their ends, split at \n, \r\n and \r; wide encodings come out as UTF-8."""
    rest = b""
    for chunk in _chunks(handle, encoding):
        pieces = (rest + chunk).splitlines(keepends=True)
        # A \r at the very end may be half of a \r\n.
        rest = pieces.pop() if pieces and not pieces[-1].endswith(b"\n") else b""
        if len(rest) > MAX_LINE_BYTES:
            raise Unreadable("A line of this file is longer than 16 MB; this is not a table.")
        yield from pieces
    if rest:
        yield from rest.splitlines(keepends=True)


def _chunks(handle: BinaryIO, encoding: str) -> Iterator[bytes]:
    if not encoding.startswith(("utf-16", "utf-32")):
        yield from iter(lambda: handle.read(1 << 20), b"")
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors=_BROKEN)
    for chunk in iter(lambda: handle.read(1 << 20), b""):
        yield decoder.decode(chunk).encode("utf-8", "surrogatepass")
    yield decoder.decode(b"", final=True).encode("utf-8", "surrogatepass")
