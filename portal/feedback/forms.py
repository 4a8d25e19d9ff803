"""What people write on a thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from portal.accounts.models import User
from portal.core.once import TokenForm
from portal.documents.models import AgreedDocument, Revision
from portal.feedback.models import Post, Thread

if TYPE_CHECKING:
    from portal.topics.models import HasTopic

#: Revisions offered as the answer, newest first.
REVISIONS = 20


class ThreadForm(TokenForm):
    """Something to say about a subject."""

    kind = forms.ChoiceField(choices=Thread.Kind.choices, label="What is it?")
    title = forms.CharField(max_length=160, label="In one line")
    body = forms.CharField(
        max_length=10_000, label="In full", widget=forms.Textarea(attrs={"rows": 5})
    )
    passage = forms.CharField(max_length=80, required=False, widget=forms.HiddenInput)
    quote = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)


class PostForm(TokenForm):
    body = forms.CharField(
        max_length=10_000, label="Reply", widget=forms.Textarea(attrs={"rows": 4})
    )


class PostEditForm(forms.Form):
    """``version`` is the one that was read, so that nobody overwrites what they have not seen."""

    body = forms.CharField(
        max_length=10_000, label="Post", widget=forms.Textarea(attrs={"rows": 8})
    )
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        super().__init__(*args, initial={"body": post.body, "version": post.version}, **kwargs)


class DeclineForm(forms.Form):
    reason = forms.CharField(
        max_length=300, label="Why not", widget=forms.Textarea(attrs={"rows": 2})
    )


class RevisionChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        note = f": {obj.note}" if obj.note else ""
        return f"{obj.number} ({obj.get_state_display().lower()}){note}"


class AnswerForm(forms.Form):
    """A revision of the document that the thread is about."""

    def __init__(self, *args: Any, subject: HasTopic | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"] = RevisionChoice(
            answering_revisions(subject), label="Revision that answers it"
        )


def answering_revisions(subject: HasTopic | None) -> Any:
    """Revisions that may answer a thread: none but for documents, and none that was taken back."""
    if not isinstance(subject, AgreedDocument):
        return Revision.objects.none()
    taken_back = [Revision.State.WITHDRAWN, Revision.State.MERGED]
    rows = subject.document.revisions.exclude(state__in=taken_back).defer("content")
    newest = rows.order_by("-number").values_list("number", flat=True)[:REVISIONS]
    return rows.filter(number__gte=min(newest, default=0))


class AssignForm(forms.Form):
    def __init__(self, *args: Any, thread: Thread, user: User, **kwargs: Any) -> None:
        super().__init__(*args, initial={"owner": thread.owner_id}, **kwargs)
        people = User.objects.permitted(user, "accounts.view_user").active()
        side = people.filter(department=thread.side)
        self.fields["owner"] = forms.ModelChoiceField(side, label="To be answered by")
