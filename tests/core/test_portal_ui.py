"""The tags that every page is built from."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString
from django_filters.fields import ChoiceField as FilterChoiceField

from portal.accounts.models import User
from portal.core.errors import RuleViolation
from portal.core.middleware import RuleViolationMiddleware

NOW = datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
NASTY = '<script>alert("x")</script>'


def render(source, path="/", **context):
    return Template(source).render(Context({"request": RequestFactory().get(path), **context}))


# --- words and pictures ---------------------------------------------------------------------
def test_icons_are_silent_unless_they_have_a_label():
    assert 'aria-hidden="true"' in render('{% icon "check" %}')
    labelled = render('{% icon "check" label="Done" %}')
    assert 'aria-label="Done"' in labelled
    assert "aria-hidden" not in labelled


def test_an_unknown_icon_does_not_break_the_page():
    assert "<svg" in render('{% icon "no-such-icon" %}')


def test_badges_know_their_kinds_and_distrust_the_rest():
    assert render('{% badge "Agreed" "joint" %}') == '<span class="badge joint">Agreed</span>'
    assert 'class="badge neutral"' in render('{% badge "x" kind %}', kind='x" onclick="y')


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Agreed", "joint"),
        ("In review", "warn"),
        ("Won", "good"),
        ("Lost", "bad"),
        ("Open", "info"),
        ("Draft", "neutral"),
    ],
)
def test_states_get_the_badge_they_mean(word, kind):
    assert f"badge {kind}" in render("{% status word %}", word=word)


@pytest.mark.parametrize(
    "source",
    [
        "{% badge x %}",
        "{% status x %}",
        "{% side x %}",
        "{% empty x x %}",
        "{% crumb x '/' %}",
        "{% person p %}",
        "{{ x|markdown }}",
        "{{ x|diff:'y' }}",
        "{{ 'y'|diff:x }}",
        "{{ x|plain }}",
        "{% post_button '/' x label=x confirm=x %}",
        "{% lazy x x %}",
        "{% masked x False %}",
        "{% drawer x %}",
        "{% progress 1 2 label=x %}",
        "{% sort_link 'a' x %}",
    ],
)
def test_text_from_people_stays_text(source):
    person = SimpleNamespace(pk=1, department=NASTY, __str__=lambda self: NASTY)
    assert "<script" not in render(source, x=NASTY, p=person)


def test_nobody_is_named():
    assert "Nobody yet" in render("{% person None %}")


def test_a_person_without_a_page_is_not_linked():
    html = render("{% person p %}", p=SimpleNamespace(pk=3, name="Ada", department="sales"))

    assert "<a" not in html


# --- the seal -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("signed", "words"),
    [
        ([], "Not signed yet"),
        (["marketing"], "Signed by marketing, sales to sign"),
        (["sales"], "Signed by sales, marketing to sign"),
        (["sales", "marketing"], "Agreed by both"),
    ],
)
def test_the_seal_says_who_signed(signed, words):
    assert words in render("{% seal thing %}", thing=SimpleNamespace(signed_departments=signed))


def test_a_half_fills_when_its_department_signs():
    html = render("{% seal marketing=True %}")

    assert 'class="half marketing signed"' in html
    assert 'class="half sales"' in html


def test_where_one_signature_is_enough_one_agrees():
    thing = SimpleNamespace(signed_departments=["marketing"])

    html = render("{% seal thing needed=needed %}", thing=thing, needed=("marketing",))

    assert "Agreed by marketing" in html
    assert 'class="whole"' in html
    assert "half" not in html


def test_the_seal_reads_the_signatures_of_a_revision():
    class Signatures(list):
        def all(self):
            return self

    revision = SimpleNamespace(signatures=Signatures([SimpleNamespace(department="sales")]))

    assert "Signed by sales" in render("{% seal revision %}", revision=revision)


def test_a_seal_without_words_speaks_to_screen_readers():
    assert 'aria-label="Not signed yet"' in render("{% seal words=False %}")


# --- numbers and times ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('{% money 12400 "EUR" %}', "€12,400"),
        ('{% money 12400.5 "USD" %}', "$12,400.50"),
        ('{% money 12400 "EUR" compact=True %}', "€12.4k"),
        ('{% money 1240000 "EUR" compact=True %}', "€1.24m"),
        ('{% money 999 "SEK" compact=True %}', "SEK 999"),
        ('{% money -5 "EUR" %}', "−€5"),
        ('{% money nothing "EUR" %}', "—"),
        ("{% number 1204 %}", "1,204"),
        ("{% number 0.5 %}", "0.5"),
        ("{% number nothing %}", "—"),
        ("{% percent 0.234 %}", "23.4\u202f%"),
        ("{% percent 1 %}", "100\u202f%"),
        ("{% duration 12000 %}", "3\u00a0h 20\u00a0min"),
        ("{% duration 90000 %}", "1\u00a0d 1\u00a0h"),
        ("{% duration 5 %}", "under a minute"),
        ("{% duration 7200 business=True %}", "2\u00a0h business time"),
        ("{% duration nothing %}", "—"),
    ],
)
def test_numbers_read_as_people_write_them(source, text):
    assert render(source, nothing=None) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (timedelta(seconds=-20), "just now"),
        (timedelta(minutes=-5), "5 min ago"),
        (timedelta(hours=3), "in 3 h"),
        (timedelta(days=-1), "1 day ago"),
        (timedelta(days=2), "in 2 days"),
        (timedelta(days=-30), "10 Feb"),
        (timedelta(days=-365), "12 Mar 2025"),
    ],
)
@time_machine.travel(NOW, tick=False)
def test_times_are_relative_when_near(gap, text):
    html = render("{% when moment %}", moment=NOW + gap)

    assert f">{text}</time>" in html
    assert "UTC" in html


@time_machine.travel(NOW, tick=False)
def test_days_carry_their_distance():
    assert 'title="in 3 days">15 Mar<' in render("{% day d %}", d=date(2026, 3, 15))
    assert ">tomorrow<" in render("{% day d relative=True %}", d=date(2026, 3, 13))


def test_a_missing_moment_is_a_dash():
    assert render("{% when x %}{% day x %}", x=None) == '<span class="none">—</span>' * 2


def test_a_change_is_worded_not_only_coloured():
    worse = render('{% delta 12 good="down" %}')

    assert "delta bad" in worse
    assert 'aria-label="up by"' in worse


# --- addresses ------------------------------------------------------------------------------
def test_url_with_keeps_the_rest_of_the_query_and_gives_up_the_place():
    html = render(
        '{% url_with stage="sql" owner=None %}',
        path="/leads/?stage=mql&owner=3&q=a%26b&after=xyz&page=4",
    )

    assert html == "?stage=sql&amp;q=a%26b"


def test_sorting_turns_around_on_the_second_press():
    assert 'href="?ordering=name"' in render('{% sort_link "name" "Name" %}')
    turned = render('{% sort_link "name" "Name" %}', path="/?ordering=name")
    assert 'href="?ordering=-name"' in turned
    assert "sorted ascending" in turned


# --- forms ----------------------------------------------------------------------------------
class Sample(forms.Form):
    name = forms.CharField(help_text="As people look for it.")
    is_open = forms.BooleanField(required=False)
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_is_wired_to_label_help_and_error():
    html = render("{% field form.name %}", form=Sample({}))

    assert '<label for="id_name">' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


@pytest.mark.django_db
def test_an_empty_choice_without_visible_label_says_what_it_leaves_open():
    class Filters(forms.Form):
        stage = forms.ChoiceField(choices=[("", "---------"), ("a", "A")], required=False)
        owner = forms.ModelChoiceField(User.objects.all(), required=False)
        team = FilterChoiceField(choices=[("a", "A")], required=False)
        verb = forms.CharField(required=False)

    html = render(
        "{% for bound in form %}{% field bound compact=True %}{% endfor %}", form=Filters()
    )

    assert "Any stage" in html
    assert "Any owner" in html
    assert "Any team" in html
    assert 'placeholder="Verb"' in html
    assert "-----" not in html


def test_choices_are_a_group_with_a_name():
    html = render("{% field form.kind %}", form=Sample())

    assert "<fieldset" in html
    assert "<legend>Kind" in html


def test_all_fields_come_with_the_hidden_ones():
    html = render("{% fields form %}", form=Sample())

    assert all(f'name="{name}"' in html for name in Sample.base_fields)


def test_the_summary_links_to_each_wrong_field():
    html = render('{% include "components/_form_errors.html" %}', form=Sample({}))

    assert 'href="#id_name"' in html
    assert 'role="alert"' in html


def test_a_conflict_shows_both_texts():
    html = render(
        '{% include "components/_conflict.html" %}',
        conflicts=[{"label": "Essence", "name": "essence", "mine": "my words", "theirs": NASTY}],
    )

    assert "my words" in html
    assert "&lt;script&gt;" in html
    assert 'name="keep_essence" value="theirs"' in html


def test_differences_are_marked_word_by_word():
    html = render("{{ old|diff:new }}", old="hates downtime", new="hates all downtime")

    assert html == "hates <ins>all </ins>downtime"


def test_very_long_texts_are_still_compared():
    old = "\n".join(f"line {n} has words" for n in range(2000))

    html = render("{{ old|diff:new }}", old=old + "\n", new=old + "\nlast\n")

    assert html == f"{old}\n<ins>last\n</ins>"


def test_masked_values_are_dots():
    assert "secret" not in render("{% masked value True %}", value="secret")
    assert render("{% masked value False %}", value="shown") == "shown"


# --- the frame ------------------------------------------------------------------------------
class Member(AnonymousUser):
    is_authenticated = True
    allowed = frozenset({"leads.view_lead", "dashboard.view_home"})

    def has_perm(self, perm, obj=None):
        return perm in self.allowed


def test_the_menu_shows_what_the_person_may_open():
    html = render('{% frame "rail" %}', user=Member())

    assert re.findall(r'rail-link" href="([^"]+)"', html) == ["/", "/leads/"]


def test_guests_get_no_menu():
    assert "rail-link" not in render('{% frame "rail" %}', user=AnonymousUser())


@pytest.mark.parametrize(
    ("path", "here"),
    [("/leads/7/", True), ("/companies/", True), ("/", False), ("/reports/", False)],
)
def test_the_place_in_the_menu_is_marked(path, here):
    html = render('{% frame "rail" %}', path=path, user=Member())

    assert ('href="/leads/" aria-current="page"' in html) == here


def test_a_kept_frame_is_not_shown_to_somebody_with_another_menu():
    assert "/leads/" in render('{% frame "foot" %}', user=Member())
    assert "/leads/" not in render('{% frame "foot" %}', user=AnonymousUser())


def test_a_text_that_is_not_safe_stays_so_beside_a_safe_one_of_the_same_letters():
    assert "<b>" in render("{% badge text %}", text=SafeString("<b>x</b>"))
    assert "<b>" not in render("{% badge text %}", text="<b>x</b>")


# --- pages ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_gallery_opens_for_administrators_only(as_administrator, as_rep, settings):
    settings.DEBUG = False

    assert as_administrator.get("/gallery/").status_code == 200
    assert as_rep.get("/gallery/").status_code == 403


@pytest.mark.django_db
def test_no_page_of_ours_needs_inline_style_or_script(as_administrator):
    html = as_administrator.get("/gallery/").content.decode()

    assert " style=" not in html
    assert "<style" not in html
    assert "<script>" not in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("403.html", 403),
        ("404.html", 404),
        ("409.html", 409),
        ("413.html", 413),
        ("429.html", 429),
        ("400.html", 400),
    ],
)
def test_every_error_page_says_what_to_do(name, status, rep, rf):
    from django.template.loader import render_to_string

    request = rf.get("/leads/")
    request.user = rep
    html = render_to_string(name, {}, request)

    assert html.count("<h1") >= 1
    assert 'class="btn"' in html


def test_the_last_error_page_needs_nothing_from_the_request():
    from django.template.loader import render_to_string

    assert "on our side" in render_to_string("500.html")


@pytest.mark.django_db
def test_a_refused_rule_is_a_toast_for_htmx_and_a_page_for_browsers(rep, rf):
    middleware = RuleViolationMiddleware(lambda request: None)
    error = RuleViolation(f"This handoff has already been answered. {NASTY}")
    answers = {}
    for kind in ("page", "part"):
        request = rf.post("/leads/")
        request.user = rep
        request.htmx = (
            SimpleNamespace(boosted=False, history_restore_request=False)
            if kind == "part"
            else None
        )
        answers[kind] = middleware.process_exception(request, error)

    assert answers["part"]["HX-Retarget"] == "#toasts"
    for answer in answers.values():
        html = answer.content.decode()
        assert answer.status_code == 409
        assert "already been answered" in html
        assert "<script>alert" not in html
