"""A fresh database has the usual stages, so that leads can come in before anything is signed."""

from __future__ import annotations

from typing import Any

from django.db import migrations

STAGES = (
    ("lead", "Lead", "marketing"),
    ("mql", "MQL", "marketing"),
    ("sal", "SAL", "sales"),
    ("sql", "SQL", "sales"),
    ("opportunity", "Opportunity", "sales"),
    ("customer", "Customer", "sales"),
)


def add_stages(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("funnel", "Stage").objects
    for place, (kind, name, owner) in enumerate(STAGES, start=1):
        usual = {"name": name, "kind": kind, "position": place * 10, "owner_department": owner}
        rows.get_or_create(slug=kind, defaults=usual)


class Migration(migrations.Migration):
    dependencies = (("funnel", "0001_initial"),)
    operations = (migrations.RunPython(add_stages, migrations.RunPython.noop),)
