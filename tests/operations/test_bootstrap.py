"""Set-up on a fresh machine. What needs a package index is proved by .ci/run, which starts so."""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings

from tests import processes

SOURCE = settings.BASE_DIR / "portal" / "bootstrap.py"


@pytest.fixture
def tree(tmp_path):
    """A copy of the few files that set-up reads, and its functions, bound to that copy."""
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "bootstrap.py").write_text(SOURCE.read_text())
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text("nothing==1.0\n")
    return tmp_path


def load(tree: Path) -> dict:
    names = runpy.run_path(str(tree / "portal" / "bootstrap.py"))
    return names["ensure_ready"].__globals__


def fake_environment(names: dict) -> None:
    python = names["environment_python"]()
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)


def test_it_uses_the_standard_library_alone():
    modules = "import sys; import runpy; runpy.run_path({!r}); print([m for m in sys.modules if m in {!r}])"
    banned = ["django", "celery", "structlog", "dotenv", "portal"]
    shown = subprocess.run(
        [sys.executable, "-I", "-S", "-c", modules.format(str(SOURCE), banned)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == "[]"


def test_a_lock_that_changed_is_installed_again(tree):
    names = load(tree)
    fake_environment(names)
    names["write_mark"](["requirements.lock"])
    assert names["installed"]("requirements.lock")
    assert not names["installed"]("requirements-dev.lock")

    (tree / "requirements.lock").write_text("nothing==2.0\n")

    assert not names["installed"]("requirements.lock")


def test_a_set_up_that_was_broken_off_is_done_again(tree):
    names = load(tree)
    fake_environment(names)

    assert not names["installed"]("requirements.lock")
    names["MARK"].write_text("{ half")
    assert not names["installed"]("requirements.lock")


def test_two_commands_at_once_install_once(tree, monkeypatch):
    names = load(tree)
    installed: list[str] = []

    def install(lock: str) -> None:
        installed.append(lock)
        fake_environment(names)
        names["write_mark"]([lock])

    monkeypatch.setitem(names, "install", install)
    monkeypatch.setitem(names, "packages_present", lambda lock: False)
    monkeypatch.setitem(names, "run_inside", lambda argv: None)
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(names["ensure_ready"], [["manage.py", "start"]] * 4))

    assert installed == ["requirements.lock"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("OLDEST_PYTHON", (99, 0)), "Accord needs Python 99.0 or newer"),
        (("importlib.util.find_spec", None), "python3-venv"),
    ],
)
def test_what_is_missing_is_one_sentence(tree, monkeypatch, capsys, change, sentence):
    names = load(tree)
    monkeypatch.setitem(names, "packages_present", lambda lock: False)
    monkeypatch.setattr(names["shutil"], "which", lambda name: None)
    if change[0] == "OLDEST_PYTHON":
        monkeypatch.setitem(names, *change)
    else:
        monkeypatch.setattr(names["importlib"].util, "find_spec", lambda name: None)

    with pytest.raises(SystemExit) as ended:
        names["ensure_ready"](["manage.py", "start"])

    last = capsys.readouterr().err.splitlines()[-1]
    assert ended.value.code == 1
    assert sentence in last


def test_a_folder_that_cannot_be_written_is_one_sentence(tree, monkeypatch, capsys):
    names = load(tree)
    monkeypatch.setitem(names, "packages_present", lambda lock: False)
    monkeypatch.setitem(names, "GUARD", tree / "no" / "such" / "folder")

    with pytest.raises(SystemExit):
        names["ensure_ready"](["manage.py", "start"])

    assert capsys.readouterr().err.startswith(f"Accord cannot write into {tree}")


def test_test_and_verify_bring_the_development_packages(tree, monkeypatch):
    names = load(tree)
    asked: list[str] = []
    monkeypatch.setitem(names, "packages_present", lambda lock: asked.append(lock) or True)
    monkeypatch.setitem(names, "inside_own_environment", lambda: False)
    for command in ("start", "test", "verify", "migrate"):
        names["ensure_ready"](["manage.py", command])

    runtime, development = "requirements.lock", "requirements-dev.lock"
    assert asked == [runtime, development, development, runtime]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_with_hashes_and_carry_no_address(lock):
    text = (settings.BASE_DIR / lock).read_text()
    pins = [line for line in text.splitlines() if line[:1].isalnum()]

    assert "://" not in text
    assert all("==" in line and line.endswith("\\") for line in pins)
    assert text.count("--hash=sha256:") >= len(pins)


def test_the_development_lock_contains_the_runtime_lock():
    def pins(lock: str) -> set[str]:
        text = (settings.BASE_DIR / lock).read_text()
        return {line for line in text.splitlines() if line[:1].isalnum()}

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_set_up_that_is_told_to_end_takes_the_installer_with_it(tree, number):
    """An orphan would go on writing into the environment that the next command makes anew."""
    (tree / "manage.py").write_text((settings.BASE_DIR / "manage.py").read_text())
    installer = tree / "bin" / "uv"
    installer.parent.mkdir()
    installer.write_text('#!/bin/sh\necho $$ > "$(dirname "$0")/number"\nexec sleep 60\n')
    installer.chmod(0o755)
    setting_up = subprocess.Popen(
        [sys.executable, "-I", "-S", str(tree / "manage.py"), "start"],
        env={"PATH": f"{installer.parent}:{os.environ['PATH']}"},
        stderr=subprocess.PIPE,
        text=True,
    )
    noted = installer.parent / "number"
    processes.until(lambda: noted.exists() and noted.read_text().strip(), what="the installer")
    setting_up.send_signal(number)
    _, said = setting_up.communicate(timeout=10)

    assert setting_up.returncode == 1
    assert said.splitlines()[-1] == "The set-up was broken off; the next command does it again."
    assert "Traceback" not in said
    processes.until(lambda: not processes.lives(int(noted.read_text())), seconds=5)
