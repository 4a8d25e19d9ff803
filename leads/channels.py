"""Which channel a touch came through. Plain Python, one stated table, the first line that fits:

=====================================================  =============================================
what the touch says                                    channel
=====================================================  =============================================
1. ``utm_medium`` is a word of ``MEDIA``               that channel; paid clicks from a social
                                                       network are paid social
2. a click id of an advertiser in the address          the channel in ``CLICK_IDS``
3. ``utm_source`` is a known network, search engine    social, organic search or e-mail
   or newsletter
4. any other ``utm_source`` or ``utm_medium``          referral
5. a referrer: search engine, network, mailbox         organic search, social, e-mail
6. a referrer on the site of the touch itself          nothing; go on
7. any other referrer                                  referral
8. the kind of touch                                   the channel in ``KINDS``; a visit or form
                                                       that says nothing is direct
=====================================================  =============================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from publicsuffixlist import PublicSuffixList

from leads.utm import host_of, parameters


class Channel(StrEnum):
    """A value is what is stored as the source of a lead and shown to people."""

    DIRECT = "Direct"
    ORGANIC = "Organic search"
    PAID_SEARCH = "Paid search"
    SOCIAL = "Social media"
    PAID_SOCIAL = "Paid social"
    DISPLAY = "Advertisement"
    EMAIL = "Email"
    REFERRAL = "Referral"
    EVENT = "Event"
    CALL = "Call"
    MEETING = "Meeting"
    CHAT = "Chat"
    OTHER = "Other"


MEDIA: dict[str, Channel] = {
    **dict.fromkeys(
        ("cpc", "ppc", "paid", "paidsearch", "paid_search", "paid-search", "sem", "adwords"),
        Channel.PAID_SEARCH,
    ),
    **dict.fromkeys(
        ("paidsocial", "paid_social", "paid-social", "social_paid", "social-ads"),
        Channel.PAID_SOCIAL,
    ),
    **dict.fromkeys(
        (
            "display",
            "banner",
            "cpm",
            "programmatic",
            "retargeting",
            "video",
            "print",
            "radio",
            "tv",
        ),
        Channel.DISPLAY,
    ),
    **dict.fromkeys(
        ("social", "social-network", "social_network", "social-media", "social_media", "sm"),
        Channel.SOCIAL,
    ),
    **dict.fromkeys(("email", "e-mail", "e_mail", "mail", "newsletter"), Channel.EMAIL),
    **dict.fromkeys(("organic", "organic_search", "organic-search", "seo"), Channel.ORGANIC),
    **dict.fromkeys(("referral", "partner", "affiliate", "link", "pr"), Channel.REFERRAL),
    **dict.fromkeys(("event", "webinar", "fair", "tradeshow", "trade-fair"), Channel.EVENT),
    **dict.fromkeys(("direct", "(none)", "none", "direct_traffic"), Channel.DIRECT),
}
CLICK_IDS: dict[str, Channel] = {
    **dict.fromkeys(("gclid", "gbraid", "wbraid", "msclkid"), Channel.PAID_SEARCH),
    "dclid": Channel.DISPLAY,
    **dict.fromkeys(("li_fat_id", "ttclid", "twclid"), Channel.PAID_SOCIAL),
    # The network adds this one to every link, paid or not.
    "fbclid": Channel.SOCIAL,
}
#: Names of networks and engines without their endings: linkedin.com, google.co.uk.
NETWORKS = frozenset(
    "facebook instagram linkedin twitter x youtube tiktok xing reddit pinterest whatsapp threads "
    "mastodon bluesky quora slideshare lnkd fb youtu t".split()
)
ENGINES = frozenset(
    "google bing duckduckgo yahoo ecosia startpage qwant baidu yandex brave kagi perplexity "
    "chatgpt".split()
)
MAILBOXES = frozenset(
    "mail.google.com outlook.live.com outlook.office.com outlook.office365.com mail.yahoo.com "
    "deref-gmx.net deref-web.de".split()
)
#: Short names that mean a network only under one ending.
WITH_ENDING = {"t": "t.co", "x": "x.com"}
KINDS: dict[str, Channel] = {
    "mail_open": Channel.EMAIL,
    "mail_click": Channel.EMAIL,
    "email": Channel.EMAIL,
    "advert": Channel.DISPLAY,
    "social": Channel.SOCIAL,
    "event": Channel.EVENT,
    "call": Channel.CALL,
    "meeting": Channel.MEETING,
    "chat": Channel.CHAT,
    "page_view": Channel.DIRECT,
    "form": Channel.DIRECT,
    "download": Channel.DIRECT,
}
#: What tells where somebody came from: what buyers did, not what we sent them.
BY_BUYERS = frozenset({"page_view", "form", "download", "mail_click", "advert", "social"})
BY_EITHER = frozenset({"call", "email", "meeting", "event", "chat", "other"})
#: What makes an unknown person known.
CONVERTING = frozenset({"form", "download", "chat", "event", "call", "meeting", "email"})
_SUFFIXES = PublicSuffixList()


@dataclass(frozen=True)
class Facts:
    """What a touch says about its origin."""

    kind: str
    direction: str = "in"
    url: str = ""
    utm_source: str = ""
    utm_medium: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def referrer(self) -> str:
        text = self.attributes.get("referrer", "")
        return text if isinstance(text, str) else ""


def tells_source(facts: Facts) -> bool:
    """Whether this touch can be the first that was tracked."""
    if facts.kind in BY_EITHER:
        return facts.direction == "in" or facts.kind == "event"
    return facts.kind in BY_BUYERS


def channel_of(facts: Facts) -> Channel:
    """The first line of the table that fits."""
    return (
        _by_medium(facts)
        or _by_click_id(facts.url)
        or _by_source(facts)
        or _by_referrer(facts)
        or KINDS.get(facts.kind, Channel.OTHER)
    )


def origin_text(facts: Facts) -> str:
    """The channel and, where it is known, through whom: "Paid search, google"."""
    through = facts.utm_source or _name_of_referrer(facts)
    return f"{channel_of(facts)}, {through}" if through else str(channel_of(facts))


def _by_medium(facts: Facts) -> Channel | None:
    channel = MEDIA.get(facts.utm_medium.strip().lower())
    is_social = _known(facts.utm_source) is Channel.SOCIAL
    return Channel.PAID_SOCIAL if channel is Channel.PAID_SEARCH and is_social else channel


def _by_click_id(url: str) -> Channel | None:
    if "=" not in url:
        return None
    names = {name for name, text in parameters(url) if text} & CLICK_IDS.keys()
    return next((CLICK_IDS[name] for name in CLICK_IDS if name in names), None)


def _by_source(facts: Facts) -> Channel | None:
    if not facts.utm_source and not facts.utm_medium:
        return None
    return _known(facts.utm_source) or Channel.REFERRAL


def _known(source: str) -> Channel | None:
    """A network, an engine or a newsletter by its name or its domain."""
    text = source.strip().lower()
    if "newsletter" in text or text in {"email", "e-mail"}:
        return Channel.EMAIL
    if "." in text:
        return _of_host(text)
    if text in NETWORKS - WITH_ENDING.keys() or text == "x":
        return Channel.SOCIAL
    return Channel.ORGANIC if text in ENGINES else None


def _of_host(host: str) -> Channel | None:
    if host in MAILBOXES:
        return Channel.EMAIL
    site = _site(host)
    name = site.partition(".")[0]
    if name in NETWORKS and WITH_ENDING.get(name, site) == site:
        return Channel.SOCIAL
    return Channel.ORGANIC if name in ENGINES else None


def _site(host: str) -> str:
    """The part of a host that somebody registered: ``news.acme.co.uk`` → ``acme.co.uk``."""
    return _SUFFIXES.privatesuffix(host) or host


def _by_referrer(facts: Facts) -> Channel | None:
    host = host_of(facts.referrer)
    if not host or _site(host) == _site(host_of(facts.url)):
        return None
    return _of_host(host) or Channel.REFERRAL


def _name_of_referrer(facts: Facts) -> str:
    host = host_of(facts.referrer)
    return "" if not host or _site(host) == _site(host_of(facts.url)) else _site(host)
