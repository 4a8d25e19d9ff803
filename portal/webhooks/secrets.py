"""Tokens and signatures of webhooks. Plain: bytes and moments in, an answer out.

A token stands in the address of a hook and holds 256 random bits; only its digest is stored, so it
is looked up, never compared. A secret signs bodies as Standard Webhooks does: HMAC-SHA256 over
``id.timestamp.body``, base64, in a header that may hold several signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken

TOKEN_PREFIX = "hook_"  # noqa: S105 - how a found token is recognised, not a secret
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix that Standard Webhooks gives to secrets
#: How much of a token is kept readable, so that people can tell which one a tool uses.
SHOWN = 10
LONGEST_TOKEN = 100
#: Seconds that the clocks of two machines may differ.
TOLERANCE = 300
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
MOST_SIGNATURES = 10


def new_token() -> str:
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def digest_of(token: str) -> str:
    return hashlib.sha256(token[:LONGEST_TOKEN].encode()).hexdigest()


def signature_of(secret: str, *, message_id: str, timestamp: str, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    content = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def is_signed(secret: str, headers: dict[str, str], body: bytes, *, now: float) -> bool:
    """Whether one of the signatures is right and the moment is near. Compared in constant time."""
    message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
        return False
    expected = signature_of(secret, message_id=message_id, timestamp=timestamp, body=body)
    given = headers.get(SIGNATURE, "").split()[:MOST_SIGNATURES]
    # Every one is compared, so that the time tells nothing about which was right.
    right = [hmac.compare_digest(f"v1,{expected}".encode(), text.encode()) for text in given]
    return any(right) and abs(now - int(timestamp)) <= TOLERANCE


class Safe:
    """Keeps secrets that must be read again, encrypted under the site's key."""

    def __init__(self, site_key: str) -> None:
        digest = hashlib.sha256(b"accord webhooks" + site_key.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(digest))

    def locked(self, text: str) -> str:
        return self._cipher.encrypt(text.encode()).decode()

    def opened(self, text: str) -> str:
        """Empty when it was locked under another key: then no signature is right."""
        try:
            return self._cipher.decrypt(text.encode()).decode()
        except (InvalidToken, binascii.Error):
            return ""
