"""Owners are reminded 28 and 14 days before a review, and on the day [R16]."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from portal.documents.models import Document
from portal.documents.services import remind_of_reviews
from portal.todo.models import Task
from tests.factories import make_persona

pytestmark = pytest.mark.django_db


def days_before(days):
    review = Document.objects.first().review_on
    noon = datetime(
        review.year, review.month, review.day, 12, tzinfo=timezone.get_current_timezone()
    )
    return noon - timedelta(days=days)


@pytest.fixture
def persona(marketer, sales_manager, marketing_manager):
    return make_persona("Olga", by=marketer, agreed=True)


@pytest.mark.parametrize(("days", "said"), [(29, 0), (28, 1), (15, 1), (14, 1), (0, 1), (-3, 1)])
def test_each_step_is_said_once(persona, marketer, days, said):
    marketer.notifications.all().delete()
    for _ in range(2):
        remind_of_reviews(days_before(days))
    assert marketer.notifications.filter(kind="document_review").count() == said


def test_all_three_steps(persona, marketer):
    for days in (28, 20, 14, 3, 0):
        remind_of_reviews(days_before(days))
    assert marketer.notifications.filter(kind="document_review").count() == 3
    assert Task.objects.open().filter(owner=marketer, kind="review").count() == 1


def test_ten_reminders_ask_as_often_as_one(persona, marketer, django_assert_num_queries):
    remind_of_reviews(days_before(20))
    for number in range(9):
        make_persona(f"P{number}", by=marketer, agreed=True)
    remind_of_reviews(days_before(20))
    moment = days_before(20)
    with django_assert_num_queries(2):
        assert remind_of_reviews(moment) == {"reminded": 0}
