"""Scoring models in the API, and the score of a lead with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.decorators import action
from rest_framework.response import Response

from leads.api import LeadViewSet
from leads.scoring import services
from leads.scoring.explaining import UNSCORED, explain
from leads.scoring.models import ScoringModel, Trial
from leads.scoring.serializers import TrySerializer
from leads.scoring.services.trials import start_trial
from portal.core.errors import RuleViolation
from portal.documents.api import DocumentViewSet, document_policy
from portal.documents.filters import filter_for

if TYPE_CHECKING:
    from portal.accounts.requests import ApiRequest


class ScoringModelViewSet(DocumentViewSet):
    queryset = ScoringModel.objects.all()
    policy = document_policy(ScoringModel) | {
        "activate": "scoring.activate_scoringmodel",
        "try_model": "scoring.try_scoringmodel",
        "trial": "scoring.try_scoringmodel",
    }
    filterset_class = filter_for(ScoringModel)

    @extend_schema(request=None, responses={202: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def activate(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Let an agreed model give the scores. They change for everybody in one moment."""
        job = services.activate_scoring_model(model=self.get_object(), by=request.user)
        return Response({"job": job.pk, "state": job.state}, status=202)

    @extend_schema(
        request=TrySerializer, responses={200: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT}
    )
    @action(detail=True, methods=["post"], url_path="try")
    def try_model(self, request: ApiRequest, pk: str | None = None) -> Response:
        """How well the model foretells what happened; changes nothing. ``train`` and ``test`` are filters
        as of leads. 202 where it goes on in the background; ``trial`` says where the answer will be."""
        subject = self.get_object()
        given = self._read(TrySerializer)
        number = given.pop("revision", None)
        shown = subject.shown_revision
        revision = self._revision(subject, number if number is not None else shown.number)
        kind = Trial.Kind.SUGGEST if given.pop("suggested") else Trial.Kind.TRY
        trial = start_trial(subject=subject, revision=revision, by=request.user, kind=kind, **given)
        return self._told(trial)

    @extend_schema(responses={200: OpenApiTypes.OBJECT, 202: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["get"], url_path=r"trials/(?P<number>[0-9]{1,18})")
    def trial(self, request: ApiRequest, number: str, pk: str | None = None) -> Response:
        """What a trial has found; 202 while it goes on."""
        found = Trial.objects.filter(subject=self.get_object(), pk=int(number)).first()
        if found is None:
            raise exceptions.NotFound("There is no such trial.")
        return self._told(found)

    @staticmethod
    def _told(trial: Trial) -> Response:
        if trial.error:
            raise RuleViolation(trial.error)
        address = f"/api/v1/scoring-models/{trial.subject_id}/trials/{trial.pk}/"
        answer = {"trial": trial.pk, "url": address, "model": trial.subject_id}
        return Response(answer | (trial.result or {}), status=202 if trial.is_running else 200)


class ScoredLeadViewSet(LeadViewSet):
    policy: ClassVar[dict[str, str]] = LeadViewSet.policy | {"score": "leads.view_lead"}

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["get"])
    def score(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Each rule of the model in use with its points and reason; nothing known without one."""
        explained = explain(self.get_object(), request.user)
        return Response(UNSCORED if explained is None else explained.as_api())
