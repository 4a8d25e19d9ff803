"""Search compares without accents, and knows names by their words and first letters."""

from __future__ import annotations

from django.db import migrations, models

from campaigns.talking_points.template import KINDS
from campaigns.talking_points.words import fold, title_key


def fill(apps, schema_editor):
    kinds = dict(KINDS)
    for point in apps.get_model("talking_points", "TalkingPoint").objects.all():
        parts = (point.title, kinds.get(point.kind, ""), point.subject_line, point.body)
        point.words = fold(" ".join([*parts, point.product, point.competitor]))
        point.title_key = title_key(point.title)[:400]
        point.save(update_fields=["words", "title_key"])


class Migration(migrations.Migration):
    dependencies = [("talking_points", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="talkingpoint",
            name="title_key",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="How search ranks: see words.title_key.",
                max_length=400,
            ),
        ),
        migrations.AlterField(
            model_name="talkingpoint",
            name="words",
            field=models.TextField(
                blank=True, editable=False, help_text="What search looks in: see words.fold."
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
