"""What people owe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.decorators import requires
from portal.accounts.policy import scope_for
from portal.accounts.requests import PortalRequest
from portal.accounts.roles import Scope
from portal.core.htmx import is_fragment, render_page
from portal.core.listing import Listing
from portal.todo import services
from portal.todo.models import Task

if TYPE_CHECKING:
    from portal.accounts.models import User

#: What is due first comes first; what has no date comes last.
OPEN = Listing({"due": "due_at"}, default="due", page_size=50)
DONE = Listing({"done": "done_at"}, default="-done", page_size=50)


@require_safe
@requires("todo.view_task")
def task_list(request: PortalRequest) -> HttpResponse:
    """Mine, done by me, and what a manager's people owe."""
    user = request.user
    tasks = Task.objects.permitted(user, "todo.view_task").for_list()
    view = _view(user, request.GET.get("view", ""))
    mine = tasks.owed_by(user)
    rows = {"mine": mine.open, "done": mine.done, "team": tasks.owed_by_others(user).open}[view]()
    page = (DONE if view == "done" else OPEN).page(request, rows)
    context = {"page": page, "rows": page.rows, "view": view, "tabs": _tabs(user, view)}
    return render_page(request, "todo/task_list.html", "todo/_task_rows.html", context)


def _leads(user: User) -> bool:
    scope = scope_for(user, "todo.view_task")
    return scope is not None and scope > Scope.OWN


def _view(user: User, asked: str) -> str:
    return asked if asked == "done" or (asked == "team" and _leads(user)) else "mine"


def _tabs(user: User, view: str) -> list[dict[str, Any]]:
    offered = {"mine": "I owe", "done": "Done"} | (
        {"team": "My people owe"} if _leads(user) else {}
    )
    return [
        {"label": label, "url": f"?view={key}", "active": key == view}
        for key, label in offered.items()
    ]


@require_POST
@requires("todo.complete_task")
def task_complete(request: PortalRequest, pk: int) -> HttpResponse:
    mine = Task.objects.permitted(request.user, "todo.complete_task")
    task = services.complete_task(task=get_object_or_404(mine, pk=pk))
    if is_fragment(request):
        response = render(request, "todo/_task_row.html", {"task": task})
        response["HX-Trigger"] = "badges"
        return response
    messages.success(request, f"Done: {task.title}")
    return redirect("todo:task-list")
