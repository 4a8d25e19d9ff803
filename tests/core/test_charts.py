"""Charts say their finding, show their numbers twice, and carry no style of their own."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.charts import (
    FunnelStep,
    Series,
    bar_chart,
    funnel_chart,
    hbar_chart,
    heat_table,
    line_chart,
    nice_scale,
    sparkline,
    stacked_chart,
)

LABELS = ["Jan", "Feb", "Mar"]
ONE = [Series("Leads", [3, None, 12])]
TWO = [*ONE, Series("Accepted", [1, 2, 9], kind="sales")]
DRAWN = [
    bar_chart("Bars", LABELS, TWO, unit="%", x_label="Month", y_label="Share"),
    line_chart("Lines", LABELS, TWO),
    stacked_chart("Stacks", LABELS, TWO),
    hbar_chart("Lying", LABELS, ONE),
    funnel_chart("Funnel", [FunnelStep("Leads", 100), FunnelStep("Won", 4, note="of 100")]),
]
NASTY = '<script>alert("x")</script>&'


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.title)
def test_a_chart_is_an_image_with_title_and_description(chart):
    svg = ElementTree.fromstring(chart.svg)

    assert svg.get("role") == "img"
    assert svg.find("title").text == chart.title
    assert svg.find("desc").text == chart.description
    assert svg.get("aria-labelledby") == svg.find("title").get("id")


@pytest.mark.parametrize("chart", DRAWN, ids=lambda chart: chart.title)
def test_colours_come_from_classes_alone(chart):
    assert not re.search(r"\s(style|fill|stroke|on\w+)=", chart.svg)


@pytest.mark.parametrize("draw", [bar_chart, line_chart, stacked_chart, hbar_chart])
def test_the_table_holds_the_same_numbers(draw):
    chart = draw("Leads", LABELS, TWO, unit="%")

    assert chart.rows == [["Jan", "3", "1"], ["Feb", "—", "2"], ["Mar", "12", "9"]]
    assert chart.columns[1:] == ["Leads (%)", "Accepted (%)"]


def test_the_description_names_values_and_gaps():
    chart = line_chart("Leads", LABELS, ONE, unit="%")

    assert "Jan 3\u202f%" in chart.description
    assert "Feb —" in chart.description


def test_a_gap_breaks_the_line():
    path = ElementTree.fromstring(line_chart("x", LABELS, ONE).svg).find(
        "path[@class='line k-joint d0']"
    )

    assert path.get("d").count("M") == 2


def test_bars_have_heights_in_proportion():
    svg = ElementTree.fromstring(bar_chart("x", ["a", "b"], [Series("s", [5, 10])]).svg)
    heights = [float(r.get("height")) for r in svg.findall("rect[@class='k-joint']")]

    assert heights[1] == pytest.approx(2 * heights[0], rel=0.01)


def test_several_series_are_told_apart_without_colour():
    assert 'class="hatch"' in bar_chart("x", LABELS, TWO).svg
    assert 'class="hatch"' not in bar_chart("x", LABELS, ONE).svg
    assert "d1" in line_chart("x", LABELS, TWO).svg


def test_the_funnel_shows_the_share_of_the_stage_before():
    chart = funnel_chart(
        "x",
        [
            FunnelStep("Leads", 200),
            FunnelStep("MQL", 50),
            FunnelStep("SQL", 0),
            FunnelStep("Won", 0),
        ],
    )

    assert [row[2] for row in chart.rows] == ["—", "25 %", "0 %", "—"]


def test_axes_and_columns_are_named():
    lying = hbar_chart("x", ["a"], [Series("s", [1])], axes=("Source", "Leads"))
    funnel = funnel_chart("x", [FunnelStep("Leads", 100), FunnelStep("Won", 4)], counted="Leads")
    lines = line_chart("x", LABELS, ONE, x_label="Month", y_label="Leads")
    heads = {
        name: [t.text for t in ElementTree.fromstring(chart.svg).findall("text[@class='head']")]
        for name, chart in (("lying", lying), ("funnel", funnel), ("lines", lines))
    }

    assert heads == {
        "lying": ["Source", "Leads"],
        "funnel": ["Stage", "Leads", "Came on"],
        "lines": ["Month", "Leads"],
    }
    assert lying.columns[0] == "Source"


def test_links_lead_from_the_table():
    chart = hbar_chart("x", ["a", "b"], [Series("s", [1, 2])], links=["/a/", "/b/"])

    assert [(label, link) for label, _, link in chart.table] == [("a", "/a/"), ("b", "/b/")]


@pytest.mark.parametrize("draw", [bar_chart, line_chart, stacked_chart, hbar_chart])
@pytest.mark.parametrize("values", [[], [None], [0], [-5, 5], [1e12, 1], [0.001, 0.002]])
def test_odd_values_are_drawn_or_named_empty(draw, values):
    chart = draw("x", [str(n) for n in range(len(values))], [Series("s", values)])

    ElementTree.fromstring(chart.svg)
    assert chart.is_empty == all(value is None for value in values)


def test_text_from_people_stays_text():
    for chart in (
        bar_chart(
            NASTY, [NASTY], [Series(NASTY, [1]), Series("b", [2])], unit=NASTY, y_label=NASTY
        ),
        hbar_chart(NASTY, [NASTY], [Series(NASTY, [1])]),
        funnel_chart(NASTY, [FunnelStep(NASTY, 3, note=NASTY)]),
        heat_table(NASTY, [NASTY], [(NASTY, [1])], unit=NASTY),
    ):
        assert "<script" not in chart.svg
    assert "<script" not in sparkline([1, 2], label=NASTY)


def test_the_heat_table_is_a_table_with_heads():
    chart = heat_table(
        "Gaps", ["Learning", "Scoping"], [("Buyer", [0, 10]), ("Founder", [None, 5])]
    )
    table = ElementTree.fromstring(chart.svg).find("table")

    assert [th.text for th in table.findall("thead/tr/th")][1:] == ["Learning", "Scoping"]
    assert [td.get("class") for td in table.iter("td")] == ["h1", "h5", None, "h3"]
    assert [td.text for td in table.iter("td")] == ["0", "10", "—", "5"]


FIGURES = st.floats(-1e9, 1e9).map(lambda value: round(value, 6))


@given(FIGURES, FIGURES)
def test_the_scale_holds_its_values(one, other):
    low, high = sorted((one, other))
    start, end, step = nice_scale(low, high)

    assert step > 0
    assert start <= min(low, 0)
    assert end >= max(high, 0) - step * 1e-6
    assert (end - start) / step <= 12
