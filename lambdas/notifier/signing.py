"""How webhooks are signed, so that who receives one knows that it is genuine, and new.

The scheme is that of Standard Webhooks, for which there are libraries in most languages:
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "whsec_"
KEY_BYTES = range(24, 65)


class SecretError(ValueError):
    """A secret is none; the text says what one is, and nothing of what this one was."""


def key_of(secret: str) -> bytes:
    """Read a secret as it is written down: `whsec_` and the key in base64.

    :raises SecretError: if it is not.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.strip().startswith(PREFIX) or len(key) not in KEY_BYTES:
        # Outside of the except block, so that no exception with the secret in it is its context.
        raise SecretError("the secret must be whsec_ and 24 to 64 random bytes in base64")
    return key


def signed(key: bytes, identity: str, seconds: int, body: bytes) -> Mapping[str, str]:
    """Give the headers that sign a request.

    :param identity: the message's, the same each time that it is sent.
    :param seconds: when it is sent, since the epoch: a receiver refuses what is too old.
    """
    content = f"{identity}.{seconds}.".encode() + body
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": identity,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
    }
