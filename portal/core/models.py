"""Abstract models that know no app."""

from __future__ import annotations

from django.db import models


class TimeStamped(models.Model):
    """When the row was made and when it last changed, in UTC."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
