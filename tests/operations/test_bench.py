from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.operations.benchmarks.measuring import Duel, fight
from portal.operations.benchmarks.suite import NAMES

ROOT = Path(__file__).resolve().parents[2]


def test_work_and_baseline_take_turns_and_the_ratio_is_the_median():
    turns = []
    duel = Duel(
        "a",
        2.0,
        "half of it",
        lambda: (turns.append("ours"), time.sleep(0.01)),
        lambda: (turns.append("bare"), time.sleep(0.005)),
        once=True,
        runs=5,
    )

    told = fight(duel).as_dict()

    assert len(told["runs"]) == 5
    assert told["min"] <= told["ratio"] <= told["max"]
    assert told["ratio"] > 1
    pairs = [tuple(turns[at : at + 2]) for at in range(0, 10, 2)]
    assert set(pairs) == {("ours", "bare"), ("bare", "ours")}


def test_quick_work_is_repeated_and_its_memory_measured():
    held = []
    duel = Duel(
        "a", 1.0, "nothing", lambda: held.append(bytes(2**20)) or held.clear(), lambda: None
    )

    result = fight(duel)

    assert 1.0 <= result.memory_mib < 1.5
    assert len(result.ours) == duel.runs >= 5


def test_a_benchmark_that_does_not_exist_is_wrong_usage():
    with pytest.raises(CommandError, match="There is no benchmark speed") as refusal:
        call_command("bench", "speed")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("number", ["5", "-1", "many"])
def test_so_few_leads_measure_nothing(number):
    with pytest.raises(CommandError, match="whole number from 100"):
        call_command("bench", "--leads", number)


def test_it_measures_in_a_database_of_its_own(tmp_path):
    database = tmp_path / "real.sqlite3"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")
    }
    environment |= {
        "ACCORD_SECRET_KEY": "a-key-for-tests-only-0123456789-0123456789-0123456789-0123",
        "ACCORD_VAR_DIR": str(tmp_path),
        "ACCORD_ENV_FILE": "-",
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    command = [
        sys.executable,
        "-m",
        "django",
        "bench",
        "report-sources",
        "page-persona",
        "--leads",
        "100",
        "--json",
    ]

    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    answer = json.loads(done.stdout)
    assert {result["name"] for result in answer["results"]} == {"report-sources", "page-persona"}
    assert all(
        {"name", "ratio", "baseline", "goal", "unit", "runs"} <= set(result)
        for result in answer["results"]
    )
    assert all(len(result["runs"]) >= 5 and result["queries"] > 0 for result in answer["results"])
    assert not database.exists() or database.stat().st_size == 0
    assert json.loads(next(tmp_path.glob("bench/*.json")).read_text()) == answer
    assert set(NAMES) >= {result["name"] for result in answer["results"]}
