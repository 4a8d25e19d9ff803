"""The API of every kind of agreed document: ``class PersonaViewSet(DocumentViewSet)``."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from portal.accounts.models import User
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import EtagMixin, ListCountMixin, PermittedViewSet
from portal.core.errors import RuleViolation, StaleEdit
from portal.core.openapi import all_of
from portal.core.preconditions import PreconditionFailed
from portal.documents import openapi, services  # noqa: F401 - openapi registers itself
from portal.documents.models import AgreedDocument, Revision
from portal.documents.references import differences
from portal.documents.schema import NAME, ContentError
from portal.documents.serializers import (
    DecisionSerializer,
    DiffSerializer,
    DocumentSerializer,
    FullRevisionSerializer,
    MergeSerializer,
    OwnerSerializer,
    RetireSerializer,
    ReviewSerializer,
    RevisionNoteSerializer,
    RevisionSerializer,
    WriteSerializer,
)

VERBS = {
    "list": "view",
    "retrieve": "view",
    "create": "add",
    "partial_update": "change",
    "draft": "change",
    "merge": "change",
    "propose": "propose",
    "sign": "sign",
    "withdraw": "withdraw",
    "retire": "retire",
    "revisions": "view",
    "revision": "view",
    "diff": "view",
    "watch": "watch",
    "decisions": "view",
    "decide": "change",
    "review": "change",
    "hand_over": "change",
}


def document_policy(model: type[AgreedDocument]) -> dict[str, str]:
    """DRF action → policy action, for one kind."""
    return {act: model.action(verb) for act, verb in VERBS.items()}


class DocumentViewSet(EtagMixin, ListCountMixin, mixins.RetrieveModelMixin, PermittedViewSet):
    """A kind sets ``queryset``, ``policy = document_policy(Kind)`` and ``filterset_class``."""

    request: ApiRequest
    serializer_class: type[DocumentSerializer] = DocumentSerializer
    ordering = ("-pk",)
    ordering_fields: tuple[str, ...] = ("title", "id")
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def model(self) -> type[AgreedDocument]:
        return self.queryset.model  # type: ignore[union-attr, arg-type]

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        words = self.request.query_params.get("search", "").strip()[:100]
        return rows.filter(Q(title__icontains=words)) if words and not self.detail else rows

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "with_content": self.detail}

    # --- helpers ------------------------------------------------------------------------------
    def _answer(self, subject: AgreedDocument, code: int = status.HTTP_200_OK) -> Response:
        """The document as it stands now, whole, with its ETag."""
        rows = self.model.objects.permitted(self.request.user, self.model.action("view"))
        fresh = rows.with_document().get(pk=subject.pk)
        context = self.get_serializer_context() | {"with_content": True}
        body = self.get_serializer_class()(fresh, context=context).data
        return Response(body, status=code, headers={"ETag": self.etag_of(fresh)})

    def etag_of(self, obj: Any) -> str:
        """Changes with every edit of any draft and with every act on the document."""
        newest = max((r.updated_at for r in obj.document.revisions.all()), default=None)
        stamp = max(filter(None, [newest, obj.document.updated_at]))
        return f'"{obj.pk}-{int(stamp.timestamp() * 1_000_000)}"'

    def retrieve(self, request: ApiRequest, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object())

    def _revision(self, subject: AgreedDocument, number: int) -> Revision:
        found = subject.document.revisions.filter(number=number).first()
        if found is None:
            raise exceptions.NotFound("There is no such revision.")
        return found

    def _meant(self, subject: AgreedDocument, number: int | None, state: str) -> Revision:
        """The revision of this number; without one, the newest in the state that the act needs."""
        if number is not None:
            return self._revision(subject, number)
        found = subject.document.revisions.filter(state=state).order_by("-number").first()
        if found is None:
            word = Revision.State(state).label.lower()
            raise RuleViolation(f"“{subject}” has no revision that is {word}.")
        return found

    def _read(self, serializer_class: type[Serializer], **options: Any) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, **options)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    # --- writing ------------------------------------------------------------------------------
    @extend_schema(request=WriteSerializer, responses={201: OpenApiTypes.OBJECT})
    def create(self, request: ApiRequest) -> Response:
        given = self._read(WriteSerializer)
        try:
            subject = services.create_document(
                model=self.model,
                title=given["title"],
                by=request.user,
                content=given.get("content"),
                note=given.get("note", ""),
            )
        except ContentError as error:
            raise _unfit(error) from error
        return self._answer(subject, status.HTTP_201_CREATED)

    @extend_schema(request=WriteSerializer, responses=OpenApiTypes.OBJECT)
    def partial_update(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Change fields of the newest draft; one is started where there is none.

        What others saved since the state that ``If-Match`` names is never overwritten: even when
        they save between the check and the write, the answer is 412.
        """
        subject = self.get_object()
        given = self._read(WriteSerializer, partial=True)
        changes = given.get("content", {})
        if NAME.key in given:
            changes = {**changes, NAME.key: given[NAME.key]}
        revision = (subject.drafts or [subject.shown_revision])[0]
        is_conditional = "If-Match" in request.headers
        try:
            services.write_draft(
                subject=subject,
                revision=revision,
                changes=changes,
                by=request.user,
                base_version=revision.version if is_conditional else None,
                note=given.get("note", ""),
            )
        except ContentError as error:
            raise _unfit(error) from error
        except StaleEdit as error:
            if is_conditional:
                raise PreconditionFailed from error
            raise
        return self._answer(subject)

    # --- acts ---------------------------------------------------------------------------------
    @extend_schema(request=RevisionNoteSerializer, responses={201: OpenApiTypes.OBJECT})
    @action(detail=True, methods=["post"])
    def draft(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Start a draft, from what is in force or from the given revision."""
        subject = self.get_object()
        given = self._read(RevisionNoteSerializer)
        source = self._revision(subject, given["revision"]) if "revision" in given else None
        services.start_draft(
            subject=subject, by=request.user, based_on=source, note=given.get("note", "")
        )
        return self._answer(subject, status.HTTP_201_CREATED)

    @extend_schema(request=MergeSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def merge(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Unite two drafts; what was not chosen stays readable in the other one."""
        subject = self.get_object()
        given = self._read(MergeSerializer)
        services.merge_draft(
            subject=subject,
            into=self._revision(subject, given["into"]),
            other=self._revision(subject, given["other"]),
            keep=given.get("keep", {}),
            by=request.user,
        )
        return self._answer(subject)

    @extend_schema(request=RevisionNoteSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def propose(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Put a draft before the departments; refused with each part that is missing."""
        subject = self.get_object()
        given = self._read(RevisionNoteSerializer)
        revision = self._meant(subject, given.get("revision"), Revision.State.DRAFT)
        services.propose(
            subject=subject, revision=revision, by=request.user, note=given.get("note", "")
        )
        return self._answer(subject)

    @extend_schema(request=RevisionNoteSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def sign(self, request: ApiRequest, pk: str | None = None) -> Response:
        subject = self.get_object()
        number = self._read(RevisionNoteSerializer).get("revision")
        revision = self._meant(subject, number, Revision.State.IN_REVIEW)
        services.sign(subject=subject, revision=revision, by=request.user)
        return self._answer(subject)

    @extend_schema(request=RevisionNoteSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: ApiRequest, pk: str | None = None) -> Response:
        subject = self.get_object()
        number = self._read(RevisionNoteSerializer).get("revision")
        revision = self._meant(subject, number, Revision.State.IN_REVIEW)
        services.withdraw(subject=subject, revision=revision, by=request.user)
        return self._answer(subject)

    @extend_schema(request=RetireSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def retire(self, request: ApiRequest, pk: str | None = None) -> Response:
        subject = self.get_object()
        services.retire(
            subject=subject, reason=self._read(RetireSerializer)["reason"], by=request.user
        )
        return self._answer(subject)

    # --- keeping it alive -----------------------------------------------------------------------
    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post", "delete"])
    def watch(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Follow the document (POST) or stop (DELETE)."""
        subject = self.get_object()
        services.set_watching(subject=subject, by=request.user, watching=request.method == "POST")
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=all_of(DecisionSerializer))
    @action(detail=True, methods=["get"], pagination_class=None)
    def decisions(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What was decided about it, why and by whom, newest first."""
        decisions = self.get_object().document.decisions.select_related("by")
        return Response({"results": DecisionSerializer(decisions, many=True).data})

    @extend_schema(request=DecisionSerializer, responses={201: DecisionSerializer})
    @decisions.mapping.post
    def decide(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Record a decision. The log is never edited."""
        subject = self.get_object()
        given = self._read(DecisionSerializer)
        decision = services.record_decision(subject=subject, by=request.user, **given)
        return Response(DecisionSerializer(decision).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ReviewSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def review(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Choose the day by which it must be looked at again."""
        subject = self.get_object()
        services.set_review_date(
            subject=subject, by=request.user, review_on=self._read(ReviewSerializer)["review_on"]
        )
        return self._answer(subject)

    @extend_schema(request=OwnerSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Give it to another owner."""
        subject = self.get_object()
        people = User.objects.permitted(request.user, "accounts.view_user")
        owner = get_object_or_404(people, pk=self._read(OwnerSerializer)["owner"])
        services.hand_over(subject=subject, owner=owner, by=request.user)
        return self._answer(subject)

    # --- revisions ----------------------------------------------------------------------------
    @extend_schema(responses=all_of(RevisionSerializer))
    @action(detail=True, methods=["get"], pagination_class=None)
    def revisions(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Every revision, newest first, without content."""
        revisions = list(self.get_object().document.revisions.all())
        return Response({"results": RevisionSerializer(revisions, many=True).data})

    @extend_schema(responses=FullRevisionSerializer)
    @action(detail=True, methods=["get"], url_path=r"revisions/(?P<number>[0-9]{1,9})")
    def revision(self, request: ApiRequest, number: str, pk: str | None = None) -> Response:
        """One revision with its content."""
        subject = self.get_object()
        found = self._revision(subject, int(number))
        return Response(FullRevisionSerializer(found, context={"subject": subject}).data)

    @extend_schema(
        parameters=[OpenApiParameter("from", int), OpenApiParameter("to", int)],
        responses=inline_serializer(
            "RevisionDiff",
            {
                "from": serializers.IntegerField(),
                "to": serializers.IntegerField(),
                "fields": DiffSerializer(many=True),
            },
        ),
    )
    @action(detail=True, methods=["get"], pagination_class=None)
    def diff(self, request: ApiRequest, pk: str | None = None) -> Response:
        """What differs between two revisions, field by field."""
        subject = self.get_object()
        numbers = {}
        for name in ("from", "to"):
            given = request.query_params.get(name, "")
            if not given.isascii() or not given.isdigit() or len(given) > 9:
                raise exceptions.ValidationError({name: ["Give the number of a revision."]})
            numbers[name] = int(given)
        before = self._revision(subject, numbers["from"])
        after = self._revision(subject, numbers["to"])
        diffs = DiffSerializer(differences(subject, before, after), many=True).data
        return Response({"from": before.number, "to": after.number, "fields": diffs})


def _unfit(error: ContentError) -> exceptions.ValidationError:
    """Names the fields: the document's name as itself, all others as parts of the content."""
    own = {key: texts for key, texts in error.errors.items() if key == NAME.key}
    others = {key: texts for key, texts in error.errors.items() if key != NAME.key}
    return exceptions.ValidationError(own | ({"content": others} if others else {}))
