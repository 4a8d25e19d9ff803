from __future__ import annotations

from django.db import migrations

CREATE = (
    "CREATE INDEX IF NOT EXISTS leads_attributes ON leads_lead USING gin (attributes jsonb_path_ops)"
)


def create(apps, editor):
    """PostgreSQL answers "this attribute is exactly that" from an index; SQLite has none of the kind."""
    if editor.connection.vendor == "postgresql":
        editor.execute(CREATE)


def drop(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX IF EXISTS leads_attributes")


class Migration(migrations.Migration):
    replaces = [("leads", "0007_attribute_index")]
    dependencies = [("leads", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
