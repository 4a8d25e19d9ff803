from __future__ import annotations

from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from leads.fields import FIELDS, Reading, Type
from leads.intake.mapping import Mapping
from leads.intake.profiling import Column, Profile
from leads.intake.reading import Record
from leads.intake.references import References
from leads.intake.rows import Known, Plan
from leads.reading import prepare

FIELDS_READ = [
    name
    for name, known in FIELDS.items()
    if known.type in (Type.TEXT, Type.EMAIL, Type.PHONE, Type.DOMAIN, Type.NUMBER)
    and name != "source"
]
TEXTS = st.text(max_size=30) | st.sampled_from(
    [
        "1,234",
        "1.5",
        "007",
        "Ana@X.example ",
        "mailto:a@x.example",
        "+49 (0)30 1234567",
        "a b",
        "12 ",
        "１２",
    ]
)


def plan(fields):
    columns = [Column(name, filled=1) for name in fields]
    mapping = Mapping(columns={name: name for name in fields})
    return Plan(
        profile=Profile(1, 0, columns),
        mapping=mapping,
        references=References(stages=[]),
        known=Known(zone=UTC),
    )


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([*FIELDS_READ, "attributes.n:number", "attributes.t:text"]),
        TEXTS,
        min_size=1,
        max_size=5,
    )
)
def test_a_file_is_read_as_a_form_and_the_api_read(given):
    """The quick way through a file and the way of one lead give the same."""
    given = {"external_id": "x"} | given
    row = plan(given).read(Record(2, list(given.values())))
    blank = {name for name, text in given.items() if not text.strip()}
    one = prepare(
        {name: text for name, text in given.items() if name not in blank}, Reading(zone=UTC)
    )

    if one.errors:
        assert row.problem
        return
    kept = {name: value for name, value in one.lead.items() if value not in ("", None)}
    assert {name: row.values.get(name) for name in kept} == kept
    assert row.attributes == {
        name: value for name, value in one.attributes.items() if value not in ("", None)
    }
