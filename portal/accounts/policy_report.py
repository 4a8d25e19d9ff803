"""The policy, printed: for people as Markdown, for outside checks as CSV."""

from __future__ import annotations

import csv
import io

from portal.accounts.policy import GRANTS, LEAD_VISIBILITY, MASKED, scope_of
from portal.accounts.roles import STAFF_ROLE, Department, Role, Scope
from portal.accounts.routes import COLUMNS, STRANGER, walk

INTRODUCTION = """# Roles: who may do what

Written by `python manage.py show_roles` from `portal/accounts/policy.py`; a test fails when this page
is not current. Nothing else decides who may do what.

- **own**: what is theirs. **team**: also what belongs to people of their teams. **all**: everything.
  **—**: never; the address answers 403. A row that is out of reach answers 404, as if it were not there.
- **leads**: as the deployment sets `ACCORD_LEAD_VISIBILITY`: own, team (the default) or all.
- A manager has, besides the grants of managers, those of the staff of their department.
- Administrators reach everything, and every act of theirs is in the audit trail.
"""


def as_markdown() -> str:
    """The page ``portal/docs/roles.md``."""
    parts = [INTRODUCTION]
    apps = sorted({action.split(".")[0] for action in GRANTS})
    for app in apps:
        actions = [action for action in GRANTS if action.startswith(f"{app}.")]
        rows = [
            [f"`{action.split('.')[1]}`", *(_cell(action, c) for c in COLUMNS)]
            for action in actions
        ]
        parts.append(f"## {app}\n\n{_table(['action', *COLUMNS], rows)}")
    parts.append(_masked())
    return "\n".join(parts)


def _cell(action: str, column: str) -> str:
    role, department = COLUMNS[column]
    if role != Role.ADMINISTRATOR and _follows_setting(action, role, department):
        return "leads"
    scope = scope_of(role, department, action)
    return "—" if scope is None else scope.label


def _follows_setting(action: str, role: Role, department: Department) -> bool:
    """Whether the deployment's setting decides; a grant of "all" beside it needs no setting."""
    grants = GRANTS[action]
    staff = STAFF_ROLE.get(department) if role == Role.MANAGER else None
    given = [grants.get(role), grants.get(staff) if staff else None]
    return LEAD_VISIBILITY in given and Scope.ALL not in given


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _masked() -> str:
    rows = [
        [role.label, f"`{model}`", ", ".join(sorted(fields))]
        for role, models in MASKED.items()
        for model, fields in models.items()
    ]
    return f"## What is hidden\n\n{_table(['role', 'record', 'fields'], rows)}"


def routes_csv() -> str:
    """Every route for every role: ``role,method,path,expected``."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["role", "method", "path", "expected"])
    for route in walk():
        for column in (*COLUMNS, STRANGER):
            writer.writerow([column, route.method, route.path, route.expected(column)])
    return out.getvalue()
