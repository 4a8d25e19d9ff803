"""Sets a fresh machine up: ``.venv``, the pinned lock with hashes, then the same command inside.

Standard library only, and only syntax that an old Python can read, so that a machine without
anything gets a sentence and not a traceback. ``.venv/accord-lock.json`` remembers the digests of
the locks that were installed; when a lock changes, the next command installs it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OLDEST_PYTHON = (3, 11)
DJANGO = "5.2"
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
#: What must be importable before a command may run outside the portal's own environment.
NEEDED = {
    RUNTIME: ("django", "allauth", "celery", "dotenv", "structlog", "whitenoise"),
    DEVELOPMENT: ("django", "allauth", "celery", "dotenv", "pytest", "pytest_django"),
}
DEVELOPMENT_COMMANDS = {"test", "verify"}

BASE_DIR = Path(__file__).resolve().parent.parent
VENV_DIR = BASE_DIR / ".venv"
MARK = VENV_DIR / "accord-lock.json"
GUARD = BASE_DIR / ".venv.lock"


class SetupError(Exception):
    """Set-up cannot go on. The message is one sentence for the person at the terminal."""


def ensure_ready(argv: list[str]) -> None:
    """Return when the packages are there; otherwise install them and run ``argv`` inside."""
    lock = DEVELOPMENT if len(argv) > 1 and argv[1] in DEVELOPMENT_COMMANDS else RUNTIME
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise SetupError(
                f"Accord needs Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer, and this is "
                f"Python {python_line()}: run the command with a newer one, for example "
                "python3.11 manage.py."
            )
        if not inside_own_environment() and packages_present(lock):
            return
        if inside_own_environment() and installed(lock):
            return
        if not installed(lock):
            with one_at_a_time():
                if not installed(lock):
                    install(lock)
    except KeyboardInterrupt:
        sys.stderr.write("The set-up was broken off; the next command does it again.\n")
        sys.exit(1)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(1)
    run_inside(argv)


def end_what_runs_with_us() -> None:
    """Told to end, do as after Ctrl-C: the installer that we wait for is ended too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def inside_own_environment() -> bool:
    return Path(sys.prefix).resolve() == VENV_DIR.resolve()


def packages_present(lock: str) -> bool:
    """True in an environment that somebody else prepared (a container image, a developer's own)."""
    if any(importlib.util.find_spec(name) is None for name in NEEDED[lock]):
        return False
    return importlib.metadata.version("django").startswith(DJANGO + ".")


def digest(lock: str) -> str:
    return hashlib.sha256((BASE_DIR / lock).read_bytes()).hexdigest()


def installed(lock: str) -> bool:
    """True when ``.venv`` holds exactly this lock and its Python still runs."""
    if not environment_python().exists():
        return False
    mark = read_mark()
    if inside_own_environment() and mark.get("python") != python_line():
        return False
    return mark.get(lock) == digest(lock)


def python_line() -> str:
    """3.11 or 3.12…: packages of one do not serve the other, as after an upgrade of the system."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def read_mark() -> dict[str, str]:
    try:
        mark = json.loads(MARK.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return mark if isinstance(mark, dict) else {}


def write_mark(locks: list[str]) -> None:
    """Written last and in one step: a set-up that was broken off is done again."""
    part = MARK.with_suffix(".part")
    mark = {"python": python_line(), **{name: digest(name) for name in locks}}
    part.write_text(json.dumps(mark), encoding="utf-8")
    os.replace(part, MARK)


def environment_python() -> Path:
    if os.name == "nt":
        return VENV_DIR / "Scripts" / "python.exe"
    return VENV_DIR / "bin" / "python"


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands at once: the second waits for the first, then finds its work done."""
    try:
        guard = GUARD.open("a+b")
    except OSError as error:
        raise SetupError(
            f"Accord cannot write into {BASE_DIR}, where its packages go: {error.strerror}."
        ) from error
    with guard:
        wait_for(guard.fileno())
        yield


def wait_for(descriptor: int) -> None:
    if os.name == "nt":
        import msvcrt

        while True:
            with contextlib.suppress(OSError):
                msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
                return
            time.sleep(1)
    import fcntl

    fcntl.flock(descriptor, fcntl.LOCK_EX)


def install(lock: str) -> None:
    """Make ``.venv`` hold the lock, with hashes. The development lock contains the runtime one."""
    end_what_runs_with_us()
    say(f"Setting Accord up in {VENV_DIR}: this takes about a minute, once.")
    uv = shutil.which("uv")
    make_environment(with_pip=uv is None)
    MARK.unlink(missing_ok=True)
    if uv is None or not uv_installs(uv, lock):
        pip_installs(lock)
    write_mark([RUNTIME] if lock == RUNTIME else [RUNTIME, DEVELOPMENT])


def make_environment(*, with_pip: bool) -> None:
    """Create ``.venv``, or renew it when its Python is gone; leave a working one as it is."""
    working = environment_python().exists() and runs("--version")
    if working and (not with_pip or runs("-m", "pip", "--version")):
        return
    if inside_own_environment():
        raise SetupError(
            f"The packages in {VENV_DIR} are out of date and cannot be renewed from inside: delete "
            "the folder and run the command again."
        )
    if with_pip and importlib.util.find_spec("ensurepip") is None:
        raise SetupError(
            "Python's venv module is incomplete on this machine: install the package "
            "python3-venv (on Debian and Ubuntu: apt-get install python3-venv) and run the "
            "command again."
        )
    try:
        venv.create(VENV_DIR, clear=True, with_pip=with_pip)
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"The folder {VENV_DIR} could not be made: {error}.") from error


def uv_installs(uv: str, lock: str) -> bool:
    command = [uv, "pip", "install", "--quiet", "--require-hashes", "--no-progress"]
    command += ["--python", str(environment_python()), "-r", str(BASE_DIR / lock)]
    environment = {"UV_LINK_MODE": "copy", **os.environ}
    if subprocess.run(command, env=environment, check=False).returncode == 0:
        return True
    say("uv could not install the packages; trying again with pip.")
    return False


def pip_installs(lock: str) -> None:
    make_environment(with_pip=True)
    command = [str(environment_python()), "-m", "pip", "install", "-qq", "--require-hashes"]
    # What is imported is compiled then; to compile everything takes longer than to install it.
    command += ["--disable-pip-version-check", "--no-input", "--prefer-binary", "--no-compile"]
    command += ["--root-user-action", "ignore", "-r", str(BASE_DIR / lock)]
    if subprocess.run(command, check=False).returncode != 0:
        raise SetupError(
            "The packages could not be installed (see above): check that this machine reaches "
            "a Python package index, through a proxy or pip's own configuration where it needs "
            "one, and run the command again."
        )


def runs(*arguments: str) -> bool:
    command = [str(environment_python()), *arguments]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def run_inside(argv: list[str]) -> None:
    """The same command with the environment's Python; keeps the process id, so signals arrive."""
    python = str(environment_python())
    command = [python, str(BASE_DIR / "manage.py"), *argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        sys.exit(subprocess.run(command, check=False).returncode)
    os.execv(python, command)


def say(sentence: str) -> None:
    sys.stderr.write(sentence + "\n")
    sys.stderr.flush()
