"""Filters of threads, the same on the page and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters as filters

from portal.core.filters import StrictFilterSet
from portal.feedback.models import Thread
from portal.topics import registry

if TYPE_CHECKING:
    from portal.feedback.querysets import ThreadQuerySet

#: The largest id that a database holds; anything above matches nothing.
MOST = 2**63 - 1


class ThreadFilter(StrictFilterSet):
    """``kind``, ``state``, ``side``, ``on`` (kind of subject), people (an id, or ``me``), dates."""

    only_named = True
    drawn = ("kind", "state", "side")

    kind = filters.ChoiceFilter(choices=Thread.Kind.choices, label="Kind", empty_label="Any kind")
    state = filters.ChoiceFilter(
        choices=Thread.State.choices, label="State", empty_label="Any state"
    )
    side = filters.ChoiceFilter(
        choices=[("marketing", "Marketing"), ("sales", "Sales")],
        label="Owed by",
        empty_label="Either side",
    )
    is_open = filters.BooleanFilter(method="by_is_open", label="Open")
    subject_type = filters.CharFilter(method="by_subject_type", label="Kind of subject")
    subject_id = filters.NumberFilter(method="by_subject_id", label="Subject")
    author = filters.CharFilter(method="by_person", label="Raised by")
    owner = filters.CharFilter(method="by_person", label="To be answered by")
    q = filters.CharFilter(method="by_words", max_length=100, label="Words")

    class Meta:
        model = Thread
        fields = {  # noqa: RUF012 (django-filter reads a plain dict)
            "created_at": ["gte", "lte"],
            "last_post_at": ["gte", "lte"],
            "closed_at": ["gte", "lte", "isnull"],
            "first_answer_at": ["isnull"],
        }

    def by_is_open(self, rows: ThreadQuerySet, name: str, value: bool) -> ThreadQuerySet:
        return rows.living() if value else rows.closed()

    def by_subject_type(self, rows: ThreadQuerySet, name: str, value: str) -> ThreadQuerySet:
        model = registry.subject_model(value)
        return rows.filter(topic__subject_type=model._meta.label_lower) if model else rows.none()

    def by_subject_id(self, rows: ThreadQuerySet, name: str, value: Any) -> ThreadQuerySet:
        """Needs ``subject_type`` beside it; a subject out of reach has no threads."""
        subject = registry.find(str(self.data.get("subject_type", "")), value, self.request.user)
        return rows.on(subject.topic_id) if subject else rows.none()

    def by_person(self, rows: ThreadQuerySet, name: str, value: str) -> ThreadQuerySet:
        if value == "me":
            return rows.filter(**{name: self.request.user})
        if value.isascii() and value.isdigit() and int(value) <= MOST:
            return rows.filter(**{name: int(value)})
        return rows.none()

    def by_words(self, rows: ThreadQuerySet, name: str, value: str) -> ThreadQuerySet:
        return rows.matching(value)
