"""Asking where somebody came from, and letting a touch count that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from leads.models import HeardAnswer, Lead
from leads.normalising import folded

if TYPE_CHECKING:
    from portal.accounts.models import User

#: How a choice of the list is told from the three states.
ANSWER = "answer:"


class SourceForm(forms.Form):
    """The answers that managers offer, own words, cannot recall, not asked yet [R59]."""

    state = forms.ChoiceField(label="How did you hear about us?")
    text = forms.CharField(
        max_length=300,
        required=False,
        label="In their words",
        help_text="What they said, or what they added to an answer of the list.",
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        answers = HeardAnswer.objects.permitted(user, "leads.view_heardanswer")
        self.answers = {f"{ANSWER}{row.pk}": row.name for row in answers.filter(is_active=True)}
        chosen = _chosen_answer(self.answers, lead.heard_about_us)
        state = chosen or lead.heard_state
        text = lead.heard_detail if chosen else lead.heard_about_us
        super().__init__(data, initial={"state": state, "text": text})
        states = Lead.Heard
        cast("forms.ChoiceField", self.fields["state"]).choices = [
            (states.NOT_ASKED, states.NOT_ASKED.label),
            *self.answers.items(),
            (states.TOLD, "Something else, in their words"),
            (states.CANNOT_RECALL, states.CANNOT_RECALL.label),
        ]

    @property
    def told(self) -> dict[str, str]:
        """What the service takes: an answer of the list is stored by its name."""
        state, text = self.cleaned_data["state"], self.cleaned_data["text"]
        if state in self.answers:
            return {"state": Lead.Heard.TOLD, "text": self.answers[state], "detail": text}
        return {"state": state, "text": text}


def _chosen_answer(answers: dict[str, str], text: str) -> str:
    """The choice of the list that a stored text is, whatever its case."""
    return next((key for key, name in answers.items() if folded(name) == folded(text)), "")


class RestoreForm(forms.Form):
    reason = forms.CharField(
        max_length=300,
        label="Why was this done by a person?",
        help_text="It stands in the timeline. No rule leaves the touch out again.",
    )
