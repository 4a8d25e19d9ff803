"""A fresh database has one calendar, so that a commitment in business hours can be written."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import migrations


def add_calendar(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("slas", "Calendar").objects
    if not rows.exists():
        hours = {str(day): [["09:00", "12:30"], ["13:30", "17:30"]] for day in range(5)}
        rows.create(name="Office hours", time_zone=settings.TIME_ZONE, hours=hours)


class Migration(migrations.Migration):
    dependencies = (("slas", "0001_initial"),)
    operations = (migrations.RunPython(add_calendar, migrations.RunPython.noop),)
