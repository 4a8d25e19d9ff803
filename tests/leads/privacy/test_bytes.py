"""After an erasure not a byte is left: the whole database file, its journal and the data folder are read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.worker

EMAIL = "canary.person@canary.example"
PLANT = """
from datetime import timedelta
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import send_mail
from django.utils import timezone
from leads.intake import services as intake
from leads.models import Lead, Note, Touchpoint
from portal.accounts.models import KeptAnswer, User
from portal.activity.services import record
from portal.funnel.models import Stage
from portal.notifications.models import Notification

texts = [f.name for f in Lead._meta.concrete_fields if f.get_internal_type() == "CharField" and not f.choices]
values = {name: f"CANARY-{name}"[: Lead._meta.get_field(name).max_length] for name in texts if name != "form_token"}
values |= {"email": "canary.person@canary.example", "full_name": "Canary Person", "phone": "+49 30 98765432"}
lead = Lead(stage=Stage.objects.first(), attributes={f"CANARY-a{n}": f"CANARY-v{n}" for n in range(12)}, **values)
lead.know()
lead.save()
user = User.objects.create(email="colleague@own.example", name="Colleague", role="rep", department="sales")
now = timezone.now()
Touchpoint.objects.create(lead=lead, kind="call", occurred_at=now, title="CANARY", body="CANARY", url="CANARY", attributes={"x": "CANARY"})
Note.objects.create(lead=lead, author=user, body="CANARY " * 500, created_at=now)
record(actor=user, verb="changed", subject=lead, summary="CANARY", data={"CANARY": 1})
Notification.objects.create(recipient=user, text="Canary Person CANARY", kind="x", url=f"/leads/{lead.pk}/")
KeptAnswer.objects.create(user=user, route="r", key="k", digest="d", made_at=now, lease_until=now, body=b"canary.person@canary.example CANARY")
rows = "Email,Note\\n" + "\\n".join(f"other{n}@x.example,fine" for n in range(50)) + "\\ncanary.person@canary.example,CANARY\\n"
run, _ = intake.receive_file(content=ContentFile(rows.encode(), "f.csv"), filename="f.csv", kind="leads", by=None)
intake.read_file(run=run)
default_storage.save("exports/e.csv", ContentFile(b"canary.person@canary.example;CANARY"))
send_mail("About Canary Person", "canary.person@canary.example CANARY", "a@own.example", ["b@own.example"])
for n in range(200):
    Note.objects.create(lead=lead, author=user, body=f"CANARY {n} " * 40, created_at=now)
"""


@pytest.mark.skipif(
    os.environ.get("DATABASE_URL", "").startswith("postgres"), reason="Reads the file of SQLite."
)
def test_no_byte_of_a_canary_of_forty_fields_is_left(tmp_path):
    env = {
        **os.environ, "ACCORD_VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/a.sqlite3", "ACCORD_LOG_FILE": str(tmp_path / "accord.log"),
    }  # fmt: skip

    def manage(*arguments, **options):
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]
        return subprocess.run(
            command, env=env, cwd=settings.BASE_DIR, check=True, capture_output=True, **options
        )

    def hits():
        found = {}
        for path in (path for path in Path(tmp_path).rglob("*") if path.is_file()):
            content = path.read_bytes().lower()
            number = content.count(b"canary")
            if number:
                found[path.name] = number
        return found

    manage("migrate")
    manage("shell", "-c", PLANT)
    before = hits()
    done = manage("erase_person", EMAIL, "--reason", "Asked.", "--json")

    assert sum(before.values()) > 400
    assert json.loads(done.stdout)["objects"] > 200
    assert hits() == {}
