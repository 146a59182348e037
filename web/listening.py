"""Addresses to serve at: a socket that listens there, or in a sentence why none can."""

import errno
import socket
from ipaddress import ip_address
from typing import Any

from scoring.errors import Fault, Place, Refused
from scoring.texts import Text

Address = tuple[Any, ...]
"""A socket's own: host and port first."""

_WAITING = 2048
_LAST_PORT = 65535


class AddressRefused(Refused):
    """Nothing can be served at that host and port."""


class PortTaken(AddressRefused):
    """Another program listens there."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens at *port* of *host*; 0 is any that is free. Raises AddressRefused."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_WAITING)
    except (OSError, UnicodeError) as error:
        raise _refusal(error, host, port) from None


def listen_from(host: str, port: int) -> socket.socket:
    """Return a socket that listens at the first port from *port* on at which nobody does. Raises AddressRefused."""
    while True:
        try:
            return listen(host, port)
        except PortTaken:
            if port == _LAST_PORT:
                raise
            port += 1


def is_own(address: Address) -> bool:
    """Return whether only this machine itself comes to *address*."""
    return ip_address(address[0].partition("%")[0]).is_loopback


def link(address: Address) -> str:
    """Return what a browser on this machine is given to come to *address*."""
    host, port = address[:2]
    if ip_address(host.partition("%")[0]).is_unspecified:
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def ready(address: Address) -> Text:
    """Return the sentence that the pages are at *address*, and how to end it."""
    return Text(
        f"网页已就绪：{link(address)}（按 Ctrl+C 停止）",
        f"The pages are ready at {link(address)} (Ctrl+C stops it)",
    )


def _refusal(error: OSError | UnicodeError, host: str, port: int) -> AddressRefused:
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        taken = Text(
            f"端口 {port} 已被别的程序占用（也可能已有一个 stars serve 在运行）；请先停掉它，或用 --port 另选端口",
            f"The port {port} is in use by another program, perhaps by another stars serve;"
            " stop that one, or choose another port with --port",
        )
        return PortTaken([Fault(place=Place(), sentence=taken)])
    if code == errno.EACCES:
        sentence = Text(
            f"没有权限使用端口 {port}；请用 --port 选 1024 以上的端口",
            f"You may not use the port {port}; choose one above 1024 with --port",
        )
    elif code == errno.EADDRNOTAVAIL or isinstance(error, socket.gaierror | UnicodeError):
        sentence = Text(
            f"本机没有“{host}”这个地址；只供本机用时不写 --host，供其他电脑用时写 --host 0.0.0.0",
            f"This machine has no address “{host}”; leave out --host to serve this machine only,"
            " or give --host 0.0.0.0 to serve others too",
        )
    else:
        sentence = Text(
            f"无法在 {host} 的端口 {port} 上提供网页（{error}）",
            f"The pages cannot be served at the port {port} of {host} ({error})",
        )
    return AddressRefused([Fault(place=Place(), sentence=sentence)])
