"""Addresses of the parts that the portal is plugged into, read from settings. Plain.

Each function takes the text of a variable and returns what Django, Celery or a storage wants, or
raises ValueError with the rest of a sentence whose subject is the variable.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from portal.core.environment import LOOPBACK, folder


def split(raw: str, schemes: tuple[str, ...], example: str) -> SplitResult:
    """The parts of an address with one of ``schemes``, a host and a sound port."""
    try:
        parts = urlsplit(raw)
        sound = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or " " in raw:
        raise ValueError(f"must be an address like {example}.")
    return parts


def base_url(raw: str) -> str:
    example = "https://portal.example.com"
    parts = split(raw, ("http", "https"), example)
    if parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise ValueError(f"must be scheme and host only, like {example}.")
    return f"{parts.scheme}://{parts.netloc}"


def secure_url(raw: str) -> str:
    parts = split(raw, ("http", "https"), "https://id.example.com")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must start with https://, because secrets travel over it.")
    return raw.rstrip("/")


def database(base: Path) -> Callable[[str], dict[str, Any]]:
    """A Django database; a relative SQLite file is meant from the portal's folder."""
    example = "postgres://user:password@host:5432/accord or sqlite:///var/accord.sqlite3"

    def parse(raw: str) -> dict[str, Any]:
        scheme = raw.partition(":")[0]
        if scheme == "sqlite":
            name = raw.removeprefix("sqlite:///")
            if name in (raw, "") or raw.endswith("/"):
                raise ValueError(f"must be an address like {example}.")
            return sqlite(base / unquote(name))
        parts = split(raw, ("postgres", "postgresql"), example)
        if not parts.path.strip("/"):
            raise ValueError("must end with the name of the database: …/accord.")
        return _postgresql(parts)

    return parse


def sqlite(path: Path) -> dict[str, Any]:
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}


#: Pages ask short questions: compiling a statement (JIT) takes up to seconds and saves milliseconds.
SESSION_OPTIONS = "-c jit=off"


def _postgresql(parts: SplitResult) -> dict[str, Any]:
    """``%2Frun%2Fpostgresql`` as host is a folder of sockets; a query holds libpq's options.

    What ``PGOPTIONS`` says takes the place of ours.
    """
    options = os.environ.get("PGOPTIONS", SESSION_OPTIONS).strip()
    host = parts.netloc.rpartition("@")[2]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host) if host.lower().startswith("%2f") else parts.hostname,
        "PORT": parts.port or "",
        "OPTIONS": ({"options": options} if options else {}) | dict(parse_qsl(parts.query)),
    }


def broker(raw: str) -> str:
    """Empty means embedded."""
    if raw == "embedded":
        return ""
    example = "amqp://user:password@host:5672/accord or redis://host:6379/0"
    split(raw, ("amqp", "amqps", "redis", "rediss"), example)
    return raw


def transport_options(url: str, embedded: Path) -> dict[str, Any]:
    """How kombu talks to the broker. Without an address, messages are files in ``embedded``."""
    if not url:
        return {
            "data_folder_in": str(embedded / "messages"),
            "data_folder_out": str(embedded / "messages"),
            "control_folder": str(embedded / "control"),
            "polling_interval": 0.05,
        }
    if url.startswith("redis"):
        # Longer than any job may run, or Redis would hand out a task that is still at work.
        two_hours = 2 * 60 * 60
        return {"visibility_timeout": two_hours, "socket_connect_timeout": 3, "socket_timeout": 10}
    return {"connect_timeout": 3, "confirm_publish": True}


def cache(raw: str) -> dict[str, Any]:
    split(raw, ("redis", "rediss"), "redis://host:6379/1")
    return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": raw}


def media(base: Path) -> Callable[[str], dict[str, Any]]:
    """A Django storage: a folder, or a bucket that speaks S3 (``s3+http`` where TLS is elsewhere)."""
    example = "s3://key:secret@host/bucket?region=eu-central-1, or a folder"

    def parse(raw: str) -> dict[str, Any]:
        if "://" not in raw or raw.startswith("file:///"):
            location = folder(base)(raw.removeprefix("file://"))
            return local_files(location)
        parts = split(raw, ("s3", "s3+http"), example)
        bucket = parts.path.strip("/")
        if not (parts.username and parts.password and bucket) or "/" in bucket:
            raise ValueError(f"must be an address like {example}.")
        scheme = "http" if parts.scheme == "s3+http" else "https"
        options = {
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "bucket_name": bucket,
            "endpoint_url": f"{scheme}://{parts.netloc.rpartition('@')[2]}",
            "region_name": dict(parse_qsl(parts.query)).get("region"),
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,
            "file_overwrite": False,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}

    return parse


def local_files(location: Path) -> dict[str, Any]:
    """Files in a folder that only the portal's own account can read."""
    options = {
        "location": str(location),
        "file_permissions_mode": 0o600,
        "directory_permissions_mode": 0o700,
    }
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}


def email(raw: str) -> dict[str, Any]:
    """Django's e-mail settings. ``smtps`` is TLS from the first byte, ``smtp`` asks for STARTTLS."""
    backend = "django.core.mail.backends"
    if raw.startswith("console:"):
        return {"EMAIL_BACKEND": f"{backend}.console.EmailBackend"}
    if raw.startswith("file:///"):
        path = raw.removeprefix("file://")
        return {"EMAIL_BACKEND": f"{backend}.filebased.EmailBackend", "EMAIL_FILE_PATH": path}
    parts = split(
        raw, ("smtp", "smtps", "smtp+plain"), "smtp://user:password@host:587 or file:///folder"
    )
    tls, starttls = parts.scheme == "smtps", parts.scheme == "smtp"
    return {
        "EMAIL_BACKEND": f"{backend}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if tls else 587 if starttls else 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": tls,
        "EMAIL_USE_TLS": starttls,
        "EMAIL_TIMEOUT": 15,
    }


def sign_in_provider(oidc: dict[str, str], *, name: str) -> dict[str, Any]:
    """allauth's providers: the company's OpenID Connect server once all of it is known."""
    if not all(oidc.values()):
        return {}
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": oidc["client_id"],
        "secret": oidc["secret"],
        "settings": {"server_url": oidc["server_url"]},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}


def origins(url: str) -> list[str]:
    """The origin of ``url`` as a content policy names it; nothing for nothing."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if url else []
