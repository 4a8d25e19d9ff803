from __future__ import annotations

import io

import pytest

from leads.intake.guessing import Choices, Confidence
from leads.intake.mapping import Mapping
from leads.intake.profiling import profile
from leads.intake.proposing import propose
from leads.intake.reading import data_records, detect

CHOICES = Choices(
    stages={
        "lead": "lead",
        "mql": "mql",
        "customer": "customer",
        "opportunity": "opportunity",
        "lost": "lost",
    },
    first_stage="lead",
    people=frozenset({"rep@x.example", "rita rep"}),
)


def proposed(text, *, choices=CHOICES, earlier=None):
    handle = io.BytesIO(text.encode())
    dialect = detect(handle)
    return propose(
        profile(dialect.columns, data_records(handle, dialect)), choices=choices, earlier=earlier
    )


def table(header, *rows):
    return "\n".join([header, *rows, ""])


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Record ID", ["1", "2"], "external_id"),
        ("hs_object_id", ["1", "2"], "external_id"),
        ("property_email", ["a@x.example", "b@x.example"], "email"),
        ("E-Mail-Adresse", ["a@x.example", "b@x.example"], "email"),
        ("Kontaktweg", ["a@x.example", "b@x.example"], "email"),
        ("Person - Phone - Work", ["+49 30 1234567", "+49 30 1234568"], "phone"),
        ("emailaddress1", ["a@x.example", "b@x.example"], "email"),
        ("Frist Name", ["Ana", "Bob"], "first_name"),
        ("Account Name", ["Acme", "Globex"], "company.name"),
        ("Original Source", ["Google", "Bing"], "source"),
        ("Lead origin of some kind", ["A", "B"], "attributes.lead_origin_of_some_kind:text"),
        ("How did you hear about our school", ["Friend", "Web"], "heard_about_us"),
        ("Createdate", ["2026-01-02", "2026-03-04"], "created_at"),
        ("won_date", ["2026-01-02", "2026-03-04"], "converted_at"),
        ("Visits", ["12", "3"], "attributes.visits:number"),
        ("Umsatz", ["1,5", "2,25"], "attributes.umsatz:number"),
        ("Likes tea", ["Yes", "No"], "attributes.likes_tea:boolean"),
        ("Birthday", ["31.12.1990", "01.02.1991"], "attributes.birthday:date"),
        ("Zip", ["01234", "99999"], "attributes.zip:text"),
        ("Lead Owner", ["Rita Rep", "rep@x.example"], "owner"),
        ("Lead Owner", ["Rita Rep", "Somebody Else"], "owner"),
        ("Lead Owner", ["Nobody Here", "Somebody Else"], "attributes.lead_owner:text"),
        ("Lifecycle Stage", ["marketingqualifiedlead", "customer"], "stage"),
        ("Lead Status", ["Cold", "Contact in Future"], "attributes.lead_status:text"),
        ("Email", ["yes", "no"], "attributes.email:boolean"),
    ],
)
def test_a_column_is_told_by_name_and_content(header, values, field):
    found = proposed(table(f"Key,{header}", *(f'k{n},"{value}"' for n, value in enumerate(values))))

    assert found.guesses[1].field == field


def test_empty_columns_are_left_out():
    assert (
        proposed(table("Email,Nothing", "a@x.example,", "b@x.example,")).mapping.columns["Nothing"]
        is None
    )


def test_the_id_is_the_column_that_differs_in_every_row():
    rows = [f"{n:08d}-aaaa-bbbb-cccc-0123456789ab,{n},x" for n in range(30)]

    mapping = proposed(table("Booking UUID,Number,Kind", *rows)).mapping

    assert mapping.columns["Booking UUID"] == "external_id"
    assert mapping.columns["Number"] == "attributes.number:number"


def test_an_id_that_repeats_is_no_identity():
    assert (
        proposed(table("Contact ID,Email", "1,a@x.example", "1,b@x.example")).guesses[0].field
        != "external_id"
    )


def test_two_columns_never_claim_one_field():
    mapping = proposed(
        table(
            "Email,Work Email,Mobile,Phone",
            "a@x.example,,1,+49 30 1234567",
            "b@x.example,c@x.example,2,+49 30 7654321",
        )
    ).mapping

    fields = [
        field for field in mapping.columns.values() if field and not field.startswith("attributes.")
    ]
    assert len(fields) == len(set(fields))
    assert mapping.columns["Email"] == "email"


def test_words_for_nothing_are_proposed_where_they_stand_and_unknown_is_not():
    mapping = proposed(
        table("Email,City", "a@x.example,Select", "b@x.example,unknown", "c@x.example,Rome")
    ).mapping

    assert mapping.null == ("Select",)


def test_na_is_namibia_among_country_codes():
    rows = [f"{n}@x.example,{code}" for n, code in enumerate(["DE", "FR", "NA", "US"])]

    assert proposed(table("Email,Country", *rows)).mapping.null == ()


def test_spellings_of_one_source_are_proposed_as_one():
    rows = ["a@x.example,Google", "b@x.example,google", "c@x.example,Google", "d@x.example,unknown"]

    assert proposed(table("Email,Lead Source", *rows)).mapping.values["source"] == {
        "google": "Google"
    }


def test_who_became_a_customer_gives_the_stage():
    found = proposed(table("Email,Converted", "a@x.example,1", "b@x.example,0"))

    assert found.mapping.columns["Converted"] == "stage"
    assert found.mapping.values["stage"] == {"1": "customer", "0": "lead"}
    assert found.guesses[1].confidence == Confidence.CHECK


def test_stages_are_told_by_their_rows_and_lost_is_one():
    rows = [
        f"{n}@x.example,{text}" for n, text in enumerate(["closed_won"] * 3 + ["Junk Lead"] * 2)
    ]
    found = proposed(table("Email,Current stage", *rows, "9@x.example,mystery"))

    assert found.mapping.columns["Current stage"] == "stage"
    assert found.mapping.values["stage"] == {
        "closed_won": "customer", "Junk Lead": "lost", "mystery": "",
    }  # fmt: skip


def test_opting_out_denies_consent():
    mapping = proposed(
        table("Email,Email Opt Out", "a@x.example,true", "b@x.example,false")
    ).mapping

    assert mapping.values["consent"] == {"true": "denied", "false": "unknown"}


def test_day_or_month_first_is_asked():
    found = proposed(table("Email,Create Date", "a@x.example,01/02/2026", "b@x.example,03/04/2026"))

    assert found.mapping.dates == {}
    assert [name for name, _ in found.questions[0].options] == ["%d/%m/%Y", "%m/%d/%Y"]


def test_an_earlier_mapping_of_the_same_columns_wins():
    earlier = Mapping(columns={"Email": "email", "Thing": "city"}, null=("-",))

    found = proposed(table("Email,Thing", "a@x.example,Rome"), earlier=earlier)

    assert found.mapping.columns == earlier.columns
    assert found.mapping.null == ("-",)
    assert "earlier import" in found.guesses[1].reason
