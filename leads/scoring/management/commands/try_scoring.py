"""``try_scoring``: how well a model, or suggested points, foretell what happened. Changes nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from leads.scoring.models import ScoringModel, Standing
from leads.scoring.reading import open_model
from leads.scoring.services.trials import learn_and_try, try_content
from portal.core.errors import RuleViolation
from portal.documents.models import Revision

WRONG_USAGE = 2


class Command(BaseCommand):
    help = (
        "Tries a scoring model, or points suggested from outcomes, on leads whose outcome is known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--model", type=int, help="number of a scoring model; else the one in use"
        )
        which.add_argument(
            "--suggested", action="store_true", help="points suggested from outcomes"
        )
        parser.add_argument("--train", default="", help="filters of the leads to learn from")
        parser.add_argument("--test", default="", help="filters of the leads to try on")
        parser.add_argument(
            "--json", action="store_true", help="one JSON object on standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        asked = {"train": options["train"], "test": options["test"]}
        try:
            if options["suggested"]:
                answer = {"model": "suggested", **learn_and_try(goal=self._goal(), **asked)}
            else:
                model, revision = self._chosen(options["model"])
                answer = {
                    "model": model.pk,
                    "revision": revision.number,
                    **try_content(revision.content, **asked),
                }
        except RuleViolation as refusal:
            wrong_usage = refusal.code == "filters"
            raise CommandError(str(refusal), returncode=WRONG_USAGE if wrong_usage else 1) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self._tell(answer)

    def _goal(self) -> str:
        revision = self._in_use()
        return open_model(revision.content).model.shape.goal if revision else "won"

    @staticmethod
    def _in_use() -> Revision | None:
        standing = Standing.objects.filter(pk=1).select_related("active").first()
        return standing.active if standing else None

    def _chosen(self, number: int | None) -> tuple[ScoringModel, Revision]:
        rows = ScoringModel.objects.with_document()
        if number is None:
            revision = self._in_use()
            if revision is None:
                raise RuleViolation("No scoring model is in use. Name one, or ask for --suggested.")
            return rows.get(document=revision.document_id), revision
        model = rows.filter(pk=number).first()
        if model is None:
            raise CommandError(f"There is no scoring model {number}.", returncode=WRONG_USAGE)
        return model, Revision.objects.get(pk=model.shown_revision.pk)

    def _tell(self, answer: dict[str, Any]) -> None:
        self.stdout.write(answer["said"])
        self.stdout.write(
            f"Tried on {answer['test']['leads']:,} leads, of which {answer['test']['converted']:,} converted; "
            f"Brier {answer['brier']}."
        )
        for name in answer["leaks"]:
            self.stdout.write(f"  may leak: {name}: {' '.join(answer['leak_reasons'][name])}")
        for one in answer.get("points", []):
            self.stdout.write(f"  {one['points']:+d}  {one['label']}: {one['level']}")
