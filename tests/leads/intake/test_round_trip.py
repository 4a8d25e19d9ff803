"""What was exported comes in again as it was, whatever the cells hold."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.files.base import ContentFile
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leads.export import export_leads
from leads.intake import services
from leads.intake.models import COUNTS
from leads.models import Lead
from portal.accounts.roles import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db
MAPPING = {
    "Id": "external_id", "First": "first_name", "Last": "last_name", "Mail": "email", "Phone": "phone", "Job": "title",
    "Firm": "company.name", "Land": "country", "Source": "source", "Page": "landing_page", "Heard": "heard_about_us",
    "Consent": "consent", "Stage": "stage", "Made": "created_at", "Next": "next_step_on", "Owner": "owner",
    "Visits": "attributes.visits:number", "Free": "attributes.free:text", "Since": "attributes.since:date",
    "Wants": "attributes.wants:boolean",
}  # fmt: skip
COMPUTED = {"updated_at", "size"}
texts = st.one_of(
    st.just(""),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.sampled_from(
        ["=1+1", "+49", "-x", "@SUM(A1)", "'quoted", "''", '"a","b"', "a\nb", "a\r\nb", "\ttab", " padded ", "NULL",
         "Select", "007", "1e5", "é", "Ω≈ç", "＝1", "a;b|c", "true", "2026-01-01"]
    ),
)  # fmt: skip


def row_of(number):
    return st.fixed_dictionaries(
        dict.fromkeys(MAPPING, texts)
        | {
            "Id": st.just(f"id-{number}"),
            "Mail": st.sampled_from(["", f"lea{number}@x.example", f"Lea.{number}+t@X.example"]),
            "Phone": st.sampled_from(["", "+49 40 123456", "040/123456", "12"]),
            "Consent": st.sampled_from(["", "granted", "denied"]),
            "Stage": st.sampled_from(["", "lead", "mql", "customer"]),
            "Made": st.sampled_from(["", "2026-01-02", "2026-01-02T03:04:05+02:00"]),
            "Next": st.sampled_from(["", "2026-12-24"]),
            "Owner": st.sampled_from(["", "rita@x.example", "Nobody Here"]),
            "Visits": st.sampled_from(["", "7", "1.5", "-3"]),
            "Since": st.sampled_from(["", "2026-01-02"]),
            "Wants": st.sampled_from(["", "yes", "no"]),
        }
    )


tables = st.integers(1, 4).flatmap(
    lambda size: st.tuples(*(row_of(number) for number in range(size)))
)


def as_csv(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(MAPPING))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def bring(content, mapping, *, kind="leads"):
    run, _ = services.receive_file(
        content=ContentFile(content), filename="x.csv", kind=kind, by=None, is_anew=True
    )
    run = services.read_file(run=run)
    assert run.state == "uploaded", run.message
    written = {"columns": mapping, "unknown": {"owner": "keep"}, "dates": "iso"}
    run = services.save_mapping(
        run=run, mapping=services.read_mapping(run=run, written=written), by=None
    )
    run = services.begin_import(run=run, by=None)
    run = services.apply_rows(run=run, by=None, checkpoint=lambda *_, **__: None)
    assert sum(getattr(run, name) for name in COUNTS) == run.rows
    return run


def exported(by):
    answer = export_leads(rows=Lead.objects.all(), kind="csv", by=by, filters=())
    return b"".join(answer.streaming_content)


def columns_of(content):
    """Every column of an export under its own name, but for those that are computed."""
    names = next(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    return {name: None if name in COMPUTED else name for name in names}


@pytest.fixture
def people(db):
    """Who exports; besides, somebody whom rows name as their owner."""
    make_user(Role.REP, email="rita@x.example", name="Rita Rep")
    return make_user(Role.MARKETER)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables)
def test_what_was_exported_comes_in_as_it_was(stages, people, rows):
    Lead.objects.all().delete()
    by = people
    first = bring(as_csv(rows), MAPPING)
    # Where every row is refused there is nothing to export.
    assume(first.created)
    before = exported(by)

    again = bring(before, columns_of(before))
    assert (again.unchanged, again.updated, again.created) == (first.created, 0, 0), refused(again)
    Lead.objects.all().delete()
    anew = bring(before, columns_of(before))

    assert anew.created == first.created, refused(anew)
    assert without_moments(exported(by)) == without_moments(before)


def without_moments(content):
    """Leads that named no moment get that of their import, so it is left aside."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def refused(run):
    rows = run.outcomes.exclude(outcome="created").values_list("outcome", "reason", "after")
    return json.dumps(list(rows), default=str)
