"""What can be talked about. A subject points down at its topic; the topic outlives the subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models


class Topic(models.Model):
    """The peg on which threads hang. Made when the first thread is, so most records have none.

    ``subject_type`` and ``title`` are kept so that a thread can still say what it was about when
    its subject has been deleted.
    """

    subject_type = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return self.title


class HasTopic(models.Model):
    """A model that threads can hang on. Register it in ``portal.topics.registry`` at start-up."""

    topic = models.OneToOneField(
        Topic,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="%(app_label)s_%(class)s",
    )

    if TYPE_CHECKING:
        #: Every subject has a queryset with ``permitted``.
        objects: ClassVar[Any]

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """Every subject has a page."""
        raise LookupError(f"{type(self).__name__} does not say where its page is.")
