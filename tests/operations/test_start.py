"""``start`` as a person uses it: real processes, real signals."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests import processes

pytestmark = pytest.mark.worker
MEMORY_AT_REST_KIB = 150 * 1024


class Started:
    """One ``start`` in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, processes.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.out = folder / "start.out"
        self.env = processes.environment(folder)

    def begin(self, *more: str) -> subprocess.Popen[bytes]:
        """By the whole path and from another folder, as a service manager does it."""
        command = [*processes.MANAGE, "start", "--port", str(self.port), *more]
        self.process = processes.spawn(command, self.env, self.out, folder=self.folder)
        return self.process

    def wait(self, seconds: float = 90) -> None:
        processes.until(self.announced, seconds=seconds, what="the address")

    def announced(self) -> bool:
        assert self.process.poll() is None, self.out.read_text()
        return f"Accord answers at {self.address}/" in self.out.read_text()


@pytest.fixture
def fresh(tmp_path):
    """A ``start`` that has not begun, in an empty folder; whatever it leaves is killed."""
    started = Started(tmp_path)
    yield started
    for number in processes.living(tmp_path):
        processes.kill(number)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """What ``prepare`` makes, once: these tests are not about migrations."""
    folder = tmp_path_factory.mktemp("prepared")
    done = processes.run("prepare", env=processes.environment(folder), timeout=240)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def portal(fresh, prepared):
    """A ``start`` that has not begun, on a folder that is in order."""
    for name in ("accord.sqlite3", "static"):
        copy = shutil.copytree if (prepared / name).is_dir() else shutil.copy
        copy(prepared / name, fresh.folder / name)
    return fresh


def pids(portal: Started, what: str) -> list[int]:
    return [
        number
        for number in processes.living(portal.folder)
        if what in processes.command_line(number)
    ]


def test_it_answers_is_ready_rests_small_and_ends_without_a_trace(fresh):
    portal = fresh
    portal.begin("--workers", "2")
    portal.wait(seconds=240)

    assert processes.answers(portal.address, "/readyz")
    assert (portal.folder / "secret_key").stat().st_mode & 0o077 == 0
    for number in processes.living(portal.folder):
        resident = next(
            int(line.split()[1])
            for line in Path(f"/proc/{number}/status").read_text().splitlines()
            if line.startswith("VmRSS")
        )
        assert resident <= MEMORY_AT_REST_KIB

    assert processes.end(portal.process) < 10
    assert portal.process.returncode == 0
    assert processes.living(portal.folder) == []


def test_ctrl_c_ends_everything_and_the_next_start_finds_it_all(portal):
    portal.begin()
    portal.wait()
    key = (portal.folder / "secret_key").read_text()
    processes.end(portal.process, signal.SIGINT)

    portal.begin()
    portal.wait()
    processes.end(portal.process)

    assert (portal.folder / "secret_key").read_text() == key
    assert processes.living(portal.folder) == []


def test_what_dies_is_started_again(portal):
    """The head of each part alone: what it leaves behind must not keep the port or the work."""
    portal.begin()
    portal.wait()
    words = ("gunicorn", "\0worker\0", "\0beat\0")
    before = {word: pids(portal, word) for word in words}
    for part in before:
        processes.kill(min(before[part]))

    for part, gone in before.items():
        processes.until(
            lambda part=part, gone=gone: (
                set(pids(portal, part)) - set(gone) and not set(pids(portal, part)) & set(gone)
            ),
            what=f"{part} anew, and nothing of the old one",
        )
    processes.until(lambda: processes.answers(portal.address), what="the web server's return")
    assert portal.out.read_text().count("started again") == 3
    assert "in use" not in portal.out.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_while_it_prepares_it_ends_and_leaves_nothing(fresh, number):
    portal = fresh
    portal.begin("--demo")
    processes.until(lambda: len(processes.living(portal.folder)) == 2, what="the preparation")

    assert processes.end(portal.process, number) < 10
    assert portal.process.returncode == 0
    assert processes.living(portal.folder) == []
    assert "Traceback" not in portal.out.read_text()


def test_children_do_not_outlive_a_killed_start(portal):
    portal.begin()
    portal.wait()
    processes.end(portal.process, signal.SIGKILL)

    processes.until(lambda: not processes.living(portal.folder), seconds=15, what="their end")
    portal.begin()
    portal.wait()


def test_a_second_start_on_the_same_folder_is_refused(portal):
    portal.begin()
    portal.wait()

    second = processes.run("start", "--port", str(processes.free_port()), env=portal.env)

    assert second.returncode == 1
    assert (
        f"already runs on this database from this folder (process {portal.process.pid})"
        in second.stderr
    )


def test_a_port_in_use_is_a_sentence(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        refused = processes.run("start", "--port", port, env=processes.environment(tmp_path))

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in refused.stderr
    assert "--port" in refused.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--port", "0"], ["--port", "http"], ["--port", "70000"], ["--workers", "0"], ["--nonsense"]],
)
def test_wrong_usage_is_exit_status_two(arguments, tmp_path):
    assert processes.run("start", *arguments, env=processes.environment(tmp_path)).returncode == 2


def test_a_database_that_does_not_answer_is_a_sentence(tmp_path):
    nobody = f"postgres://nobody:secret-word@127.0.0.1:{processes.free_port()}/accord"
    env = processes.environment(tmp_path, DATABASE_URL=nobody)
    refused = processes.run("start", "--port", str(processes.free_port()), env=env)

    assert refused.returncode == 1
    assert refused.stderr.startswith("DATABASE_URL: the database cannot be used")
    assert "secret-word" not in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_address_that_is_not_ours_is_a_sentence(tmp_path):
    refused = processes.run("start", "--host", "192.0.2.1", env=processes.environment(tmp_path))

    assert refused.returncode == 1
    assert "192.0.2.1" in refused.stderr


def rows(file: Path) -> dict[str, list[tuple]]:
    """Everything in the database but the signs of life, which tell of processes."""
    with contextlib.closing(sqlite3.connect(file)) as link:
        tables = [name for (name,) in link.execute("SELECT name FROM pragma_table_list")]
        kept = [name for name in tables if not name.startswith(("sqlite_", "jobs_pulse"))]
        return {name: sorted(map(repr, link.execute(f'SELECT * FROM "{name}"'))) for name in kept}


#: What the demonstration company gives feedback on, and whether a revision has answered it.
TALKED_ABOUT = {
    ("personas.persona", 1),
    ("campaigns.campaign", 0),
    ("talking_points.talkingpoint", 1),
    ("funnel.funneldefinition", 1),
    ("slas.sla", 0),
    ("leads.lead", 0),
}


def talked_about(file: Path) -> set[tuple[str, int]]:
    with contextlib.closing(sqlite3.connect(file)) as link:
        return set(
            link.execute(
                "SELECT subject_type, answered_by_id IS NOT NULL FROM feedback_thread"
                " JOIN topics_topic ON topics_topic.id = topic_id"
            )
        )


def test_the_demonstration_company_is_there_and_twice_changes_nothing(portal):
    portal.begin("--demo")
    portal.wait(seconds=240)
    password = re.search("Password of all of them: (.+)", portal.out.read_text())[1]
    for mailbox in ("admin", "rep2", "manager.sales", "executive"):
        home = processes.Browser(portal.address).post(
            "/login/", login=f"{mailbox}@accord.example", password=password
        )
        assert "Sign out" in home
    processes.end(portal.process)

    before = rows(portal.folder / "accord.sqlite3")
    again = processes.run("demo", "--json", env=portal.env)

    counts = json.loads(again.stdout)
    wanted = {"personas": 3, "campaigns": 6, "talking_points": 30}
    assert wanted.items() <= counts.items()
    assert counts["users"] >= 8
    assert counts["leads"] >= 400
    assert password not in again.stdout + again.stderr
    assert rows(portal.folder / "accord.sqlite3") == before
    assert talked_about(portal.folder / "accord.sqlite3") >= TALKED_ABOUT
