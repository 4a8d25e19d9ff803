"""Campaign parameters and channels: one stated table, whatever addresses look like [R59]."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.channels import BY_BUYERS, BY_EITHER, Facts, channel_of, origin_text, tells_source
from leads.models import Touchpoint
from leads.services.sources import telling_touches
from leads.touches import KINDS, prepare_touch
from leads.utm import LENGTHS, host_of, utm_of
from tests.factories import make_lead


@pytest.mark.parametrize(
    ("url", "found"),
    [
        (
            "https://a.example/?utm_source=x&utm_medium=cpc",
            {"utm_source": "x", "utm_medium": "cpc"},
        ),
        ("/p?UTM_Source=X", {"utm_source": "X"}),
        ("https://a.example/#utm_source=x", {"utm_source": "x"}),
        ("https://a.example/#/offer?utm_source=x", {"utm_source": "x"}),
        ("https://a.example/?utm_source=x&amp;utm_term=y", {"utm_source": "x", "utm_term": "y"}),
        ("?utm_source=a&utm_source=b", {"utm_source": "a"}),
        ("?utm_source=&utm_source=b", {"utm_source": "b"}),
        ("?utm_campaign=spring%20fair+2026", {"utm_campaign": "spring fair 2026"}),
        ("?utm_campaign=50%25", {"utm_campaign": "50%"}),
        ("?utm_campaign=%E2%82%AC%zz", {"utm_campaign": "€%zz"}),
        ("?utm_source=a%00b%0Ac", {"utm_source": "ab c"}),
        ("?utm_source=a;utm_medium=b", {"utm_source": "a", "utm_medium": "b"}),
        ("?utm_source=a?utm_medium=b", {"utm_source": "a", "utm_medium": "b"}),
        ("?utm_source", {}),
        ("?utm_id=1&source=x", {}),
        ("http://[broken?utm_source=x", {"utm_source": "x"}),
        ("", {}),
    ],
)
def test_parameters_are_read_out_of_any_address(url, found):
    assert utm_of(url) == found


def test_long_ones_end_where_their_column_ends():
    url = "?" + "&".join(f"{name}={'x' * 5000}" for name in LENGTHS)

    assert {name: len(text) for name, text in utm_of(url).items()} == {
        "utm_source": 120,
        "utm_medium": 120,
    }
    short = "?" + "&".join(f"{name}={'é' * 250}" for name in LENGTHS)
    assert {name: len(text) for name, text in utm_of(short).items()} == LENGTHS


@given(st.text(max_size=200))
def test_no_text_is_too_odd(text):
    for url in (text, f"https://{text}", f"?utm_source={text}"):
        for name, value in utm_of(url).items():
            assert 0 < len(value) <= LENGTHS[name]
            assert "\x00" not in value
        assert isinstance(host_of(url), str)
        assert channel_of(Facts("page_view", url=url, attributes={"referrer": url}))


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.Acme.example:8443/x", "acme.example"),
        ("https://user:secret@acme.example", "acme.example"),
        ("//acme.example/x", "acme.example"),
        ("https://[2001:db8::1]:80/", "2001:db8::1"),
        ("acme.example", ""),
        ("javascript:alert(1)", ""),
        ("android-app://com.google.android.gm/", "com.google.android.gm"),
    ],
)
def test_hosts(url, host):
    assert host_of(url) == host


OURS = "https://www.ours.co.uk/prices"


@pytest.mark.parametrize(
    ("facts", "channel"),
    [
        ({"utm_medium": "CPC", "utm_source": "google"}, "Paid search"),
        ({"utm_medium": "cpc", "utm_source": "linkedin"}, "Paid social"),
        ({"utm_medium": "paid-social"}, "Paid social"),
        ({"utm_medium": "organic", "utm_source": "bing"}, "Organic search"),
        ({"utm_medium": "email", "utm_source": "june"}, "Email"),
        ({"utm_medium": "affiliate"}, "Referral"),
        ({"utm_medium": "display"}, "Advertisement"),
        ({"utm_medium": "webinar"}, "Event"),
        ({"url": f"{OURS}?gclid=abc"}, "Paid search"),
        ({"url": f"{OURS}?fbclid=abc"}, "Social media"),
        ({"url": f"{OURS}?gclid="}, "Direct"),
        ({"utm_source": "newsletter-june"}, "Email"),
        ({"utm_source": "facebook.com"}, "Social media"),
        ({"utm_source": "t.co"}, "Social media"),
        ({"utm_source": "ecosia"}, "Organic search"),
        ({"utm_source": "partner-site"}, "Referral"),
        ({"utm_medium": "something-odd"}, "Referral"),
        ({"referrer": "https://www.google.co.uk/"}, "Organic search"),
        ({"referrer": "https://mail.google.com/"}, "Email"),
        ({"referrer": "https://lnkd.in/abc"}, "Social media"),
        ({"referrer": "https://t.co/abc"}, "Social media"),
        ({"referrer": "https://t.example/"}, "Referral"),
        ({"referrer": "https://trade-press.example/article"}, "Referral"),
        ({"referrer": "https://blog.ours.co.uk/"}, "Direct"),
        ({"referrer": "https://other.co.uk/"}, "Referral"),
        ({"referrer": 7}, "Direct"),
        ({}, "Direct"),
        ({"kind": "mail_click"}, "Email"),
        ({"kind": "advert"}, "Advertisement"),
        ({"kind": "event"}, "Event"),
        ({"kind": "call"}, "Call"),
        ({"kind": "other"}, "Other"),
    ],
)
def test_each_line_of_the_table(facts, channel):
    given = dict(facts)
    referrer = given.pop("referrer", "")
    found = Facts(**{"kind": "page_view", "url": OURS} | given, attributes={"referrer": referrer})

    assert channel_of(found) == channel


def test_what_is_shown_names_the_site():
    visit = Facts("page_view", url=OURS, attributes={"referrer": "https://www.press.example/a"})

    assert origin_text(visit) == "Referral, press.example"
    assert origin_text(Facts("page_view", utm_source="june", utm_medium="email")) == "Email, june"
    assert origin_text(Facts("page_view", url=OURS)) == "Direct"


@pytest.mark.django_db
def test_the_database_knows_the_same_sources_as_the_rule():
    lead = make_lead()
    Touchpoint.objects.bulk_create(
        Touchpoint(lead=lead, kind=kind, direction=way, occurred_at="2026-03-02T12:00:00Z")
        for kind in Touchpoint.Kind.values
        for way in ("in", "out")
    )
    told = {(touch.kind, touch.direction) for touch in telling_touches()}

    assert told == {
        (kind, way)
        for kind in Touchpoint.Kind.values
        for way in ("in", "out")
        if tells_source(Facts(kind, way))
    }
    assert set(KINDS) == set(Touchpoint.Kind.values) >= BY_BUYERS | BY_EITHER


def test_words_of_other_tools_are_understood():
    touch = prepare_touch(
        {
            "kind": "Page visit",
            "direction": "Inbound",
            "occurred_at": "2026-03-02",
            "value": "1,200.5",
        }
    )

    assert not touch.errors
    assert (touch.columns["kind"], touch.columns["direction"]) == ("page_view", "in")
    assert str(touch.columns["value"]) == "1200.50"
