from __future__ import annotations

import pytest

from leads.intake.dates import date_formats, explain


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["2026-03-04", "2026-12-31"], ("iso",)),
        (["2026-03-04T10:00:00Z", "2026-03-04 10:00"], ("iso",)),
        (["31/03/2026", "01/02/2026"], ("%d/%m/%Y",)),
        (["03/31/2026", "01/02/2026"], ("%m/%d/%Y",)),
        (["01/02/2026", "03/04/2026"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["31.03.2026 14:05"], ("%d.%m.%Y %H:%M",)),
        (["15 Apr, 2021 00:03:00", "04 Apr, 2021 00:03:00"], ("%d %b, %Y %H:%M:%S",)),
        (["Apr 15, 2021"], ("%b %d, %Y",)),
        (["3/31/2026 2:05 PM"], ("%m/%d/%Y %I:%M %p",)),
        (["hello", "31/03/2026"], ()),
        (["42", "43"], ()),
        ([], ()),
    ],
)
def test_formats_are_told_from_the_texts(texts, formats):
    assert date_formats(texts).formats == formats


def test_one_late_day_settles_which_comes_first():
    texts = [f"{n % 12 + 1:02d}/{n % 11 + 1:02d}/2026" for n in range(1000)]

    assert date_formats(texts).is_ambiguous
    assert date_formats([*texts, "25/01/2026"]).formats == ("%d/%m/%Y",)


def test_seconds_since_1970_only_where_a_date_is_expected():
    assert date_formats(["1700000000"]).formats == ()
    assert date_formats(["1700000000"], numbers=True).formats == ("unix",)
    assert date_formats(["1700000000000"], numbers=True).formats == ("unix_ms",)


def test_choices_explain_themselves():
    assert explain("%d/%m/%Y") == "31/03/2026 (day first)"
    assert explain("%m/%d/%Y") == "03/31/2026 (month first)"
