"""What a brief says, kept apart from the dates to which a campaign was postponed."""

from __future__ import annotations

from datetime import date

from django.db import migrations, models


def fill(apps, schema_editor):
    for campaign in apps.get_model("campaigns", "Campaign").objects.select_related("document__in_force"):
        revision = campaign.document.in_force or campaign.document.revisions.first()
        for name in ("starts_on", "ends_on"):
            text = (revision.content if revision else {}).get(name)
            setattr(campaign, f"brief_{name}", date.fromisoformat(text) if text else None)
        campaign.save(update_fields=["brief_starts_on", "brief_ends_on"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="brief_ends_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="campaign",
            name="brief_starts_on",
            field=models.DateField(blank=True, editable=False, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
