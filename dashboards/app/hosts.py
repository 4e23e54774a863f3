"""Which addresses the dashboard answers to, and to whose pages.

A browser lets a page read what comes from the host the page itself came from. A page of a stranger whose name is made
to point at this machine (DNS rebinding) would so read everything the dashboard shows, and needs no way into the
network: the person's own browser is it. What gives it away is the name in ``Host``; so only names that this machine
surely has, or that the person gave, are answered. ``Origin`` tells a page of another site that only sends.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, request

from dashboards.kit.i18n import text
from explorer.core import settings

__all__ = ["SETTING", "guard", "is_any", "is_loopback", "outward_address", "parts"]

SETTING = "EXPLORER_HOSTS"
ANY = "*"


@lru_cache(maxsize=256)
def parts(value: str) -> tuple[str, str] | None:
    """Name and port of a ``Host``, both as they are compared; ``None`` for what is no host.

    >>> parts("LocalHost:8050"), parts("[::1]:80"), parts("10.0.0.1"), parts("a/b"), parts("")
    (('localhost', '8050'), ('::1', '80'), ('10.0.0.1', ''), None, None)
    """
    try:
        split = urlsplit(f"//{value.strip()}")
        port = split.port
    except ValueError:
        return None
    if not split.hostname or split.netloc != value.strip() or "@" in value or "," in value:
        return None
    return _plain(split.hostname), "" if port is None else str(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    address = _address(host)
    return _plain(host) == "localhost" if address is None else address.is_loopback


def is_any(host: str) -> bool:
    """Whether listening there means every address of this machine.

    >>> is_any("0.0.0.0"), is_any("::"), is_any(""), is_any("127.0.0.1")
    (True, True, True, False)
    """
    address = _address(host)
    return not host if address is None else address.is_unspecified


def guard(server: Flask, host: str | None = None) -> None:
    """Have ``server`` refuse requests for other hosts than its own (421), and from pages of other hosts (403).

    Args:
        server: what to guard.
        host: the address it listens on, where that is known; its own name and addresses are answered then too.
    """
    everywhere = host is not None and is_any(host)
    named = {found[0] for entry in settings.hosts() if (found := _entry(entry)) is not None}
    known = named | ({_plain(host)} if host and not everywhere else set()) | (_own_names() if everywhere else set())
    open_to_all = ANY in settings.hosts()

    def check() -> Response | None:
        if open_to_all:
            return None
        asked = parts(request.environ.get("HTTP_HOST", ""))
        if asked is None or not (is_loopback(asked[0]) or asked[0] in known or (everywhere and asked[0] == _reached())):
            shown = asked[0] if asked else "?"
            return _refusal(421, "shell.wrong_host", host=shown[:100])
        origin = request.headers.get("Origin")
        if origin is None or _same(origin, asked, named):
            return None
        return _refusal(403, "shell.wrong_origin", origin=origin[:100], host=asked[0][:100])

    # First of all: what other checks answer is an answer as well.
    server.before_request_funcs.setdefault(None, []).insert(0, check)


def _same(origin: str, asked: tuple[str, str], named: Iterable[str]) -> bool:
    scheme, _, rest = origin.partition("://")
    came = parts(rest) if scheme in ("http", "https") else None
    if came is None:
        return False
    # A proxy may pass on another Host than the browser asked for; the name the person gave is what the browser knows.
    default = "443" if scheme == "https" else "80"
    return came[0] in named or (came[0] == asked[0] and (came[1] or default) == (asked[1] or default))


def _refusal(status: int, key: str, **values: str) -> Response:
    return Response(f"{text()(key, setting=SETTING, **values)}\n", status, content_type="text/plain; charset=utf-8")


def _entry(entry: str) -> tuple[str, str] | None:
    # An IPv6 address is written without brackets as well, where no port follows it.
    return (_plain(entry), "") if _address(entry) is not None else parts(entry)


@lru_cache(maxsize=256)
def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _plain(host: str) -> str:
    """One spelling of a host: addresses in short form, names in small letters and without the dot of the root."""
    address = _address(host)
    return host.lower().removesuffix(".") if address is None else str(address)


def outward_address() -> str | None:
    """The address under which others in the network reach this machine; ``None`` where it has none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))  # of no network (RFC 5737): only the way out is looked up
            found = str(asked.getsockname()[0])
        except OSError:
            return None
    return None if is_loopback(found) or is_any(found) else found


def _own_names() -> set[str]:
    name = _plain(socket.gethostname())
    found = {name, f"{name.partition('.')[0]}.local"}  # the second is what mDNS calls this machine
    with suppress(OSError):  # a machine whose own name means nothing to it
        found |= {_plain(str(entry[4][0])) for entry in socket.getaddrinfo(name, None)}
    return found


def _reached() -> str | None:
    """The address of this machine on which the request came in: the names it knows of itself may lack that one."""
    connection = request.environ.get("werkzeug.socket")
    try:
        return _plain(str(connection.getsockname()[0])) if connection is not None else None
    except OSError:
        return None
