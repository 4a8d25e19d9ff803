"""A copy of everything about one person: one archive with a table for each place, and one page to read."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import timezone

from leads.models import Lead
from leads.privacy import cleaning
from leads.privacy.erasing import _label, _present, _rows
from leads.privacy.person import Person, person_known_by
from portal.activity.models import Activity
from portal.core.spreadsheets import csv_lines

#: Columns that say something about the portal and nothing about the person.
_INNER = frozenset({"form_token", "version"})


def everything_about(email: str) -> dict[str, list[dict[str, Any]]]:
    """Rows of the person by place; texts elsewhere that name them, as far as they do."""
    person = person_known_by(email)
    found: dict[str, list[dict[str, Any]]] = {}
    for place, model in _present():
        if place.is_exported:
            _add(found, _label(model), [_row(row) for row in _rows(model, place, person)])
    lines = Activity._base_manager.filter(
        subject_type=Lead._meta.label_lower, subject_id__in=person.lead_ids
    )
    _add(found, "History", [_row(row) for row in lines])
    named = {place.model for place, _ in _present()}
    for model in cleaning.searched_models():
        if model._meta.label_lower not in named and model is not Activity:
            _add(found, f"{_label(model)} that name the person", _mentions(model, person))
    return found


def _add(found: dict[str, list[dict[str, Any]]], name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        found.setdefault(name, []).extend(rows)


def _row(row: models.Model) -> dict[str, Any]:
    """The columns of a row by their names, references as words."""
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in _INNER or isinstance(field, models.BinaryField):
            continue
        value = getattr(row, field.name) if field.is_relation else field.value_to_string(row)
        if isinstance(field, models.JSONField):
            value = getattr(row, field.attname)
        if value not in (None, "", {}, []):
            values[field.name] = value if isinstance(value, dict | list) else str(value)
    return values


def _mentions(model: type[models.Model], person: Person) -> list[dict[str, Any]]:
    """The texts of others in which the person is named: those texts only, not what stands beside."""
    names = cleaning.text_fields(model)
    rows = []
    for row in cleaning.rows_holding(model, person).values("pk", *names):
        texts = {
            name: row[name]
            for name in names
            if isinstance(row[name], str | dict | list)
            and person.is_in(json.dumps(row[name], default=str, ensure_ascii=False))
        }
        if texts:
            rows.append({"number": row["pk"], **texts})
    return rows


def archive_of(found: dict[str, list[dict[str, Any]]]) -> bytes:
    """``person.json``, ``person.html`` to read, and each table as CSV."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("person.json", json.dumps(found, ensure_ascii=False, indent=1))
        page = render_to_string(
            "privacy/copy.html", {"found": found, "made_at": timezone.localtime()}
        )
        archive.writestr("person.html", page)
        for name, rows in found.items():
            columns = list(dict.fromkeys(column for row in rows for column in row))
            cells = ([_cell(row.get(column, "")) for column in columns] for row in rows)
            archive.writestr(f"{_file_name(name)}.csv", "".join(csv_lines(columns, cells)))
    return kept.getvalue()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _file_name(name: str) -> str:
    return "-".join(name.lower().replace(":", "").split())
