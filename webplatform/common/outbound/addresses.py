"""Addresses of other servers that somebody else has written: judged before they are used, and when connected to."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from webplatform.common.errors import Invalid

PORTS = {"https": 443, "http": 80}
MAX_ADDRESSES = 8
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator's settings let this server connect to.

    Args:
        http: also without TLS.
        private: also addresses of private networks.
        longest: how many characters an address may have.
    """

    http: bool
    private: bool
    longest: int = 500


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes.

    Args:
        host: a name or an address, without brackets.
        path: with its query.
    """

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.is_tls else "http"] else f"{host}:{self.port}"


def target_within(url: str, allowed: Allowed) -> Target:
    """The parts of an address.

    Raises Invalid where it is no address of HTTPS (or HTTP, where that is allowed), carries a password, or is plainly a
    private one.
    """
    schemes = ("https", "http") if allowed.http else ("https",)
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise _unusable(allowed) from error
    if parts.scheme not in schemes or not host or len(url) > allowed.longest or port == 0:
        raise _unusable(allowed)
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise _unusable(allowed)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(_("The address must not carry a name, a password or a fragment."), field="url")
    if _is_literal(host) and not is_allowed(host, allowed):
        raise private_address()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def is_allowed(address: str, allowed: Allowed) -> bool:
    """Whether an address of the network is a public one, or private ones are allowed."""
    if allowed.private:
        return True
    return all(
        ip.is_global and not ip.is_multicast for ip in _with_embedded(ipaddress.ip_address(address.split("%")[0]))
    )


def require_allowed(entries: Iterable[tuple[object, ...]], allowed: Allowed) -> list[str]:
    """The addresses that `getaddrinfo` found, if all of them may be connected to, else none.

    One private address among them and none is used: a name must not lead here and there.
    """
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in entries))[:MAX_ADDRESSES]  # type: ignore[index]
    return addresses if all(is_allowed(address, allowed) for address in addresses) else []


def addresses_of(target: Target, allowed: Allowed) -> list[str]:
    """The addresses of the target's name, none of them private where that is not allowed.

    Raises:
        OSError: there is no such host.
        Invalid: one of them is a private one.
    """
    addresses = require_allowed(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM), allowed)
    if not addresses:
        raise private_address()
    return addresses


def private_address() -> Invalid:
    """The refusal of an address that is a private one."""
    return Invalid(_("The address leads into a private network, which this server does not send to."), field="url")


def _with_embedded(address: Address) -> list[Address]:
    """The address, and the IPv4 address that it may carry inside."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inner = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    return [address, *([inner] if inner else []), *(address.teredo or ())]


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _unusable(allowed: Allowed) -> Invalid:
    if allowed.http:
        return Invalid(_("Write an address that begins with https:// or http://."), field="url")
    return Invalid(_("Write an address that begins with https://."), field="url")
