from __future__ import annotations

import csv
import io

import pytest
from django.utils import timezone

from leads.intake.models import Import
from leads.models import Lead
from portal.accounts.roles import Department, Role
from tests.conftest import signed_in
from tests.factories import csv_of, make_campaign, make_import, make_user, upload

pytestmark = pytest.mark.django_db

LEADS = csv_of(
    "Record ID,Email,Lead Source,Converted,Shoe",
    "r1,ana@x.example,Google,1,Select",
    "r2,bob@x.example,google,0,44",
    "r3,not an address,,0,45",
)


@pytest.fixture
def uploaded(as_marketer, stages, work):
    """A file that a marketer has uploaded and the portal has read."""
    with work():
        answer = as_marketer.post("/leads/import/", {"file": upload(LEADS), "form_token": "t1"})
    return Import.objects.get(pk=int(answer.url.rstrip("/").split("/")[-1]))


def sheet(client, run):
    """The form as the page shows it, ready to be sent back."""
    found = client.get(f"/leads/import/{run.pk}/").context["sheet"]
    data = {
        "nothing": [line.word for line in found.nothings if line.is_ticked],
        "null": found.null_words,
        "key": found.mapping.key,
        "campaign": found.campaign,
    }
    for line in found.lines:
        data[f"c{line.place}"] = line.target
        if line.is_own:
            data[f"n{line.place}"] = line.own_name
        if line.dates:
            data[f"d{line.place}"] = line.date_format
        data |= {value.name: value.value for value in line.values}
    return data | {line.name: "1" for line in found.skips if line.is_ticked}


def act(client, run, work, act, **changes):
    with work():
        answer = client.post(
            f"/leads/import/{run.pk}/map/", sheet(client, run) | {"act": act} | changes
        )
    run.refresh_from_db()
    return answer


def counts(run):
    return (run.rows, run.created, run.updated, run.unchanged, run.duplicates, run.rejected)


def test_the_page_proposes_and_says_how_sure_it_is(as_marketer, uploaded):
    page = as_marketer.get(f"/leads/import/{uploaded.pk}/").content.decode()

    assert uploaded.state == "uploaded"
    assert "Usual name of this field." in page
    assert "Yes is read as the stage" in page
    assert '<option value="customer" selected>' in page
    assert "Select" in page


def test_trying_touches_no_lead_and_shows_what_would_happen(as_marketer, uploaded, work):
    act(as_marketer, uploaded, work, "check")

    page = as_marketer.get(f"/leads/import/{uploaded.pk}/").content.decode()
    assert (uploaded.state, counts(uploaded)) == ("checked", (3, 2, 0, 0, 0, 1))
    assert not Lead.objects.exists()
    assert "What would happen" in page
    assert "not an e-mail address" in page


def test_the_rows_come_in_and_the_refused_ones_come_back(as_marketer, uploaded, work):
    answer = act(as_marketer, uploaded, work, "start")

    assert answer.status_code == 302
    assert (uploaded.state, counts(uploaded)) == ("done", (3, 2, 0, 0, 0, 1))
    assert dict(Lead.objects.values_list("external_id", "status")) == {"r1": "won", "r2": "open"}
    assert Lead.objects.get(external_id="r1").attributes == {}
    assert set(Lead.objects.values_list("source", flat=True)) == {"Google"}
    file = as_marketer.get(f"/leads/import/{uploaded.pk}/refused/")
    rows = list(csv.DictReader(io.StringIO(b"".join(file.streaming_content).decode("utf-8-sig"))))
    assert [(row["Record ID"], row["Line in the file"]) for row in rows] == [("r3", "4")]
    assert file["Content-Disposition"].startswith("attachment")
    assert "Stage" not in file["Content-Disposition"]


def test_a_person_decides_about_every_column(as_marketer, uploaded, work):
    campaign = make_campaign("Fair")
    found = sheet(as_marketer, uploaded)
    shoe = next(name for name, value in found.items() if value == "shoe")
    place = shoe[1:]

    act(
        as_marketer, uploaded, work, "start", **{
            f"c{place}": "own:number", shoe: "shoe_size", "c3": "", "null": "Select", "campaign": campaign.slug,
            "k0": "country", "w0": "Italy",
        },
    )  # fmt: skip

    bob = Lead.objects.get(external_id="r2")
    assert (bob.attributes, bob.campaign, bob.country, bob.stage.slug) == (
        {"shoe_size": 44},
        campaign,
        "Italy",
        "lead",
    )


def test_what_is_wrong_with_the_mapping_is_said_beside_what_was_entered(
    as_marketer, uploaded, work
):
    answer = act(as_marketer, uploaded, work, "start", c0="email", null="Nothing at all")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "both mapped to email" in page
    assert "Nothing at all" in page
    assert uploaded.state == "uploaded"


def test_day_or_month_first_must_be_chosen(as_marketer, stages, work):
    run = make_import(csv_of("Email,Create Date", "a@x.example,01/02/2026"), by=as_marketer.user)

    assert (
        "Choose: day or month first?"
        in as_marketer.get(f"/leads/import/{run.pk}/").content.decode()
    )
    assert act(as_marketer, run, work, "start").status_code == 422
    act(as_marketer, run, work, "start", d1="%d/%m/%Y")

    assert Lead.objects.get().created_at.date().isoformat() == "2026-02-01"


def test_a_double_click_on_upload_makes_one_import(as_marketer, stages, work):
    with work():
        first = as_marketer.post("/leads/import/", {"file": upload(LEADS), "form_token": "t1"})
        again = as_marketer.post("/leads/import/", {"file": upload(LEADS), "form_token": "t1"})
        same_file = as_marketer.post(
            "/leads/import/", {"file": upload(LEADS), "form_token": "t2"}, follow=True
        )

    assert first.url == again.url == same_file.redirect_chain[-1][0]
    assert Import.objects.count() == 1
    assert "nothing was done twice" in same_file.content.decode()


def test_a_second_start_is_refused_kindly(as_marketer, uploaded, work):
    data = sheet(as_marketer, uploaded) | {"act": "start"}
    with work():
        as_marketer.post(f"/leads/import/{uploaded.pk}/map/", data)
        second = as_marketer.post(f"/leads/import/{uploaded.pk}/map/", data)

    assert second.status_code == 409
    assert "Nothing was done twice." in second.content.decode()
    assert Lead.objects.count() == 2


def test_while_it_runs_the_page_asks_again_and_shows_how_far_it_is(as_marketer, uploaded):
    Import.objects.filter(pk=uploaded.pk).update(
        state="running", position=2, created=2, moved_at=timezone.now()
    )

    fragment = as_marketer.get(
        f"/leads/import/{uploaded.pk}/", headers={"HX-Request": "true"}
    ).content.decode()

    assert fragment.lstrip().startswith('<div id="import-body"')
    assert 'hx-trigger="every 1s"' in fragment
    assert "Bringing rows in" in fragment
    assert "Stop" in fragment


def test_an_import_can_be_discarded(as_marketer, uploaded):
    as_marketer.post(f"/leads/import/{uploaded.pk}/cancel/")

    uploaded.refresh_from_db()
    assert uploaded.state == "cancelled"
    assert (
        "Nothing was brought in"
        in as_marketer.get(f"/leads/import/{uploaded.pk}/").content.decode()
    )
    assert as_marketer.post(f"/leads/import/{uploaded.pk}/cancel/").status_code == 409


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF-1.4 x", "PDF"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted"),
        (b"Name,Email\n", "no row below them"),
        (b"<html><table><tr><td>Email</td></tr></table>", "a web page"),
        (b",".join(b"c%d" % n for n in range(10_000)) + b"\n1\n", "10,000 columns"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(as_marketer, stages, work, content, sentence):
    with work():
        answer = as_marketer.post("/leads/import/", {"file": upload(content)}, follow=True)
    page = as_marketer.get(answer.redirect_chain[-1][0]) if answer.redirect_chain else answer

    assert sentence in page.content.decode()
    assert not Lead.objects.exists()


def test_too_large_a_file_is_refused(as_marketer, stages, settings):
    settings.IMPORT_LIMIT = 10

    answer = as_marketer.post("/leads/import/", {"file": upload(LEADS)})

    assert answer.status_code == 422
    assert "up to 10 bytes" in answer.content.decode()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\r\nb.csv", "x" * 400 + ".csv", "<b>.csv", "CON.csv", "‮gpj.csv"]
)
def test_any_name_is_only_shown(as_marketer, stages, work, name):
    with work():
        as_marketer.post("/leads/import/", {"file": upload(LEADS, name)})

    run = Import.objects.get()
    assert run.file.name.startswith("imports/")
    assert run.file.name.endswith(".bin")
    assert "<b>" not in as_marketer.get(f"/leads/import/{run.pk}/").content.decode()


PAGES = ["/leads/import/{pk}/", "/leads/import/{pk}/refused/"]
ACTS = ["/leads/import/{pk}/map/", "/leads/import/{pk}/start/", "/leads/import/{pk}/cancel/"]


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_somebody_elses_import_does_not_exist(uploaded, address):
    other = signed_in(make_user(Role.MARKETER))
    send = other.get if address in PAGES else other.post

    assert send(address.format(pk=uploaded.pk)).status_code == 404


@pytest.mark.parametrize("address", ["/leads/import/", *PAGES, *ACTS])
def test_reps_and_executives_do_not_import(as_rep, as_executive, uploaded, address):
    for client in (as_rep, as_executive):
        send = client.post if address in ACTS else client.get
        assert send(address.format(pk=uploaded.pk)).status_code == 403


def test_a_manager_sees_the_imports_of_the_department(uploaded):
    manager = signed_in(make_user(Role.MANAGER, Department.MARKETING))
    of_sales = signed_in(make_user(Role.MANAGER, Department.SALES))

    assert manager.get(f"/leads/import/{uploaded.pk}/").status_code == 200
    assert of_sales.get(f"/leads/import/{uploaded.pk}/").status_code == 404


def test_ten_imports_cost_as_many_queries_as_one(
    as_marketer, uploaded, django_assert_max_num_queries
):
    def queries():
        with django_assert_max_num_queries(30) as captured:
            as_marketer.get("/leads/import/")
        return len(captured)

    one = queries()
    for number in range(10):
        make_import(csv_of("Email", f"a{number}@x.example"), by=as_marketer.user)
    assert queries() == one


def test_a_wide_file_still_makes_a_page(as_marketer, stages):
    columns = ["Id", *(f"Custom_{n}__c" for n in range(381))]
    run = make_import(
        csv_of(
            ",".join(columns), ",".join(["00Q1", *("" if n % 2 else str(n) for n in range(381))])
        ),
        by=as_marketer.user,
    )

    page = as_marketer.get(f"/leads/import/{run.pk}/")

    assert page.status_code == 200
    assert "more columns are empty" in page.content.decode()


def test_what_becomes_of_unknown_names_and_of_many_texts_is_said_on_the_page(
    as_marketer, stages, work
):
    rows = [f"p{n}@x.example,Source {n},Nobody,Gone Campaign" for n in range(60)]
    run = make_import(
        csv_of("Email,Lead Source,Owner,Campaign", *rows, "a@x.example,Source 0,,"),
        by=as_marketer.user,
    )
    act(as_marketer, run, work, "save", c2="owner", c3="campaign")
    page = as_marketer.get(f"/leads/import/{run.pk}/").content.decode()
    assert "The 40 most frequent of 60 texts" in page
    assert 'name="u-owner"' in page

    act(
        as_marketer,
        run,
        work,
        "start",
        **{"u-owner": "leave", "u-campaign": "keep", "v1-0": "Fair"},
    )

    assert (run.created, run.rejected) == (61, 0)
    lead = Lead.objects.get(email="p59@x.example")
    assert (lead.source, lead.attributes) == ("Source 59", {"campaign_name": "Gone Campaign"})
    assert Lead.objects.filter(source="Fair").count() == 2
