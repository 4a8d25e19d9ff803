"""Logs as JSON lines. What may be written is a list of names, so personal data cannot slip in."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]

#: The only keys that leave. Everything else is dropped: addresses, names, bodies, user agents.
ALLOWED = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "request_id",
        "request",
        "code",
        "user_id",
        "exception",
        "job",
        "kind",
        "state",
        "attempt",
        "child",
        "count",
        "seconds",
        "variable",
    }
)


#: Addresses that hold a secret: the token of a webhook, the key of a link that resets a password.
SECRET = re.compile(r"(/hooks/in/|/password/reset/key/)[^/]+")


def allowed_only(_logger: Any, _method: str, event: Event) -> Event:
    """Keeps the allowed keys, and of an address the path alone: queries hold what people typed."""
    kept = {key: value for key, value in event.items() if key in ALLOWED}
    if "request" in kept:
        kept["request"] = SECRET.sub(r"\1…", str(kept["request"]).partition("?")[0])
    return kept


class WithoutProbes(logging.Filter):
    """Health probes come every few seconds and say nothing when they succeed."""

    def filter(self, record: logging.LogRecord) -> bool:
        event = record.msg if isinstance(record.msg, dict) else {}
        return not (event.get("code") == 200 and str(event.get("request")).endswith(PROBES))


def exception_type_and_place(_logger: Any, _method: str, event: Event) -> Event:
    """A traceback without the message of the error, which may quote a person's data."""
    info = event.pop("exc_info", None)
    if not isinstance(info, tuple) or info[1] is None:
        return event
    error, frames = info[1], []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    event["exception"] = {"type": type(error).__name__, "frames": frames[-12:]}
    return event


PROBES = (" /healthz", " /readyz", " /metrics")
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure() -> None:
    """Route structlog through the standard library, so that one handler writes every line."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """One JSON object a line, escaped, so that a line cannot be forged by its content."""

    def __init__(self) -> None:
        super().__init__(
            foreign_pre_chain=SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.stdlib.ExtraAdder(),
                exception_type_and_place,
                allowed_only,
                structlog.processors.JSONRenderer(),
            ],
            use_get_message=True,
        )

    def format(self, record: logging.LogRecord) -> str:
        if not isinstance(record.msg, dict):
            record.args, record.msg = None, _plain(record)
        return super().format(record)


def _plain(record: logging.LogRecord) -> str:
    """The text of a foreign line; arguments stay out where they may quote what people typed."""
    if record.name.startswith("django.request") or record.name.startswith("django.security"):
        return str(record.msg).replace("%s", "…")
    return record.getMessage()


def settings_for(log_file: str) -> dict[str, Any]:
    """Django's LOGGING. The file is reopened when it was moved away, as logrotate does."""
    handler: dict[str, Any] = {"formatter": "json", "class": "logging.StreamHandler"}
    handler["filters"] = ["without_probes"]
    if log_file != "-":
        handler |= {
            "class": "logging.handlers.WatchedFileHandler",
            "filename": log_file,
            "encoding": "utf-8",
            "delay": True,
        }
    configure()
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "filters": {"without_probes": {"()": WithoutProbes}},
        "handlers": {"lines": handler},
        "root": {"handlers": ["lines"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
        },
    }
