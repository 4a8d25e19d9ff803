"""One language for what leads have in common: filters, saved views, segments [R57]."""

from __future__ import annotations
