"""Shape of input: the upload, and how a file is to be read. What its columns mean is in ``sheet``."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.conf import settings

from leads.intake.alphabets import NAMES
from leads.intake.files import size_text
from leads.intake.kinds import KINDS
from leads.intake.models import Import
from leads.intake.reading import Wish


class UploadForm(forms.Form):
    """A file to be brought in. The token makes a second click the same upload."""

    kind = forms.ChoiceField(
        label="What the rows are",
        required=False,
        choices=[("", "Tell it from the headings"), *((k.name, k.label) for k in KINDS.values())],
    )
    file = forms.FileField(label="File", help_text="CSV, TSV or XLSX, as other systems export it.")
    form_token = forms.CharField(widget=forms.HiddenInput, max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".csv,.tsv,.txt,.xlsx"
        self.initial.setdefault("form_token", secrets.token_hex(16))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.IMPORT_LIMIT:
            raise forms.ValidationError(
                f"This file has {size_text(file.size)}; up to {size_text(settings.IMPORT_LIMIT)} can be imported "
                "at once. Split it, or ask your administrator to raise the limit."
            )
        return file


ENCODINGS = (
    ("", "As found out"), ("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 with a mark"),
    *NAMES.items(), ("cp1254", "Windows-1254 (Turkish)"), ("koi8_r", "KOI8-R (Cyrillic)"), ("iso8859-15", "ISO 8859-15"),
    ("mac-roman", "Mac Roman"), ("utf-16", "UTF-16"),
)  # fmt: skip
SEPARATOR_CHOICES = (
    ("", "As found out"),
    (",", "Comma"),
    (";", "Semicolon"),
    ("tab", "Tab"),
    ("|", "Bar"),
    ("^", "Caret"),
)


class ReadingForm(forms.Form):
    """How the file is to be read, where what was found out is wrong."""

    header = forms.ChoiceField(label="The headings stand")
    rows = forms.ChoiceField(
        label="They take",
        choices=[("1", "one row"), ("2", "two rows, the upper one naming groups")],
    )
    separator = forms.ChoiceField(
        label="Cells are parted by", choices=SEPARATOR_CHOICES, required=False
    )
    encoding = forms.ChoiceField(label="Encoding", choices=ENCODINGS, required=False)
    sheet = forms.ChoiceField(label="Sheet of the workbook", required=False)

    def __init__(self, *args: Any, run: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        top = run.profile.get("sample", {}).get("top", [])
        lines = [(str(n), f"in row {n}: {_first_words(row)}") for n, row in enumerate(top, start=1)]
        none = ("0", "nowhere: the first row already holds values")
        self.fields["header"].choices = [*lines, none]  # type: ignore[attr-defined]
        sheets = run.dialect.get("sheets", [])
        self.fields["sheet"].choices = [(name, name) for name in sheets]  # type: ignore[attr-defined]
        if len(sheets) < 2:
            del self.fields["sheet"]
        if sheets:
            del self.fields["separator"], self.fields["encoding"]
        wish = run.dialect.get("wish", {})
        skip = run.dialect.get("skip", 1)
        found = {
            "header": "0"
            if wish.get("header") == 0
            else str(max(1, skip - (wish.get("rows") == 2))),
            "rows": str(wish.get("rows") or 1),
            "separator": "tab" if wish.get("separator") == "\t" else wish.get("separator", ""),
            "encoding": wish.get("encoding", ""),
            "sheet": run.dialect.get("sheet", ""),
        }
        self.initial = {**found, **self.initial}

    def wish(self) -> Wish:
        given = self.cleaned_data
        separator = "\t" if given.get("separator") == "tab" else given.get("separator") or ""
        return Wish(
            encoding=given.get("encoding") or "",
            separator=separator,
            header=int(given["header"]),
            rows=int(given["rows"]),
            sheet=given.get("sheet") or "",
        )


def _first_words(row: list[str]) -> str:
    return " · ".join(cell.strip()[:24] for cell in row if cell.strip())[:80] or "(blank)"
