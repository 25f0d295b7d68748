"""Whoever is in the jail reads nothing, writes nothing and reaches nobody outside, and is out when the time is up."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.tools.code.jail import MAX_SAID, jailed
from app.tools.code.tools import verdict
from tools.conftest import Using

ON_LINUX = sys.platform == "linux"


async def attempt(using: Using, lines: str, **arguments: Any) -> str:
    """Run one test that tries something; return its outcome and what was said."""
    body = "".join(f"    {line}\n" for line in lines.split("\n"))
    gives = await using("code.test", {"files": {"test_it.py": f"def test_it():\n{body}"}, **arguments})
    return f"{gives['results'][0]['outcome']}: {gives['results'][0]['message']}"


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
async def test_what_hurts_nobody_is_left_alone_and_leaves_nothing(using: Using, lines: str) -> None:
    assert await attempt(using, lines) == "passed: "
    assert not list(Path(tempfile.gettempdir()).glob(f"footlights-jail-*/{'deeper/' * 9}"))


async def test_messages_are_short_whatever_was_compared(using: Using) -> None:
    assert len(await attempt(using, "assert 'x' * 1_000_000 == ''")) < 500


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A place for a program that runs behind the warder alone, with no guard of its own."""
    return tmp_path / "program.py"


KERNEL_REFUSES = (
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
)


@pytest.mark.skipif(not ON_LINUX, reason="the kernel's own walls are Linux's")
async def test_the_kernel_refuses_it_too_when_nothing_else_does(program: Path) -> None:
    program.write_text(
        f"import os\nfor line in {KERNEL_REFUSES!r}:\n    try:\n        exec(line)\n"
        "        print('{\"done\": true}')\n"
        "    except (OSError, ZeroDivisionError):\n        print('{\"refused\": true}')\n"
    )
    said = await jailed(program, {"a": ""}, {}, 5)
    assert [line for line, record in zip(KERNEL_REFUSES, said.records, strict=True) if "refused" not in record] == []


@pytest.mark.skipif(not ON_LINUX, reason="the kernel's own walls are Linux's")
async def test_behind_the_walls_there_is_room_to_work(program: Path) -> None:
    program.write_text(
        "import json, os, socket, threading, zoneinfo\n"
        "left, right = socket.socketpair(); left.send(b'x'); assert right.recv(1) == b'x'\n"
        "thread = threading.Thread(target=print); thread.start(); thread.join()\n"
        "open('a', 'w').write('b'); os.rename('a', 'b'); os.remove('b')\n"
        "print(json.dumps({'environment': sorted(os.environ), 'order': input()}))\n"
    )
    said = await jailed(program, {"a": ""}, {"word": 1}, 5)
    environment = ["HOME", "LC_ALL", "PYTHONHASHSEED", "TMPDIR"]
    assert said.records == [{"environment": environment, "order": '{"word": 1}'}]


async def test_a_program_that_says_too_much_is_ended(program: Path) -> None:
    program.write_text("while True: print('x' * 10_000)")
    said = await jailed(program, {"a": ""}, {}, 10)
    assert said.ended == "said more than it may"
    assert MAX_SAID > 0 == len(said.records)


async def test_words_that_are_no_record_are_left_out(program: Path) -> None:
    program.write_text("print('[1]'); print('[' * 99_999); print('{\"a\": 1}'); print('{\"b')")
    assert (await jailed(program, {"a": ""}, {}, 5)).records == [{"a": 1}]


async def test_a_test_that_is_cancelled_leaves_no_process_and_no_folder(using: Using) -> None:
    me, temporary = psutil.Process(), Path(tempfile.gettempdir())
    before, folders = set(me.children()), set(temporary.glob("footlights-jail-*"))
    files = {"test_it.py": "def test_it():\n    while True: pass\n"}
    running = asyncio.create_task(using("code.test", {"files": files}))
    while not (set(me.children()) - before or running.done()):
        await asyncio.sleep(0)
    ours = set(temporary.glob("footlights-jail-*")) - folders
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert set(me.children()) <= before
    assert not any(folder.exists() for folder in ours)


def test_a_jail_in_which_nothing_was_said_is_no_success() -> None:
    from app.tools.code.jail import Said

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
