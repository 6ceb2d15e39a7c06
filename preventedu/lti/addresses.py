"""Which web addresses we accept from platforms, and which hosts belong together."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LONGEST = 2048
"""Characters; browsers and servers differ above this."""
_WORLD6 = ipaddress.ip_network("2000::/3")
"""Of IPv6, only this part is given out to the public (IANA)."""
_REFUSED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",  # special purposes (RFC 6890); a cloud's metadata is there
        "192.88.99.0/24",  # 6to4 relays
        "168.63.129.16/32",  # a cloud's own services, on an address that looks public
        "2001::/23",  # Teredo and other special purposes: they hide other addresses
        "2002::/16",  # 6to4 holds an IPv4 address
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_NETLOC = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`, as a browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def host_of(url: str) -> str:
    """Return the host of `url` in lower case, without its port; empty: it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_usable(url: str, *, allow_loopback: bool) -> bool:
    """Tell whether we may send requests or people to `url`.

    It must be https on a public host. `allow_loopback` (demo and tests) also lets
    plain http and this machine pass.
    """
    if len(url) > LONGEST or not url.isprintable() or set(url) & set(" \"'<>\\"):
        return False
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    # An origin goes into our Content-Security-Policy: no sign may end a part of it.
    if not host or not _NETLOC.fullmatch(parts.netloc):
        return False
    if allow_loopback:
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and not _is_private(host)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet and stands for itself.

    IPv4 addresses written inside of IPv6 ones (mapped, NAT64, 6to4, Teredo) are not.

    Source: https://www.iana.org/assignments/iana-ipv6-special-registry and
        https://www.iana.org/assignments/iana-ipv4-special-registry
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved:
        return False
    if any(ip in network for network in _REFUSED if network.version == ip.version):
        return False
    return isinstance(ip, ipaddress.IPv4Address) or ip in _WORLD6


def belong_together(url: str, *known: str) -> bool:
    """Tell whether `url` is on the host of a known address, or on a part of it.

    `school.example.org` and `example.org` belong together; ports do not count.
    """
    host = urlsplit(url).hostname or ""
    for other in (urlsplit(address).hostname or "" for address in known):
        if host and host == other:
            return True
        longer, shorter = sorted((host, other), key=len, reverse=True)
        if "." in shorter and longer.endswith("." + shorter):
            return True
    return False


def _is_private(host: str) -> bool:
    host = host.rstrip(".")
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # `127.1` and `2130706433` are old ways to write an address of this machine.
        return bool(_NUMERIC.fullmatch(host.rpartition(".")[2]))
    return not is_public(host)
