"""``rescore``: score all leads now, in this process."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from leads.scoring.models import ScoreChange, ScoreEntry, ScoringModel, Standing
from leads.scoring.services import rescore_all
from leads.scoring.services.using import prepare
from portal.core.errors import RuleViolation

WRONG_USAGE = 2


class Command(BaseCommand):
    help = "Scores all leads with the model in use, or puts the given agreed model into use first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--model", type=int, help="number of a scoring model")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            model, revision = self._chosen(options["model"])
            changed = rescore_all(
                revision=revision, cause=ScoreChange.Cause.MODEL, checkpoint=self._say
            )
        except RuleViolation as refusal:
            raise CommandError(str(refusal), returncode=1) from None
        answer = {
            "model": model.pk,
            "revision": model.document.in_force.number if model.document.in_force else None,
            "leads": ScoreEntry.objects.filter(revision=revision).count(),
            "changed": changed,
            "seconds": round(time.monotonic() - started, 3),
        }
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(
                f"{model}: {answer['leads']:,} leads scored, {changed:,} changed, in {answer['seconds']} s."
            )

    def _chosen(self, number: int | None) -> tuple[ScoringModel, int]:
        rows = ScoringModel.objects.select_related("document__in_force")
        if number is not None:
            model = rows.filter(pk=number).first()
            if model is None:
                raise CommandError(f"There is no scoring model {number}.", returncode=WRONG_USAGE)
            with transaction.atomic():
                return model, prepare(model)
        standing = Standing.objects.filter(pk=1).first()
        revision = (standing.active or standing.preparing) if standing else None
        if revision is None:
            raise RuleViolation("No scoring model is in use. Name one with --model.")
        return rows.get(document=revision.document_id), revision.pk

    def _say(
        self,
        cursor: dict[str, Any] | None = None,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
    ) -> None:
        if done is not None:
            self.stderr.write(f"{done:,} of {total:,}")
