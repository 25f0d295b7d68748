"""The tool `http` against a real server on this machine: what it sends and gives, and how it says what is wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import time
from email.utils import formatdate
from typing import Any

import pytest

from app.tools.base import Use
from app.tools.exchange import MAX_BYTES, shown_address
from app.tools.registry import find
from tools.conftest import Failing, Loopback, Using


async def test_json_comes_back_as_data(server: Loopback, using: Using) -> None:
    server.answer("/", b'{"state": "ok", "errors": 0.1}', content_type="application/json", etag='"7"', x_other="-")
    got = await using("http", {"url": f"{server.url}/"}, hosts=(server.host,))
    assert got["status"] == 200
    assert got["body"] == {"state": "ok", "errors": 0.1}
    assert got["headers"].keys() == {"content-type", "date", "etag"}


@pytest.mark.parametrize(
    ("content", "kind", "body"),
    [
        (b"caf\xc3\xa9", "text/plain; charset=utf-8", "café"),
        (b"caf\xe9", "text/plain; charset=iso-8859-1", "café"),
        (b"caf\xe9", "text/plain", "caf�"),
        (b"x", "text/plain; charset=klingon", "x"),
        (b"[1]", "application/problem+json", [1]),
        (b"", "application/json", ""),
        (b"\x89PNG\x00\x01", "image/png", None),
    ],
)
async def test_a_body_is_text_when_it_is_no_data(
    server: Loopback, using: Using, content: bytes, kind: str, body: Any
) -> None:
    server.answer("/", content, content_type=kind)
    assert (await using("http", {"url": server.url}, hosts=("127.0.0.1",)))["body"] == body


async def test_what_is_packed_is_unpacked(server: Loopback, using: Using) -> None:
    server.answer("/", gzip.compress(b"packed"), content_encoding="gzip")
    assert (await using("http", {"url": server.url}, hosts=("127.0.0.1",)))["body"] == "packed"


async def test_what_is_given_is_sent(server: Loopback, using: Using) -> None:
    server.answer("/orders", b"", status=201)
    await using(
        "http",
        {
            "method": "POST",
            "url": f"{server.url}/orders?a=1",
            "query": {"b": True, "c": None, "d": "x y"},
            "headers": {"Authorization": "Bearer abc", "X-Count": 3},
            "json": {"name": "Größe"},
        },
        hosts=(server.host,),
        key="run/step/1",
    )
    (seen,) = server.requests
    assert (seen.method, seen.path) == ("POST", "/orders?a=1&b=true&c=&d=x+y")
    assert json.loads(seen.body) == {"name": "Größe"}
    assert seen.headers["host"] == server.host
    assert seen.headers["authorization"] == "Bearer abc"
    assert seen.headers["x-count"] == "3"
    assert seen.headers["idempotency-key"] == "run/step/1"
    assert seen.headers["content-type"] == "application/json"


async def test_reading_carries_no_idempotency_key_and_ones_own_key_comes_first(server: Loopback, using: Using) -> None:
    server.answer("/", b"")
    await using("http", {"url": server.url}, hosts=("*", server.host), key="k")
    await using(
        "http",
        {"url": server.url, "method": "PUT", "body": "text", "headers": {"Idempotency-Key": "mine"}},
        hosts=(server.host,),
        key="k",
    )
    reading, writing = server.requests
    assert "idempotency-key" not in reading.headers
    assert (writing.headers["idempotency-key"], writing.body) == ("mine", b"text")


@pytest.mark.parametrize(
    ("method", "use"),
    [
        (None, Use("read", True)),
        ("GET", Use("read", True)),
        ("HEAD", Use("read", True)),
        ("PUT", Use("write", True)),
        ("DELETE", Use("write", True)),
        ("POST", Use("write", False)),
        ("PATCH", Use("write", False)),
    ],
)
def test_the_method_says_whether_it_writes_and_may_be_done_again(method: str | None, use: Use) -> None:
    http = find("http")
    assert http is not None
    assert http.use_of({"url": "x"} | ({"method": method} if method else {})) == use


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "bad_request"), (401, "auth"), (403, "auth"), (404, "bad_request"), (408, "timeout"),
        (413, "bad_request"), (422, "bad_request"), (429, "rate_limited"), (500, "overloaded"), (502, "overloaded"),
        (503, "overloaded"), (504, "overloaded"), (529, "overloaded"),
    ],
)  # fmt: skip
async def test_a_status_that_is_no_answer_has_its_class(
    server: Loopback, failing: Failing, status: int, error: str
) -> None:
    server.answer("/x", b"because \x1b[31mof it", status=status)
    raised = await failing("http", {"url": f"{server.url}/x?token=abc"}, hosts=("127.0.0.1",))
    assert raised.error == error
    assert raised.message == f"{server.url}/x answered {status}: because ␛[31mof it"


async def test_a_status_can_be_accepted_as_an_answer(server: Loopback, using: Using) -> None:
    server.answer("/x", b"none", status=404)
    got = await using("http", {"url": f"{server.url}/x", "accept": [404]}, hosts=("127.0.0.1",))
    assert (got["status"], got["body"]) == (404, "none")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("2", 2.0), ("0.5", 0.5), ("999999999", 999999999.0), ("-3", None), ("soon", None), ("nan", None), ("", None)],
)
async def test_how_long_to_wait_is_passed_on(
    server: Loopback, failing: Failing, said: str, seconds: float | None
) -> None:
    server.answer("/", b"", status=429, retry_after=said)
    assert (await failing("http", {"url": server.url}, hosts=("127.0.0.1",))).retry_after == seconds


async def test_how_long_to_wait_may_be_a_date(server: Loopback, failing: Failing) -> None:
    server.answer("/", b"", status=503, retry_after=formatdate(time.time() + 100, usegmt=True))
    waiting = (await failing("http", {"url": server.url}, hosts=("127.0.0.1",))).retry_after
    assert waiting is not None
    assert 90 < waiting <= 100


async def test_a_redirect_is_followed(server: Loopback, using: Using) -> None:
    server.answer("/old", b"", status=302, location="/new?x=1")
    server.answer("/new", b"here")
    arguments = {"url": f"{server.url}/old", "method": "POST", "json": 1, "headers": {"authorization": "Basic abc"}}
    assert (await using("http", arguments, hosts=("127.0.0.1",)))["body"] == "here"
    assert [(seen.method, seen.path) for seen in server.requests] == [("POST", "/old"), ("GET", "/new?x=1")]
    assert server.requests[1].headers["authorization"] == "Basic abc"
    assert "content-type" not in server.requests[1].headers


async def test_a_redirect_that_keeps_the_method_keeps_the_body(server: Loopback, using: Using) -> None:
    server.answer("/old", b"", status=307, location="/new")
    server.answer("/new", b"")
    await using("http", {"url": f"{server.url}/old", "method": "POST", "body": "x"}, hosts=("127.0.0.1",), key="k")
    assert [(seen.method, seen.body, seen.headers["idempotency-key"]) for seen in server.requests] == [
        ("POST", b"x", "k")
    ] * 2


async def test_credentials_do_not_follow_a_redirect_to_another_host(server: Loopback, using: Using) -> None:
    server.answer("/old", b"", status=302, location=f"http://localhost:{server.port}/new")
    server.answer("/new", b"here")
    headers = {"Authorization": "Bearer abc", "Cookie": "a=b", "X-Api-Key": "c", "X-Else": "d"}
    await using("http", {"url": f"{server.url}/old", "headers": headers}, hosts=("127.0.0.1", "localhost"))
    assert not {"authorization", "cookie", "x-api-key"} & server.requests[1].headers.keys()
    assert server.requests[1].headers["x-else"] == "d"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://localhost:{port}/", 'the host "localhost" may not be reached'),
        ("http://127.0.0.2:{port}/", 'the host "127.0.0.2" may not be reached'),
        ("http://169.254.169.254/latest/meta-data/", 'the host "169.254.169.254" may not be reached'),
        ("file:///etc/passwd", "redirects to what is no address of the web"),
        ("gopher://127.0.0.1/", "redirects to what is no address of the web"),
        ("http://user:pass@127.0.0.1/", "redirects to what is no address of the web"),
        ("http://[::1", "redirects to what is no address of the web"),
    ],
)
async def test_a_redirect_is_checked_like_the_first_address(
    server: Loopback, failing: Failing, target: str, said: str
) -> None:
    server.answer("/", b"", status=302, location=target.format(port=server.port))
    raised = await failing("http", {"url": server.url}, hosts=(server.host,))
    assert raised.error == "refused"
    assert said in raised.message
    assert len(server.requests) == 1


async def test_a_redirect_into_ones_own_network_is_refused_though_any_host_is_allowed(
    server: Loopback, failing: Failing
) -> None:
    server.answer("/", b"", status=302, location=f"http://localhost:{server.port}/")
    raised = await failing("http", {"url": server.url}, hosts=("*", server.host))
    assert "not a public address" in raised.message


async def test_redirects_end_somewhere(server: Loopback, failing: Failing) -> None:
    server.answer("/", b"", status=302, location="/")
    raised = await failing("http", {"url": server.url}, hosts=("127.0.0.1",))
    assert (raised.error, len(server.requests)) == ("failed", 6)


@pytest.mark.parametrize(
    "url",
    ["ftp://a.example/", "file:///etc/passwd", "a.example", "//a.example/", "http://", "http:///x", "http://[::1",
     "http://u:p@a.example/", "http://a.example:99999/", "http://a.example:0/", "javascript:alert(1)", "http://\x00/",
     "http://a\nb/", " ", "http://ex ample\t/"],
)  # fmt: skip
async def test_what_is_no_address_of_the_web_is_refused(failing: Failing, url: str) -> None:
    assert (await failing("http", {"url": url}, hosts=("*",))).error in ("bad_arguments", "connection")


@pytest.mark.parametrize(
    "headers",
    [{"a b": "x"}, {"": "x"}, {"x": "a\r\nb: c"}, {"x": "a\nb"}, {"x": "ü"}, {"Host": "evil"}, {"Content-Length": "1"},
     {"transfer-encoding": "chunked"}, {"x:": "y"}, {"x" * 200: "y"}],
)  # fmt: skip
async def test_headers_that_would_change_the_request_are_refused(
    server: Loopback, failing: Failing, headers: dict[str, str]
) -> None:
    raised = await failing("http", {"url": server.url, "headers": headers}, hosts=("127.0.0.1",))
    assert raised.error == "bad_arguments"
    assert server.requests == []


async def test_a_rehearsal_asks_nobody(server: Loopback, failing: Failing) -> None:
    raised = await failing("http", {"url": f"{server.url}/a?b"}, hosts=("*", server.host), offline=True)
    assert (raised.error, raised.message) == ("refused", f"{server.url}/a is not asked in a rehearsal")
    assert "rehearsal:" in raised.hint
    assert server.requests == []


async def test_without_a_list_no_host_is_reached(server: Loopback, failing: Failing) -> None:
    raised = await failing("http", {"url": server.url})
    assert (raised.error, raised.hint) == ("refused", "no host is allowed here")
    assert server.requests == []


async def test_an_answer_that_is_too_long_is_not_read_to_its_end(server: Loopback, failing: Failing) -> None:
    server.answer("/", b"x" * (MAX_BYTES + 1))
    raised = await failing("http", {"url": server.url}, hosts=("127.0.0.1",))
    assert "more than 5,000,000 bytes" in raised.message


async def test_a_packed_answer_is_measured_unpacked(server: Loopback, failing: Failing) -> None:
    server.answer("/", gzip.compress(b"x" * (MAX_BYTES + 1)), content_encoding="gzip")
    raised = await failing("http", {"url": server.url}, hosts=("127.0.0.1",))
    assert "more than 5,000,000 bytes" in raised.message


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"], ids=["silent", "half way"]
)
async def test_a_server_that_falls_silent_is_given_up(server: Loopback, failing: Failing, first: bytes) -> None:
    server.hang("/", first)
    raised = await failing("http", {"url": server.url, "timeout": 0.2}, hosts=("127.0.0.1",))
    assert raised.error == "timeout"


@pytest.mark.parametrize(
    ("first", "error"),
    [
        (b"", "connection"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf", "connection"),
        (b"SSH-2.0-OpenSSH\r\n", "connection"),
        (b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope", "failed"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\n<html>", "failed"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n" + b"[" * 100_000, "failed"),
    ],
    ids=["nothing", "half", "not http", "not gzip", "not json", "deep json"],
)
async def test_an_answer_that_is_none_has_its_class(
    server: Loopback, failing: Failing, first: bytes, error: str
) -> None:
    server.break_off("/", first)
    assert (await failing("http", {"url": server.url}, hosts=("127.0.0.1",))).error == error


async def test_a_closed_port_is_no_connection(failing: Failing) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound, but nobody listens
        raised = await failing("http", {"url": f"http://127.0.0.1:{reserved.getsockname()[1]}"}, hosts=("127.0.0.1",))
    assert raised.error == "connection"


async def test_a_server_without_encryption_is_not_spoken_to_in_secret(server: Loopback, failing: Failing) -> None:
    raised = await failing("http", {"url": f"https://{server.host}/"}, hosts=(server.host,))
    assert raised.error == "failed"
    assert "not secure" in raised.message


async def test_settings_for_proxies_are_not_looked_at(
    server: Loopback, using: Using, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.answer("/", b"direct")
    assert (await using("http", {"url": server.url}, hosts=("127.0.0.1",)))["body"] == "direct"


async def test_a_cancelled_request_ends_at_once(server: Loopback, using: Using) -> None:
    server.hang("/")
    asking = asyncio.create_task(using("http", {"url": server.url}, hosts=("127.0.0.1",)))
    while not (server.requests or asking.done()):
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_no_part_of_an_error_holds_a_secret(server: Loopback, failing: Failing) -> None:
    secret = "hunter2-hunter2"
    server.answer(f"/{secret}", f"you said {secret}".encode(), status=401)
    raised = await failing(
        "http",
        {"url": f"{server.url}/{secret}?key={secret}", "headers": {"authorization": f"Bearer {secret}"}},
        hosts=("127.0.0.1",),
        secrets=(secret,),
    )
    assert secret not in f"{raised.message}{raised.hint}{raised.args}{raised.__cause__}"
    assert raised.__suppress_context__


async def test_an_echoed_secret_does_not_come_back(server: Loopback, using: Using) -> None:
    server.answer("/", b'{"headers": {"authorization": "Bearer hunter2"}}', content_type="application/json")
    got = await using("http", {"url": server.url}, hosts=("127.0.0.1",), secrets=("hunter2",))
    assert got["body"] == {"headers": {"authorization": "Bearer •••"}}


async def test_json_and_a_body_are_one_too_many(failing: Failing) -> None:
    raised = await failing("http", {"url": "https://a.example", "json": 1, "body": "x"}, hosts=("*",))
    assert raised.error == "bad_arguments"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@a.example/b?c=d#e", "https://a.example/b"),
        ("https://a.example?key=v@x", "https://a.example"),
        ("u:p@host/b?c", "host/b"),
        ("https://a.example/?to=https://u:p@b.example/", "https://a.example/"),
        ("https://u:p@a@b.example/", "https://b.example/"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert shown_address(url) == shown
