"""Which web addresses we accept from platforms, and which hosts belong together."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

LONGEST = 2048
"""Characters; browsers and servers differ above this."""
_NUMERIC = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
_NETLOC = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?", re.ASCII)


def origin_of(url: str) -> str:
    """Return scheme, host and port of `url`, as a browser writes an origin."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


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
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        # `127.1` and `2130706433` are old ways to write an address of this machine.
        return bool(_NUMERIC.fullmatch(host.rpartition(".")[2]))
