"""Accord: the ground and the roof of the house. Loads the Celery app so that tasks find it."""

from __future__ import annotations

from portal.celery import app as celery_app

__all__ = ["celery_app"]
