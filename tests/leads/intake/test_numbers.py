"""Numbers as the world writes them: currencies, commas, thousands, and digits that are no numbers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from leads.intake import services
from leads.intake.models import Import
from leads.models import Lead
from leads.opportunities.models import Opportunity
from tests.factories import csv_of, make_import
from tests.leads.intake.test_kinds import counts
from tests.leads.intake.test_page import act
from tests.leads.intake.test_proposing import proposed, table

pytestmark = pytest.mark.django_db
SALE = ("external_id", "amount")


def amounts():
    return list(Opportunity.objects.order_by("external_id").values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("texts", "read"),
    [
        (("$1,234.50", "$99"), ("1234.50", "99")),
        (("USD 1,234.50", "7 EUR"), ("1234.50", "7")),
        (('"1.234,50 €"', '"12,5 €"'), ("1234.50", "12.50")),
        (("1.234", "12.500"), ("1234", "12500")),
        (("1234.5", "1,234"), ("1234.50", "1234")),
        (('"1234,5"', "1.234"), ("1234.50", "1234")),
    ],
)
def test_amounts_of_a_file(bring, texts, read):
    rows = [f'{n},"{text.strip(chr(34))}"' for n, text in enumerate(texts)]

    assert counts(bring("opportunities", SALE, *rows)) == (2, 0, 0, 0, 0)
    assert amounts() == [Decimal(text) for text in read]


def test_a_person_says_what_parts_the_decimals(bring):
    bring("opportunities", SALE, "1,1.234", decimals=".")
    bring("opportunities", SALE, '2,"1,234"', decimals={"H1": ","})

    assert amounts() == [Decimal("1.23"), Decimal("1.23")]


def test_the_page_asks_where_a_number_has_a_point_or_a_comma(as_marketer, stages, work):
    run = make_import(csv_of("Email,Weight,Visits", "a@x.example,1.234,7"), by=as_marketer.user)
    page = as_marketer.get(f"/leads/import/{run.pk}/").content.decode()
    assert "Numbers are written like" in page
    assert 'name="m1"' in page
    assert 'name="m2"' not in page

    act(as_marketer, run, work, "start", m1=",")

    assert Lead.objects.get().attributes == {"weight": 1234, "visits": 7}
    assert Import.objects.get().mapping["decimals"] == {"Weight": ","}


def test_other_columns_tell_what_a_point_means(stages, bring):
    columns = ("email", "attributes.one:number", "attributes.two:number")

    bring("leads", columns, 'a@x.example,1.234,"0,5"')
    bring("leads", columns, "b@x.example,1.234,0.5")

    found = {lead.email: lead.attributes["one"] for lead in Lead.objects.all()}
    assert found == {"a@x.example": 1234, "b@x.example": 1.234}


def test_digits_with_a_leading_zero_stay_what_they_are():
    rows = [f"{n}@x.example,{4000 + n}" for n in range(400)]
    found = proposed(table("Email,Postcode", *rows, "z@x.example,0870"))

    assert found.mapping.columns["Postcode"] == "attributes.postcode:text"


def test_a_leading_zero_far_down_in_a_long_file_counts():
    rows = [f"{n}@x.example,{100_000 + n}" for n in range(7_000)]
    found = proposed(table("Email,Article", *rows, "z@x.example,000123"))

    assert found.mapping.columns["Article"] == "attributes.article:text"


def test_amounts_with_a_currency_are_proposed_as_amounts(stages):
    run = make_import(csv_of("Deal ID,Amount", 'd1,"$1,234.50"', "d2,$7"), kind="opportunities")

    assert run.profile["columns"][1]["looks"] == ["money"]
    mapping = services.propose_mapping(run=run, by=None).mapping
    assert mapping.columns["Amount"] == "amount"
