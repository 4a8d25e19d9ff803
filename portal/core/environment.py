"""Reads the environment for settings.py. Plain: a value that cannot be used becomes a fault.

Faults are collected, never raised, so that every command starts far enough to say all of them at
once, one sentence each (``portal.core.checks``). No sentence repeats a value that may be secret.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zoneinfo import available_timezones

from dotenv import dotenv_values

T = TypeVar("T")

YES, NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
#: Hosts from which only this machine can be meant.
LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
CURRENCIES = frozenset(
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL "
    "GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN "
    "MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD "
    "SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH "
    "UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG".split()
)
HOST = re.compile(r"\.?[a-z0-9_]([a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\]|\*")


@dataclass(frozen=True)
class Fault:
    """One setting that cannot be used: the variable, and what is wrong with it."""

    variable: str
    sentence: str


class Environment:
    """The process environment and the ``.env`` file; the environment wins."""

    def __init__(self, default_file: Path) -> None:
        self.faults: list[Fault] = []
        self.known: set[str] = {"ACCORD_ENV_FILE"}
        self.values: dict[str, str] = dict(os.environ)
        named = os.environ.get("ACCORD_ENV_FILE", "") or default_file.name
        file = default_file.parent / Path(named).expanduser()
        if named not in (default_file.name, "-") and not file.is_file():
            self.fault("ACCORD_ENV_FILE", "names a file that is not there; - means none.")
        elif named != "-":
            written = dotenv_values(file, encoding="utf-8-sig")
            self.values = {name: value or "" for name, value in written.items()} | self.values

    def fault(self, variable: str, sentence: str) -> None:
        self.faults.append(Fault(variable, sentence))

    def read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """The parsed value; the default when the variable is unset, empty or cannot be used."""
        self.known.add(name)
        if not self.given(name):
            return default
        try:
            return parse(self.values[name].strip())
        except ValueError as error:
            self.fault(name, str(error))
            return default

    def given(self, name: str) -> bool:
        return bool(self.values.get(name, "").strip())

    def text(self, name: str, default: str = "") -> str:
        return self.read(name, default, str)

    def writable(self, name: str, path: Path) -> Path:
        """``path``, made where it is missing; a fault of ``name`` where that cannot be done."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                return path
        except OSError:
            self.fault(name, f"names a folder that cannot be written: {path}.")
            return path

    def know(self, *names: str) -> None:
        """Variables that others read (tests, tools) and that are therefore not mistakes."""
        self.known.update(names)

    def unknown(self) -> list[str]:
        """Variables with our prefix that nothing reads: most likely misspelt."""
        return sorted(
            name for name in self.values if name.startswith("ACCORD_") and name not in self.known
        )


def embedded_secret(path: Path) -> str:
    """The key in ``path``, made at random on the first start and readable by its owner only."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        key = secrets.token_urlsafe(64)
    # A link never replaces: of two first starts at once, one key wins for both.
    with contextlib.suppress(OSError):
        descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        try:
            os.link(part, path)
        finally:
            os.unlink(part)
    return path.read_text(encoding="ascii").strip() if path.exists() else key


# --- single values ----------------------------------------------------------------------------
def flag(raw: str) -> bool:
    if raw.lower() not in YES | NO:
        raise ValueError("must be true or false.")
    return raw.lower() in YES


def size(raw: str) -> int:
    """``200 MB``, ``1 GB`` or a number of bytes."""
    found = re.fullmatch(r"(\d{1,12})\s*(k|m|g)?b?", raw.lower())
    if not found:
        raise ValueError("must be a size like 200 MB.")
    return int(found[1]) * 1024 ** ("", "k", "m", "g").index(found[2] or "")


def choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}.")
        return raw.lower()

    return parse


def choices(*allowed: str) -> Callable[[str], list[str]]:
    one = choice(*allowed)

    def parse(raw: str) -> list[str]:
        return [one(part.strip()) for part in raw.split(",")]

    return parse


def hosts(raw: str) -> list[str]:
    names = [part.strip().lower() for part in raw.split(",")]
    if not all(HOST.fullmatch(name) for name in names):
        raise ValueError(
            "must be host names separated by commas, without scheme, port or path: "
            "portal.example.com,10.0.0.5."
        )
    return names


def time_zone(raw: str) -> str:
    if raw not in available_timezones():
        raise ValueError("must be a time zone of the IANA list, such as Europe/Berlin or UTC.")
    return raw


def language(offered: list[tuple[str, str]]) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw.lower() not in {code for code, _ in offered}:
            raise ValueError("must be a language code that Django knows, such as en-gb or de.")
        return raw.lower()

    return parse


def currency(raw: str) -> str:
    if raw.upper() not in CURRENCIES:
        raise ValueError("must be a currency code of ISO 4217, such as EUR.")
    return raw.upper()


def login_limit(raw: str) -> tuple[int, int]:
    """``10`` or ``10,100``: failed tries in 15 minutes per name, and per address."""
    parts = [part.strip() for part in raw.split(",")]
    if len(parts) > 2 or not all(re.fullmatch(r"[0-9]{1,6}", part) for part in parts):
        raise ValueError("must be tries per name, or per name and per address: 10 or 10,100.")
    name, address = int(parts[0]), int(parts[-1]) * (10 if len(parts) == 1 else 1)
    if not 1 <= name <= address:
        raise ValueError("must allow at least one try per name, and no fewer per address.")
    return name, address


def hours(raw: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}", raw) or not 1 <= int(raw) <= 168:
        raise ValueError("must be whole hours, from 1 to 168.")
    return int(raw)


def count(raw: str) -> int:
    if not re.fullmatch(r"[0-9]", raw):
        raise ValueError("must be a number from 0 to 9.")
    return int(raw)


def password(raw: str) -> str:
    if len(raw) < 8:
        raise ValueError("must have at least 8 characters.")
    return raw


def token(raw: str) -> str:
    if len(raw) < 20:
        raise ValueError("must have at least 20 characters, chosen at random.")
    return raw


def folder(base: Path) -> Callable[[str], Path]:
    def parse(raw: str) -> Path:
        path = (base / Path(raw).expanduser()).resolve()
        if path.exists() and not path.is_dir():
            raise ValueError("must name a folder, and there is a file of that name.")
        return path

    return parse


def log_file(base: Path) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw == "-":
            return raw
        path = (base / Path(raw).expanduser()).resolve()
        if path.is_dir() or not path.parent.is_dir():
            raise ValueError("must name a file in a folder that is there, or - for the terminal.")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise ValueError("names a file that cannot be written.")
        return str(path)

    return parse
