"""A performance that is told to stop: it lets go, leaves the terminal as it was, and can be resumed."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun, Job
from corpus.probes import ALL, drives_a_terminal

Perform = Callable[..., Outcome]

PLAY = """
schema: footlights/v1
name: play
inputs: {told: {default: nothing}}
steps:
  first: {ask: How are you?}
  ship: {approve: {ask: "Ship? ${{ inputs.told }}", options: [ship, hold]}}
outputs: {choice: "${{ steps.ship.output.choice }}"}
"""
PATIENCE = 30.0  # seconds on a busy machine; the promise is a benchmark


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "play.yaml").write_text(PLAY)
    (tmp_path / "answers.yaml").write_text("first: fine\nship: hold\n")
    return tmp_path


@pytest.fixture
def begun(folder: Path) -> Iterator[Callable[..., Begun]]:
    """Start a command, and do not wait."""
    processes: list[Begun] = []

    def begin(*words: str) -> Begun:
        processes.append(Begun(Job(words, str(folder), {**os.environ, "PYTHONPATH": str(ROOT)})))
        return processes[-1]

    yield begin
    for process in processes:
        process.close()


@pytest.fixture
def waiting(begun: Callable[..., Begun]) -> Callable[[], Begun]:
    """Start a run that waits at its first question."""

    def start() -> Begun:
        run = begun("run", "play.yaml", "--wait", "--json")
        while "gate.opened" not in run.stdout.readline():
            assert run.poll() is None
        return run

    return start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_any_signal_leaves_the_run_where_it_was(
    number: signal.Signals, waiting: Callable[[], Begun], footlights: Perform, folder: Path
) -> None:
    run = waiting()
    run.send_signal(number)
    out, said = run.communicate()
    assert run.returncode == 128 + number
    assert json.loads(out.splitlines()[-1])["kind"] == "run.paused"
    assert "footlights resume" in said
    assert "Traceback" not in said
    resumed = footlights("resume", "last", "--answers", "answers.yaml", "--quiet", folder=folder)
    assert resumed == Outcome(0, "hold\n", "")


def test_ctrl_c_twice_stops_at_once(waiting: Callable[[], Begun], footlights: Perform, folder: Path) -> None:
    run = waiting()
    run.send_signal(signal.SIGINT)
    while "Ctrl+C again" not in run.stderr.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGINT)
    run.communicate()
    assert run.returncode == 130
    assert footlights("resume", "last", "--answers", "answers.yaml", "--quiet", folder=folder).out == "hold\n"


@pytest.mark.parametrize("answers", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_after_one_ctrl_c_what_runs_may_end_and_nothing_new_starts(
    answers: bool, begun: Callable[..., Begun], folder: Path
) -> None:
    with Held() as server:
        address = f"127.0.0.1:{server.port}"
        steps = f"steps:\n  ask: {{tool: http, with: {{url: 'http://{address}/'}}}}\n  then: {{narrate: Never.}}\n"
        (folder / "play.yaml").write_text(f"schema: footlights/v1\nname: play\n{steps}")
        run = begun("run", "play.yaml", "--host", address, "--json")
        server.asked.wait(PATIENCE)
        run.send_signal(signal.SIGINT)
        while "Ctrl+C again" not in run.stderr.readline():
            assert run.poll() is None
        if answers:
            server.go_on.set()
        out, _ = run.communicate()
        server.go_on.set()
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert run.returncode == 130
    assert kinds[-1] == "run.paused"
    assert ("tool.finished" in kinds) == answers
    assert "narration" not in kinds


class Held:
    """A server on this machine that answers when it is told to."""

    def __init__(self) -> None:
        self.asked, self.go_on = threading.Event(), threading.Event()
        held = self

        class Answering(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                held.asked.set()
                held.go_on.wait(PATIENCE)
                with contextlib.suppress(OSError):
                    self.send_response(200)
                    self.send_header("content-length", "2")
                    self.end_headers()
                    self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.port = self._server.server_address[1]

    def __enter__(self) -> Held:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_what_was_told_to_be_ignored_is_ignored(folder: Path, footlights: Perform) -> None:
    program = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'footlights', 'run', 'play.yaml', '--wait', '--json'])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.Popen([sys.executable, "-c", program], cwd=folder, env=environment, stdout=subprocess.PIPE)
    assert run.stdout is not None
    while b"gate.opened" not in run.stdout.readline():
        assert run.poll() is None
    run.send_signal(signal.SIGHUP)
    assert footlights("answer", "first", "fine", folder=folder).code == 0
    while b"gate.answered" not in run.stdout.readline():
        assert run.poll() is None
    run.terminate()
    run.communicate(timeout=PATIENCE)
    assert run.returncode == 143


def test_a_killed_run_shows_as_interrupted_and_goes_on(
    waiting: Callable[[], Begun], footlights: Perform, folder: Path
) -> None:
    run = waiting()
    while footlights("inbox", "--json", folder=folder).out == "[]\n":  # told at once, and durable a moment later
        assert run.poll() is None
    run.kill()
    run.communicate()
    assert json.loads(footlights("runs", "--json", folder=folder).out)[0]["status"] == "interrupted"
    assert "interrupted" in footlights("inbox", folder=folder).out
    assert footlights("resume", "last", "--answers", "answers.yaml", "--quiet", folder=folder).out == "hold\n"


def test_a_run_is_answered_and_directed_from_another_process(
    waiting: Callable[[], Begun], footlights: Perform, folder: Path
) -> None:
    run = waiting()
    busy = footlights("resume", "last", folder=folder)
    assert (busy.code, "performed" in busy.err) == (1, True)
    assert footlights("answer", "first", "very well", folder=folder).code == 0
    while '"ship#1"' not in run.stdout.readline():
        assert run.poll() is None
    assert footlights("direct", "last", "cancel", folder=folder).code == 0
    out, _ = run.communicate()
    assert run.returncode == 1
    assert json.loads(out.splitlines()[-1])["outcome"] == "cancelled"


class Terminal:
    """A run on a terminal of its own, and a person in front of it."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.shown = ""
        self.seen = 0
        self.pid, self.screen = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.environ |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"}
            os.execv(sys.executable, [sys.executable, "-m", "footlights", *words])
        self.before = termios.tcgetattr(self.screen)

    def until(self, text: str) -> None:
        """Watch until something is shown."""
        while text not in self.shown[self.seen :]:
            self.look()
        self.seen = self.shown.index(text, self.seen) + len(text)

    def look(self) -> None:
        """Read what is shown next."""
        assert select.select([self.screen], [], [], PATIENCE)[0], self.shown
        self.shown += os.read(self.screen, 65536).decode()

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())

    def answer(self, text: str, then: str) -> None:
        """Answer, again when it came too soon after the question to be one."""
        self.type(f"{text}\n")
        while then not in self.shown[self.seen :]:
            self.look()
            if self.shown.endswith("once more, please\r\n> "):
                self.type(f"{text}\n")

    def end(self) -> int:
        """Watch to the end, and tell the exit code."""
        try:
            while piece := os.read(self.screen, 65536):
                self.shown += piece.decode()
        except OSError:  # how a terminal says that nobody writes to it any more
            pass
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status)


def test_a_person_at_the_terminal_is_asked(folder: Path) -> None:
    terminal = Terminal(folder, "run", "play.yaml", "-i", f"told={ALL}\n> 1".replace("\0", ""))
    terminal.until("> ")
    terminal.answer("very well", then="Ship?")
    terminal.answer("2 the paint is wet", then="done in")
    assert terminal.end() == 0
    assert "the paint is wet" in terminal.shown
    assert not drives_a_terminal(terminal.shown.replace("\r\n", "\n").replace("\r\x1b[2K", ""))


def test_ctrl_d_leaves_a_question_open(folder: Path, footlights: Perform) -> None:
    terminal = Terminal(folder, "run", "play.yaml", "--quiet")
    terminal.until("> ")
    terminal.type("\x04")
    assert terminal.end() == 3
    assert "How are you?" in footlights("inbox", folder=folder).out


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x1c", 131)])
def test_a_signal_from_the_keyboard_leaves_the_terminal_as_it_was(key: str, code: int, folder: Path) -> None:
    terminal = Terminal(folder, "run", "play.yaml")
    terminal.until("> ")
    terminal.type(key)
    if key == "\x03":
        terminal.until("Ctrl+C again")
        terminal.type(key)
    terminal.until("goes on where it was")
    assert termios.tcgetattr(terminal.screen) == terminal.before
    assert terminal.end() == code


def test_a_terminal_that_hangs_up_leaves_the_run_where_it_was(folder: Path, footlights: Perform) -> None:
    terminal = Terminal(folder, "run", "play.yaml")
    terminal.until("> ")
    os.close(terminal.screen)
    _, status = os.waitpid(terminal.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 129
    (run,) = json.loads(footlights("runs", "--json", folder=folder).out)
    assert run["status"] == "paused"
    assert run["reason"] in ("signal", "gate"), (
        "the end of the input may come before the signal: nobody answers either way"
    )
