"""The WSGI application that web servers load. Refuses to serve with an unsafe configuration."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from portal.core.addresses import SESSION_OPTIONS

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
# A request that PostgreSQL cannot answer in time must not hold a lock or a thread for longer.
os.environ.setdefault(
    "PGOPTIONS",
    f"{SESSION_OPTIONS} -c statement_timeout=15s -c lock_timeout=3s"
    " -c idle_in_transaction_session_timeout=30s",
)
application = get_wsgi_application()

from portal.core.checks import refuse_to_serve  # noqa: E402  (the settings come first)

refuse_to_serve()
