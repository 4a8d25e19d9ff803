"""What a list says about the things its threads are about, as far as the reader may know them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.apps import apps

from portal.accounts.policy import masked_fields
from portal.topics import registry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portal.accounts.models import User
    from portal.topics.models import HasTopic, Topic


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One subject as a reader may see it. A lost one has been deleted; its title was kept."""

    type: str
    noun: str
    id: int | None
    title: str
    url: str
    is_lost: bool = False

    def __str__(self) -> str:
        return self.title


def noun_of(label: str) -> str:
    """ "talking point" for "talking_points.talkingpoint"."""
    try:
        name = str(apps.get_model(label)._meta.verbose_name)
    except LookupError:
        name = label.rsplit(".", 1)[-1]
    return name if name.isupper() else name.lower()


def title_for(subject: HasTopic, user: User) -> str:
    """The subject's name, or its number for a reader from whom the name is hidden."""
    label = subject._meta.label_lower
    if masked_fields(user, label):
        return f"{noun_of(label).capitalize()} {subject.pk}"
    return str(subject)


def line_for(subject: HasTopic, user: User) -> SubjectLine:
    label = subject._meta.label_lower
    return SubjectLine(
        label, noun_of(label), subject.pk, title_for(subject, user), subject.get_absolute_url()
    )


def _lost(topic: Topic, user: User) -> SubjectLine:
    noun = noun_of(topic.subject_type)
    is_masked = bool(masked_fields(user, topic.subject_type))
    title = f"A deleted {noun}" if is_masked else topic.title
    return SubjectLine(topic.subject_type, noun, None, title, "", is_lost=True)


def describe(topics: Iterable[Topic], user: User) -> dict[int, SubjectLine]:
    """Topic id → its subject, with one query for each kind of subject among them."""
    by_type: dict[str, list[Topic]] = defaultdict(list)
    for topic in topics:
        by_type[topic.subject_type].append(topic)
    lines: dict[int, SubjectLine] = {}
    for label, group in by_type.items():
        model = registry.subject_model(label)
        if model is not None:
            rows = model.objects.permitted(user, registry.view_action(label))
            for subject in rows.filter(topic__in=[topic.pk for topic in group]):
                lines[subject.topic_id] = line_for(subject, user)
        lines |= {topic.pk: _lost(topic, user) for topic in group if topic.pk not in lines}
    return lines
