"""The process that forks: what it tells of is heard, however it arrives."""

from __future__ import annotations

import os
from pathlib import Path

from terminal.nursery import Job, Nursery


def test_an_end_that_arrives_together_with_a_birth_is_not_missed(tmp_path: Path) -> None:
    heard, tells = os.pipe()
    with (tmp_path / "asked").open("w") as asked, os.fdopen(heard) as told:
        nursery = Nursery(asked, told)
        os.write(tells, b'{"born": 7}\n{"ended": 7, "code": 3}\n{"ended": 8, "co')
        child = nursery.fork(Job("", "", {}, ()))
        assert child.poll() == 3
        assert nursery.code_of(8) is None
        os.write(tells, b'de": -9}\n')
        assert nursery.code_of(8) == -9
        os.close(tells)
