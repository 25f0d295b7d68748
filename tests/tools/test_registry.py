"""Tools are found by name, one family at a time, and asking for names costs nothing."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import jsonschema_rs
import pytest

from app.tools.offers import check_arguments
from app.tools.registry import FAMILIES, families, find, members, names
from corpus.commands import ROOT


@pytest.mark.parametrize("name", names())
def test_every_name_is_a_tool_of_that_name(name: str) -> None:
    tool = find(name)
    assert tool is not None
    assert tool.name == name


@pytest.mark.parametrize("family", families())
def test_a_family_has_no_tool_that_is_not_listed(family: str) -> None:
    module = import_module(f"app.tools.{family}")
    tools = module.TOOLS if hasattr(module, "TOOLS") else import_module(f"app.tools.{family}.tools").TOOLS
    assert tuple(tool.name for tool in tools) == FAMILIES[family]


@pytest.mark.parametrize(
    "name", ["", "table", "tabel", "table.", "table.drop", "plan.swot", "web.search", "http.get", "os"]
)
def test_what_is_not_there_is_none(name: str) -> None:
    assert find(name) is None


def test_file_alone_means_reading() -> None:
    assert find("file") is find("file.read")
    assert [tool.name for tool in members("file")] == ["file.read"]


def test_a_family_stands_for_all_its_tools() -> None:
    assert tuple(tool.name for tool in members("table")) == FAMILIES["table"]
    assert [tool.name for tool in members("http")] == ["http"]
    assert members("plans") == ()


@pytest.mark.parametrize("name", names())
def test_every_tool_declares_its_arguments_and_an_example_that_fits_them(name: str) -> None:
    tool = find(name)
    assert tool is not None
    assert jsonschema_rs.meta.is_valid(tool.parameters)
    assert tool.parameters["additionalProperties"] is False
    assert tool.example
    assert check_arguments(tool, tool.example) == []


@pytest.mark.parametrize("name", names())
def test_what_only_reads_can_always_be_done_again(name: str) -> None:
    tool = find(name)
    assert tool is not None
    use = tool.use_of(tool.example)
    assert use.idempotent or use.effect == "write"


def test_names_are_known_without_loading_a_family_or_a_library() -> None:
    program = (
        "import sys; before = set(sys.modules); from app.tools.registry import find, names; names(); find('web.read')\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"__future__", "app", "app.tools", "app.tools.registry"}


def test_all_families_together_load_no_http_library_and_no_validator() -> None:
    program = (
        "import sys; from app.tools.registry import find, names; [find(name) for name in names()]\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert not loaded & {"httpx", "httpx2", "jsonschema_rs", "psutil", "textual", "rich"}
