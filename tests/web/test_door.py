"""Who comes in: whoever has a link, once; nobody else, whatever they say of themselves."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from app.web.house import HEADERS, House
from web.conftest import Comes, EmptyStage
from web.visiting import Visitor

EVERYWHERE = (
    "/",
    "/watch",
    "/watch/line",
    "/parts/page.js",
    "/parts/textual.js",
    "/enter/",
    "/enter/wrong",
    "/nothing",
)


async def test_whoever_has_no_link_is_told_so_and_nothing_else(opened: House, comes: Comes) -> None:
    stranger = await comes(opened)
    for path in EVERYWHERE:
        assert await stranger.status(path) == 403
    assert await stranger.refused("watch") == 403
    assert "link" in await stranger.text("/watch")


async def test_a_link_opens_the_page_and_its_socket(viewer: Visitor) -> None:
    assert await viewer.status("/watch") == 200
    assert await viewer.refused("watch") == 101


async def test_a_link_lets_one_browser_in_and_no_second_one(opened: House, comes: Comes) -> None:
    link = opened.link("watch")
    first, second = await comes(opened), await comes(opened)
    assert await first.enters(link) == 200
    assert await second.enters(link) == 403
    assert await second.refused("watch") == 403
    assert await first.status("/watch") == 200


async def test_of_many_who_open_a_link_at_once_one_comes_in(opened: House, comes: Comes) -> None:
    link = opened.link("watch")
    crowd = [await comes(opened) for _ in range(8)]
    entered = await asyncio.gather(*(visitor.enters(link) for visitor in crowd))
    assert sorted(entered) == [200] + [403] * 7


async def test_a_look_at_the_head_of_a_link_does_not_use_it_up(opened: House, comes: Comes) -> None:
    link, visitor = opened.link("watch"), await comes(opened)
    assert await visitor.status(link.removeprefix(visitor.origin), "HEAD") == 403
    assert await visitor.enters(link) == 200


async def test_a_link_for_everybody_lets_everybody_in(opened: House, comes: Comes) -> None:
    link = opened.link("watch", once=False)
    for _ in range(3):
        visitor = await comes(opened)
        assert await visitor.enters(link) == 200
        assert await visitor.refused("watch") == 101


async def test_what_a_browser_is_given_leaves_it_for_nobody_else_and_no_script_reads_it(
    opened: House, comes: Comes
) -> None:
    visitor = await comes(opened)
    async with visitor.session.get(opened.link("watch")) as answer:
        (cookie,) = answer.headers.getall("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and "Domain" not in cookie


async def test_a_made_up_cookie_opens_nothing(opened: House, comes: Comes) -> None:
    stranger = await comes(opened)
    name = f"footlights-{opened.port}-watch"
    for value in ("", "x", "é", "a" * 4000):
        assert await stranger.status("/watch", Cookie=f"{name}={value}") == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:{port}", ""])
async def test_another_site_is_refused_though_the_browser_carries_the_cookie(viewer: Visitor, origin: str) -> None:
    foreign = origin.format(port=viewer.origin.rpartition(":")[2])
    assert await viewer.refused("watch", Origin=foreign) == 403
    assert await viewer.status("/watch", Origin=foreign) == 403


async def test_a_socket_without_an_origin_is_refused(opened: House, viewer: Visitor) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await viewer.session.ws_connect(f"{viewer.origin}/watch/line")
    assert refused.value.status == 403


@pytest.mark.parametrize(
    "host", ["evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.2:{port}"]
)
async def test_a_name_that_was_made_to_lead_here_is_refused(viewer: Visitor, host: str) -> None:
    foreign = host.format(port=viewer.origin.rpartition(":")[2])
    assert await viewer.status("/watch", Host=foreign) == 403
    assert await viewer.refused("watch", Host=foreign, Origin=f"http://{foreign}") == 403


async def test_localhost_is_another_name_for_the_same_house(opened: House, comes: Comes) -> None:
    visitor = await comes(opened)
    visitor.origin = f"http://localhost:{opened.port}"
    host = {"Host": f"localhost:{opened.port}"}
    async with visitor.session.get(opened.link("watch"), headers=host) as answer:
        carried = answer.headers["Set-Cookie"].partition(";")[0]
    async with visitor.session.get(
        f"http://127.0.0.1:{opened.port}/watch", headers=host | {"Cookie": carried}
    ) as answer:
        assert answer.status == 200
        assert f"ws://localhost:{opened.port}/watch/line" in await answer.text()


@pytest.mark.parametrize(
    "path",
    ["/parts/../page.html", "/parts/..%2fpage.html", "/parts/%2e%2e/%2e%2e/etc/passwd", "/parts//etc/passwd", "/parts/",
     "/parts", "/parts/page.html", "/parts/short.html", "/static/", "/watch/../../x", "/play", "/play/line"],
)  # fmt: skip
async def test_nothing_but_the_parts_of_the_page_can_be_asked_for(opened: House, viewer: Visitor, path: str) -> None:
    carried = "; ".join(f"{cookie.key}={cookie.value}" for cookie in viewer.session.cookie_jar)
    reader, writer = await asyncio.open_connection("127.0.0.1", opened.port)
    host = f"127.0.0.1:{opened.port}"
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {carried}\r\nConnection: close\r\n\r\n"
    writer.write(request.encode())  # by hand: a client would tidy the path up
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith("HTTP/1.1 404")
    assert "root:" not in answer and "$says" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_nothing_can_be_sent_but_through_the_socket(viewer: Visitor, method: str) -> None:
    assert await viewer.status("/watch", method) == 405


async def test_every_answer_says_how_it_is_to_be_kept_and_framed(opened: House, viewer: Visitor, comes: Comes) -> None:
    stranger = await comes(opened)
    answers = [(viewer, path) for path in ("/watch", "/parts/page.js", "/parts/mono.ttf", "/watch/line", "/nothing")]
    answers += [(stranger, path) for path in EVERYWHERE]
    for visitor, path in answers:
        async with visitor.session.get(f"{visitor.origin}{path}") as answer:
            said = dict(answer.headers)
        assert said.items() >= HEADERS.items(), path
        policy = said["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    line = await viewer.line("watch")
    assert dict(line._response.headers).items() >= HEADERS.items()
    await line.close()


async def test_the_page_names_no_other_host(opened: House, viewer: Visitor) -> None:
    for path in ("/watch", "/parts/page.js", "/parts/page.css"):
        text = await viewer.text(path)
        assert "https://" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize(
    ("asked", "size"), [("24", "24"), ("1", "6"), ("999", "72"), ("9999", "16"), ('"><script>', "16")]
)
async def test_the_size_of_the_letters_can_be_chosen_within_bounds(viewer: Visitor, asked: str, size: str) -> None:
    async with viewer.session.get(f"{viewer.origin}/watch", params={"fontsize": asked}) as answer:
        page = await answer.text()
    assert f'data-font-size="{size}"' in page and page.count("<script") == 2


async def test_a_house_closes_though_somebody_sits_there(stage: EmptyStage, comes: Comes) -> None:
    async with House(stage.room) as house:
        visitor = await comes(house)
        await visitor.enters(house.link("watch"))
        line = await visitor.line("watch")
        assert await line.receive_bytes() == b"the stage is empty"
    assert (await line.receive()).data == aiohttp.WSCloseCode.GOING_AWAY
    assert not stage.room.taken
