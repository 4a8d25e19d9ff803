"""Which encoding of old a text has that is not UTF-8, told by the words in it. Plain Python."""

from __future__ import annotations

import re
from collections.abc import Iterable

from charset_normalizer import from_bytes

WESTERN = "cp1252"
CENTRAL = "cp1250"
#: Encodings of alphabets other than the Latin, each with what people call it.
OTHERS = {
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "euc_kr": "EUC-KR (Korean)",
}
NAMES = OTHERS | {
    WESTERN: "Windows-1252 (Western European)",
    CENTRAL: "Windows-1250 (Central European)",
}
ASKED_BYTES = 64 * 1024
#: Where Western code pages have no letters, and Japanese the first halves of its own.
_NO_LETTERS = bytes(range(0x80, 0xA0))
_ASCII = bytes(range(0x80))
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_PLAIN = re.compile(rb"[A-Za-z]")
#: Signs that Windows-1252 has where Windows-1250 has letters, in the middle of a word.
_SIGN_IN_WORD = re.compile(rb"[A-Za-z\xc0-\xff][\xb3\xb9\xbf\xaf][A-Za-z\xc0-\xff]")


def old_encoding(lines: Iterable[bytes]) -> str:
    """The encoding of lines that are not UTF-8: a Windows code page where nothing speaks against it."""
    text, size = [], 0
    for line in lines:
        text.append(line)
        size += len(line)
        if size > ASKED_BYTES:
            break
    sample = b"".join(text)
    if _is_hardly_latin(sample) and (found := _of_another_alphabet(sample)):
        return found
    return CENTRAL if _SIGN_IN_WORD.search(sample) else WESTERN


def _is_hardly_latin(sample: bytes) -> bool:
    """A Latin text puts its accents between plain letters: most words beyond ASCII hold some of both."""
    words = _WORD.findall(sample)
    foreign = sum(not _PLAIN.search(word) for word in words)
    beyond = sample.translate(None, _ASCII)
    letters = beyond.translate(None, _NO_LETTERS)
    return foreign * 2 > len(words) or len(letters) * 2 < len(beyond)


def _of_another_alphabet(sample: bytes) -> str:
    best = from_bytes(sample, cp_isolation=[*OTHERS, WESTERN], enable_fallback=False).best()
    if best is None or best.encoding not in OTHERS:
        return ""
    beyond = [char for char in str(best) if not char.isascii()]
    if sum(map(str.isalpha, beyond)) * 2 <= len(beyond):
        return ""
    # Where Cyrillic has its small letters, Hebrew has all that it has; names have a capital.
    is_hebrew = best.encoding == "cp1251" and not any(map(str.isupper, beyond))
    return "cp1255" if is_hebrew else best.encoding
