"""Files in which a person may stand: imports, refused rows, copies made for people, mail kept on disk."""

from __future__ import annotations

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage

from leads.intake.models import Import, ImportBatch, ImportRow
from leads.models import Touchpoint
from leads.privacy.person import Person

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1252")
_NOTHING = re.compile(rb"(?!)")
#: What Django's backend writes after each mail of a file.
_BETWEEN_MAILS = b"-" * 79
_CHUNK, _OVERLAP = 1 << 20, 4_096
#: Parts of a workbook or archive larger than this are not unpacked: its table beside it is searched.
_MOST_UNPACKED = 512 * 1024 * 1024


def stored() -> Iterator[str]:
    """Every file of the storage, whatever made it."""
    yield from _under("")


def _under(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except (FileNotFoundError, NotImplementedError, NotADirectoryError):
        return
    for name in files:
        yield f"{folder}{name}"
    for name in folders:
        yield from _under(f"{folder}{name}/")


def outbox() -> Iterator[Path]:
    """Mail written to disk, where the portal sends none."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", "") or settings.VAR_DIR / "outbox")
    if folder.is_dir():
        yield from (path for path in folder.rglob("*") if path.is_file())


def holds(handle: Any, person: Person) -> bool:
    """Whether a word of the person stands in a file, in any usual encoding; archives are looked into."""
    start = handle.read(4)
    handle.seek(0)
    if start.startswith(b"PK\x03\x04"):
        return _archive_holds(handle, person)
    wanted = _pattern(person)
    rest = b""
    for chunk in iter(lambda: handle.read(_CHUNK), b""):
        block = rest + chunk
        if wanted.search(block):
            return True
        rest = block[-_OVERLAP:]
    return False


def _pattern(person: Person) -> re.Pattern[bytes]:
    """The words in every encoding, not as a part of a longer word or number."""
    forms = set()
    for needle in person.needles:
        for encoding in _ENCODINGS:
            try:
                forms.add(needle.encode(encoding))
            except UnicodeEncodeError:
                continue
    if not forms:
        return _NOTHING
    both = b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(b"(?<![A-Za-z0-9])(?:" + both + b")(?![A-Za-z0-9])", re.IGNORECASE)


def _archive_holds(handle: Any, person: Person) -> bool:
    try:
        with zipfile.ZipFile(handle) as archive:
            for entry in archive.infolist():
                if entry.file_size <= _MOST_UNPACKED and holds(
                    io.BytesIO(archive.read(entry)), person
                ):
                    return True
    except (zipfile.BadZipFile, RuntimeError, OSError):
        return False
    return False


def files_of(person: Person) -> list[str]:
    """Names of stored files in which the person stands, and of those that brought them in."""
    brought = _brought(person)
    found = []
    for name in stored():
        with default_storage.open(name, "rb") as handle:
            if name in brought or holds(handle, person):
                found.append(name)
    return found


def _brought(person: Person) -> set[str]:
    """Files of imports that made or changed a lead of the person, or a touch of theirs: names stand there
    in pieces, and a short number is no word."""
    touches = Touchpoint.objects.filter(lead__in=person.lead_ids).order_by()
    keys = {
        "leads": set(person.lead_ids),
        "touchpoints": set(touches.values_list("pk", flat=True)) if person.lead_ids else set(),
    }
    changed = ImportRow.objects.filter(run__kind="leads", record_id__in=person.lead_ids)
    runs = set(changed.values_list("run", flat=True))
    batches = ImportBatch.objects.filter(run__kind__in=keys).exclude(run__file="")
    for run, kind, made in batches.values_list("run", "run__kind", "made").iterator():
        if any(first <= key <= last for first, last in made for key in keys[kind]):
            runs.add(run)
    files = Import.objects.filter(pk__in=runs).values_list("file", "table")
    return {name for pair in files for name in pair if name}


def mails_of(person: Person) -> list[Path]:
    return [path for path in outbox() if _mail_holds(path.read_bytes(), person)]


def _mail_holds(content: bytes, person: Person) -> bool:
    """As it is written, and as it is read: long lines and accents are encoded on their way."""
    if holds(io.BytesIO(content), person):
        return True
    for one in content.split(_BETWEEN_MAILS):
        message = email.message_from_bytes(one, policy=email.policy.default)
        parts = [part for part in message.walk() if part.get_content_maintype() == "text"]
        texts = [str(value) for value in message.values()]
        if person.is_in("\n".join([*texts, *(str(part.get_content()) for part in parts)])):
            return True
    return False
