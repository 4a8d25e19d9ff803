"""Companies and opportunities that were exported come in again as they were."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leads.companies.columns import export_companies
from leads.models import Company, Lead
from leads.opportunities.export import export_opportunities
from leads.opportunities.models import Opportunity
from portal.accounts.roles import Role
from tests.factories import make_lead, make_user
from tests.leads.intake.test_round_trip import bring, columns_of, refused, texts

pytestmark = pytest.mark.django_db
#: Not shrunk: each example is six imports.
SOME = settings(
    phases=[Phase.explicit, Phase.generate],
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
moments = st.sampled_from(["", "2026-01-02", "2026-01-02T03:04:05+02:00"])
amounts = st.sampled_from(["", "0", "1100.04", "12000000", "0.5"])
COMPANY = {
    "Id": "external_id", "Name": "name", "Domain": "domain", "Field": "industry", "Staff": "employees", "Land": "country",
    "Region": "region", "City": "city", "Phone": "phone", "Revenue": "revenue", "Coin": "revenue_currency",
    "Parent": "parent", "Tier": "tier", "Owner": "owner", "Made": "created_at", "Free": "attributes.free:text",
    "Count": "attributes.count:number",
}  # fmt: skip
SALE = {
    "Id": "external_id", "Name": "name", "Lead": "lead.external_id", "Firm": "company.name", "Owner": "owner",
    "Team": "team", "Product": "product", "Source": "source", "Amount": "amount", "Coin": "currency", "Stage": "stage",
    "Status": "status", "Made": "created_at", "Hoped": "expected_close_on", "Closed": "closed_at",
    "Lost because": "lost_reason", "Won because": "won_reason", "Lost to": "outcome_to", "Rival": "competitor",
    "Next": "next_step", "Next on": "next_step_on", "Free": "attributes.free:text", "Since": "attributes.since:date",
}  # fmt: skip


def company(number):
    return st.fixed_dictionaries(
        dict.fromkeys(COMPANY, texts)
        | {
            "Id": st.sampled_from(["", f"firm-{number}"]),
            "Name": st.sampled_from([f"Firm {number} GmbH", f"Ärger & Söhne {number}", f"=Firm {number}"]),
            "Domain": st.sampled_from(["", f"firm{number}.example"]),
            "Staff": st.sampled_from(["", "0", "250"]),
            "Phone": st.sampled_from(["", "+49 40 123456", "040/123456"]),
            "Revenue": amounts,
            "Coin": st.sampled_from(["", "EUR", "usd"]),
            "Parent": st.sampled_from(["", "Firm 0 GmbH", "Elsewhere Inc"]),
            "Tier": st.sampled_from(["", "A", "c"]),
            "Owner": st.sampled_from(["", "rita@x.example", "Nobody Here"]),
            "Made": moments,
            "Count": st.sampled_from(["", "7", "1.5"]),
        }
    )  # fmt: skip


def sale(number):
    return st.fixed_dictionaries(
        dict.fromkeys(SALE, texts)
        | {
            "Id": st.just(f"deal-{number}"),
            "Lead": st.sampled_from(["", "buyer-1"]),
            "Firm": st.sampled_from(["", "Acme GmbH", "Other Inc"]),
            "Owner": st.sampled_from(["", "rita@x.example", "Nobody Here"]),
            "Team": st.sampled_from(["", "Central"]),
            "Product": st.sampled_from(["", "GTX Pro", "=MG"]),
            "Amount": amounts,
            "Coin": st.sampled_from(["", "EUR", "usd"]),
            "Stage": st.sampled_from(["", "Proposal", "negotiation"]),
            "Status": st.sampled_from(["open", "won", "lost", ""]),
            "Made": moments,
            "Hoped": st.sampled_from(["", "2026-12-24"]),
            "Closed": moments,
            "Lost to": st.sampled_from(["", "no_decision", "In-house", "competitor", "unknown"]),
            "Rival": st.sampled_from(["", "Globex"]),
            "Next on": st.sampled_from(["", "2026-12-24"]),
            "Since": st.sampled_from(["", "2026-01-02"]),
        }
    )


def several(row):
    return st.integers(1, 4).flatmap(lambda size: st.tuples(*(row(n) for n in range(size))))


def as_csv(rows, columns):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def file_of(answer):
    return b"".join(answer.streaming_content)


def lines_of(content, *besides):
    """The lines of a file, without columns that the import itself gives."""
    lines = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    return [{name: text for name, text in line.items() if name not in besides} for line in lines]


@pytest.fixture
def reader(db, stages):
    make_user(Role.REP, email="rita@x.example", name="Rita Rep")
    return make_user(Role.MARKETER)


@SOME
@given(several(company))
def test_exported_companies_come_in_as_they_were(reader, rows):
    emptied()
    first = bring(as_csv(rows, COMPANY), COMPANY, kind="companies")
    assume(first.created)
    before = companies_as_file(reader)

    again = bring(before, columns_of(before), kind="companies")
    assert (again.unchanged, again.updated, again.created) == (first.created, 0, 0), refused(again)
    emptied()
    anew = bring(before, columns_of(before), kind="companies")

    assert anew.created == first.created, refused(anew)
    assert lines_of(companies_as_file(reader), "updated_at") == lines_of(before, "updated_at")


def emptied():
    Company.objects.update(parent=None)
    Company.objects.all().delete()


def companies_as_file(by):
    rows = Company.objects.all()
    return file_of(export_companies(rows=rows, kind="csv", by=by, filters=()))


@SOME
@given(several(sale))
def test_exported_opportunities_come_in_as_they_were(reader, rows):
    Opportunity.objects.all().delete()
    Lead.objects.all().delete()
    make_lead(external_id="buyer-1", email="")
    first = bring(as_csv(rows, SALE), SALE, kind="opportunities")
    assume(first.created)
    before = sales_as_file(reader)

    again = bring(before, columns_of(before), kind="opportunities")
    assert (again.unchanged, again.updated, again.created) == (first.created, 0, 0), refused(again)
    Opportunity.objects.all().delete()
    anew = bring(before, columns_of(before), kind="opportunities")

    assert anew.created == first.created, refused(anew)
    assert lines_of(sales_as_file(reader)) == lines_of(before)


def sales_as_file(by):
    rows = Opportunity.objects.all()
    return file_of(export_opportunities(rows=rows, kind="csv", by=by, filters=()))
