"""No test reaches the network: connections and look-ups are for the servers that the tests start on loopback."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest


class NotLoopbackError(AssertionError):
    """A test tried to leave this machine."""


def allowed(host: Any) -> bool:
    """Whether a host name or address, as given to `connect` or `getaddrinfo`, is this machine."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def close_the_network(patch: pytest.MonkeyPatch) -> None:
    """Refuse everything but loopback and Unix sockets in this process, until `patch` is undone."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host: Any) -> None:
        if not allowed(host):
            raise NotLoopbackError(f"a test tried to reach {host!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            check(address[0])
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if self.family != socket.AF_UNIX:
            check(address[0])
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        check(host)
        return getaddrinfo(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
