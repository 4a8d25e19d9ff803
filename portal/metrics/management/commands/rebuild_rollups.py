"""``rebuild_rollups``: count the roll-ups of reports anew, whatever they hold."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.metrics import services
from portal.metrics.models import LeadTally, Stay


class Command(BaseCommand):
    help = "Counts the roll-ups of reports anew. Reports and writers go on meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        services.keep_rollups()
        services.rebuild()
        self.stdout.write(
            f"{LeadTally.objects.count():,} tallies and {Stay.objects.count():,} stays."
        )
