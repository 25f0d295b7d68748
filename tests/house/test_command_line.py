"""The way in: help, mistakes of typing, and how Footlights ends when something goes wrong."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import COMMANDS
from corpus.commands import ROOT, Outcome
from footlights import __version__

Perform = Callable[..., Outcome]


@pytest.mark.parametrize("words", [[], ["-h"], ["--help"], ["help"]])
def test_help_names_every_command_on_stdout(words: list[str], perform: Perform) -> None:
    shown = perform(*words)
    assert shown.code == 0
    assert shown.err == ""
    for name, summary in COMMANDS.items():
        assert f"  {name:<12}{summary}\n" in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_one_line(word: str, perform: Perform) -> None:
    assert perform(word) == Outcome(0, f"footlights {__version__}\n", "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_two_examples_first(name: str, perform: Perform) -> None:
    shown = perform(name, "-h")
    assert shown.code == 0
    first, second, blank, usage = shown.out.splitlines()[:4]
    assert first.startswith(f"  footlights {name}")
    assert second.startswith(f"  footlights {name}")
    assert blank == ""
    assert usage.startswith(f"usage: footlights {name}")


def test_every_file_of_a_command_is_in_the_table() -> None:
    files = {path.stem for path in (ROOT / "app" / "cli").glob("*.py")}
    commands = {name for name in files if hasattr(importlib.import_module(f"app.cli.{name}"), "perform")}
    assert commands == set(COMMANDS)


def test_a_mistyped_command_names_its_nearest_neighbour(perform: Perform) -> None:
    shown = perform("chekc", "play.yaml")
    assert shown == Outcome(2, "", 'error: there is no command "chekc"\n  hint: did you mean "check"?\n')


def test_a_word_far_from_every_command_is_sent_to_the_help(perform: Perform) -> None:
    assert "footlights --help lists what there is" in perform("xyzzy").err


def test_an_option_before_the_command_is_named_as_one(perform: Perform) -> None:
    shown = perform("--verison")
    assert shown.code == 2
    assert shown.err == 'error: there is no option "--verison"\n  hint: did you mean "--version"?\n'


def test_a_mistyped_option_names_its_nearest_neighbour(perform: Perform) -> None:
    shown = perform("doctor", "--jsn")
    assert shown.code == 2
    assert shown.err == 'error: footlights doctor: there is no option "--jsn"\n  hint: did you mean "--json"?\n'


def test_a_word_too_many_is_named(perform: Perform) -> None:
    shown = perform("doctor", "now")
    assert (shown.code, shown.out) == (2, "")
    assert 'there is nothing to do with "now"' in shown.err


def test_a_missing_argument_is_named_with_the_way_to_the_examples(perform: Perform) -> None:
    shown = perform("check")
    assert (shown.code, shown.out) == (2, "")
    assert "FILE" in shown.err
    assert "hint: footlights check -h" in shown.err


@pytest.mark.parametrize("words", [["\x1b[2Jx"], ["doctor", "--\x1b[2J"], ["doctor", "\x9b2J"], ["completion", "\x1b"]])
def test_a_mistake_is_repeated_without_what_could_drive_the_terminal(words: list[str], perform: Perform) -> None:
    shown = perform(*words)
    assert shown.code == 2
    assert not set(shown.err) & {"\x1b", "\x9b"}


def test_a_key_typed_on_the_command_line_is_not_repeated(perform: Perform) -> None:
    assert "WxYz" not in perform("sk-proj-abcDEF123456ghiWxYz7890").err


def test_a_file_name_that_is_no_text_at_all_is_shown_all_the_same() -> None:
    command = [os.fsencode(sys.executable), b"-m", b"footlights", b"check", b"\xff\xfe.yaml"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"<U+DCFF>" in done.stdout + done.stderr


def test_a_terminal_that_knows_only_ascii_is_no_reason_to_fail() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "footlights", "doctor"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0
    done.stdout.decode("ascii")


def test_a_pipe_that_closes_early_is_left_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "footlights", "--help"]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_ends_a_command_without_a_word(tmp_path: Path) -> None:
    fifo = tmp_path / "play"
    os.mkfifo(fifo)
    program = f"import app.cli.doctor as doctor; doctor.perform = lambda args: open({str(fifo)!r}).read()\n"
    program += "import sys; from footlights.__main__ import main; sys.exit(main(['doctor']))"
    running = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE)
    writer = os.open(fifo, os.O_WRONLY)  # opens only once the command has opened its end
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    os.close(writer)
    assert (running.returncode, said) == (130, b"")
