from __future__ import annotations

import pytest

from leads.intake.kinds import KINDS
from leads.intake.mapping import MappingError, columns_key, parse_mapping

COLUMNS = ["Mail", "Lead Source", "When", "Number"]


def parse(**written):
    written.setdefault("columns", {"Mail": "email"})
    return parse_mapping(written, columns=COLUMNS, kind=KINDS["leads"])


def test_the_written_form_is_read_and_written_back():
    written = {
        "columns": {
            "Mail": "email",
            "Lead Source": "source",
            "Number": "attributes.number:number",
            "When": None,
        },
        "values": {"source": {"google": "Google"}},
        "constants": {"stage": "customer"},
        "null": ["Select", "NA"],
        "key": "email",
        "dates": "%Y-%m-%d",
    }

    mapping = parse(**written)

    assert mapping.as_json() == written
    assert mapping.fields == {"email", "source", "attributes.number", "stage"}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"columns": {"Male": "email"}}, "no column “Male”. Did you mean “Mail”?"),
        ({"columns": {"Mail": "emial"}}, "no field “emial”. Did you mean “email”?"),
        ({"columns": {"Mail": "attributes.bad name"}}, "no field “attributes.bad name”"),
        ({"columns": {"Mail": 3}}, "no field “3”"),
        ({"columns": ["Mail"]}, "“columns” must say"),
        ({"columns": {"Mail": "email", "Number": "email"}}, "both mapped to email"),
        ({"columns": {"Lead Source": "source"}}, "Nothing says what a row is about"),
        ({"colums": {}}, "no part called “colums”"),
        ({"values": {"source": {"a": "b"}}}, "no column is mapped to it"),
        ({"values": {"email": "x"}}, "“values” must give"),
        ({"constants": {"stge": "x"}}, "no field “stge”. Did you mean “stage”?"),
        ({"constants": {"stage": ["x"]}}, "must be a text or a number"),
        ({"null": "Select"}, "“null” must be a list"),
        ({"key": "name_of_dog"}, "“key” must be one of"),
        ({"key": "external_id"}, "no column is mapped to it"),
        ({"dates": "DD.MM.YYYY"}, "is no date format"),
        ({"dates": {"When": "%Q"}}, "is no date format"),
    ],
)
def test_what_is_wrong_is_named(written, sentence):
    with pytest.raises(MappingError, match="(?s).*") as error:
        parse(**written)
    assert sentence in str(error.value)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(MappingError) as error:
        parse(columns={"Male": "email", "Number": "nmber"}, key="x")

    assert len(error.value.problems) >= 3


def test_columns_are_found_whatever_their_case():
    assert parse(columns={"MAIL": "email", "lead source": "source"}).columns == {
        "Mail": "email",
        "Lead Source": "source",
    }


def test_the_same_columns_in_another_order_have_one_key():
    assert columns_key(["a", "b"]) == columns_key(["b", "a"]) != columns_key(["a", "c"])
