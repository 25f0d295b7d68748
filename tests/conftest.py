"""What every test may use: a home of its own, and Footlights run from outside or in this process."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from shutil import disk_usage

import pytest
from hypothesis import settings

from corpus.commands import ROOT, Outcome
from corpus.nursery import SURROUNDINGS, Begun, Job
from footlights.__main__ import main
from providers.catalogue import built_in

settings.load_profile("ci")  # the same examples every time, however long a busy machine takes for one

ROOM = 2 << 30  # bytes, several times what all tests together write
FEW = 40  # letters of a folder in which the path of a socket can still end
_LOOKS = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE"),
    *("FOOTLIGHTS_ASCII", "FOOTLIGHTS_DEBUG", "FOOTLIGHTS_MOTION", "FOOTLIGHTS_SCREEN_READER", "TERM_PROGRAM"),
    "TMUX",
)
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_KEYS = [
    f"{name}{ending}"
    for service in built_in().services.values()
    for name in (*service.keys, service.address, f"{service.name.upper()}_BASE_URL")
    for ending in ("", "_FILE")
]


def pytest_configure() -> None:
    """Write into memory where there is room for it: on a disk an archive waits at each step until it is safe there.

    Hear ctrl+c: a shell lets what it starts in the background ignore that, and all that such a command starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    _forget_who_runs_them()
    memory = Path("/dev/shm")
    if memory.is_dir() and disk_usage(memory).free > ROOM and not os.statvfs(memory).f_flag & os.ST_NOEXEC:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def _forget_who_runs_them() -> None:
    """Neither their keys, their network and their umask count nor what their terminal asked for.

    It is done before anything is loaded: some of it is looked at only once.
    """
    os.umask(0o022)
    for name in [*_LOOKS, *_NETWORK, *_KEYS, *(name for name in os.environ if name.startswith("TEXTUAL"))]:
        os.environ.pop(name, None)
    os.environ |= {"LANG": "C.UTF-8", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    SURROUNDINGS.update(os.environ)


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


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the real home of whoever runs the tests also out of what a module shares."""
    with pytest.MonkeyPatch.context() as patch:
        _move_home(tmp_path_factory.mktemp("nobody"), patch)
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a home of its own."""
    _move_home(tmp_path, monkeypatch)


def _move_home(folder: Path, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("FOOTLIGHTS_HOME", str(folder / "home"))
    patch.setenv("FOOTLIGHTS_CONFIG", str(folder / "config"))


@pytest.fixture(autouse=True)
def own_temp(own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test a folder for what is temporary: what a killed process leaves there would meet the next test.

    Its name is short, since sockets are put there, and it is in memory where tests write into memory.
    """
    place = os.environ.get("PYTEST_DEBUG_TEMPROOT") or tempfile.gettempdir()
    with tempfile.TemporaryDirectory(
        prefix="fl-", dir=place if len(place) < FEW else "/tmp", ignore_cleanup_errors=True
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
