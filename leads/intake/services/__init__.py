"""Acts on imports. Split by what is done: receive and read, map, try, bring in, give back."""

from __future__ import annotations

from leads.intake.services.checking import check_import, try_rows
from leads.intake.services.mappings import (
    as_parts,
    first_mapping,
    plan_of,
    propose_mapping,
    read_mapping,
    save_mapping,
)
from leads.intake.services.receiving import (
    choose_kind,
    read_again,
    read_file,
    receive_file,
    upload_import,
)
from leads.intake.services.refused import refused_header, refused_lines, refused_rows
from leads.intake.services.running import (
    apply_rows,
    begin_import,
    cancel_import,
    failures_told,
    go_on,
    start_import,
)
from leads.intake.services.undoing import begin_undo, preview_undo, take_back, undo_import

__all__ = [
    "apply_rows",
    "as_parts",
    "begin_import",
    "begin_undo",
    "cancel_import",
    "check_import",
    "choose_kind",
    "failures_told",
    "first_mapping",
    "go_on",
    "plan_of",
    "preview_undo",
    "propose_mapping",
    "read_again",
    "read_file",
    "read_mapping",
    "receive_file",
    "refused_header",
    "refused_lines",
    "refused_rows",
    "save_mapping",
    "start_import",
    "take_back",
    "try_rows",
    "undo_import",
    "upload_import",
]
