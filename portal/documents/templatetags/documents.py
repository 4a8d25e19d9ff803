"""Addresses of a document's pages, whatever its kind."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django import template
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from portal.core.markup import element, joined
from portal.core.templatetags.portal_numbers import day
from portal.core.templatetags.portal_ui import badge

if TYPE_CHECKING:
    from portal.documents.models import AgreedDocument, Document

register = template.Library()


@register.simple_tag
def document_url(subject: AgreedDocument, page: str, *args: object) -> str:
    """``{% document_url persona "edit" 3 "who" %}`` → the address of that page."""
    name = f"{subject._meta.app_label}:{subject.noun()}-{page}"
    return _address(name, (subject.slug, *args), get_script_prefix())


@lru_cache(maxsize=4096)
def _address(name: str, args: tuple[object, ...], _prefix: str) -> str:
    """A document's page leads to dozens of others, each time the same. ``_prefix`` stands in front of all."""
    return reverse(name, args=args)


@register.simple_tag
def review_by(document: Document) -> SafeString:
    """By when it must be looked at again; a warning once that day has passed."""
    if document.review_on is None:
        return SafeString("")
    shown = day(document.review_on)
    if document.in_force_id and document.review_on < timezone.localdate():
        return badge(joined(["Review was due ", shown]), "warn")
    return element("span", joined(["Review by ", shown]))
