"""Lists by cursor: every row once, however many are alike, and a wrong cursor is said to be wrong."""

from __future__ import annotations

import base64

import pytest
from django.utils import timezone

from leads.models import Lead
from portal.funnel.models import Stage

pytestmark = pytest.mark.django_db
LEADS = "/api/v1/leads/"


@pytest.fixture
def alike(north):
    """More leads than the 1,000 at which offsets end, that all came at the same moment."""
    at, stage = timezone.now(), Stage.objects.get(slug="lead")
    Lead.objects.bulk_create(
        Lead(
            external_id=f"alike-{n}", full_name="Same Name", created_at=at, stage=stage, team=north
        )
        for n in range(1_250)
    )


@pytest.mark.parametrize(
    "ordering", ["-created_at", "created_at", "full_name", "next_step_on", "id"]
)
def test_rows_that_are_alike_come_once_each(as_marketer, alike, ordering):
    seen, url = [], f"{LEADS}?ordering={ordering}&page_size=200"
    for _ in range(10):
        page = as_marketer.get(url).json()
        seen += [row["external_id"] for row in page["results"]]
        if not (url := page["next"]):
            break

    assert url is None
    assert len(seen) == len(set(seen)) == 1_250

    last, back = page, []
    while url := last["previous"]:
        last = as_marketer.get(url).json()
        back = [row["external_id"] for row in last["results"]] + back
    assert back == seen[: len(back)]
    assert len(back) == 1_200


def forged(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize("ordering", ["-created_at", "full_name", "next_step_on", "id"])
@pytest.mark.parametrize(
    "cursor",
    ["x", "zzz", "after-x", "before-", "%00", forged("p=nothing"), forged("p=1&o=x"), "-" * 300],
)
def test_a_wrong_cursor_is_a_400_that_names_it(as_marketer, ordering, cursor):
    answer = as_marketer.get(LEADS, {"ordering": ordering, "cursor": cursor})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize("size", ["0", "-1", "x", "1e3", "٣", "9" * 5_000])
def test_a_wrong_page_size_is_a_400_that_names_it(as_marketer, size):
    answer = as_marketer.get(LEADS, {"page_size": size})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["page_size"]


@pytest.mark.parametrize("ordering", ["--id", "---created_at", "-", "id,-id", "email_key", "\x00"])
def test_a_wrong_order_is_a_400_that_names_it(as_marketer, ordering):
    answer = as_marketer.get(LEADS, {"ordering": ordering})

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["ordering"]
