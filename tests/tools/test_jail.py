"""Whoever is in the jail reads nothing, writes nothing and reaches nobody outside, and is out when the time is up."""

from __future__ import annotations

import asyncio
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.tools.code import warder
from app.tools.code.jail import MAX_SAID, Said, jailed
from app.tools.code.tools import verdict
from tools.conftest import Using


async def attempt(using: Using, lines: str, **arguments: Any) -> str:
    """Run one test that tries something; return its outcome and what was said."""
    body = "".join(f"    {line}\n" for line in lines.split("\n"))
    gives = await using("code.test", {"files": {"test_it.py": f"def test_it():\n{body}"}, **arguments})
    return f"{gives['results'][0]['outcome']}: {gives['results'][0]['message']}"


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the jails of this test alone stand."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


LEAD_OUT = (
    "open('/etc/passwd')",
    "import os; open('/root/.ssh/id_ed25519')",
    "import os; os.symlink('/etc', 'etc')",
    "import os; os.link('/etc/passwd', 'passwd')",
    "import os; os.listdir('/')",
    "import os; os.chdir('/')",
    "import os; os.remove('/tmp/nothing')",
    "import os; os.rename('test_it.py', '/tmp/test_it.py')",
    "open('/tmp/outside', 'w')",
    "open('../outside', 'w')",
    "import shutil; shutil.rmtree('/tmp')",
    "import os; os.chmod('/tmp', 0o777)",
    "import os; os.fork()",
    "import os; os.system('true')",
    "import os; os.execv('/bin/true', ['true'])",
    "import os; os.kill(os.getppid(), 9)",
    "import os; os.killpg(0, 9)",
    "import subprocess; subprocess.run(['true'])",
    "import multiprocessing; multiprocessing.Process(target=print).start()",
    "import socket; socket.create_connection(('127.0.0.1', 80))",
    "import socket; socket.socket()",
    "import socket; socket.getaddrinfo('example.com', 80)",
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1/')",
    "import ctypes",
    "import _ctypes",
    "import resource; resource.setrlimit(resource.RLIMIT_CPU, (99, 99))",
    "import os; [os.mkdir(str(number)) for number in range(201)]",
    "[open(str(number), 'w').close() for number in range(201)]",
)


async def test_what_leads_out_is_refused_in_words(using: Using) -> None:
    tests = "".join(f"def test_{number}():\n    {line}\n" for number, line in enumerate(LEAD_OUT))
    gives = await using("code.test", {"files": {"test_it.py": tests}})
    assert [LEAD_OUT[number] for number, said in enumerate(gives["results"]) if "the jail" not in said["message"]] == []
    assert gives["errors"] == len(LEAD_OUT)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass", "took longer than 1 s"),
        ("import os; os._exit(0)", "left before their end"),
        ("import os; os._exit(7)", "left with exit code 7"),
        ("raise SystemExit", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("'x' * 10**10", "MemoryError"),
        ("def down(): down()\ndown()", "RecursionError"),
        ("open('big', 'w').write('x' * 5_000_000)", "File too large"),
        ("kept = [open('test_it.py') for _ in range(99)]", "Too many open files"),
    ],
)
async def test_what_would_go_on_for_ever_ends(using: Using, lines: str, words: str) -> None:
    said = await attempt(using, lines, seconds=1 if "took longer" in words else 30)
    assert said.startswith("error: ")
    assert words in said


@pytest.mark.parametrize(
    "lines",
    [
        "print('x' * 9_000_000)",
        "import os; os.write(1, b'{}'); os.write(2, b'x' * 100_000)",
        "import sys; sys.stdout.close()",
        "import shutil, os; shutil.rmtree(os.getcwd(), ignore_errors=True)",
        "import os\nfor _ in range(150):\n    os.mkdir('deeper'); os.chdir('deeper')",
        "import threading\nthread = threading.Thread(target=print)\nthread.start()\nthread.join()",
        "import tempfile, pathlib\nwith tempfile.TemporaryDirectory() as it:\n    pathlib.Path(it, 'a').touch()",
    ],
)
async def test_what_hurts_nobody_is_left_alone_and_leaves_nothing(using: Using, temporary: Path, lines: str) -> None:
    assert await attempt(using, lines) == "passed: "
    assert list(temporary.iterdir()) == []


async def test_messages_are_short_whatever_was_compared(using: Using) -> None:
    assert len(await attempt(using, "assert 'x' * 1_000_000 == ''")) < 500


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A place for a program that runs behind the warder alone, with no guard of its own."""
    return tmp_path / "program.py"


EVERY_KERNEL_REFUSES = (
    "open('big', 'w', buffering=1).write('x' * 5_000_000 + chr(10))",
    "kept = [open('a') for _ in range(99)]",
    "__import__('resource').setrlimit(__import__('resource').RLIMIT_NOFILE, (4_000, 4_000))",
    "os.close(os.open('shut', os.O_CREAT | os.O_WRONLY, 0)); open('shut')",
)
LINUX_REFUSES = (
    "os.fork()",
    "os.kill(os.getppid(), 9)",
    "os.kill(os.getpid(), 9)",
    "os.killpg(0, 9)",
    "os.setsid()",
    "os.chmod('.', 0o700)",
    "os.posix_spawn('/bin/true', ['true'], {})",
    "open('/etc/passwd')",
    "os.listdir('/root')",
    "os.listdir('/proc')",
    "open('/tmp/outside', 'w')",
    "os.symlink('/etc', '/tmp/etc')",
    "os.rename('/tmp', '/tmp2')",
    "__import__('socket').socket()",
    "__import__('socket').socket(1)",
    "__import__('socket').socketpair()[0].connect('/run/docker.sock')",
    "__import__('socket').socketpair(type=2)[0].sendto(b'x', '/dev/log')",
    "__import__('resource').prlimit(os.getppid(), 7, (1, 1))",
    "1 / (1 + __import__('ctypes').CDLL(None).kill(os.getppid(), 0))",
    "1 / (1 + __import__('ctypes').CDLL(None).ptrace(16, os.getppid(), 0, 0))",
    "os.mknod('device', 0o20666, os.makedev(1, 5))",
    "os.mkfifo('pipe')",
    "__import__('socket').socket(1).bind('name')",
    "__import__('socket').socketpair(2)",
    "__import__('socket').sethostname(os.uname().nodename)",
    "os.setuid(os.getuid())",
    "os.setgroups([])",
    "os.chroot('.')",
    "os.nice(-1)",
    "__import__('fcntl').fcntl(0, 8, os.getppid())",
    "1 / (1 + __import__('ctypes').CDLL(None).klogctl(10, None, 0))",
    "1 / (1 + __import__('ctypes').CDLL(None).shmget(0, 1, 0o1600))",
    "1 / (1 + __import__('ctypes').CDLL(None).msgget(0, 0o1600))",
    "1 / (1 + __import__('ctypes').CDLL(None).fanotify_init(0, 0))",
    "1 / (1 + __import__('ctypes').CDLL(None).prctl(1, 9, 0, 0, 0))",
    "1 / (1 + __import__('ctypes').CDLL(None).personality(0xFFFFFFFF))",
)
KERNEL_REFUSES = EVERY_KERNEL_REFUSES + LINUX_REFUSES * (sys.platform == "linux")


async def test_the_kernel_refuses_it_too_when_nothing_else_does(program: Path) -> None:
    program.write_text(
        f"import os\nfor line in {KERNEL_REFUSES!r}:\n    try:\n        exec(line)\n"
        "        print('{\"done\": true}')\n"
        "    except (OSError, ValueError, ZeroDivisionError):\n        print('{\"refused\": true}')\n"
    )
    said = await jailed(program, {"a": ""}, {}, 5)
    assert [line for line, record in zip(KERNEL_REFUSES, said.records, strict=True) if "refused" not in record] == []


async def test_behind_the_walls_there_is_room_to_work(program: Path) -> None:
    program.write_text(
        "import json, os, socket, threading, zoneinfo\n"
        "left, right = socket.socketpair(); left.send(b'x'); assert right.recv(1) == b'x'\n"
        "thread = threading.Thread(target=print); thread.start(); thread.join()\n"
        "open('a', 'w').write('b'); os.rename('a', 'b'); os.remove('b')\n"
        "import asyncio; asyncio.run(asyncio.sleep(0)); os.close(os.dup(0)); os.isatty(0); os.get_blocking(0)\n"
        "words = [word for word in sorted(os.environ) if word != '__CF_USER_TEXT_ENCODING']  # macOS adds it\n"
        "print(json.dumps({'environment': words, 'order': input()}))\n"
    )
    said = await jailed(program, {"a": ""}, {"word": 1}, 5)
    environment = ["HOME", "LC_ALL", "PYTHONHASHSEED", "TMPDIR"]
    assert said.records == [{"environment": environment, "order": '{"word": 1}'}]


def answer(machine: str, number: int, *words: int) -> str:
    """Return what the filter of the jail says to a system call."""
    which, architecture = warder.MACHINES[machine]
    memory = struct.pack("=IIQ6Q", number, architecture, 0, *[*words, *[0] * 6][:6])
    steps = list(warder.steps(which, architecture))
    at = held = 0
    while True:
        what, if_so, if_not, value = steps[at]
        if what == 0x06:
            return {0x7FFF0000: "allowed", 0x50001: "refused", 0x50026: "unknown", 0x80000000: "killed"}[value]
        if what == 0x20:
            held, at = struct.unpack_from("=I", memory, value)[0], at + 1
        else:
            holds = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[what]
            at += 1 + (if_so if holds else if_not)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_of_all_that_a_kernel_does_only_what_is_listed_is_allowed(machine: str) -> None:
    which = warder.MACHINES[machine][0]
    listed = {entry[which] for entry in warder.ALLOWED.values()}
    others = {entry[0][which] for entry in warder.ALLOWED_WITH.values()} | {(56, 220)[which], (44, 206)[which], 435}
    for number in set(range(-1, 600)) - others:
        said = answer(machine, number & 0xFFFFFFFF)
        assert said == ("allowed" if number >= 0 and number in listed else "refused" if number <= 462 else "unknown")


@pytest.mark.parametrize(
    ("machine", "call", "said"),
    [
        ("x86_64", (56, 0x3D0F00), "allowed"),  # clone: a thread, and then a process
        ("aarch64", (220, 0x3D0F00), "allowed"),
        ("x86_64", (56, 17), "refused"),
        ("aarch64", (220, 17), "refused"),
        ("x86_64", (435, 0), "unknown"),
        ("x86_64", (302, 0), "allowed"),  # prlimit: its own, and those of another
        ("aarch64", (261, 1), "refused"),
        ("x86_64", (44, 3, 0, 1, 0, 0), "allowed"),  # sendto: its pair, and an address
        ("aarch64", (206, 3, 0, 1, 0, 1 << 40), "refused"),
        ("x86_64", (53, 1), "allowed"),  # socketpair: local, and anything else
        ("aarch64", (199, 2), "refused"),
        ("x86_64", (72, 0, 3), "allowed"),  # fcntl: to read flags, and to have a signal sent
        ("aarch64", (25, 0, 8), "refused"),
        ("x86_64", (16, 0, 0x5412), "refused"),  # ioctl: to type into a terminal
        ("x86_64", (0x40000000 | 1,), "refused"),
    ],
)
def test_some_of_it_is_allowed_with_harmless_words_only(machine: str, call: tuple[int, ...], said: str) -> None:
    assert answer(machine, *call) == said


async def test_more_files_than_are_right_end_the_program_whoever_makes_them(program: Path) -> None:
    program.write_text("for number in range(300): open(str(number), 'w').close()")
    assert (await jailed(program, {"a": ""}, {}, 10)).ended == "made more than 200 files and folders"
    program.write_text("import itertools\nfor number in itertools.count(): open(str(number), 'w').close()")
    assert (await jailed(program, {"a": ""}, {}, 30)).ended == "made more than 200 files and folders"


async def test_folders_that_are_shut_and_thousands_deep_are_removed_too(program: Path, temporary: Path) -> None:
    program.write_text(
        "import os\nos.mkdir('shut'); os.mkdir('shut/in', 0); os.mkdir('also', 0o300)\n"
        "for _ in range(1_100): os.mkdir('deep'); os.chdir('deep')\n"
    )
    said = await jailed(program, {"a": ""}, {}, 10)
    assert said.ended == "made more than 200 files and folders"
    assert list(temporary.iterdir()) == []


async def test_no_name_leads_to_what_the_guard_knows(using: Using) -> None:
    lines = "import __main__, sys\n__main__._REFUSED = ()\nassert not hasattr(__main__, '_guard')\nimport ctypes"
    assert "the jail lets no test import ctypes" in await attempt(using, lines)


async def test_a_program_that_says_too_much_is_ended(program: Path) -> None:
    program.write_text("while True: print('x' * 10_000)")
    said = await jailed(program, {"a": ""}, {}, 10)
    assert said.ended == "said more than it may"
    assert MAX_SAID > 0 == len(said.records)


async def test_words_that_are_no_record_are_left_out(program: Path) -> None:
    program.write_text("print('[1]'); print('[' * 99_999); print('{\"a\": 1}'); print('{\"b')")
    assert (await jailed(program, {"a": ""}, {}, 5)).records == [{"a": 1}]


async def test_a_test_that_is_cancelled_leaves_no_process_and_no_folder(using: Using, temporary: Path) -> None:
    me = psutil.Process()
    before = set(me.children())
    files = {"test_it.py": "def test_it():\n    while True: pass\n"}
    running = asyncio.create_task(using("code.test", {"files": files}))
    while not (set(me.children()) - before or running.done()):
        await asyncio.sleep(0)
    assert len(list(temporary.iterdir())) == 1
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert set(me.children()) <= before
    assert list(temporary.iterdir()) == []


def test_a_jail_in_which_nothing_was_said_is_no_success() -> None:
    assert verdict(Said([], ""), []) == {
        "ok": False,
        "said": "0 of 1 pass; the tests left before their end, and were ended",
        "passed": 0,
        "failed": 0,
        "errors": 1,
        "skipped": 0,
        "not_run": 0,
        "results": [
            {"test": "the beginning", "outcome": "error", "message": "the tests left before their end, and were ended"}
        ],
    }
