"""What each bulk act asks for."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django import forms

from leads.bulk.models import BulkAct
from leads.bulk.services import Order, tag_named
from leads.capture import assignable
from leads.models import Lead, Tag
from portal.accounts.models import User
from portal.core.errors import RuleViolation
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from django.http import QueryDict

Act = BulkAct.Act


class BulkForm(forms.Form):
    """One form for all acts; it keeps the fields of the one that is asked for."""

    owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        empty_label="Nobody: back to the pool",
        label="New owner",
    )
    stage: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        Stage.objects.none(), to_field_name="slug", label="Stage", empty_label=None
    )
    tag = forms.CharField(max_length=40, label="Tag")
    reason = forms.CharField(max_length=300, label="Reason")
    form_token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    ASKED = {  # noqa: RUF012
        Act.ASSIGN: ("owner", "reason"),
        Act.STAGE: ("stage", "reason"),
        Act.TAG: ("tag",),
        Act.UNTAG: ("tag",),
    }

    def __init__(self, data: QueryDict | None = None, *, act: Act, user: User) -> None:
        super().__init__(data, initial={"form_token": secrets.token_urlsafe(18)})
        self.act, self.user = act, user
        for name in [name for name in self.fields if name not in (*self.ASKED[act], "form_token")]:
            del self.fields[name]
        people = assignable(user) if user.reaches_all("leads.assign_lead") else User.objects.none()
        self._offer("owner", people)
        self._offer("stage", Stage.objects.permitted(user, "funnel.view_stage").active())
        if act == Act.ASSIGN:
            self.fields["reason"].help_text = "The new owner reads it."
        elif act == Act.STAGE:
            self.fields["reason"].required = False
            self.fields["reason"].help_text = "Needed where a lead goes back to an earlier stage."
        else:
            self._offer_tags()

    def _offer(self, name: str, rows: Any) -> None:
        if name in self.fields:
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def _offer_tags(self) -> None:
        tags = Tag.objects.permitted(self.user, "leads.view_tag")
        self.tags = [tag.name for tag in tags[:200]]
        field = self.fields["tag"]
        field.widget.attrs |= {"list": "tags", "autocomplete": "off"}
        if self.act == Act.TAG:
            field.help_text = "One that is known, or a new one."

    def clean_tag(self) -> Tag:
        try:
            found = tag_named(self.cleaned_data["tag"], by=self.user, make=self.act == Act.TAG)
        except RuleViolation as refusal:
            raise forms.ValidationError(refusal.message) from None
        if found is None:
            raise forms.ValidationError("There is no tag of this name.")
        return found

    def order(self, filters: str) -> Order:
        return Order(act=self.act, filters=filters, **self.cleaned_data)


def ticked(data: QueryDict) -> list[int]:
    """The keys that were sent; what is no key at all is dropped by nobody: it is no lead of ours."""
    texts = set(data.getlist("ids"))
    if any(not (text.isascii() and text.isdigit() and len(text) < 19) for text in texts):
        return []
    return sorted(map(int, texts))


def few_of(rows: Any, most: int = 20) -> list[Lead]:
    """Some of the leads, to be looked at before the act."""
    return list(rows.for_list().order_by("-created_at", "-pk")[:most])
