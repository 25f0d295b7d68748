"""The process that forks: each whom it starts is told of on a line of its own, and takes over what it was given."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from corpus.nursery import Begun, Job


def begun(folder: Path, *words: str) -> Begun:
    return Begun(Job(words, str(folder), dict(os.environ)))


def test_each_ends_with_its_own_code_and_its_own_words(tmp_path: Path) -> None:
    wrong, right = begun(tmp_path, "check", "nothing.yaml"), begun(tmp_path, "--version")
    (told, complained), (version, nothing) = wrong.communicate(), right.communicate()
    assert (wrong.returncode, right.returncode) == (2, 0)
    assert "nothing.yaml" in told + complained
    assert (version.split()[0], nothing) == ("footlights", "")


def test_whoever_is_killed_is_told_of_as_killed(tmp_path: Path) -> None:
    process = begun(tmp_path, "run", "hello", "--rehearse", "--pace", "real")
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.close()


def test_of_many_at_once_none_is_mistaken_for_another(tmp_path: Path) -> None:
    many = [begun(tmp_path, "check", f"nothing-{number}.yaml") for number in range(8)]
    for number, process in reversed(list(enumerate(many))):
        assert f"nothing-{number}" in "".join(process.communicate())
