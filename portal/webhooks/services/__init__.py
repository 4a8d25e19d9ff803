"""The acts on webhooks: making a hook, taking events in, applying them."""

from __future__ import annotations

from portal.webhooks.services.applying import (
    apply_again,
    apply_all,
    sweep_deliveries,
)
from portal.webhooks.services.hooks import (
    change_hook,
    create_hook,
    drop_secret,
    made_by_form,
    make_secret,
    rotate_hook,
)
from portal.webhooks.services.receiving import Receipt, hook_of, receive_events

__all__ = [
    "Receipt",
    "apply_again",
    "apply_all",
    "change_hook",
    "create_hook",
    "drop_secret",
    "hook_of",
    "made_by_form",
    "make_secret",
    "receive_events",
    "rotate_hook",
    "sweep_deliveries",
]
