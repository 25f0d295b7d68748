"""The commands of a scenario file, as a person meets them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from app.scenario import check
from app.scenario.library import list_scenarios
from corpus.commands import Outcome

Run = Callable[..., Outcome]


def test_check_says_that_a_scenario_is_in_order(perform: Run) -> None:
    done = perform("check", "feature-sprint")
    assert done.code == 0
    assert done.out.startswith("✓ scenarios/engineering/feature-sprint.yaml:")


def test_check_shows_every_mistake_with_its_line_and_exits_with_2(perform: Run, tmp_path: Path) -> None:
    path = tmp_path / "play.yaml"
    path.write_text("schema: footlights/v1\nname: play\nstepz: {}\nsteps: {a: {narate: Hi.}}\n")
    done = perform("check", str(path))
    assert done.code == 2
    assert f"{path}:3:1: error:" in done.out
    assert f"{path}:4:13: error:" in done.out
    assert "2 errors in play.yaml" in done.out


def test_check_as_json_is_one_document(perform: Run, tmp_path: Path) -> None:
    path = tmp_path / "play.yaml"
    path.write_text("name: play\n")
    done = perform("check", "--json", str(path), "hello")
    told = json.loads(done.out)
    assert (told["ok"], [file["ok"] for file in told["files"]]) == (False, [False, True])
    assert {"code", "message", "hint", "file", "line", "column", "length", "severity"} == set(
        told["files"][0]["problems"][0]
    )


def test_check_of_a_folder_takes_every_file_in_it(perform: Run) -> None:
    done = perform("check", "scenarios")
    assert done.code == 0
    assert done.out.count("✓") == len(list(Path("scenarios").rglob("*.yaml")))


def test_strict_counts_warnings(perform: Run, tmp_path: Path) -> None:
    path = tmp_path / "play.yaml"
    path.write_text("schema: footlights/v1\nname: play\ninputs: {x: {}}\nsteps: {a: {narrate: Hi.}}\n")
    assert perform("check", str(path)).code == 0
    assert perform("check", "--strict", str(path)).code == 2


@pytest.mark.parametrize("word", ["no-such-play", "no-such-play.yaml", ".", ""])
def test_a_file_that_cannot_be_checked_is_bad_usage(
    word: str, perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = perform("check", word)
    assert done.code == 2
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize("width", [40, 80, 120])
def test_explain_keeps_to_the_width(width: int, perform: Run) -> None:
    done = perform("explain", "feature-sprint", "--width", str(width))
    assert done.code == 0
    assert max(map(len, done.out.splitlines())) <= width
    for step in ("plan", "polish", "verdict", "sign_off", "deploy"):
        assert step in done.out


def test_explain_tells_what_is_needed(perform: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    told = perform("explain", "feature-sprint", "--width", "100").out
    assert "ANTHROPIC_API_KEY is not set" in told
    assert "approver" in told
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-not-to-be-shown")
    told = perform("explain", "feature-sprint", "--width", "100").out
    assert "ANTHROPIC_API_KEY is set" in told
    assert "not-to-be-shown" not in told


def test_explain_as_json_has_the_plan(perform: Run) -> None:
    plan = json.loads(perform("explain", "feature-sprint", "--json").out)
    steps = {step["step"]: step for step in plan["steps"]}
    assert steps["polish"]["needs"] == ["api", "ui"]
    assert steps["polish/fix"]["if"] == "not steps.verdict.output.pass"
    assert [gate["step"] for gate in plan["needs"]["gates"]] == ["sign_off"]
    assert plan["needs"]["calls"] > 0


def test_explain_refuses_what_check_refuses(perform: Run, tmp_path: Path) -> None:
    path = tmp_path / "play.yaml"
    path.write_text("schema: footlights/v1\nname: play\nsteps: {a: {agent: x, prompt: Hi.}}\n")
    done = perform("explain", str(path))
    assert done.code == 2
    assert 'there is no agent "x"' in done.err


def test_the_schema_accepts_every_bundled_scenario(perform: Run) -> None:
    validator = jsonschema_rs.validator_for(json.loads(perform("schema").out))
    for listed in list_scenarios(Path.cwd()):
        validator.validate(yaml.load(listed.path.read_text(), Loader=yaml.CBaseLoader) and _plain(listed.path))


@pytest.mark.parametrize(
    "mistake",
    [
        "steps: {a: {agnt: x, prompt: Hi.}}", "steps: {a: {agent: x, prompt: Hi., tool: http}}", "stepz: {}",
        "steps: {}",
        "steps: {a: {narrate: Hi., timeout: soon}}", "steps: {a: {loop: {until: x}, steps: {b: {narrate: Hi.}}}}",
        "steps: {a: {approve: {}}}", "steps: {a: {narrate: 7}}",
    ],
)  # fmt: skip
def test_the_schema_refuses_what_check_refuses(mistake: str, perform: Run) -> None:
    validator = jsonschema_rs.validator_for(json.loads(perform("schema").out))
    text = f"schema: footlights/v1\nname: play\n{mistake}\n"
    assert not validator.is_valid(yaml.safe_load(text))


def _plain(path: Path) -> object:
    from app.document import parse, read_source

    return parse(read_source(path)).data


def test_the_card_schema_accepts_every_bundled_card(perform: Run) -> None:
    validator = jsonschema_rs.validator_for(json.loads(perform("schema", "--card").out))
    for path in Path("agents").rglob("*.yaml"):
        validator.validate(_plain(path))


def test_every_key_has_a_description_for_the_editor(perform: Run) -> None:
    schema = json.loads(perform("schema").out)
    silent = [
        f"{name}.{key}"
        for name, part in [("", schema), *schema["$defs"].items()]
        for key, told in part.get("properties", {}).items()
        if "description" not in told
    ]
    assert silent == []


def test_new_writes_a_scenario_that_passes_and_explains(
    perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert perform("new", "night-museum").code == 0
    assert check(tmp_path / "night-museum.yaml").problems == ()
    assert perform("explain", "night-museum.yaml").code == 0
    again = perform("new", "night-museum")
    assert (again.code, "already" in again.err) == (2, True)
    assert perform("new", "night-museum", "--force").code == 0
    assert perform("new", "9 lives").code == 2


def test_the_comments_of_a_new_scenario_stand_in_one_column_whatever_its_name(
    perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("p", "a-play-with-a-long-name"):
        assert perform("new", name).code == 0
        commands = [line for line in Path(f"{name}.yaml").read_text().splitlines() if line.startswith("#     footl")]
        assert len({len(line) - len(line.rpartition("   ")[2]) for line in commands}) == 1


def test_new_in_a_project_writes_into_its_scenarios(
    perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    monkeypatch.chdir(tmp_path)
    assert perform("new", "play").code == 0
    assert (tmp_path / "scenarios" / "play.yaml").is_file()


def test_migrate_mends_other_tools_words_and_line_ends_and_keeps_comments(perform: Run, tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfname: old  # a comment\r\nsteps:\r\n  a: {for_each: [1, 2], fail-fast: false, narrate: Hi.}\r\n"
        b"  b: {narrate: Hi., timeout-minutes: 5, continue-on-error: true}\r\n"
    )
    shown = perform("migrate", str(path))
    assert (shown.code, path.read_bytes()[:3]) == (0, b"\xef\xbb\xbf")
    assert "+  b: {narrate: Hi., timeout: 5m, continue_on_error: true}" in shown.out
    assert perform("migrate", str(path), "--write").code == 0
    assert path.read_text() == (
        "schema: footlights/v1\nname: old  # a comment\nsteps:\n"
        "  a: {for_each: [1, 2], fail_fast: false, narrate: Hi.}\n"
        "  b: {narrate: Hi., timeout: 5m, continue_on_error: true}\n"
    )
    assert check(path).ok
    assert "needs no change" in perform("migrate", str(path)).out


def test_migrate_refuses_what_it_cannot_read(perform: Run, tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "broken.yaml").write_text("a: [1\n")
    for name in ("binary.yaml", "broken.yaml", "none.yaml", "."):
        done = perform("migrate", str(tmp_path / name))
        assert (done.code, "Traceback" in done.err) == (2, False), name


def test_cast_lists_and_shows_agents(perform: Run) -> None:
    listed = perform("cast", "list")
    assert "engineering" in listed.out and "qa" in listed.out
    shown = perform("cast", "show", "qa_engineer")
    assert shown.code == 0
    assert "engineering/qa" in shown.out
    assert json.loads(perform("cast", "show", "qa", "--json").out)["card"]["id"] == "qa"
    assert len(json.loads(perform("cast", "list", "--json").out)) >= 8
    missing = perform("cast", "show", "qua")
    assert (missing.code, "did you mean" in missing.err) == (2, True)
    assert perform("cast", "check").code == 0


def test_cast_check_shows_what_is_wrong_with_a_card(
    perform: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents" / "lab").mkdir(parents=True)
    (tmp_path / "agents" / "lab" / "bad.yaml").write_text("schema: footlights-card/v1\nid: bad\n")
    monkeypatch.chdir(tmp_path)
    done = perform("cast", "check")
    assert done.code == 2
    assert '"persona" is missing' in done.out
    assert json.loads(perform("cast", "check", "--json").out)["ok"] is False
    assert perform("cast", "show", "lab/bad").code == 2
    assert "bad" in perform("cast", "list").out


def test_cast_check_waits_for_no_pipe_and_opens_no_folder(footlights: Run, tmp_path: Path) -> None:
    (tmp_path / "agents" / "lab" / "folder.yaml").mkdir(parents=True)
    os.mkfifo(tmp_path / "agents" / "lab" / "pipe.yaml")
    done = footlights("cast", "check", folder=tmp_path)
    assert done.code == 2
    assert "is a folder" in done.out and "is not a regular file" in done.out


def test_scenarios_are_listed_searched_and_shown(perform: Run) -> None:
    assert "feature-sprint" in perform("scenarios", "list").out
    assert "0 scenarios" in perform("scenarios", "list", "zebra").out
    names = [listed["name"] for listed in json.loads(perform("scenarios", "list", "--tag", "demo", "--json").out)]
    assert "engineering/feature-sprint" in names
    assert perform("scenarios", "show", "hello").out == Path("scenarios/engineering/hello.yaml").read_text()
    assert perform("scenarios", "show", "helo").code == 2
