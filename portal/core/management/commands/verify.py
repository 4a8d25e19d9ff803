"""``verify``: everything a developer checks before a commit, in one command."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
import tomllib
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

#: The configuration of a public portal, on which Django's own deployment checks must be silent.
PUBLIC = {"ACCORD_ENV_FILE": "-", "ACCORD_BASE_URL": "https://portal.example.com"}
PYTHON = sys.executable
TOOLS = Path(sys.executable).parent

Check = list[str] | Callable[[], str]


class Command(BaseCommand):
    help = "Lint, security, layers, types, migrations, deployment, templates, locks, roles, tests."
    requires_system_checks: ClassVar[list[str]] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--without-tests", action="store_true", help="leave the suite out")

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = checks()
        if options["without_tests"]:
            del chosen["tests"], chosen["architecture"]
        failed = [name for name, check in chosen.items() if not self._passes(name, check)]
        self.stdout.write(f"verify: {len(chosen) - len(failed)} passed, {len(failed)} failed")
        if failed:
            self.stderr.write(f"Failed: {', '.join(failed)}.")
            sys.exit(1)

    def _passes(self, name: str, check: Check) -> bool:
        began = time.monotonic()
        said = check() if callable(check) else run(check)
        verdict = "FAILED" if said else "ok"
        self.stdout.write(f"{name:<24} {verdict:<7} {time.monotonic() - began:5.1f} s")
        if said:
            self.stdout.write(said)
        self.stdout.flush()
        return not said


def checks() -> dict[str, Check]:
    """Quick ones first: who made a slip learns of it before the types are looked through."""
    manage = [PYTHON, str(settings.BASE_DIR / "manage.py")]
    return {
        "lint": [PYTHON, "-m", "ruff", "check", "."],
        "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "lock files": lock_files,
        "templates": [PYTHON, "-m", "djlint", "templates", "--lint", "--quiet"],
        "layers": [str(TOOLS / "lint-imports")],
        "dependencies": [PYTHON, "-m", "deptry", "."],
        "missing migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "deployment": [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        "security": security_rules(),
        "roles": roles,
        "types": [PYTHON, "-m", "mypy"],
        "architecture": [PYTHON, "-m", "pytest", "tests/architecture", "-q"],
        "tests": [PYTHON, "-m", "pytest", "-q", "--ignore=tests/architecture"],
    }


def security_rules() -> list[str]:
    """The linter's rules on unsafe calls and on errors that are swallowed, under a name of their
    own, so that the end of a run says whether they held."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
    accepted = ",".join(project["tool"]["ruff"]["lint"]["ignore"])
    return [PYTHON, "-m", "ruff", "check", "--select", "S,BLE", "--ignore", accepted, "."]


def run(command: list[str]) -> str:
    """What a failing command said; nothing when it succeeded."""
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **PUBLIC, "PYTHONWARNINGS": "ignore"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return ""
    return f"{done.stdout}{done.stderr}".strip() or f"ended with status {done.returncode}"


def lock_files() -> str:
    """Pins with hashes, from whatever index the machine uses: an address would bind everybody."""
    faults = []
    for lock in sorted(settings.BASE_DIR.glob("requirements*.lock")):
        text = lock.read_text(encoding="utf-8")
        pins = [line for line in text.splitlines() if line[:1].isalnum()]
        if "://" in text:
            faults.append(f"{lock.name} holds an address.")
        if unpinned := [line for line in pins if "==" not in line or not line.endswith("\\")]:
            faults.append(f"{lock.name} has no pin or no hash for {', '.join(unpinned)}.")
    return "\n".join(faults)


def roles() -> str:
    """The page that people read says what the table says."""
    page = settings.BASE_DIR / "portal" / "docs" / "roles.md"
    if "show_roles" not in get_commands():
        return "There is no command show_roles."
    printed = io.StringIO()
    call_command("show_roles", stdout=printed)
    if page.is_file() and printed.getvalue().strip() in page.read_text(encoding="utf-8"):
        return ""
    return "portal/docs/roles.md is not what `manage.py show_roles` prints."
