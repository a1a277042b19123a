"""To which addresses a webhook may lead: the internet's, and nobody's inner network."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Resolve = Callable[[str, int], Sequence[str]]

_EMBEDDING = tuple(
    ipaddress.IPv6Network(network) for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16")
)
"""Addresses that are IPv4 ones in other words, which routers may translate: NAT64 and 6to4."""


class ForbiddenAddressError(Exception):
    """A name leads where no webhook may go; the text says so without the address."""


def resolve(host: str, port: int) -> list[str]:
    """Ask the system for a name's addresses.

    :raises OSError: if there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public_address(host: str, port: int, resolve_name: Resolve) -> str:
    """Give the address to connect to: one of the name's, which all must be public.

    Who connects uses this very address: asked a second time, the name might lead elsewhere.

    :raises ForbiddenAddressError: if any of them is not public.
    :raises OSError: if the name has none.
    """
    addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in resolve_name(host, port)]
    if not addresses:
        raise OSError(f"{host} has no address.")
    if not all(map(is_public, addresses)):
        raise ForbiddenAddressError("its name leads to a private or reserved address")
    return str(addresses[0])


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the internet's.

    Loopback, private, link-local (the instance metadata's among them), shared, multicast and
    reserved ones are not: https://www.iana.org/assignments/iana-ipv4-special-registry
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _EMBEDDING):
            return False
    return address.is_global and not address.is_multicast
