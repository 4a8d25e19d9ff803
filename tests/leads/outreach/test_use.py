"""From a lead to the right text in two keys, used with one click, rated afterwards [R40–R44, R47]."""

from __future__ import annotations

import pytest

from leads.outreach import services
from leads.outreach.models import Use
from leads.outreach.recommending import recommended
from portal.documents import services as documents
from tests.factories import agree, make_campaign, make_lead, make_persona, make_talking_point

pytestmark = pytest.mark.django_db
JSON = "application/json"
BODY = 'Hello {{ lead.first_name }} of {{ company.name|default:"your company" }}'


@pytest.fixture
def point(marketer, marketing_manager):
    return make_talking_point("Opening", by=marketer, body=BODY, agreed=True)


@pytest.fixture
def lead(rep):
    return make_lead(owner=rep, first_name="Ana")


def test_one_signature_of_marketing_is_enough(point):
    assert point.document.status == "agreed"
    assert point.document.in_force.signatures.count() == 1


def test_the_text_is_filled_for_the_lead(as_rep, lead, point):
    page = as_rep.get(f"/leads/{lead.pk}/talking-points/{point.slug}/").content.decode()
    assert '<mark class="filled">Ana</mark>' in page
    assert "your company" in page
    body = as_rep.post(
        f"/api/v1/talking-points/{point.pk}/render/", {"lead": lead.pk}, content_type=JSON
    ).json()
    assert (body["body"], body["usable"]) == ("Hello Ana of your company", True)


def test_one_click_logs_one_use(as_rep, lead, point, rep):
    data = {"channel": "copy", "form_token": "once", "revision": point.document.in_force.number}
    for _ in range(2):
        answer = as_rep.post(f"/leads/{lead.pk}/talking-points/{point.slug}/use/", data)
        assert answer.status_code == 302
    use = Use.objects.get()
    assert (use.lead, use.by, use.channel) == (lead, rep, "copy")
    assert use.revision == point.document.in_force


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_the_mail_client_opens_with_the_text(as_rep, lead, point, headers):
    """Logged first; the way into the mail client is a link, because a form may not lead outside."""
    url = f"/leads/{lead.pk}/talking-points/{point.slug}/use/"
    answer = as_rep.post(url, {"channel": "mail"}, headers=headers)
    if not headers:
        answer = as_rep.get(answer.headers["Location"])
    page = answer.content.decode()
    assert f'href="mailto:{lead.email}?subject=' in page
    assert "Hello%20Ana%20of%20your%20company" in page
    assert Use.objects.get().channel == "mail"
    as_rep.post(f"/uses/{Use.objects.get().pk}/rate/", {"rating": "5"})
    rated = as_rep.get(f"/uses/{Use.objects.get().pk}/rate/").content.decode()
    assert "mailto:" not in rated, "once it is rated, nothing opens any more"


def test_a_lead_without_an_address_is_offered_no_mail(as_rep, rep, point):
    lead = make_lead(owner=rep, first_name="Ana", email="", email_key="")
    page = as_rep.get(f"/leads/{lead.pk}/talking-points/{point.slug}/").content.decode()
    assert "Copy and log" in page
    assert "Open in mail client" not in page


def test_paragraphs_survive_the_way_to_the_clipboard(as_rep, lead, marketer, marketing_manager):
    point = make_talking_point("Two", by=marketer, body="One\n\nTwo", agreed=True)
    page = as_rep.get(f"/leads/{lead.pk}/talking-points/{point.slug}/").content.decode()
    assert "data-exact>One\n\nTwo\n" in page


@pytest.mark.parametrize("surface", ["page", "api"])
def test_a_text_with_a_hole_is_refused(as_rep, rep, point, surface):
    lead = make_lead(owner=rep, first_name="", last_name="", full_name="")
    if surface == "page":
        answer = as_rep.post(
            f"/leads/{lead.pk}/talking-points/{point.slug}/use/", {"channel": "copy"}
        )
    else:
        answer = as_rep.post(
            f"/api/v1/talking-points/{point.pk}/use/",
            {"lead": lead.pk, "channel": "copy"},
            content_type=JSON,
        )
    assert answer.status_code == 409
    assert "lead.first_name" in answer.content.decode()
    assert not Use.objects.exists()


def test_a_rep_with_an_older_text_open_is_told(as_rep, lead, point, marketer):
    draft = documents.start_draft(subject=point, by=marketer)
    documents.edit_draft(subject=point, revision=draft, changes={"body": "New text"}, by=marketer)
    agree(point, draft)
    place = f"/leads/{lead.pk}/talking-points/{point.slug}/"
    answer = as_rep.post(f"{place}use/", {"channel": "copy", "revision": 1})
    assert answer.status_code == 409
    assert "revision 2 is in force" in answer.content.decode()
    told = as_rep.get(f"{place}standing/?seen=1").content.decode()
    assert "Revision 2 is in force" in told
    assert f'href="{place}"' in told
    assert as_rep.get(f"{place}standing/?seen=2").status_code == 204
    body = {"lead": lead.pk, "channel": "copy", "revision": 1}
    url = f"/api/v1/talking-points/{point.pk}/use/"
    assert as_rep.post(url, body, content_type=JSON).json()["type"].endswith("stale")
    assert not Use.objects.exists()


def test_a_retired_text_is_used_no_more(as_rep, lead, point, marketing_manager):
    documents.retire(subject=point, reason="Too loud.", by=marketing_manager)
    place = f"/leads/{lead.pk}/talking-points/{point.slug}/"
    for answer in (as_rep.get(place), as_rep.post(f"{place}use/", {"channel": "copy"})):
        assert answer.status_code == 409
        assert "Too loud." in answer.content.decode()
    assert "retired" in as_rep.get(f"{place}standing/?seen=1").content.decode()
    for verb, more in (("render", {}), ("use", {"channel": "copy"})):
        url = f"/api/v1/talking-points/{point.pk}/{verb}/"
        body = {"lead": lead.pk} | more
        assert as_rep.post(url, body, content_type=JSON).status_code == 409
    assert not Use.objects.exists()


def test_a_draft_is_not_used(as_rep, lead, marketer):
    draft = make_talking_point("Not yet", by=marketer)
    assert as_rep.get(f"/leads/{lead.pk}/talking-points/{draft.slug}/").status_code == 409
    page = as_rep.get(f"/leads/{lead.pk}/talking-points/").content.decode()
    assert "Not yet" not in page


@pytest.mark.parametrize(
    "url", ["/leads/{lead.pk}/talking-points/", "/leads/{lead.pk}/talking-points/{point.slug}/"]
)
def test_someone_elses_lead_does_not_exist(as_other_rep, lead, point, url):
    assert as_other_rep.get(url.format(lead=lead, point=point)).status_code == 404


def test_using_it_on_someone_elses_lead_changes_nothing(as_other_rep, lead, point):
    body = {"lead": lead.pk, "channel": "copy"}
    assert (
        as_other_rep.post(
            f"/api/v1/talking-points/{point.pk}/use/", body, content_type=JSON
        ).status_code
        == 404
    )
    assert not Use.objects.exists()


def rate(client, surface, use, **given):
    if surface == "page":
        return client.post(f"/uses/{use.pk}/rate/", given)
    url = f"/api/v1/talking-points/{use.talking_point_id}/rate/"
    return client.post(url, {"use": use.pk} | given, content_type=JSON)


@pytest.fixture
def use(as_rep, lead, point):
    as_rep.post(f"/leads/{lead.pk}/talking-points/{point.slug}/use/", {"channel": "copy"})
    return Use.objects.get()


@pytest.mark.parametrize("surface", ["page", "api"])
def test_a_rating_reaches_the_author(surface, as_rep, use, marketer):
    answer = rate(as_rep, surface, use, rating=4, changed_because="Too formal")
    assert answer.status_code in {200, 302}
    use.refresh_from_db()
    assert (use.rating, use.changed_because) == (4, "Too formal")
    assert "Too formal" in marketer.notifications.latest("pk").text


@pytest.mark.parametrize("surface", ["page", "api"])
@pytest.mark.parametrize(
    ("given", "statuses"),
    [
        ({"rating": 6}, {400, 422}),
        ({"rating": 0}, {400, 422}),
        ({"rating": "great"}, {400, 422}),
        ({"changed_because": "x" * 501}, {400, 422}),
        ({}, {409, 422}),
        ({"changed_because": "  "}, {409}),
    ],
)
def test_a_rating_is_one_to_five_or_a_word(surface, as_rep, use, given, statuses):
    assert rate(as_rep, surface, use, **given).status_code in statuses
    use.refresh_from_db()
    assert use.rated_at is None


@pytest.mark.parametrize("surface", ["page", "api"])
def test_what_was_changed_may_be_said_without_a_rating(surface, as_rep, use, marketer):
    assert rate(as_rep, surface, use, changed_because="They start at five").status_code < 400
    assert "They start at five" in marketer.notifications.latest("pk").text


@pytest.mark.parametrize("surface", ["page", "api"])
def test_nobody_rates_for_another(surface, use, as_other_rep, as_marketer, as_executive):
    for client, status in ((as_other_rep, 404), (as_marketer, 404), (as_executive, 403)):
        assert rate(client, surface, use, rating=1).status_code == status
    use.refresh_from_db()
    assert use.rating is None


def test_uses_are_counted_for_all_and_shown_as_far_as_one_sees(
    use, as_rep, as_other_rep, as_marketer, as_executive, point
):
    url = f"/api/v1/talking-points/{point.pk}/uses/"
    for client, shown in ((as_rep, 1), (as_marketer, 1), (as_other_rep, 0)):
        body = client.get(url).json()
        assert (body["summary"]["times"], len(body["results"])) == (1, shown)
        panel = client.get(f"/talking-points/{point.slug}/uses/").content.decode()
        assert "Used 1 time" in panel
        assert (f"/leads/{use.lead_id}/" in panel) == bool(shown)
    masked = as_executive.get(f"/talking-points/{point.slug}/uses/").content.decode()
    assert "Ana" not in masked


def test_the_timeline_of_the_lead_tells_of_it(use, as_rep, lead):
    page = as_rep.get(f"/leads/{lead.pk}/").content.decode()
    assert "Used a talking point" in page
    assert "Opening" in page


def test_the_best_fitting_text_comes_first(rep, marketer, marketing_manager, sales_manager):
    persona = make_persona(by=marketer, agreed=True)
    other = make_persona(by=marketer, agreed=True)
    make_talking_point("A for all", by=marketer, agreed=True)
    make_talking_point("B for another", by=marketer, agreed=True, personas=[other.pk])
    make_talking_point("C for this one", by=marketer, agreed=True, personas=[persona.pk])
    lead = make_lead(owner=rep, persona=persona, language="en")
    assert [row.title[0] for row in recommended(lead, user=rep)] == ["C", "A", "B"]


def test_stage_campaign_and_outcome_decide_the_order(
    as_rep, rep, marketer, marketing_manager, sales_manager
):
    tour, other = (make_campaign(name, by=marketer, agreed=True) for name in ("Tour", "Other"))
    make_talking_point("A for nobody special", by=marketer, agreed=True)
    make_talking_point("B later", by=marketer, agreed=True, stages=["after_sale"])
    make_talking_point("C now", by=marketer, agreed=True, stages=["scoping", "selecting"])
    make_talking_point("D of the tour", by=marketer, agreed=True, campaign=tour.pk)
    make_talking_point("E of another", by=marketer, agreed=True, campaign=other.pk)
    liked = make_talking_point("F liked", by=marketer, agreed=True)
    used = make_talking_point("G used", by=marketer, agreed=True)
    disliked = make_talking_point("H disliked", by=marketer, agreed=True)
    lead = make_lead(owner=rep, campaign=tour, stage="sql", language="en")
    for point, rating in ((liked, 5), (used, None), (used, None), (disliked, 1)):
        use = services.use_talking_point(talking_point=point, lead=lead, by=rep, channel="call")
        if rating:
            services.rate_use(use=use, by=rep, rating=rating, changed_because="")
    assert "".join(row.title[0] for row in recommended(lead, user=rep)) == "DCFGAHBE"


def test_what_is_typed_comes_before_what_fits(rep, marketer, marketing_manager, sales_manager):
    persona = make_persona(by=marketer, agreed=True)
    make_talking_point("Zebra", by=marketer, agreed=True, personas=[persona.pk], body="overtime")
    make_talking_point("Overtime", by=marketer, agreed=True)
    lead = make_lead(owner=rep, persona=persona, language="en")
    assert [row.title for row in recommended(lead, user=rep, words="ov")] == ["Overtime", "Zebra"]


def test_words_narrow_down_what_is_recommended(rep, marketer, marketing_manager, sales_manager):
    persona = make_persona(by=marketer, agreed=True)
    make_talking_point("A for all", by=marketer, agreed=True)
    make_talking_point("C for this one", by=marketer, agreed=True, personas=[persona.pk])
    lead = make_lead(owner=rep, persona=persona, language="en")
    assert [row.title[0] for row in recommended(lead, user=rep, words="this one")] == ["C"]


def test_the_panel_costs_the_same_for_ten_as_for_one(
    as_rep, lead, marketer, marketing_manager, django_assert_max_num_queries
):
    counts = []
    for index in range(2):
        for number in range(1 + 9 * index):
            make_talking_point(f"T{index}{number}", by=marketer, agreed=True)
        with django_assert_max_num_queries(12) as queries:
            as_rep.get(f"/leads/{lead.pk}/talking-points/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
