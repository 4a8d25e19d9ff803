"""Merge fields are filled by a scanner, never by a template engine [R40, R44]."""

from __future__ import annotations

import random
import time

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from campaigns.talking_points.rendering import (
    EXAMPLE,
    FIELDS,
    MOST_FIELDS,
    fill,
    mailto,
    mistakes,
)


def test_values_and_fallbacks_are_filled_in():
    text = 'Hello {{ lead.first_name }} at {{ company.name|default:"your company" }}'
    assert fill(text, {"lead.first_name": "Ana"}).text == "Hello Ana at your company"


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_can_be_filled_has_a_fallback_and_can_be_missing(name):
    assert fill(f"{{{{ {name} }}}}", EXAMPLE).text == EXAMPLE[name]
    assert fill(f'{{{{ {name}|default:"x" }}}}', {}).text == "x"
    assert fill(f"{{{{ {name} }}}}", {name: " \n "}).holes == (name,)
    assert mistakes(f"{{{{ {name} }}}}") == []


def test_a_hole_is_named():
    rendered = fill("Hello {{ lead.first_name }}", {})
    assert rendered.holes == ("lead.first_name",)
    assert not rendered.is_whole
    assert "First name is missing" in rendered.text


#: Values that a lead could bring along: none of them is read again.
VALUES = [
    "{{ sender.email }}",
    "{% load x %}",
    "{{7*191}}",
    "${7*191}",
    "<%= 7*191 %>",
    "#{7*191}",
    "{{ lead.first_name }}",
    "{lead.__class__}",
    "%(password)s",
    '"|default:"{{ sender.phone }}',
    "<script>alert(1)</script>",
    "\u202e{{ sender.email }}",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_never_read_again(value):
    rendered = fill("Hi {{ lead.first_name }}!", {"lead.first_name": value, "sender.email": "S"})
    assert rendered.text == f"Hi {value}!"
    assert rendered.is_whole


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_escaped_where_it_is_shown(value):
    rendered = fill("{{ lead.first_name }}", {"lead.first_name": value})
    html = render_to_string("talking_points/_filled.html", {"rendered": rendered})
    assert "<script" not in html
    assert html.count("<") == 2, "the mark and its end"


#: What people and machines try in templates of all languages.
ATTACKS = [
    "{{ user.password }}",
    "{{7*191}}",
    "{{ 7*191 }}",
    "{{=7*191}}",
    "{{ lead.password }}",
    "{{ lead.first_name.__class__ }}",
    "{{ lead.first_name|upper }}",
    "{{ lead.first_name|default:lead.last_name }}",
    "{{ lead.first_name|default:'x' }}",
    '{{ lead.first_name|default:"a"|default:"b" }}',
    '{{ lead.first_name|default:"{{ sender.email }}" }}',
    '{{ lead.first_name|default:"}}" }}',
    "{{ lead.__class__ }}",
    "{{ lead.__init__.__globals__ }}",
    "{{ request.user }}",
    "{{ settings.SECRET_KEY }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ constructor.constructor('return 7*191')() }}",
    "{{{{ lead.first_name }}}}",
    "{{ lead .first_name }}",
    "{{ lead. first_name }}",
    "{{ lead.first_name",
    "lead.first_name }}",
    "{{",
    "}}",
    "{{}}",
    "{{ }}",
    "{% load x %}",
    "{% include 'admin/base.html' %}",
    "{% for x in y %}",
    "%}",
    "{{ LEAD.FIRST_NAME }}",
    "{{ ｌead.first_name }}",
    "{{ lead\u2024first_name }}",
    "{{\u00a0lead.first_name\u00a0}}",
    "{{\u200blead.first_name }}",
    "{{\nlead.first_name\n}}",
    "{{ lead.first_name; drop table leads }}",
    "{{ company.name }} {{ company.secret }}",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_anything_else_in_braces_is_a_mistake_and_never_sent(text):
    assert mistakes(text), "said before it can be proposed"
    rendered = fill(text, EXAMPLE)
    assert rendered.holes, "shown, and refused when somebody would use it"
    assert "1337" not in rendered.text


@pytest.mark.parametrize(
    "text",
    [
        "Plain",
        "100 % {single}",
        "${x} %(x)s {0}",
        "<%= x %> #{x} [[x]]",
        "{{{ lead.first_name }}}",
        "{{ lead.first_name }}",
        '{{lead.city|default:"there"}}',
    ],
)
def test_harmless_texts_have_no_mistakes(text):
    assert mistakes(text) == []
    assert fill(text, EXAMPLE).is_whole


@given(st.text(alphabet='{}%|.:" abclead_first_name', max_size=200))
def test_nothing_that_is_no_field_is_ever_changed(text):
    rendered = fill(text, EXAMPLE)
    if not mistakes(text) and "{{" not in text:
        assert rendered.text == text
    assert bool(mistakes(text)) == bool(rendered.holes)


PARTS = [
    "{{", "}}", "{%", "%}", "{", "}", "lead", "user", "password", "first_name", ".", "|", "default",
    ":", '"', "x", " ", "7*191", "__class__", "sender.email", "$", "'", "\n", "(", ")", "[", "]",
]  # fmt: skip


def test_a_hundred_thousand_expressions_are_only_text():
    """Whatever is put together, only listed fields become values; the rest stays as it was."""
    chance = random.Random(7)
    values = {"lead.first_name": "ANA", "sender.email": "MAIL"}
    for _ in range(100_000):
        text = "".join(chance.choices(PARTS, k=chance.randint(1, 14)))
        rendered = fill(text, values)
        assert "1337" not in rendered.text
        rest = "".join(piece.text for piece in rendered.pieces if piece.state == "text")
        assert "{{" not in rest or rendered.holes
        if rendered.is_whole:
            assert mistakes(text) == []


def test_too_many_fields_are_refused():
    text = "{{ lead.first_name }}" * (MOST_FIELDS + 1)
    assert f"at most {MOST_FIELDS}" in mistakes(text)[0]


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 50_000,
        "{{ lead.first_name " * 6_000,
        "{{ lead.first_name }}" * 10_000,
        '{{ lead.first_name|default:"' + "x" * 100_000,
        "{{" + " " * 100_000,
        "{" * 100_000,
        "{%" * 50_000 + "}" * 100,
        ('{{ lead.city|default:"' + "y" * 190 + '" ') * 500,
    ],
)
def test_huge_texts_cost_little(text):
    started = time.process_time()
    fill(text, EXAMPLE)
    mistakes(text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("ana@x.example", "Hi\r\nBcc: all@x.example"),
        ("ana@x.example", "Hi&bcc=all@x.example"),
        ("ana@x.example?bcc=all@x.example", "Hi"),
        ("ana@x.example\r\nBcc: all@x.example", "Hi"),
        ("ana@x.example,all@x.example", "Hi"),
    ],
)
def test_the_mail_client_gets_no_extra_headers_or_recipients(address, subject):
    url = mailto(address, subject, "One\nTwo & more")
    to, _, rest = url.removeprefix("mailto:").partition("?")
    assert "\r" not in url
    assert "\n" not in url
    assert "," not in to
    assert "&bcc" not in url.lower()
    assert [part.partition("=")[0] for part in rest.split("&")] == ["subject", "body"]
    assert "One%0D%0ATwo%20%26%20more" in url


@pytest.mark.parametrize("limit", range(1, 60))
def test_a_beginning_never_cuts_through_a_field(limit):
    """A list shows the start of a text; what was filled in counts, and no brace is ever seen."""
    text = "Dear {{ lead.first_name }}, kind regards {{ sender.name }} and all the rest of us"
    whole = fill(text, EXAMPLE)

    begun = whole.shortened(limit).text

    assert "{" not in begun
    assert len(begun) <= limit + 1
    assert begun == whole.text or whole.text.startswith(begun.removesuffix("…"))


def test_a_text_that_fits_is_not_shortened():
    whole = fill("Hello {{ lead.first_name }}", EXAMPLE)

    assert whole.shortened(100) == whole
