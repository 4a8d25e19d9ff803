"""portal.settings, made quick and alone: no .env, no settings of the shell but the parts to use."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

#: What .ci/run and developers choose; everything else of the shell stays outside.
KEPT = {
    "ACCORD_BROKER_URL",
    "ACCORD_REQUIRE",
    "ACCORD_TEST_DB",
    "ACCORD_CHROMIUM",
    "ACCORD_REAL_DATA",
}
for name in [name for name in os.environ if name.startswith("ACCORD_")]:
    if name not in KEPT:
        del os.environ[name]
_folder = tempfile.mkdtemp(prefix="accord-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["ACCORD_ENV_FILE"] = "-"
os.environ["ACCORD_VAR_DIR"] = _folder

from portal.settings import *  # noqa: E402, F403
from portal.settings import CACHES, DATABASES, LOGGING, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
CACHES["default"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}

# Jobs run as soon as the transaction commits. Tests that need a real worker start one.
CELERY_TASK_ALWAYS_EAGER = True

#: The broker of the tests that start a real worker; empty means embedded.
REAL_BROKER_URL = os.environ.get("ACCORD_BROKER_URL", "")

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # A file, so that threads and processes meet as they do in life; unsynced, because it dies.
    _database["TEST"] = {"NAME": str(Path(_folder) / "test.sqlite3")}
    _database["OPTIONS"] = {
        **_database["OPTIONS"],
        "init_command": _database["OPTIONS"]["init_command"].replace("FULL", "OFF"),
    }
else:
    _database["TEST"] = {"NAME": os.environ.get("ACCORD_TEST_DB") or "test_accord"}
_database["CONN_MAX_AGE"] = 0

LOGGING["handlers"]["lines"] = {"class": "logging.NullHandler"}
