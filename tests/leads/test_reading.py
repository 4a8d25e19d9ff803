from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.fields import FIELDS, Reading, Type, attribute_name, lead_field
from leads.reading import clean, infer_type, prepare

CONTRACT = [
    "external_id",
    "first_name",
    "last_name",
    "full_name",
    "email",
    "phone",
    "title",
    "seniority",
    "company.name",
    "company.domain",
    "company.industry",
    "company.employees",
    "company.country",
    "company.region",
    "company.city",
    "country",
    "city",
    "source",
    "source_detail",
    "campaign",
    "landing_page",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "heard_about_us",
    "persona",
    "stage",
    "owner",
    "language",
    "consent",
    "created_at",
    "converted_at",
    "lost_at",
    "lost_reason",
    "next_step_on",
    "notes",
]


def test_every_field_of_the_contract_is_known():
    assert set(CONTRACT) <= set(FIELDS)


def test_attributes_are_fields_too():
    assert lead_field("attributes.visits:number").type is Type.NUMBER
    assert lead_field("attributes.visits").key == "visits"


@pytest.mark.parametrize(
    "name",
    [
        "nothing",
        "attributes.",
        "attributes.a__lt",
        "attributes.1",
        "attributes.x:money",
        "owner_id",
    ],
)
def test_unknown_names_are_refused(name):
    assert lead_field(name) is None


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("email", "Ana <ana@example.com>", "ana@example.com"),
        ("company.employees", "1,200", 1200),
        ("attributes.rate:number", "1.234,5", 1234.5),
        ("attributes.rate:number", "0,5", 0.5),
        ("attributes.on:boolean", "Yes", True),
        ("attributes.day:date", "2026-03-31", date(2026, 3, 31)),
        ("consent", "opted-in", "granted"),
        ("external_id", 660737.0, "660737"),
        ("created_at", "2026-03-31", datetime(2026, 3, 31, tzinfo=UTC)),
        ("notes", "one\r\ntwo\x00", "one\ntwo"),
        ("title", "Head\nof sales", "Head of sales"),
    ],
)
def test_values_are_cleaned(name, raw, value):
    assert clean(name, raw) == value


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("email", "ana at example"),
        ("company.employees", "-3"),
        ("attributes.rate:number", "nan"),
        ("attributes.rate:number", "1e999"),
        ("attributes.on:boolean", "perhaps"),
        ("created_at", "31/03/2026"),
        ("created_at", "0001-01-01"),
        ("consent", "perhaps"),
        ("country", "x" * 81),
        ("country", ["a list"]),
    ],
)
def test_values_that_cannot_be_read_are_refused_with_a_sentence(name, raw):
    with pytest.raises(ValueError, match=r"\.$"):
        clean(name, raw)


def test_a_date_format_and_a_zone_are_honoured():
    reading = Reading(date_format="%d.%m.%Y", zone=ZoneInfo("Europe/Berlin"))

    assert clean("created_at", "31.03.2026", reading) == datetime(2026, 3, 30, 22, tzinfo=UTC)


def test_words_for_nothing_are_nothing():
    assert clean("country", "Select", Reading(nulls=frozenset({"Select"}))) == ""


def test_a_row_holds_only_what_was_given():
    row = prepare(
        {"full_name": "Ana Cruz", "email": "Ana@Example.com", "attributes": {"visits": 3}}
    )

    assert row.lead == {
        "full_name": "Ana Cruz",
        "first_name": "Ana",
        "last_name": "Cruz",
        "email": "Ana@Example.com",
        "email_key": "ana@example.com",
    }
    assert row.attributes == {"visits": 3}
    assert row.identifies


def test_one_name_alone_does_not_wipe_the_other():
    assert prepare({"first_name": "Ana"}).lead == {"first_name": "Ana"}


def test_errors_are_collected_by_field():
    row = prepare({"email": "no", "nothing": 1, "country": "PT"})

    assert set(row.errors) == {"email", "nothing"}
    assert row.lead == {"country": "PT"}


def test_a_defined_type_wins():
    assert prepare({"attributes.zip": "01234"}, types={"zip": "number"}).attributes == {"zip": 1234}
    assert prepare({"attributes.zip": "01234"}).attributes == {"zip": "01234"}


@pytest.mark.parametrize(
    ("row", "identifies"),
    [
        ({"external_id": "7"}, True),
        ({"phone": "030 123"}, True),
        ({"full_name": "Ana", "company.name": "Acme"}, True),
        ({"full_name": "Ana"}, False),
        ({"company.name": "Acme"}, False),
    ],
)
def test_what_identifies_somebody(row, identifies):
    assert prepare(row).identifies is identifies


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2.5", ""], Type.NUMBER),
        (["007", "1"], Type.TEXT),
        (["+49"], Type.TEXT),
        (["Yes", "no"], Type.BOOLEAN),
        (["0", "1"], Type.NUMBER),
        (["2026-01-01"], Type.DATE),
        ([], Type.TEXT),
    ],
)
def test_types_are_inferred(texts, kind):
    assert infer_type(texts) is kind


@given(st.text())
def test_any_heading_becomes_a_safe_attribute_name(heading):
    assert lead_field(f"attributes.{attribute_name(heading)}") is not None


@given(
    st.sampled_from(sorted(FIELDS)),
    st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans()),
)
def test_reading_never_fails_in_another_way(name, raw):
    row = prepare({name: raw})

    assert set(row.errors) <= {name}
