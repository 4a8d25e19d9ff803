"""Suggestions on public data whose true pairs are known. Nothing in the product knows these files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings

from portal.operations.benchmarks.duplicates import BASELINES, qualities

pytestmark = pytest.mark.real_data


@pytest.mark.parametrize("name", BASELINES)
def test_suggestions_reach_what_a_simple_method_reaches(name):
    folder = Path(
        os.environ.get("ACCORD_REAL_DATA") or settings.BASE_DIR.parent / "shared" / "data"
    )
    found = list(qualities(folder, {name}))
    if not found:
        pytest.skip("The public data sets are not here; set ACCORD_REAL_DATA to their folder.")

    told = found[0].as_dict()
    assert told["recall"] >= BASELINES[name][0]
    assert told["precision"] >= BASELINES[name][1]
    # Whoever merged by themselves would have to be right always: so it is from "likely" on.
    assert told["bands"]["likely"]["precision"] == told["bands"]["certain"]["precision"] == 1.0
    assert told["pairs_compared"] < 4 * told["true_pairs"]
