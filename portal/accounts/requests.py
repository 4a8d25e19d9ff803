"""A request whose user is known."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from portal.accounts.models import User


class PortalRequest(HttpRequest):
    """What views receive once ``@requires`` has let the request in."""

    user: User
    htmx: HtmxDetails


class ApiRequest(Request):
    """What API actions receive once ``RolePermission`` has let the request in."""

    user: User
