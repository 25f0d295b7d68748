"""The link between presenter and speakers: real sockets, in a folder that nobody else may enter."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from app.errors import NotFound
from app.tui.podium import Lectern, Line, NoPodium, Order, Podium, Prompt, only_podium, podium_of
from tui.staging import until


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder with a short name: sockets have room for few characters."""
    with TemporaryDirectory(prefix="fl-") as folder:
        yield Path(folder)


@pytest.fixture
def path(short: Path) -> Path:
    return podium_of("01K7GOLDEN00000000SPRINT42", short / "workspace.db")


class Presenter:
    """Presents, and keeps what it was asked for."""

    def __init__(self, path: Path) -> None:
        self.orders: list[Order] = []
        self.podium = Podium(path, self.orders.append)

    async def asked(self, *orders: Order) -> None:
        await until(lambda: tuple(self.orders) == orders, f"it was asked for {orders}")


@asynccontextmanager
async def presenting(path: Path) -> AsyncIterator[Presenter]:
    presenter = Presenter(path)
    await presenter.podium.open()
    try:
        yield presenter
    finally:
        await presenter.podium.close()


@asynccontextmanager
async def speaking(path: Path) -> AsyncIterator[tuple[Lectern, list[Prompt | None]]]:
    """A speaker, and all that it hears."""
    lectern, heard = Lectern(path), list[Prompt | None]()

    async def listen() -> None:
        async with aclosing(lectern.follow()) as prompts:
            async for prompt in prompts:
                heard.append(prompt)

    listening = asyncio.create_task(listen())
    try:
        yield lectern, heard
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_every_speaker_hears_where_the_show_is_and_a_late_one_at_once(path: Path) -> None:
    where = Prompt("A talk", cue=Line("Q3", "notes", notes="Say\nit."), now=107, planned=720)
    async with presenting(path) as presenter, speaking(path) as (_, first), speaking(path) as (_, second):
        await until(lambda: presenter.podium.speakers == 2)
        presenter.podium.publish(where)
        await until(lambda: first == second == [where])
        async with speaking(path) as (_, late):
            await until(lambda: late == [where])


async def test_what_a_speaker_wants_reaches_the_presenter(path: Path) -> None:
    async with presenting(path) as presenter, speaking(path) as (lectern, _):
        await until(lambda: lectern.ask(Order("go")))
        assert lectern.ask(Order("goto", "Q3"))
        await presenter.asked(Order("go"), Order("goto", "Q3"))


async def test_the_same_is_said_once_and_of_much_at_a_time_the_last(path: Path) -> None:
    async with presenting(path) as presenter, speaking(path) as (_, heard):
        await until(lambda: presenter.podium.speakers == 1)
        for second in range(500):
            presenter.podium.publish(Prompt(now=second))
            presenter.podium.publish(Prompt(now=second))
        await until(lambda: Prompt(now=499) in heard)
        assert heard == [Prompt(now=499)]


async def test_without_a_presenter_nothing_is_handed_over(path: Path) -> None:
    assert not Lectern(path).ask(Order("go"))


async def test_a_speaker_that_was_there_first_waits_for_the_presenter(path: Path) -> None:
    async with speaking(path) as (_, heard), presenting(path) as presenter:
        presenter.podium.publish(Prompt("here I am"))
        await until(lambda: heard == [Prompt("here I am")])


async def test_when_the_presenter_goes_it_is_known_and_when_it_comes_back_it_is_followed(path: Path) -> None:
    async with speaking(path) as (lectern, heard):
        async with presenting(path) as presenter:
            presenter.podium.publish(Prompt("first"))
            await until(lambda: heard == [Prompt("first")])
        await until(lambda: heard[-1] is None)
        assert not lectern.ask(Order("go"))
        async with presenting(path) as presenter:
            presenter.podium.publish(Prompt("again"))
            await until(lambda: heard[-1] == Prompt("again"))


async def test_a_presenter_leaves_nothing_behind(path: Path) -> None:
    async with presenting(path):
        assert path.exists()
    assert not path.exists()
    assert not path.parent.exists()


async def test_a_socket_that_a_killed_presenter_left_is_taken_over(path: Path) -> None:
    path.parent.mkdir(mode=0o700)
    left = await asyncio.start_unix_server(lambda reader, writer: None, path)
    left.close()
    await left.wait_closed()
    if not path.exists():  # Python 3.13 takes it away itself: whoever is killed cannot
        path.touch()
    async with presenting(path) as presenter, speaking(path) as (lectern, _):
        await until(lambda: lectern.ask(Order("back")))
        await presenter.asked(Order("back"))


async def test_two_presenters_of_one_run_do_not_take_each_others_place(path: Path) -> None:
    async with presenting(path) as presenter, speaking(path) as (lectern, _):
        with pytest.raises(NoPodium, match="is being presented already"):
            await Podium(path, print).open()
        await until(lambda: lectern.ask(Order("go")))
        await presenter.asked(Order("go"))


@pytest.mark.parametrize("said", [b"\n", b"nonsense\n", b'{"do":"explode"}\n', b"\xff\xfe\n", b"[1]\n", b'{"do":3}\n'])
async def test_what_is_no_order_is_passed_over(path: Path, said: bytes) -> None:
    async with presenting(path) as presenter:
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(said + b'{"do":"go"}\n')
        await presenter.asked(Order("go"))
        writer.close()
        await writer.wait_closed()


async def test_a_line_without_an_end_costs_only_its_own_connection(path: Path) -> None:
    async with presenting(path) as presenter, speaking(path) as (lectern, _):
        await until(lambda: presenter.podium.speakers == 1)
        _, writer = await asyncio.open_unix_connection(path)
        await until(lambda: presenter.podium.speakers == 2)
        writer.write(b"x" * 1_000_000)
        await until(lambda: presenter.podium.speakers == 1)
        writer.close()
        assert lectern.ask(Order("go"))
        await presenter.asked(Order("go"))


async def test_a_speaker_that_does_not_read_is_left_and_the_others_are_told(path: Path) -> None:
    async with presenting(path) as presenter, speaking(path) as (_, heard):
        await until(lambda: presenter.podium.speakers == 1)
        deaf, writer = await asyncio.open_unix_connection(path)
        deaf._transport.pause_reading()  # type: ignore[attr-defined]  # as a process that was stopped
        await until(lambda: presenter.podium.speakers == 2)
        for turn in range(40):
            presenter.podium.publish(Prompt(cue=Line(notes=f"{turn}" * 100_000)))
            presenter.podium._write()
            await asyncio.sleep(0)
            if presenter.podium.speakers == 1:
                break
        presenter.podium.publish(Prompt("still here"))
        await until(lambda: heard[-1:] == [Prompt("still here")])
        assert presenter.podium.speakers == 1
        writer.close()


async def test_nobody_else_may_enter_or_listen(path: Path) -> None:
    async with presenting(path):
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_folder_that_others_may_enter_is_refused(path: Path) -> None:
    path.parent.mkdir(mode=0o755)
    path.parent.chmod(0o755)
    with pytest.raises(NoPodium, match="is not a folder of yours alone") as refused:
        podium_of("run", path.parent.parent / "workspace.db")
    assert refused.value.hint == f"remove it, or chmod 700 {path.parent}"


def test_a_folder_that_is_a_link_is_refused(short: Path) -> None:
    (short / "elsewhere").mkdir(mode=0o700)
    (short / "w.db.podium").symlink_to(short / "elsewhere")
    with pytest.raises(NoPodium):
        podium_of("run", short / "w.db")


async def test_however_deep_the_archive_stands_speakers_find_the_presenter(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    deep.mkdir(parents=True)
    path = podium_of("run", deep / "w.db")
    assert path == podium_of("run", deep / "w.db") != podium_of("run", deep / "other.db")
    async with presenting(path) as presenter, speaking(path) as (lectern, _):
        await until(lambda: lectern.ask(Order("go")))
        await presenter.asked(Order("go"))


@pytest.mark.parametrize("run", ["../../etc/passwd", "a\nb", "", ".."])
def test_a_run_by_any_name_has_its_socket_in_the_folder(run: str, short: Path) -> None:
    path = podium_of(run, short / "w.db")
    assert path.parent == short / "w.db.podium"
    assert path.name.removesuffix(".sock").replace("_", "").isalnum() or path.name == "__.sock"


async def test_the_one_presenter_there_is_needs_no_name(short: Path) -> None:
    workspace = short / "w.db"
    with pytest.raises(NotFound, match="nobody presents anything here"):
        only_podium(workspace)
    async with presenting(podium_of("one", workspace)) as first:
        assert only_podium(workspace) == first.podium.path
        async with presenting(podium_of("two", workspace)):
            with pytest.raises(NotFound, match="several presenters: one, two"):
                only_podium(workspace)
