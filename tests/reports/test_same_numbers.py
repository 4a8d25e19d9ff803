"""Page, CSV, XLSX and API of a report show the same numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_lead
from tests.reports.reading import from_api, from_csv, from_page, from_xlsx

pytestmark = pytest.mark.django_db
START = datetime(2026, 2, 3, 9, tzinfo=UTC)


@pytest.fixture
def leads(db):
    for number, source in enumerate(
        ["Google", "Google", "Google", "", "unknown", "=1+1", "Fair, north"]
    ):
        is_won = number in {0, 3}
        make_lead(
            source=source,
            stage=["customer", "mql", "sql"][number % 3],
            status="won" if is_won else "lost" if number == 5 else "open",
            created_at=START + timedelta(days=number),
            converted_at=START + timedelta(days=number + 7 + number) if is_won else None,
            attributes={"job": "Student"} if number < 3 else {},
        )


QUESTIONS = [
    ("sources", {}),
    ("sources", {"by": "landing_page"}),
    ("sources", {"from": "2026-02-05", "to": "2026-02-08", "compare": "previous"}),
    ("sources", {"source": "Google"}),
    ("funnel", {}),
    ("funnel", {"from": "2026-02-05", "to": "2026-02-08", "compare": "previous"}),
    ("funnel", {"source": "nowhere"}),
    ("self-reported", {}),
    ("self-reported", {"from": "2026-02-05", "to": "2026-02-08", "compare": "previous"}),
]


@pytest.mark.parametrize(("name", "asked"), QUESTIONS)
def test_four_doors_one_table(as_marketer, leads, name, asked):
    api = from_api(as_marketer, name, **asked)
    numbers = [row[1:] for row in api]

    for door in (from_page, from_csv, from_xlsx):
        shown = door(as_marketer, name, **asked)
        assert [row[1:] for row in shown] == numbers, door.__name__
    assert len(api) > 1


def test_labels_are_the_same_and_no_cell_is_a_formula(as_marketer, leads):
    labels = [row[0] for row in from_api(as_marketer, "sources")][:-1]

    assert labels == ["Google", "Not recorded", "=1+1", "Fair, north", "unknown"]
    assert [row[0] for row in from_page(as_marketer, "sources")][:-1] == labels
    assert [row[0] for row in from_csv(as_marketer, "sources")][2] == "'=1+1"
    assert [row[0] for row in from_xlsx(as_marketer, "sources")][:-1] == labels


def test_every_role_sees_the_same_numbers(
    leads, as_rep, as_marketer, as_sales_manager, as_executive, as_administrator
):
    people = (as_rep, as_marketer, as_sales_manager, as_executive, as_administrator)

    assert all(from_api(person, "sources") == from_api(as_marketer, "sources") for person in people)
    assert all(from_page(person, "funnel") == from_page(as_marketer, "funnel") for person in people)
