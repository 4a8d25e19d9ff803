"""Which function does which kind of job. Apps register theirs in ``tasks.py``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from portal.jobs.models import Job


class Checkpoint(Protocol):
    """Say how far the work is; call it inside the transaction that did the batch.

    Raises when the work must stop here, which undoes the batch: ``LostLease``, ``Cancelled``,
    ``Interrupted``. Handlers let them pass.
    """

    def __call__(
        self,
        cursor: dict[str, Any] | None = None,
        *,
        done: int | None = None,
        total: int | None = None,
        message: str | None = None,
    ) -> None: ...


Handler = Callable[["Job", Checkpoint], None]


@dataclass(frozen=True)
class Kind:
    """One kind of job. ``requires`` is asked of the actor again when the work starts."""

    name: str
    handler: Handler
    queue: str
    requires: str | None
    max_seconds: int


_kinds: dict[str, Kind] = {}


def job(
    name: str, *, queue: str = "interactive", requires: str | None = None, max_seconds: int = 3600
) -> Callable[[Handler], Handler]:
    """Register ``handler(job, checkpoint)`` for a kind, named "app.verb_noun".

    The handler runs outside any transaction, at least once; it starts from ``job.cursor``, works
    in batches, and commits each batch together with its checkpoint. A ``RuleViolation`` ends the
    job as failed with its sentence; any other error is tried again.
    """

    def decorate(handler: Handler) -> Handler:
        known = _kinds.get(name)
        if known is not None and known.handler.__module__ != handler.__module__:
            raise LookupError(f"Two handlers call themselves {name}.")
        _kinds[name] = Kind(name, handler, queue, requires, max_seconds)
        return handler

    return decorate


def kind_of(name: str) -> Kind | None:
    return _kinds.get(name)


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)
