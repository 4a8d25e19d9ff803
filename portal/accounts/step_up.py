"""Asking for the password again before an act that would hurt most in strange hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required

if TYPE_CHECKING:
    from django.http import HttpRequest


def ask_password_again(request: HttpRequest) -> None:
    """Send the person to the page that asks again, unless they proved who they are a moment ago.

    Afterwards they come back to the very request. Who signs in at another house only, without a
    password or second factor here, is not asked: that house does.
    """
    raise_if_reauthentication_required(request, app="accounts")
