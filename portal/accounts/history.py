"""Where acts on people are written down, and read again in the admin.

The history app stands above this one, so it registers its writer and reader here at start-up.
Until it has, nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Model

    from portal.accounts.models import User


class Writer(Protocol):
    def __call__(
        self,
        *,
        actor: User | None,
        verb: str,
        subject: Model,
        summary: str = "",
        data: dict[str, Any] | None = None,
    ) -> object: ...


_writers: list[Writer] = []
_readers: list[Callable[[Model], Sequence[Any]]] = []


def register(*, write: Writer, read: Callable[[Model], Sequence[Any]]) -> None:
    """Called once by the history app."""
    _writers[:] = [write]
    _readers[:] = [read]


def record(
    *,
    actor: User | None,
    verb: str,
    subject: Model,
    summary: str = "",
    data: dict[str, Any] | None = None,
) -> None:
    """Add a line to the history of ``subject``, in the caller's transaction."""
    for write in _writers:
        write(actor=actor, verb=verb, subject=subject, summary=summary, data=data)


def history_of(subject: Model) -> Sequence[Any]:
    """The lines about ``subject``, newest first. The caller has already been let in to it."""
    return [line for read in _readers for line in read(subject)]
