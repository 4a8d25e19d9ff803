from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from leads.intake.models import Import
from tests.factories import csv_of, make_stages


@pytest.fixture
def stages(db):
    return {stage.slug: stage for stage in make_stages()}


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """``with work():`` background jobs that were asked for inside run at its end."""

    def run():
        return django_capture_on_commit_callbacks(execute=True)

    return run


@pytest.fixture
def bring(tmp_path):
    """Bring a small file in; the answer of the command, with the reasons of refused rows."""

    def bring(kind, columns, *rows, name="file.csv", dry=False, **parts):
        file, mapping = tmp_path / name, tmp_path / "mapping.json"
        headings = [f"H{number}" for number in range(len(columns))]
        file.write_bytes(csv_of(",".join(headings), *rows))
        mapping.write_text(
            json.dumps({"columns": dict(zip(headings, columns, strict=True)), **parts})
        )
        out = StringIO()
        more = ["--dry-run"] if dry else []
        call_command(
            "import_records", kind, str(file), "--mapping", str(mapping), "--json", *more,
            stdout=out, stderr=StringIO(),
        )  # fmt: skip
        answer = json.loads(out.getvalue())
        rows = Import.objects.get(pk=answer["import"]).outcomes
        answer["reasons"] = list(rows.exclude(reason="").values_list("reason", flat=True))
        return answer

    return bring


@pytest.fixture
def real_data():
    """The folder of public data sets; nothing of it is part of the project."""
    folder = Path(
        os.environ.get("ACCORD_REAL_DATA") or settings.BASE_DIR.parent / "shared" / "data"
    )
    if not folder.is_dir():
        pytest.skip("The public data sets are not here; set ACCORD_REAL_DATA to their folder.")
    return folder
