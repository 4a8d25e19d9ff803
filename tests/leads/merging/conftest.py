from __future__ import annotations

import pytest

from leads.merging.models import Merge
from leads.merging.services import Wish, merge_leads, undo_merge
from leads.merging.services.scans import start_scan


@pytest.fixture
def scan(django_capture_on_commit_callbacks):
    """Everything is looked through, now."""

    def run(by=None):
        with django_capture_on_commit_callbacks(execute=True):
            return start_scan(by=by)

    return run


@pytest.fixture
def merged(marketer):
    def run(lost, kept, by=None, **wish) -> Merge:
        return merge_leads(lost=lost, kept=kept, by=by or marketer, wish=Wish(**wish))

    return run


@pytest.fixture
def undone(marketer):
    def run(merge, by=None) -> Merge:
        return undo_merge(merge=merge, by=by or marketer)

    return run
