"""Forms of leads. What a field is and how it is cleaned stands in ``leads.fields`` and ``leads.reading``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from campaigns.models import Campaign
from leads.capture import assignable, attribute_types
from leads.fields import ATTRIBUTES, LeadField, Type, lead_field
from leads.fits import fit_of
from leads.models import AttributeDefinition, Lead, Touchpoint
from leads.reading import Prepared, prepare
from personas.matching import Fit
from personas.models import Persona
from portal.core.once import TokenForm
from portal.funnel.models import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from portal.accounts.models import User

GROUPS = {
    "Person": ("first_name", "last_name", "title", "seniority", "email", "phone", "language"),
    "Company and place": ("company.name", "company.domain", "country", "city"),
    "Where they came from": (
        "source",
        "source_detail",
        "converting_source",
        "heard_about_us",
        "campaign",
        "landing_page",
    ),
    "UTM tags": ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    "Agreement": ("consent", "persona", "external_id"),
}
HELP = {
    "source": "The first touch that was tracked.",
    "converting_source": "The touch that made them known to us.",
    "heard_about_us": "In their own words, if they told you.",
    "email": "One record per person: an address can belong to one lead only.",
    "external_id": "Their number in another system.",
}


class MergingForm(TokenForm):
    """A form of a row with a version: what two people change at once is merged, or shown to choose."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def keeps_mine(self, name: str) -> bool:
        """After a conflict: whether the person chose their own text for a field."""
        return self.data.get(f"keep_{name}") != "theirs"

    def rebase(self, version: int) -> None:
        """After a conflict: measure the next save against what is stored now.

        What the person wrote stays; what they did not touch shows what others wrote meanwhile.
        """
        mine = set(self.changed_data)
        data = {name: self.data[name] for name in self.data}
        for name in self.fields:
            if name not in mine and name != "form_token":
                shown = self[name].field.prepare_value(self[name].initial)
                data[name] = "" if shown is None else str(shown)
        self.data = data | {"version": str(version)}

    def show_errors(self, errors: dict[str, str]) -> None:
        for name, error in errors.items():
            self.add_error(name if name in self.fields else None, error)


def _choice(rows: QuerySet[Any], empty: str, options: dict[str, Any]) -> forms.Field:
    """A select of documents by their slug."""
    ordered = rows.order_by("title")
    return forms.ModelChoiceField(ordered, to_field_name="slug", empty_label=empty, **options)


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Only what the person may choose."""
    cast("forms.ModelChoiceField[Any]", form.fields[name]).queryset = rows


def _field(known: LeadField, user: User, *, keeps_initial: bool) -> forms.Field:
    options: dict[str, Any] = {
        "label": known.label,
        "required": False,
        "help_text": HELP.get(known.name, ""),
        "show_hidden_initial": keeps_initial,
    }
    if known.name == "campaign":
        campaigns = Campaign.objects.permitted(user, "campaigns.view_campaign").living()
        return _choice(campaigns, "None", options)
    if known.name == "persona":
        personas = Persona.objects.permitted(user, "personas.view_persona").in_force()
        return _choice(personas, "As computed", options)
    if known.type is Type.CONSENT:
        return forms.ChoiceField(choices=Lead.Consent.choices, **options)
    if known.type is Type.BOOLEAN:
        return forms.ChoiceField(choices=[("", "Unknown"), ("yes", "Yes"), ("no", "No")], **options)
    if known.type is Type.LINES:
        options["widget"] = forms.Textarea(attrs={"rows": 4})
    if known.type is Type.DATE:
        options["widget"] = forms.DateInput(attrs={"type": "date"})
    kinds = {Type.EMAIL: "email", Type.PHONE: "tel"}
    if known.type in kinds:
        options["widget"] = forms.TextInput(
            attrs={"type": kinds[known.type], "autocomplete": "off"}
        )
    return forms.CharField(max_length=known.max_length or None, **options)


class LeadForm(MergingForm):
    """Create and edit. ``prepared`` holds what the person changed, and nothing else."""

    def __init__(self, data: Any = None, *, user: User, lead: Lead | None = None) -> None:
        self.lead = lead
        self.types = attribute_types()
        definitions = list(AttributeDefinition.objects.all())
        super().__init__(
            data,
            initial=_values(lead) | {"version": lead.version} if lead else {"consent": "unknown"},
        )
        self._groups: dict[str, list[str]] = {
            legend: list(names) for legend, names in GROUPS.items()
        }
        if custom := [f"{ATTRIBUTES}{definition.name}" for definition in definitions]:
            self._groups["Custom attributes"] = custom
        if lead is None:
            self._groups["First note"] = ["notes"]
        else:
            # Facts of a company belong to everybody there, so a lead's form does not change them.
            self._groups["Company and place"].remove("company.domain")
        labels = {f"{ATTRIBUTES}{definition.name}": definition.label for definition in definitions}
        for names in self._groups.values():
            for name in names:
                known = lead_field(
                    f"{name}:{self.types[name.removeprefix(ATTRIBUTES)]}"
                    if name in labels
                    else name
                )
                if known is not None:
                    self.fields[name] = _field(known, user, keeps_initial=lead is not None)
                    self.fields[name].label = labels.get(name, known.label)
        self.prepared = Prepared()

    @property
    def groups(self) -> Iterable[tuple[str, list[forms.BoundField]]]:
        for legend, names in self._groups.items():
            yield legend, [self[name] for name in names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.lead is None:
            changed = [name for name, value in given.items() if value not in (None, "")]
        else:
            changed = [name for name in self.changed_data if self.keeps_mine(name)]
        values = {
            name: _text(given[name]) for name in changed if lead_field(name) and name in given
        }
        self.prepared = prepare(values, types=self.types)
        for name, error in self.prepared.errors.items():
            self.add_error(name, error)
        return given


def _text(value: Any) -> Any:
    return getattr(value, "slug", value)


def _values(lead: Lead) -> dict[str, Any]:
    """The lead as the form shows it, by contract name."""
    values: dict[str, Any] = {}
    for names in GROUPS.values():
        for name in names:
            place, _, column = name.partition(".")
            if column:
                values[name] = getattr(lead.company, column, "") if lead.company else ""
            elif place in {"campaign", "persona"}:
                values[name] = _text(getattr(lead, place)) or ""
            else:
                values[name] = getattr(lead, place)
    for name, value in lead.attributes.items():
        values[f"{ATTRIBUTES}{name}"] = (
            {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        )
    return values


class AssignForm(forms.Form):
    owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, required=False, empty_label="Nobody: back to the pool", label="New owner"
    )
    reason = forms.CharField(max_length=300, label="Reason", help_text="The new owner reads it.")
    seen_owner = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, user: User, lead: Lead | None = None) -> None:
        super().__init__(data, initial={"seen_owner": lead.owner_id or "" if lead else ""})
        people = assignable(user)
        may_choose = user.reaches_all("leads.assign_lead")
        _offer(self, "owner", people if may_choose else people.none())

    def clean_seen_owner(self) -> int | None | str:
        """The owner whom the form showed; an empty text when the caller showed none."""
        if "seen_owner" not in self.data:
            return ""
        text = self.cleaned_data["seen_owner"]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class StageForm(forms.Form):
    stage: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="slug", label="Stage", empty_label=None
    )
    reason = forms.CharField(
        max_length=300,
        required=False,
        label="Reason",
        help_text="Needed when the lead goes back to an earlier stage.",
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        super().__init__(data, initial={"stage": lead.stage.slug})
        _offer(self, "stage", Stage.objects.permitted(user, "funnel.view_stage").active())


class LostForm(forms.Form):
    reason = forms.CharField(
        max_length=300, label="Why is it lost?", help_text="Reports count the reasons, so be plain."
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        super().__init__(data)


class ReopenForm(forms.Form):
    reason = forms.CharField(max_length=300, required=False, label="What has changed?")

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        super().__init__(data)


#: What a person logs by hand; the rest comes in from other systems.
BY_HAND = [
    choice
    for choice in Touchpoint.Kind.choices
    if choice[0] not in {"page_view", "download", "form", "mail_open", "mail_click", "advert"}
]


class TouchpointForm(TokenForm):
    kind = forms.ChoiceField(choices=BY_HAND, label="What was it?")
    direction = forms.ChoiceField(
        choices=Touchpoint.Direction.choices, initial="out", label="Who got in touch"
    )
    outcome = forms.CharField(
        max_length=60, required=False, label="Outcome", help_text="Reached, voicemail, no answer…"
    )
    occurred_at = forms.DateTimeField(
        required=False,
        label="When",
        help_text="Empty means now.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    title = forms.CharField(max_length=200, required=False, label="Subject")
    body = forms.CharField(
        max_length=10_000,
        required=False,
        label="What was said",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead, kind: str = "call") -> None:
        super().__init__(data, initial={"kind": kind if kind in dict(BY_HAND) else "call"})


class NoteForm(TokenForm):
    body = forms.CharField(
        max_length=10_000, label="Note", widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        super().__init__(data)


class NextStepForm(forms.Form):
    text = forms.CharField(
        max_length=200,
        required=False,
        label="Next step",
        help_text="Empty when nothing is planned.",
    )
    on = forms.DateField(required=False, label="On", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        super().__init__(data, initial={"text": lead.next_step, "on": lead.next_step_on})


class PersonaForm(forms.Form):
    """Who the lead is, in a person's judgement; each persona says how well it fits as computed."""

    persona: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        None, to_field_name="slug", required=False, empty_label="As computed", label="Persona"
    )

    def __init__(self, data: Any = None, *, user: User, lead: Lead) -> None:
        chosen = lead.persona if lead.persona_chosen_by_id else None
        super().__init__(data, initial={"persona": chosen.slug if chosen else ""})
        rows = Persona.objects.permitted(user, "personas.view_persona").in_force()
        _offer(self, "persona", rows.select_related("document").order_by("title"))
        self.fields["persona"].label_from_instance = (  # type: ignore[attr-defined]
            lambda persona: f"{persona}: {_said(fit_of(lead, persona))}"
        )


def _said(fit: Fit) -> str:
    return "ruled out" if fit.is_excluded else f"fits to {fit.percent} %"
