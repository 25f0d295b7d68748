"""Doctor says what is set up and what is missing, changes nothing, and never shows the value of a key."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.doctor import _platform, _sqlite
from corpus.commands import Outcome
from corpus.stub import Answer, Stub
from providers.wires.capabilities import capabilities_of

Perform = Callable[..., Outcome]
KEYS = ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "OLLAMA_HOST")


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.fixture
def findings(perform: Perform) -> Callable[[], dict[str, dict[str, str]]]:
    """Run doctor and return its findings by name."""

    def look() -> dict[str, dict[str, str]]:
        return {finding["name"]: finding for finding in json.loads(perform("doctor", "--json").out)["findings"]}

    return look


def test_a_sound_machine_gives_exit_code_0_and_a_line_for_everything(perform: Perform) -> None:
    shown = perform("doctor")
    assert (shown.code, shown.err) == (0, "")
    for word in (
        "Footlights",
        "Python",
        "platform",
        "SQLite",
        "libyaml",
        "disk",
        "memory",
        "data",
        "openai",
        "keyring",
    ):
        assert f" {word} " in shown.out


def test_json_says_the_same_and_whether_footlights_is_usable(perform: Perform) -> None:
    shown = perform("doctor", "--json")
    answer = json.loads(shown.out)
    assert (shown.code, answer["usable"]) == (0, True)
    assert {finding["verdict"] for finding in answer["findings"]} <= {"ok", "note", "warning", "problem"}


def test_nothing_is_made_by_looking(perform: Perform, tmp_path: Path) -> None:
    perform("doctor")
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("words", [("doctor",), ("doctor", "--json")])
def test_no_value_of_a_key_is_ever_shown(
    words: tuple[str, ...], perform: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for index, name in enumerate(KEYS):
        monkeypatch.setenv(name, f"canary-{index}")
    monkeypatch.setenv("OLLAMA_HOST", "http://me:canary@127.0.0.1:11434")
    monkeypatch.setenv("GEMINI_API_KEY_FILE", "canary-written-where-a-path-belongs")
    monkeypatch.delenv("GEMINI_API_KEY")
    file = tmp_path / "key"
    file.write_text("canary-in-a-file")
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    shown = perform(*words)
    assert "canary" not in shown.out + shown.err
    assert "set: ANTHROPIC_API_KEY in the environment" in shown.out
    assert "set: the file that OPENAI_API_KEY_FILE names" in shown.out


def test_a_key_file_that_others_may_read_is_a_warning_with_its_remedy(
    findings: Callable[[], dict[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text("any")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(file))
    file.chmod(0o644)
    found = findings()["OPENAI_API_KEY"]
    assert (found["verdict"], found["remedy"]) == ("warning", f"chmod 600 '{file}'")
    file.chmod(0o600)
    assert findings()["OPENAI_API_KEY"]["verdict"] == "ok"


def test_a_key_file_that_is_empty_is_a_warning(
    findings: Callable[[], dict[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").touch(mode=0o600)
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    assert findings()["OPENAI_API_KEY"]["detail"] == "the file that OPENAI_API_KEY_FILE names is empty"


def test_each_service_is_ready_or_says_what_it_lacks(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "any")
    findings = json.loads(perform("doctor", "--json").out)["findings"]
    found = {one["name"]: one for one in findings if one["area"] == "services"}
    assert (found["groq"]["verdict"], found["groq"]["detail"][:36]) == ("ok", "ready, https://api.groq.com/openai/v")
    assert (found["openai"]["verdict"], found["openai"]["detail"]) == ("note", "OPENAI_API_KEY is not set")
    assert found["ollama"]["detail"] == "configured, not asked: http://127.0.0.1:11434, may see what is local"


def test_a_models_file_of_my_own_is_counted_and_its_mistakes_are_warnings(
    findings: Callable[[], dict[str, dict[str, str]]], tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    own = tmp_path / "config" / "models.yaml"
    own.write_text('services: {house: {adapter: compatible, base_url: "http://127.0.0.1:9/v1"}}')
    own.chmod(0o600)
    found = findings()
    assert found["models.yaml"]["detail"] == f"1 service and 0 models of your own in {own}"
    assert found["house"]["detail"].startswith("configured, not asked")
    own.chmod(0o666)
    assert findings()["models.yaml"]["remedy"] == f"chmod go-w '{own}'"
    own.write_text("servces: {}")
    found = findings()
    assert found["models.yaml:1:1"]["remedy"] == 'did you mean "services"?'
    assert found["models.yaml"]["verdict"] == "warning"


def test_the_price_list_says_its_version_and_the_day_of_its_newest_price(
    findings: Callable[[], dict[str, dict[str, str]]],
) -> None:
    assert re.fullmatch(r"genai-prices [\d.]+, with prices of \d{4}-\d\d-\d\d", findings()["prices"]["detail"])


def test_what_was_learned_of_services_is_counted_and_damage_to_it_is_no_matter(
    findings: Callable[[], dict[str, dict[str, str]]], tmp_path: Path
) -> None:
    assert findings()["learned"]["detail"] == "nothing yet of what services refuse"
    capabilities_of("http://127.0.0.1:9/v1", "qwen").cannot("strict")
    assert findings()["learned"]["detail"].startswith("what 1 model cannot do")
    (tmp_path / "home" / "endpoints.json").write_text("{")
    assert (findings()["learned"]["verdict"], findings()["data"]["verdict"]) == ("note", "ok")


def test_certificates_that_are_named_and_not_there_are_a_warning(
    findings: Callable[[], dict[str, dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert findings()["certificates"]["verdict"] == "warning"
    (tmp_path / "gone.pem").touch()
    assert findings()["certificates"]["verdict"] == "ok"


async def test_services_are_asked_whether_they_answer_only_when_that_is_wanted(
    footlights: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Stub(Answer(status=404, framing="length")) as stub:
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "models.yaml").write_text(
            f'services: {{house: {{adapter: compatible, keys: [HOUSE_KEY], base_url: "{stub.url}/v1"}}}}'
        )
        monkeypatch.setenv("HOUSE_KEY", "canary-of-the-house")
        monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:9")
        await asyncio.to_thread(footlights, "doctor")
        assert not stub.asked
        shown = await asyncio.to_thread(footlights, "doctor", "--network", "--json")
    found = {one["name"]: one for one in json.loads(shown.out)["findings"] if one["area"] == "network"}
    assert (found["house"]["verdict"], found["house"]["detail"]) == ("ok", f"{stub.host} answers")
    assert found["ollama"]["verdict"] == "warning"
    assert [(asked.method, asked.body) for asked in stub.asked] == [("HEAD", b"")]
    assert not any("canary" in value for value in stub.asked[0].headers.values())


def test_a_data_folder_open_to_others_is_a_warning(
    findings: Callable[[], dict[str, dict[str, str]]], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    assert findings()["data"]["verdict"] == "warning"
    home.chmod(0o700)
    assert findings()["data"]["verdict"] == "ok"


def test_a_data_folder_that_cannot_be_made_is_a_problem_and_exit_code_1(
    perform: Perform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FOOTLIGHTS_HOME", str(tmp_path / "file" / "home"))
    shown = perform("doctor")
    assert shown.code == 1
    assert "set FOOTLIGHTS_HOME to a folder that is" in shown.out
    assert shown.out.endswith("1 problem\n")


def test_what_the_environment_says_of_the_terminal_is_shown_and_disarmed(
    perform: Perform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "evil\x1b[2J")
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    shown = perform("doctor").out
    assert "TERM=evil␛[2J" in shown
    assert "inside tmux" in shown


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 52, 0), False),
    ],
)
def test_sqlite_is_judged_by_its_version_and_the_branches_that_were_mended(
    version: tuple[int, int, int], affected: bool
) -> None:
    assert ("affected" in _sqlite(version).detail) is affected


@pytest.mark.parametrize(
    ("system", "release", "verdict", "said"),
    [
        ("linux", "6.8.0", "ok", "Linux 6.8.0"),
        ("linux", "5.15.1-microsoft-standard-WSL2", "ok", "Linux through WSL"),
        ("darwin", "24.1.0", "ok", "macOS"),
        ("win32", "11", "problem", "without WSL"),
        ("freebsd14", "14.1", "warning", "not tested"),
    ],
)
def test_the_platform_is_supported_or_the_way_out_is_said(system: str, release: str, verdict: str, said: str) -> None:
    found = _platform(system, release, "x86_64")
    assert found.verdict == verdict
    assert said in found.detail


def test_doctor_in_ascii_is_ascii(perform: Perform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_ASCII", "1")
    assert perform("doctor").out.isascii()
