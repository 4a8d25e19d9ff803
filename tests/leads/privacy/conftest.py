from __future__ import annotations

import pytest


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """``with work():`` background jobs that were asked for inside run at its end."""

    def run():
        return django_capture_on_commit_callbacks(execute=True)

    return run
