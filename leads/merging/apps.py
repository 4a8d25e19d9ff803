from __future__ import annotations

from django.apps import AppConfig


class MergingConfig(AppConfig):
    """Who may be the same person, and how two records become one."""

    name = "leads.merging"
    label = "merging"

    def ready(self) -> None:
        from django.db.models import Exists, OuterRef

        from leads.duplicates import when_told_apart
        from leads.merging.models import Candidate
        from leads.merging.services import may_be_known, told_apart_at_entry
        from leads.moving import Way, declare
        from leads.notices import add_notice

        declare("merging.key.lead", Way.WAITS)
        declare("merging.scanned.lead", Way.WAITS)
        declare("merging.candidate.low", Way.WAITS)
        declare("merging.candidate.high", Way.WAITS)
        declare("merging.merge.lead", Way.MOVES)
        when_told_apart(told_apart_at_entry)
        likely = Candidate.objects.likely().of(OuterRef("pk"))
        add_notice(may_be_known, may_be_known=Exists(likely))
