"""Bytes become text, or one clear problem: no file makes the reader wait, crash or leave the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.document import read_included, read_source
from app.errors import ScenarioRefused


def code_of(path: Path) -> str:
    with pytest.raises(ScenarioRefused) as refused:
        read_source(path)
    return refused.value.problems[0].code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("name: x\n".encode("utf-16"), "encoding"),
        ("name: x\n".encode("utf-16-le"), "binary"),
        (b"\xef\xbb\xbfname: x\n", "byte-order-mark"),
        (b"name: x\r\n", "line-ends"),
        (b"name: x\rtitle: y\n", "line-ends"),
        (b"name: \xff\n", "encoding"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"name: \x1b[2J\n", "control-character"),
        ("name: a\u202eb\n".encode(), "control-character"),
        (b"a" * 1_000_001, "too-large"),
    ],
)
def test_what_is_not_plain_text_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    assert code_of(path) == code


def test_a_file_of_exactly_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(b"#" * 1_000_000)
    assert len(read_source(path).text) == 1_000_000


def test_a_wrong_byte_is_shown_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes("name: ü\ntitle: ".encode() + b"\xff\n")
    with pytest.raises(ScenarioRefused) as refused:
        read_source(path)
    assert (refused.value.problems[0].line, refused.value.problems[0].column) == (2, 8)


def test_a_missing_file_names_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "feature.yaml").touch()
    with pytest.raises(ScenarioRefused) as refused:
        read_source(tmp_path / "feture.yaml")
    assert "feature.yaml" in refused.value.problems[0].hint


def test_folders_pipes_devices_and_dead_links_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert code_of(tmp_path) == "folder"
    assert code_of(tmp_path / "pipe") == "not-a-file"
    assert code_of(Path("/dev/zero")) == "not-a-file"
    assert code_of(tmp_path / "loop") == "outside"
    assert code_of(tmp_path / "none" / "file.yaml") == "missing"
    assert code_of(tmp_path / ("x" * 300)) == "missing"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project" / "scenarios" / "lines").mkdir(parents=True)
    (tmp_path / "project" / "scenarios" / "lines" / "api.md").write_text("An API.\n")
    (tmp_path / "secret.txt").write_text("secret\n")
    return tmp_path / "project"


def test_an_included_file_is_found_beside_the_one_that_names_it(project: Path) -> None:
    scenario = project / "scenarios" / "play.yaml"
    assert read_included("lines/api.md", scenario, project).text == "An API.\n"
    assert read_included("./lines/../lines/api.md", scenario, project).text == "An API.\n"


@pytest.mark.parametrize(
    "reference",
    [
        "../../secret.txt", "lines/../../../secret.txt", "/etc/passwd", "~/secret", "~root/.bashrc", "C:\\secret.txt",
        "\\\\host\\share", "file:///etc/passwd", "http://localhost/x", "link.txt", "folder/secret.txt", "loop",
    ],
)  # fmt: skip
def test_no_reference_leaves_the_project(reference: str, project: Path) -> None:
    scenarios = project / "scenarios"
    (scenarios / "link.txt").symlink_to(project.parent / "secret.txt")
    (scenarios / "folder").symlink_to(project.parent)
    (scenarios / "loop").symlink_to("loop")
    with pytest.raises(ScenarioRefused) as refused:
        read_included(reference, scenarios / "play.yaml", project)
    assert refused.value.problems[0].code == "outside"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("lines", "folder"),
        ("pipe", "not-a-file"),
        ("none.md", "missing"),
        ("a\x00b", "outside"),
        ("x" * 5000, "missing"),
    ],
)
def test_what_is_no_readable_file_inside_the_project_is_refused(reference: str, code: str, project: Path) -> None:
    os.mkfifo(project / "scenarios" / "pipe")
    with pytest.raises(ScenarioRefused) as refused:
        read_included(reference, project / "scenarios" / "play.yaml", project)
    assert refused.value.problems[0].code == code


def test_a_link_inside_the_project_may_be_followed(project: Path) -> None:
    (project / "scenarios" / "short.md").symlink_to("lines/api.md")
    assert read_included("short.md", project / "scenarios" / "play.yaml", project).text == "An API.\n"
