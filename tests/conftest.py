"""What every test may use: a home of its own, and Footlights run from outside or in this process."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from shutil import disk_usage

import pytest
from hypothesis import settings

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun, Job
from footlights.__main__ import main
from providers.catalogue import built_in

settings.load_profile("ci")  # the same examples every time, however long a busy machine takes for one

ROOM = 2 << 30  # bytes, several times what all tests together write
_LOOKS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "FOOTLIGHTS_ASCII", "FOOTLIGHTS_DEBUG")

_KEYS = [
    f"{name}{ending}"
    for service in built_in().services.values()
    for name in (*service.keys, service.address)
    for ending in ("", "_FILE")
]


def pytest_configure() -> None:
    """Write into memory where there is room for it: on a disk an archive waits at each step until it is safe there."""
    memory = Path("/dev/shm")
    if memory.is_dir() and disk_usage(memory).free > ROOM and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def pytest_addoption(parser: pytest.Parser) -> None:
    """An option of ours."""
    parser.addoption("--keep-pictures", action="store_true", help="keep what the screens show as tests/tui/snapshots")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the collector of garbage off what lives to the end: it would go through all tests again and again."""
    gc.disable()
    collected = yield
    gc.freeze()
    gc.set_threshold(5_000, 20, 10)
    gc.enable()
    return collected


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the real home of whoever runs the tests out of them, and what their terminal asked for."""
    monkeypatch.setenv("FOOTLIGHTS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in (*_LOOKS, *_KEYS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def own_temp(own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a folder for what is temporary: what a killed process leaves there would meet the next test.

    Its name is short, since sockets are put there, and it is in memory where tests write into memory.
    """
    with tempfile.TemporaryDirectory(
        prefix="fl-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"), ignore_cleanup_errors=True
    ) as folder:
        Path(folder).chmod(0o755)  # others may pass through, as everywhere
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


@pytest.fixture
def footlights() -> Callable[..., Outcome]:
    """Run the command as a process of its own, from the clone unless a folder is given; `modules` can be imported."""

    def run(*words: str, folder: Path = ROOT, modules: Path = ROOT) -> Outcome:
        process = Begun(Job(words, str(folder), {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{modules}"}))
        out, err = process.communicate()
        return Outcome(process.wait(), out, err)

    return run


@pytest.fixture
def perform(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run the command in this process, which is quicker and may be watched by a debugger."""

    def run(*words: str) -> Outcome:
        try:
            code = main(list(words))
        except SystemExit as leaving:  # how argparse ends after showing a help page
            code = int(leaving.code or 0)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return run
