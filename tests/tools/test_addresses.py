"""Which hosts may be reached: what is on the list, at addresses of the open internet, unless a host is named itself."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.tools.addresses import check_host, is_public, reachable_addresses
from app.tools.base import ToolError

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "192.0.0.1",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "2002:7f00:1::", "2002:a00:1::1", "2001:0:0:0:0:0:80ff:fefe", "fc00::1", "fd12::1", "fe80::1", "ff02::1",
    "2001:db8::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_ones_own_network_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@given(some.ip_addresses(v=4).filter(lambda address: not is_public(address)))
def test_a_private_address_stays_private_in_every_wrapping(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80]
    assert not any(is_public(IPv6Address(each)) for each in wrapped)


@pytest.mark.parametrize(
    ("host", "port", "hosts"),
    [
        ("api.example.com", 443, ("api.example.com",)),
        ("api.example.com", 443, ("API.example.com.",)),
        ("api.example.com", 8443, ("api.example.com:8443",)),
        ("api.example.com", 443, ("*.example.com",)),
        ("a.b.example.com", 443, ("*.example.com",)),
        ("anything.test", 80, ("*",)),
        ("::1", 80, ("[::1]:80",)),
    ],
)
def test_hosts_on_the_list_may_be_reached(host: str, port: int, hosts: tuple[str, ...]) -> None:
    check_host(host, port, hosts)


@pytest.mark.parametrize(
    ("host", "port", "hosts"),
    [
        ("example.com", 443, ()),
        ("example.com", 443, ("*.example.com",)),
        ("badexample.com", 443, ("*.example.com", "example.com")),
        ("example.com.evil.test", 443, ("example.com", "*.example.com")),
        ("example.com", 8080, ("example.com:443",)),
        ("example.com", 443, ("",)),
    ],
)
def test_hosts_that_are_not_on_the_list_are_refused(host: str, port: int, hosts: tuple[str, ...]) -> None:
    with pytest.raises(ToolError, match="may not be reached") as raised:
        check_host(host, port, hosts)
    assert raised.value.error == "refused"


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "::1", "0"]
)
async def test_this_machine_is_not_reached_under_any_of_its_names(host: str) -> None:
    with pytest.raises(ToolError, match="not a public address") as raised:
        await reachable_addresses(host, 80, ("*",))
    assert raised.value.error == "refused"


async def test_a_host_that_is_named_may_be_private() -> None:
    assert "127.0.0.1" in await reachable_addresses("localhost", 8080, ("localhost:8080",))
    assert await reachable_addresses("127.0.0.1", 80, ("127.0.0.1",)) == ["127.0.0.1"]


async def test_a_link_local_address_is_only_reached_when_it_is_named_by_its_number() -> None:
    assert await reachable_addresses("169.254.1.1", 80, ("169.254.1.1",)) == ["169.254.1.1"]
    with pytest.raises(ToolError, match="not a public address"):
        await reachable_addresses("0xa9fe0101", 80, ("0xa9fe0101",))


@pytest.mark.parametrize("host", ["", "nowhere.invalid", "a" * 70 + ".invalid", "..", "\udcff"])
async def test_a_name_without_an_address_is_said_to_have_none(host: str) -> None:
    with pytest.raises(ToolError, match=r"no address is known|not a public address"):
        await reachable_addresses(host, 80, ("*",))
