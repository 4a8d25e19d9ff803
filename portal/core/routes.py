"""Addresses of rows. Django finds a route anew each time it is asked, which takes as long as the rest of
a row in a list; here each route is found once.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.http import url_has_allowed_host_and_scheme

#: Stands for the key while the route is found: a number, and a slug as well.
STAND_IN = 7_310_227_413
_PLAIN = re.compile(r"[-\w]+", re.ASCII)


def row_address(route: str, key: int | str | None) -> str:
    """The address of the page ``route`` for the row of this key or slug, as ``reverse`` gives it.

    Raises NoReverseMatch where the portal has no such page, and for a row without a key.
    """
    if not (isinstance(key, int) or (isinstance(key, str) and _PLAIN.fullmatch(key))):
        return reverse(route, args=[key])
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    before, behind = _around(route, urlconf, get_script_prefix())
    return f"{before}{key}{behind}"


def next_address(request: HttpRequest, default: str) -> str:
    """Where an act leads to when it is done: the page of ours named in ``next``, from which it was begun."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if wanted.startswith("/") and is_ours else default


@lru_cache(maxsize=512)
def _around(route: str, urlconf: str, prefix: str) -> tuple[str, str]:
    """What stands before and behind the key. ``prefix`` is in force while the route is found; it tells
    the kept ones apart."""
    before, _, behind = reverse(route, urlconf=urlconf, args=[STAND_IN]).partition(str(STAND_IN))
    return before, behind
