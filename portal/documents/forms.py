"""Forms for documents, built from the schema: one section at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms

from portal.accounts.models import User
from portal.documents import references
from portal.documents.schema import Content, ContentError, Field, Kind, Schema, Section

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.documents.models import AgreedDocument

EXTRA_ROWS = 1
BLANK_CHOICE = ("", "—")


class LinesField(forms.CharField):
    """A list of short texts, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 4}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        return [line for line in (super().clean(value) or "").splitlines() if line.strip()]


def _widgets() -> dict[Kind, forms.Widget]:
    return {
        Kind.PROSE: forms.Textarea(attrs={"rows": 5}),
        Kind.DATE: forms.DateInput(attrs={"type": "date"}),
        Kind.NUMBER: forms.TextInput(attrs={"inputmode": "decimal"}),
        Kind.MONEY: forms.TextInput(attrs={"inputmode": "decimal"}),
    }


def form_field(f: Field, user: User) -> forms.Field:
    """The Django field for one field of the schema. The schema itself does the checking.

    A field that a proposal needs says so: a draft may be saved without it.
    """
    made = _made(f, user)
    made.required = f.is_always_needed
    made.needed_to_propose = f.is_required and not f.is_always_needed  # type: ignore[attr-defined]
    return made


def _made(f: Field, user: User) -> forms.Field:
    common: dict[str, Any] = {"label": f.label, "help_text": f.help, "required": False}
    if f.kind == Kind.LINES:
        common["help_text"] = f"{f.help} One a line.".strip()
        return LinesField(**common)
    if f.kind == Kind.YES_NO:
        return forms.BooleanField(**common)
    if f.kind in {Kind.CHOICE, Kind.REFERENCE}:
        offered = f.choices if f.kind == Kind.CHOICE else references.choices(user, f)
        return forms.ChoiceField(choices=[BLANK_CHOICE, *offered], **common)
    if f.kind in {Kind.CHOICES, Kind.REFERENCES}:
        offered = f.choices if f.kind == Kind.CHOICES else references.choices(user, f)
        boxes = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=offered, widget=boxes, **common)
    line = forms.TextInput(attrs={"maxlength": f.max_length or 300})
    return forms.CharField(widget=_widgets().get(f.kind, line), **common)


class ItemForm(forms.Form):
    """One row of a list of items; ``id`` recognises it in later revisions."""

    id = forms.CharField(required=False, widget=forms.HiddenInput)


class ItemFormSet(forms.BaseFormSet):
    """The rows of one field. ``field`` is the schema's."""

    field: Field

    @property
    def key(self) -> str:
        return self.field.key


def item_formset(
    f: Field, user: User, *, data: Mapping[str, Any] | None, initial: list[Content]
) -> ItemFormSet:
    """The rows of an items field, with one empty row to write in."""
    cache: dict[str, forms.Field] = {part.key: form_field(part, user) for part in f.items}
    form_class = type(f"{f.key.title()}Form", (ItemForm,), cache)
    formset_class = forms.formset_factory(
        form_class,
        formset=ItemFormSet,
        extra=EXTRA_ROWS,
        can_delete=True,
        can_order=False,
        max_num=f.max_items,
        absolute_max=f.max_items + 50,
    )
    formset = cast("ItemFormSet", formset_class(data=data, prefix=f.key, initial=initial))
    formset.field = f
    return formset


class SectionForm(forms.Form):
    """Everything of one section: plain fields here, lists of items in ``formsets``.

    ``values`` are the section's fields in stored form once the form is valid.
    """

    version = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1)

    def __init__(
        self,
        section: Section,
        *,
        user: User,
        content: Content,
        version: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        initial = {f.key: content.get(f.key, f.blank) for f in section.fields}
        super().__init__(data=data, initial=initial | {"version": version})
        self.section = section
        self.values: Content = {}
        self.formsets: list[ItemFormSet] = []
        self.layout: list[forms.BoundField | ItemFormSet] = []
        for f in section.fields:
            if f.kind == Kind.ITEMS:
                formset = item_formset(f, user, data=data, initial=initial[f.key])
                self.formsets.append(formset)
                self.layout.append(formset)
            else:
                self.fields[f.key] = form_field(f, user)
                self.layout.append(self[f.key])

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Fields and formsets in reading order, told apart for the template."""
        return [
            {"formset": part} if isinstance(part, ItemFormSet) else {"field": part}
            for part in self.layout
        ]

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound or not hasattr(self, "formsets"):
            return
        raw = {
            f.key: self.cleaned_data[f.key]
            for f in self.section.fields
            if f.kind != Kind.ITEMS and f.key in self.cleaned_data
        }
        for formset in self.formsets:
            if formset.is_valid():
                raw[formset.key] = [
                    {key: value for key, value in row.items() if key != "DELETE"}
                    for row in formset.cleaned_data
                    if row and not row.get("DELETE")
                ]
            else:
                self.add_error(None, f"{formset.field.label}: one of the rows cannot be read.")
        self._clean_by_schema(raw)

    def _clean_by_schema(self, raw: Content) -> None:
        for f in self.section.fields:
            if f.key not in raw:
                continue
            try:
                self.values[f.key] = f.clean(raw[f.key])
            except ContentError as error:
                for path, texts in error.errors.items():
                    row, _, part = path.partition(".")
                    label = next((p.label for p in f.items if p.key == part), part)
                    self.add_error(
                        None, f"{f.label}, row {int(row) + 1}, {label}: {' '.join(texts)}"
                    )
            except ValueError as error:
                self.add_error(f.key if f.key in self.fields else None, str(error))


class DocumentForm:
    """All sections of a document as one form, for the admin: the same fields, saved at once."""

    def __init__(
        self,
        schema: Schema,
        *,
        user: User,
        content: Content,
        version: int | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.sections = [
            SectionForm(section, user=user, content=content, version=version, data=data)
            for section in schema.sections
        ]
        for section_form in self.sections[1:]:
            del section_form.fields["version"]

    def is_valid(self) -> bool:
        """Every section is asked, so that all errors are shown at once."""
        wrong = [section for section in self.sections if not section.is_valid()]
        return not wrong

    @property
    def values(self) -> Content:
        """The fields of all sections in stored form, once the form is valid."""
        return {key: value for section in self.sections for key, value in section.values.items()}

    @property
    def version(self) -> int | None:
        """The version of the draft that the writer saw."""
        return self.sections[0].cleaned_data["version"]

    def add_error(self, key: str, texts: list[str]) -> None:
        """Show an error at its field, or on top of its section."""
        name = key.partition(".")[0]
        for section in self.sections:
            if any(f.key == name for f in section.section.fields):
                section.add_error(name if name in section.fields else None, " ".join(texts))


class ReasonForm(forms.Form):
    """Why a document is retired."""

    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(forms.Form):
    """What changed, said when a draft is proposed."""

    note = forms.CharField(
        label="What changed and why",
        max_length=300,
        required=False,
        help_text="Both departments read this before they sign.",
    )


class DecisionForm(forms.Form):
    """A line of the decision log."""

    what = forms.CharField(label="What was decided", max_length=300)
    why = forms.CharField(label="Why", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    decided_on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))


class OwnerForm(forms.Form):
    """Who looks after the document from now on, among those who may write it."""

    def __init__(self, *args: Any, subject: AgreedDocument, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.permitted(user, "accounts.view_user").who_may(
            subject.action("change")
        )
        others = people.exclude(pk=subject.document.owner_id).order_by("name")
        self.fields["owner"] = forms.ModelChoiceField(others, label="New owner")


class ReviewForm(forms.Form):
    """The day by which the document must be looked at again."""

    review_on = forms.DateField(label="Review by", widget=forms.DateInput(attrs={"type": "date"}))
