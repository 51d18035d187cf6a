"""Which addresses events may be sent to: judged when a webhook is written, and again when it is connected to."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from webplatform.common.errors import Invalid

MAX_URL = 500
PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


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


def target_of(url: str) -> Target:
    """The parts of a webhook's address.

    Raises Invalid where it is no address of HTTPS (or HTTP, where the settings let it), carries a password, or is
    plainly a private one.
    """
    schemes = ("https", "http") if settings.RAUT_WEBHOOK_HTTP else ("https",)
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError) as error:
        raise _unusable() from error
    if parts.scheme not in schemes or not host or len(url) > MAX_URL or port == 0:
        raise _unusable()
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise _unusable()
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(_("The address must not carry a name, a password or a fragment."), field="url")
    if _is_literal(host) and not may_connect(host):
        raise Invalid(_("The address leads into a private network, which this server does not send to."), field="url")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port or PORTS[parts.scheme], path)


def may_connect(address: str) -> bool:
    """Whether an address of the network is a public one, or the settings let private ones be sent to."""
    if settings.RAUT_WEBHOOK_PRIVATE:
        return True
    return all(one.is_global and not one.is_multicast for one in _meant(ipaddress.ip_address(address.split("%")[0])))


def _meant(address: Address) -> list[Address]:
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


def _unusable() -> Invalid:
    if settings.RAUT_WEBHOOK_HTTP:
        return Invalid(_("Write an address that begins with https:// or http://."), field="url")
    return Invalid(_("Write an address that begins with https://."), field="url")
