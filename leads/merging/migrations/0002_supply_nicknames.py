"""The supplied nicknames, for managers to change. They are copied once and not followed afterwards."""

from __future__ import annotations

from django.db import migrations

from leads.merging.nicknames import SUPPLIED


def supply(apps, schema_editor):
    Nickname = apps.get_model("merging", "Nickname")
    rows = [Nickname(name=name, short_forms=" ".join(short)) for name, short in SUPPLIED.items()]
    Nickname.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("merging", "0001_initial")]

    operations = [migrations.RunPython(supply, migrations.RunPython.noop)]
