"""A fresh database has the usual stages of a sale, so that opportunities can come in at once."""

from __future__ import annotations

from typing import Any

from django.db import migrations

# slug, name, status, days that a sale usually stands there
STAGES = (
    ("prospecting", "Prospecting", "open", 14),
    ("qualification", "Qualification", "open", 14),
    ("demonstration", "Demonstration", "open", 21),
    ("proposal", "Proposal", "open", 21),
    ("negotiation", "Negotiation", "open", 30),
    ("won", "Won", "won", None),
    ("lost", "Lost", "lost", None),
)


def add_stages(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("opportunities", "OpportunityStage").objects
    for place, (slug, name, status, days) in enumerate(STAGES, start=1):
        usual = {
            "name": name,
            "key": slug,
            "position": place * 10,
            "status": status,
            "expected_days": days,
        }
        rows.get_or_create(slug=slug, defaults=usual)


class Migration(migrations.Migration):
    dependencies = (("opportunities", "0001_initial"),)
    operations = (migrations.RunPython(add_stages, migrations.RunPython.noop),)
