"""Making the peg on which threads hang."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from portal.topics import registry
from portal.topics.models import Topic

if TYPE_CHECKING:
    from portal.topics.models import HasTopic


@transaction.atomic
def topic_of(subject: HasTopic) -> Topic:
    """The subject's topic, made on first use. Two at once end with one: the update decides."""
    if subject.topic is not None:
        return subject.topic
    made = Topic.objects.create(
        subject_type=subject._meta.label_lower,
        title=str(subject)[:300],
        url=subject.get_absolute_url()[:300],
    )
    rows = type(subject)._base_manager.filter(pk=subject.pk)
    if rows.filter(topic=None).update(topic=made):
        subject.topic = made
    else:
        made.delete()
        made = Topic.objects.get(pk=rows.values_list("topic", flat=True).get())
        subject.topic = made
    return made


def subject_of(topic: Topic) -> HasTopic | None:
    """What the topic is about, whoever asks; None when it has been deleted. For services, which
    then choose whom to tell by ``registry.readers``; pages ask ``reading.describe``."""
    model = registry.subject_model(topic.subject_type)
    return model._base_manager.filter(topic=topic).first() if model else None
