"""Threads and posts as the API shows them."""

from __future__ import annotations

from typing import Any, cast

from rest_framework import serializers

from portal.accounts.models import User
from portal.feedback.models import Post, Thread
from portal.topics.reading import describe


class ColleagueSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = ("id", "name", "department")


class PostSerializer(serializers.ModelSerializer):
    author = ColleagueSerializer(read_only=True)
    edits = serializers.SerializerMethodField()

    class Meta:
        model = Post
        fields = ("id", "author", "body", "created_at", "edited_at", "version", "edits")

    def get_edits(self, post: Post) -> list[dict[str, Any]]:
        return [{"body": edit.body, "at": edit.at} for edit in post.edits.all()]


class ThreadListSerializer(serializers.ListSerializer):
    """Looks the subjects of a whole page up at once."""

    def to_representation(self, data: Any) -> Any:
        rows = list(data.all() if hasattr(data, "all") else data)
        child = cast("ThreadSerializer", self.child)
        child.subjects = describe([row.topic for row in rows], self.context["request"].user)
        return super().to_representation(rows)


class ThreadSerializer(serializers.ModelSerializer):
    """``subject`` as far as the reader may know it; ``revision`` was read when it was written."""

    subject = serializers.SerializerMethodField()
    author = ColleagueSerializer(read_only=True)
    owner = ColleagueSerializer(read_only=True)
    revision = serializers.IntegerField(source="revision.number", default=None, read_only=True)
    answered_by = serializers.IntegerField(
        source="answered_by.number", default=None, read_only=True
    )
    due_at = serializers.DateTimeField(source="clock.due_at", default=None, read_only=True)
    votes = serializers.IntegerField(source="vote_count", read_only=True)
    has_voted = serializers.BooleanField(read_only=True)
    posts = serializers.IntegerField(source="post_count", read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    #: Filled for a whole page by ``ThreadListSerializer``.
    subjects: dict[int, Any] | None = None

    class Meta:
        model = Thread
        list_serializer_class = ThreadListSerializer
        fields = (
            "id", "subject", "kind", "state", "title", "author", "side", "owner", "passage", "quote",
            "revision", "answered_by", "reason", "votes", "has_voted", "posts", "due_at",
            "created_at", "first_answer_at", "closed_at", "last_post_at", "url",
        )  # fmt: skip

    def get_subject(self, thread: Thread) -> dict[str, Any]:
        known = self.subjects or describe([thread.topic], self.context["request"].user)
        line = known[thread.topic_id]
        return {"type": line.type, "id": line.id, "title": line.title, "url": line.url or None}


class SubjectSerializer(serializers.Serializer):
    type = serializers.CharField(max_length=60)
    id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class AddThreadSerializer(serializers.Serializer):
    subject = SubjectSerializer()
    kind = serializers.ChoiceField(choices=Thread.Kind.choices)
    title = serializers.CharField(max_length=160)
    body = serializers.CharField(max_length=10_000)
    passage = serializers.CharField(max_length=80, required=False, allow_blank=True)
    quote = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ReplySerializer(serializers.Serializer):
    body = serializers.CharField(max_length=10_000)


class ChangePostSerializer(ReplySerializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class VoteSerializer(serializers.Serializer):
    on = serializers.BooleanField(required=False, default=None, allow_null=True)


class DeclineSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class AnswerSerializer(serializers.Serializer):
    """The number of a revision of the subject."""

    revision = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class ThreadAssignSerializer(serializers.Serializer):
    owner = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
