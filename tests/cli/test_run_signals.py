"""A performance that is told to stop: it lets go, leaves the terminal as it was, and can be resumed."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from corpus.commands import ROOT, Outcome
from corpus.nursery import Begun, Job
from corpus.probes import ALL, drives_a_terminal
from terminal.ptys import Terminal

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
PATIENCE = 60.0  # seconds on a busy machine; the promise is a benchmark


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


def test_an_interrupt_that_comes_when_all_is_done_changes_nothing(folder: Path) -> None:
    words = ("run", "play.yaml", "--rehearse", "--quiet")
    run = Begun(Job(words, str(folder), dict(os.environ), "terminal.mishaps:interrupted_while_it_leaves"))
    assert (*run.communicate(), run.returncode) == ("ship\n", "", 0)


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


class Asked(Terminal):
    """A run in front of a person, who reads what is written line by line."""

    seen = 0

    def until(self, text: str) -> None:
        """Watch until something is written, behind what was seen before."""
        assert self.wait(lambda: text in self.said[self.seen :]), self.said
        self.seen = self.said.index(text, self.seen) + len(text)

    def answer(self, text: str, then: str) -> None:
        """Answer, again when it came too soon after the question to be one."""
        again = "once more, please\n> "
        self.press(f"{text}\n")
        while then not in self.said[self.seen :]:
            assert self.wait(lambda: any(one in self.said[self.seen :] for one in (then, again))), self.said
            if again in self.said[self.seen :]:
                self.until(again)
                self.press(f"{text}\n")


@pytest.fixture
def asked(folder: Path) -> Iterator[Callable[..., Asked]]:
    """Start a command in a terminal."""
    with contextlib.ExitStack() as opened:

        def ask(*words: str) -> Asked:
            terminal = Asked(*words, folder=folder, size=(80, 24))
            opened.callback(terminal.close)
            return terminal

        yield ask


def test_a_person_at_the_terminal_is_asked(asked: Callable[..., Asked]) -> None:
    terminal = asked("run", "play.yaml", "-i", f"told={ALL}\n> 1".replace("\0", ""))
    terminal.until("> ")
    terminal.answer("very well", then="Ship?")
    terminal.answer("2 the paint is wet", then="done in")
    assert terminal.ends() == 0
    assert "the paint is wet" in terminal.said
    assert not drives_a_terminal(terminal.written.decode().replace("\r\n", "\n").replace("\r\x1b[2K", ""))


def test_ctrl_d_leaves_a_question_open(asked: Callable[..., Asked], footlights: Perform, folder: Path) -> None:
    terminal = asked("run", "play.yaml", "--quiet")
    terminal.until("> ")
    terminal.press("\x04")
    assert terminal.ends() == 3
    assert "How are you?" in footlights("inbox", folder=folder).out


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x1c", 131)])
def test_a_signal_from_the_keyboard_leaves_the_terminal_as_it_was(
    key: str, code: int, asked: Callable[..., Asked]
) -> None:
    terminal = asked("run", "play.yaml")
    terminal.until("> ")
    terminal.press(key)
    if key == "\x03":
        terminal.until("Ctrl+C again")
        terminal.press(key)
    terminal.until("goes on where it was")
    assert (terminal.ends(), terminal.left_changed) == (code, [])


def test_a_terminal_that_hangs_up_leaves_the_run_where_it_was(
    asked: Callable[..., Asked], footlights: Perform, folder: Path
) -> None:
    terminal = asked("run", "play.yaml")
    terminal.until("> ")
    terminal.hang_up()
    assert terminal.ends() == 129
    (run,) = json.loads(footlights("runs", "--json", folder=folder).out)
    assert run["status"] == "paused"
    assert run["reason"] in ("signal", "gate"), (
        "the end of the input may come before the signal: nobody answers either way"
    )
