from __future__ import annotations

import pytest

from leads.models import Lead
from portal.metrics.conversion import COUNTS
from portal.metrics.groups import tabulated
from tests.factories import make_campaign, make_lead

pytestmark = pytest.mark.django_db


def keys(by, **options):
    return [
        (group.key, group.figures["leads"])
        for group in tabulated(Lead.objects.all(), by, **options).groups
    ]


def test_blank_and_unknown_are_kept_apart():
    make_lead(source="")
    make_lead(source="")
    make_lead(source="unknown")

    assert keys("source") == [("", 2), ("unknown", 1)]


def test_lost_leads_stay_in_the_stages_they_reached():
    make_lead(source="Fair", stage="sql", status="lost")
    make_lead(source="Fair", stage="customer", status="won")
    make_lead(source="Fair")

    [fair] = tabulated(Lead.objects.all(), "source").groups

    assert {m.name: fair.figures[m.name] for m in COUNTS} == {
        "leads": 3,
        "mql": 2,
        "sql": 2,
        "opportunities": 1,
        "won": 1,
    }
    assert fair.figures["conversion"] == pytest.approx(1 / 3)


def test_a_figure_by_itself_is_the_one_counted_in_groups():
    for kind in ("lead", "mql", "sql", "opportunity", "customer"):
        make_lead(stage=kind, status="won" if kind == "customer" else "open")

    whole = tabulated(Lead.objects.all(), "source").whole

    assert {m.name: m.function(Lead.objects.all()) for m in COUNTS} == {
        m.name: whole[m.name] for m in COUNTS
    }


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("Student", "Student"),
        (12, "12"),
        (2.5, "2.5"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        ("", ""),
        ("null", "null"),
    ],
)
def test_attributes_group_by_their_text(value, key):
    make_lead(attributes={"kind of work": value, "other": 1})

    assert keys("attributes.kind of work") == [(key, 1)]


def test_an_attribute_that_is_not_set_is_blank():
    make_lead(attributes={})

    assert keys("attributes.job") == [("", 1)]


@pytest.mark.parametrize("name", ["job-title_2", "a$.b", "a%sb", "0", "a b", "a'b"])
def test_an_attribute_of_any_name_is_read_as_it_is(name):
    make_lead(attributes={name: "found"})

    assert keys(f"attributes.{name}") == [("found", 1)]


def test_campaigns_group_by_their_short_name():
    campaign = make_campaign("Spring fair")
    make_lead(campaign=campaign)
    make_lead()
    make_lead()

    assert keys("campaign__slug") == [(None, 2), (campaign.slug, 1)]


def test_groups_beyond_the_largest_are_one_and_nothing_is_lost():
    for number, source in enumerate(["a", "b", "c", "d"], start=1):
        for _ in range(5 - number):
            make_lead(source=source, stage="customer", status="won")

    groups = tabulated(Lead.objects.all(), "source", most=2).groups

    assert [(g.key, g.figures["leads"], g.size) for g in groups] == [
        ("a", 4, 0),
        ("b", 3, 0),
        (None, 3, 2),
    ]
    assert (
        sum(g.figures["won"] for g in groups)
        == tabulated(Lead.objects.all(), "source").whole["won"]
    )


@pytest.mark.parametrize("size", [1, 12])
def test_any_number_of_groups_costs_two_queries(django_assert_num_queries, size):
    for number in range(size):
        make_lead(source=f"Source {number}", stage="customer", status="won")

    with django_assert_num_queries(2):
        tabulated(Lead.objects.all(), "source")
