"""Which hosts may be reached, and at which addresses: a name on the list must not lead into somebody's own network.

An address is checked where it is connected to, after the name was looked up, so neither a number written in another way
nor a name that answers differently the second time gets around it.
"""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from app.document.suggest import listed, shortened
from app.tools.base import ToolError

Address = IPv4Address | IPv6Address

_NAT64 = ip_network("64:ff9b::/96")
_LOOKUP_SECONDS = 10.0


def check_host(host: str, port: int, hosts: tuple[str, ...]) -> None:
    """Raise ToolError unless the list of hosts has this one: by name, with its port, as *.domain or under "*"."""
    if is_named(host, port, hosts) or any(_covers(pattern, host) for pattern in hosts):
        return
    allowed = f"allowed are {shortened(listed(hosts), 200)}" if hosts else "no host is allowed here"
    raise ToolError("refused", f'the host "{shortened(host)}" may not be reached', allowed)


def is_named(host: str, port: int, hosts: tuple[str, ...]) -> bool:
    """Tell whether the list of hosts names this very one, which also allows its private addresses."""
    shown = f"[{host}]" if ":" in host else host
    return bool({host, shown, f"{shown}:{port}"} & {_plain(name) for name in hosts})


async def reachable_addresses(host: str, port: int, hosts: tuple[str, ...]) -> list[str]:
    """Look a host up, and return those of its addresses that may be connected to; raises ToolError if none may."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except TimeoutError:
        raise ToolError("timeout", f'looking up "{shortened(host)}" took longer than {_LOOKUP_SECONDS:g} s') from None
    except (OSError, UnicodeError):
        raise ToolError(
            "connection", f'no address is known for "{shortened(host)}"', "is its name right, and is there a network?"
        ) from None
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    named = is_named(host, port, hosts)
    allowed = [address for address in addresses if _may_connect(address, host, named)]
    if allowed:
        return allowed
    raise ToolError(
        "refused",
        f'"{shortened(host)}" is {shortened(listed(addresses))}, which is not a public address',
        f'if that is meant, allow the host by name: "{shortened(host)}"',
    )


def is_public(address: Address) -> bool:
    """Tell whether an address is one of the open internet, also where it only wraps another."""
    if isinstance(address, IPv6Address) and (inner := _wrapped(address)):
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _may_connect(text: str, host: str, named: bool) -> bool:
    address = ip_address(text.partition("%")[0])
    if named and not _is_for_neighbours(address):
        return True
    return is_public(address) or (named and text == host)


def _is_for_neighbours(address: Address) -> bool:
    """Tell whether this is where clouds keep their keys: link-local is only reached by its number, never by a name."""
    inner = _wrapped(address) if isinstance(address, IPv6Address) else None
    return (inner or address).is_link_local


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):  # the latter: ::127.0.0.1, long out of use
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _covers(pattern: str, host: str) -> bool:
    pattern = _plain(pattern)
    return pattern == "*" or (pattern.startswith("*.") and host.endswith(pattern[1:]))


def _plain(name: str) -> str:
    return name.lower().rstrip(".")
