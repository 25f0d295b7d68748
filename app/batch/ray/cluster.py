"""Connects to a Ray cluster: one that is named, one that runs on this machine, or one that is started here and now.

Whoever reaches a Ray cluster can run any program on it. So beyond this machine only one that asks for a token will do,
and one that is started here listens on loopback, and has a token too. Ray reads its settings from the environment,
once: they are made before it is imported. It is told to send no statistics, to open no dashboard and to print nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from app.batch.ray.errors import ClusterError

NAMESPACE = "footlights"
PORT = 6379  # of a cluster, when none is named
PATIENCE = 3.0  # seconds in which whoever listens at an address answers
HOW = "docs/ray.md shows how"

_SETTINGS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # of what Ray would print for its cluster
    "RAY_NUM_REDIS_GET_RETRIES": "1",  # it was seen already that somebody listens
}


class Address(NamedTuple):
    """Where the head of a cluster listens."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Node(NamedTuple):
    """A machine of the cluster, or one of several nodes on one."""

    id: str
    name: str
    processors: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process is connected to."""

    is_loopback: bool
    own: str  # the node on which this process runs

    def nodes(self) -> list[Node]:
        """The nodes where workers may be: those with processors, or all when none has any."""
        import ray

        alive = [_node(one) for one in ray.nodes() if one["Alive"]]
        working = [node for node in alive if node.processors]
        return working or [node._replace(processors=1) for node in alive]

    async def leave(self) -> None:
        """Disconnect. What was started for this process alone ends with it."""
        import ray

        await asyncio.to_thread(ray.shutdown)


async def connect(on: str) -> Cluster:
    """Connect to what stands behind `--on`: "ray", "ray://host:port" or "host:port"."""
    if find_spec("ray") is None:
        raise ClusterError("Ray is not installed here", "pip install 'footlights[ray]', here and on every node")
    _take_token_if_there_is_one()
    address = address_of(on)
    is_loopback = address is None or await asyncio.to_thread(_is_loopback, address)
    if not is_loopback and not is_guarded():
        raise ClusterError(
            f"{address} is another machine, and no token is set: whoever reached a cluster without one could run "
            "anything there",
            f"start it with RAY_AUTH_MODE=token, and set the same token here; {HOW}",
        )
    if address is not None:
        await _insist_on_an_answer(address)
        if not await asyncio.to_thread(_runs_a_node):
            raise _no_node(address)
    await asyncio.to_thread(_initialise, address)
    import ray

    return Cluster(is_loopback, ray.get_runtime_context().get_node_id())


def address_of(on: str) -> Address | None:
    """The address that `--on` names, or else RAY_ADDRESS; none when any cluster of this machine will do."""
    if on in ("ray", "ray://"):
        on = os.environ.get("RAY_ADDRESS", "")
        if on in ("", "auto", "local"):
            return None
    refused = ClusterError(f'"{on}" is no address of a cluster', "write ray, or ray://HOST:PORT; usually port 6379")
    try:
        parts = urlsplit(on if "://" in on else f"ray://{on}")
        port = parts.port or PORT
    except ValueError:
        raise refused from None
    if parts.scheme != "ray" or not parts.hostname or parts.username or parts.path.strip("/") or parts.query:
        raise refused
    return Address(parts.hostname, port)


def is_guarded() -> bool:
    """Does this process know a token, and insist on it?"""
    return os.environ.get("RAY_AUTH_MODE", "").lower() == "token" and _has_token()


def _has_token() -> bool:
    path = os.environ.get("RAY_AUTH_TOKEN_PATH") or str(Path("~/.ray/auth_token").expanduser())
    return bool(os.environ.get("RAY_AUTH_TOKEN")) or Path(path).is_file()


def _take_token_if_there_is_one() -> None:
    """As `ray start` does, and as Ray does not where an address is given."""
    if "RAY_AUTH_MODE" not in os.environ and _has_token():
        os.environ["RAY_AUTH_MODE"] = "token"


async def _insist_on_an_answer(address: Address) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(address.host, address.port)
    except (OSError, TimeoutError) as error:
        raise ClusterError(
            f"nobody answers at {address}", f"ray start --head --port={address.port} on that machine; {HOW}"
        ) from error
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def _is_loopback(address: Address) -> bool:
    """Is a host this machine's own loopback, by every address it has?"""
    try:
        found = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ClusterError(f"nobody knows a machine by the name {address.host}", "is it written right?") from error
    return all(ipaddress.ip_address(str(place[0]).partition("%")[0]).is_loopback for *_, place in found)


def _initialise(address: Address | None) -> None:
    """In a thread: Ray would take the signals of the main one for itself."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    if address is None:
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # what is started listens on loopback alone
    with _quiet():
        import ray
        from ray.exceptions import RayError

        logging.getLogger("ray").setLevel(logging.CRITICAL)
        # Without an address Ray takes what `ray start` began here, or starts one: since 2.59 with a token in ~/.ray.
        shown = "this machine" if address is None else str(address)
        try:
            ray.init(
                None if address is None else shown, namespace=NAMESPACE, include_dashboard=False, log_to_driver=False,
                configure_logging=False,
            )  # fmt: skip
        except (OSError, RuntimeError, ValueError, RayError) as error:
            ray.shutdown()
            raise _told(error, shown) from error


def _told(error: Exception, shown: str) -> ClusterError:
    """What Ray says, for people."""
    said = "\n".join(str(one) for one in (error, error.__cause__) if one is not None)
    if "InvalidAuthToken" in said:
        if not is_guarded():
            return ClusterError(f"the cluster at {shown} asks for a token, and none is set here", _SET_TOKEN)
        return ClusterError(f"the cluster at {shown} does not take the token that is set here", _SET_TOKEN)
    if "no authentication token was found" in said:
        return ClusterError("RAY_AUTH_MODE is token, and there is no token", _SET_TOKEN)
    if "Version mismatch" in said:
        versions = " ".join(said.partition("Version mismatch")[2].strip(": \n").split())
        return ClusterError(
            f"the cluster at {shown} and this machine differ: {versions[:300]}",
            "use the same version of Ray, and the same minor version of Python, everywhere",
        )
    if "No node info found" in said:
        return _no_node(shown)
    return ClusterError(f"the cluster at {shown} cannot be used: {said.splitlines()[0][:300]}", HOW)


def _runs_a_node() -> bool:
    """Does this machine belong to any cluster? Ray itself looks for as long as a minute."""
    import psutil

    return any(process.info["name"] == "raylet" for process in psutil.process_iter(["name"]))


def _no_node(shown: object) -> ClusterError:
    return ClusterError(
        f"this machine is no node of the cluster at {shown}",
        f"ray start --address={shown} --num-cpus=0 here makes it one, without work of its own; {HOW}",
    )


def _node(one: dict[str, Any]) -> Node:
    return Node(one["NodeID"], one["NodeManagerAddress"], int(one["Resources"].get("CPU", 0)))


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray's own core writes past Python, to where a person reads."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


_SET_TOKEN = f"set RAY_AUTH_TOKEN, or put the cluster's token into ~/.ray/auth_token; {HOW}"
