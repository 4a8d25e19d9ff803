"""The API of feedback."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from portal.accounts.models import User
from portal.accounts.requests import ApiRequest
from portal.accounts.viewsets import ReadOnlyPermittedViewSet
from portal.core.openapi import all_of
from portal.feedback import reading, services
from portal.feedback.filters import ThreadFilter
from portal.feedback.forms import answering_revisions
from portal.feedback.models import Post, Thread
from portal.feedback.serializers import (
    AddThreadSerializer,
    AnswerSerializer,
    ChangePostSerializer,
    DeclineSerializer,
    PostSerializer,
    ReplySerializer,
    ThreadAssignSerializer,
    ThreadSerializer,
    VoteSerializer,
)
from portal.topics import registry


class ThreadViewSet(ReadOnlyPermittedViewSet):
    """Threads on everything that can be talked about, and the acts on them."""

    request: ApiRequest
    queryset = Thread.objects.all()
    serializer_class = ThreadSerializer
    filterset_class = ThreadFilter
    ordering = ("-last_post_at",)
    ordering_fields = ("last_post_at", "created_at")
    lookup_value_regex = r"[0-9]{1,18}"
    policy = {  # noqa: RUF012 (the router reads a plain dict)
        "list": "feedback.view_thread",
        "retrieve": "feedback.view_thread",
        "create": "feedback.add_thread",
        "posts": "feedback.view_thread",
        "post": "feedback.change_post",
        "reply": "feedback.reply_thread",
        "vote": "feedback.vote_thread",
        "acknowledge": "feedback.acknowledge_thread",
        "plan": "feedback.plan_thread",
        "done": "feedback.done_thread",
        "decline": "feedback.decline_thread",
        "answer": "feedback.answer_thread",
        "assign": "feedback.assign_thread",
        "reopen": "feedback.reopen_thread",
    }

    def get_queryset(self) -> Any:
        return super().get_queryset().with_vote_of(self.request.user).select_related("revision")

    def filter_queryset(self, queryset: Any) -> Any:
        rows: Any = super().filter_queryset(queryset)
        words = self.request.query_params.get("search", "").strip()[:100]
        return rows.matching(words) if words and not self.detail else rows

    def _given(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def _answer(self, thread: Thread, code: int = status.HTTP_200_OK) -> Response:
        rows = Thread.objects.permitted(self.request.user, "feedback.view_thread").for_list()
        fresh = rows.with_vote_of(self.request.user).select_related("revision").get(pk=thread.pk)
        return Response(self.get_serializer(fresh).data, status=code)

    # --- writing ------------------------------------------------------------------------------
    @extend_schema(request=AddThreadSerializer, responses={201: ThreadSerializer})
    def create(self, request: ApiRequest) -> Response:
        """Raise something. ``subject.type`` is "persona", "lead", "talking-point", …"""
        given = self._given(AddThreadSerializer)
        about = given.pop("subject")
        subject = registry.find(about["type"], about["id"], request.user)
        if subject is None:
            raise exceptions.ValidationError(
                {"subject": ["There is nothing here that can be talked about."]}
            )
        thread = services.add_thread(subject=subject, by=request.user, **given)
        return self._answer(thread, status.HTTP_201_CREATED)

    @extend_schema(responses=all_of(PostSerializer))
    @action(detail=True, methods=["get"], pagination_class=None)
    def posts(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Every post in the order in which they were written, with its former texts."""
        posts = self.get_object().posts.select_related("author").prefetch_related("edits")
        return Response({"results": PostSerializer(posts, many=True).data})

    @extend_schema(request=ChangePostSerializer, responses=PostSerializer)
    @action(detail=True, methods=["patch"], url_path=r"posts/(?P<number>[0-9]{1,18})")
    def post(self, request: ApiRequest, number: str, pk: str | None = None) -> Response:
        """Edit one's own post; ``version`` is the one that was read."""
        mine = Post.objects.permitted(request.user, "feedback.change_post")
        found = mine.filter(thread=int(pk or 0), pk=int(number)).first()
        if found is None:
            raise exceptions.NotFound
        changed = services.change_post(
            post=found, by=request.user, **self._given(ChangePostSerializer)
        )
        return Response(PostSerializer(changed).data)

    @extend_schema(request=ReplySerializer, responses={201: PostSerializer})
    @action(detail=True, methods=["post"])
    def reply(self, request: ApiRequest, pk: str | None = None) -> Response:
        thread = self.get_object()
        post = services.reply_thread(thread=thread, by=request.user, **self._given(ReplySerializer))
        return Response(PostSerializer(post).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=VoteSerializer, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def vote(self, request: ApiRequest, pk: str | None = None) -> Response:
        """``on`` true or false; without it the opposite of now."""
        thread = self.get_object()
        services.vote_thread(
            thread=thread, by=request.user, wanted=self._given(VoteSerializer)["on"]
        )
        return self._answer(thread)

    # --- what the other side does about it ------------------------------------------------------
    @extend_schema(request=None, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.acknowledge_thread(thread=self.get_object(), by=request.user))

    @extend_schema(request=None, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def plan(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.plan_thread(thread=self.get_object(), by=request.user))

    @extend_schema(request=None, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def done(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.done_thread(thread=self.get_object(), by=request.user))

    @extend_schema(request=DeclineSerializer, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: ApiRequest, pk: str | None = None) -> Response:
        thread = self.get_object()
        given = self._given(DeclineSerializer)
        return self._answer(services.decline_thread(thread=thread, by=request.user, **given))

    @extend_schema(request=AnswerSerializer, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: ApiRequest, pk: str | None = None) -> Response:
        """Link the revision that answers it, by its number."""
        thread = self.get_object()
        subject = reading.visible_subject(thread, request.user)
        number = self._given(AnswerSerializer)["revision"]
        revision = answering_revisions(subject).filter(number=number).first()
        if revision is None:
            raise exceptions.ValidationError(
                {"revision": ["This is no revision that can answer it."]}
            )
        return self._answer(
            services.answer_thread(thread=thread, revision=revision, by=request.user)
        )

    @extend_schema(request=ThreadAssignSerializer, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: ApiRequest, pk: str | None = None) -> Response:
        thread = self.get_object()
        people = User.objects.permitted(request.user, "accounts.view_user").active()
        owner = people.filter(pk=self._given(ThreadAssignSerializer)["owner"]).first()
        if owner is None:
            raise exceptions.ValidationError({"owner": ["There is no such person."]})
        return self._answer(services.assign_thread(thread=thread, owner=owner, by=request.user))

    @extend_schema(request=None, responses=ThreadSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: ApiRequest, pk: str | None = None) -> Response:
        return self._answer(services.reopen_thread(thread=self.get_object(), by=request.user))
