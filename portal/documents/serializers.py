"""A document as the API shows it: the same for every kind."""

from __future__ import annotations

import dataclasses
from typing import Any

from rest_framework import serializers

from portal.documents.models import AgreedDocument, Decision, Revision, Signature


class SignatureSerializer(serializers.ModelSerializer):
    """The word of one department."""

    signer = serializers.CharField(source="signer.name")

    class Meta:
        model = Signature
        fields = ("department", "signer", "signed_at")


class RevisionSerializer(serializers.ModelSerializer):
    """One numbered revision without its content."""

    author = serializers.CharField(source="author.name")
    signatures = SignatureSerializer(many=True)

    class Meta:
        model = Revision
        fields: tuple[str, ...] = (
            "number",
            "state",
            "note",
            "author",
            "created_at",
            "updated_at",
            "proposed_at",
            "agreed_at",
            "superseded_at",
            "signatures",
        )


class FullRevisionSerializer(RevisionSerializer):
    """One numbered revision with its content and, while it is a draft, what it still lacks.

    Needs the document's ``subject`` in its context.
    """

    content = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    class Meta(RevisionSerializer.Meta):
        fields = (*RevisionSerializer.Meta.fields, "content", "missing")

    def get_content(self, revision: Revision) -> dict[str, Any]:
        return self.context["subject"].complete(revision.content)

    def get_missing(self, revision: Revision) -> list[dict[str, str]]:
        subject: AgreedDocument = self.context["subject"]
        parts = subject.missing(subject.complete(revision.content)) if revision.is_draft else []
        return [dataclasses.asdict(part) for part in parts]


class DecisionSerializer(serializers.ModelSerializer):
    """A line of the decision log; it is never edited."""

    by = serializers.CharField(source="by.name", read_only=True)

    class Meta:
        model = Decision
        fields = ("id", "what", "why", "decided_on", "by")


class DocumentSerializer(serializers.BaseSerializer):
    """``revision`` is what is in force, else in review, else the newest; ``content`` is its text.

    ``drafts`` lists the numbers of drafts in work; ``draft`` is the newest of them, whole.
    """

    def to_representation(self, instance: AgreedDocument) -> dict[str, Any]:
        document = instance.document
        shown = instance.shown_revision
        body = {
            "id": instance.pk,
            "slug": instance.slug,
            "title": instance.title,
            "status": document.status,
            "owner": document.owner_id,
            "review_on": document.review_on,
            "in_force": document.in_force.number if document.in_force else None,
            "in_force_since": document.in_force_since,
            "drafts": [draft.number for draft in instance.drafts],
            "revision": RevisionSerializer(shown).data,
            "retired_because": document.retired_because,
            "url": instance.get_absolute_url(),
        }
        if self.context.get("with_content"):
            drafts = FullRevisionSerializer(
                instance.drafts[:1], many=True, context={"subject": instance}
            ).data
            body["content"] = instance.complete(shown.content)
            body["draft"] = drafts[0] if drafts else None
        return body


class WriteSerializer(serializers.Serializer):
    """A new document, or changed fields of its draft."""

    title = serializers.CharField(max_length=160)
    content = serializers.DictField(required=False)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class RevisionNoteSerializer(serializers.Serializer):
    """``revision`` is a number; without it, the newest draft (or the one in review) is meant."""

    revision = serializers.IntegerField(required=False, min_value=1, max_value=2**31)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


class RetireSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class ReviewSerializer(serializers.Serializer):
    review_on = serializers.DateField()


class OwnerSerializer(serializers.Serializer):
    owner = serializers.IntegerField(min_value=1, max_value=2**63 - 1)


class MergeSerializer(serializers.Serializer):
    """Two drafts by their numbers. ``keep`` says for a field "mine" (into) or "theirs" (other)."""

    into = serializers.IntegerField(min_value=1, max_value=2**31)
    other = serializers.IntegerField(min_value=1, max_value=2**31)
    keep = serializers.DictField(
        child=serializers.ChoiceField(choices=["mine", "theirs"]), required=False
    )


class DiffSerializer(serializers.Serializer):
    """One field in which two revisions differ."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    section = serializers.CharField()
    change = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
