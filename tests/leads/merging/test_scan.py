from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads import services as lead_services
from leads.companies.preparing import prepare_company
from leads.companies.services import change_company
from leads.merging import scanning
from leads.merging.models import Candidate, CommonValue, Key, Scanned
from leads.merging.reading import nicknames
from leads.merging.services import (
    contacted_before,
    flag_duplicates,
    scan_at_night,
    start_over,
    tell_apart,
)  # fmt: skip
from leads.models import Lead
from leads.reading import prepare
from portal.jobs.models import Job
from tests.factories import make_company, make_lead, make_stages

pytestmark = pytest.mark.django_db


def pairs():
    return {(pair.low_id, pair.high_id): pair for pair in Candidate.objects.all()}


def twins(**fields):
    """One person twice: at a company and at home."""
    return (
        make_lead(first_name="Robert", last_name="Marley", email="bob@acme.example", phone="+49 40 123456", **fields),
        make_lead(first_name="Bob", last_name="Marly", email="bob.marley@home.example", phone="+49 40 123456", **fields),
    )  # fmt: skip


def test_a_scan_finds_pairs_with_reasons_and_strength(scan):
    one, other = twins()
    make_lead(first_name="Zoe", last_name="Quinn", email="zoe@quay.example")

    job = scan()
    job.refresh_from_db()

    pair = pairs()[one.pk, other.pk]
    assert (pair.band, pair.state) == ("certain", "open")
    assert {"Same phone number", "First names mean each other", "Last names alike"} <= {
        text for text, _ in pair.reasons
    }
    assert (job.state, len(pairs())) == ("done", 1)


def test_only_what_changed_is_compared_again(scan):
    one, other = twins()
    scan()
    assert not scanning.stale().exists()
    job = scan()
    job.refresh_from_db()
    assert job.cursor["compared"] == 0

    other.phone, other.first_name, other.last_name, other.full_name = (
        "",
        "Zoe",
        "Quinn",
        "Zoe Quinn",
    )
    other.know()
    other.version += 1
    other.save()
    scan()

    assert pairs() == {}


def test_another_name_of_a_company_is_a_change_of_its_leads(scan, marketer):
    acme, other = make_company("Acme"), make_company("Other Works")
    one = make_lead(first_name="Ana", last_name="Cruz", company=acme, email="", phone="1")
    two = make_lead(first_name="Anna", last_name="Cruz", company=other, email="", phone="2")
    scan()
    assert not pairs()

    change_company(company=other, prepared=prepare_company({"name": "Acne"}), by=marketer)
    assert set(scanning.stale()) == {two}
    scan()

    assert set(pairs()) == {(one.pk, two.pk)}


def test_what_does_not_change_is_not_written_again(scan):
    _, other = twins()
    scan()
    Scanned.objects.update(is_paired=False)
    with CaptureQueriesContext(connection) as asked:
        scanning.pair_slice(0, other.pk, nicknames(), last=0)

    assert not [q for q in asked if q["sql"].startswith(("INSERT", "DELETE"))]


def test_leads_scanned_before_outlines_were_kept_are_still_compared(scan, monkeypatch):
    one, other = twins()
    scan()
    Candidate.objects.all().delete()
    Scanned.objects.update(is_paired=False, outline=b"")
    monkeypatch.setattr(scanning, "FEW", 0)
    scanning.pair_slice(0, other.pk, nicknames(), last=0)

    assert set(pairs()) == {(one.pk, other.pk)}


def test_a_slice_done_twice_comes_out_the_same(scan):
    twins()
    scan()
    before = list(Candidate.objects.values_list("low", "high", "strength")), Key.objects.count()

    Scanned.objects.update(version=0)
    scan()

    assert (
        list(Candidate.objects.values_list("low", "high", "strength")),
        Key.objects.count(),
    ) == before


@pytest.mark.parametrize("few", [0, scanning.FEW], ids=["sifted", "at once"])
def test_sql_finds_the_pairs_that_plain_python_finds(scan, monkeypatch, few):
    from leads.merging.pairing import found
    from leads.merging.reading import people

    monkeypatch.setattr(scanning, "FEW", few)
    company = make_company("Acme", domain="acme.example")
    for number in range(12):
        make_lead(
            first_name="Ana" if number % 3 else "Anna",
            last_name=f"Cru{'z' * (number % 4)}",
            company=company,
            phone="" if number % 2 else f"+49 40 12345{number // 4}",
        )
    scan()

    known = nicknames()
    plain, _ = found([person for person, *_ in people(Lead.objects.all())], known)
    assert {pair for pair, told in plain.items() if told.strength >= 0.5} == set(pairs())
    assert pairs()


def test_not_a_duplicate_is_remembered(scan, marketer):
    one, other = twins()
    scan()
    tell_apart(candidate=pairs()[one.pk, other.pk], by=marketer, reason="Twins")

    start_over(by=marketer)
    scan()

    assert pairs()[one.pk, other.pk].state == "not_duplicate"


def test_a_value_that_too_many_share_is_left_out_and_said_so(scan, as_marketer):
    for number in range(60):
        make_lead(first_name="Ana", last_name="Cruz", email="", external_id=f"X{number}")
    scan()

    assert not Candidate.objects.exists()
    assert CommonValue.objects.filter(leads=60).exists()
    page = as_marketer.get("/leads/duplicates/").content.decode()
    assert "like “Ana Cruz” is shared by 60 leads and was ignored" in page


def test_one_lead_is_flagged_at_once(scan):
    one, other = twins()
    flag_duplicates(one)
    found = flag_duplicates(other)

    assert [(pair.low_id, pair.high_id) for pair in found] == [(one.pk, other.pk)]
    assert flag_duplicates(other) == found


def test_who_sales_has_contacted_is_not_new_under_another_record(marketer, rep):
    one, other = twins()
    lead_services.log_touchpoint(lead=one, contact=lead_services.Contact(kind="call"), by=rep)
    flag_duplicates(one)
    flag_duplicates(other)

    assert contacted_before(other).by == rep
    assert contacted_before(make_lead()) is None


def test_whom_a_person_told_apart_at_entry_is_never_asked_about(scan, marketer):
    make_stages()
    known = make_lead(full_name="Ana Cruz", phone="+49 40 123456")
    row = prepare({"full_name": "Ana Cruz", "phone": "+49 40 123456", "email": "a@b.example"})
    made = lead_services.create_lead(
        prepared=row, by=marketer, apart_from=[known], apart_because="Her daughter"
    )
    scan()

    pair = pairs()[known.pk, made.pk]
    assert (pair.state, pair.reason, pair.decided_by) == ("not_duplicate", "Her daughter", marketer)


@pytest.mark.parametrize(("hour", "started"), [(3, 1), (13, 0)])
def test_it_scans_at_night_and_once(hour, started):
    at = timezone.localtime().replace(hour=hour)
    for _ in range(2):
        scan_at_night(at)

    assert Job.objects.filter(kind="merging.scan_leads").count() == started


def test_a_slice_costs_as_many_queries_for_ten_leads_as_for_one(django_assert_max_num_queries):
    known = nicknames()
    for number in range(10):
        last = make_lead(first_name="Ana", last_name=f"Cruz{number % 2}")
    with django_assert_max_num_queries(8):
        scanning.store_keys(Lead.objects.all(), known)
    with django_assert_max_num_queries(12):
        scanning.pair_slice(0, last.pk, known, last=last.pk)
