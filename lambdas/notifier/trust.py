"""Whose certificates are believed."""

from __future__ import annotations

import ssl
from functools import cache

import certifi


@cache
def trust() -> ssl.SSLContext:
    """Give the authorities that the system trusts, and those of certifi where it has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
