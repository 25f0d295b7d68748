"""The pictures of the documentation show what the commands print today, and load nothing from anywhere."""

from __future__ import annotations

import subprocess
import sys

from corpus.commands import ROOT


def test_every_picture_is_up_to_date() -> None:
    command = [sys.executable, "docs/make_pictures.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_picture_calls_anywhere() -> None:
    for picture in (ROOT / "docs" / "pictures").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert "url(" not in text
        assert "href" not in text
        assert text.count("://") == 1  # the name of the SVG language itself
