"""Where keys are found, in which order, and that nothing on the way shows one."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from corpus import keyrings
from providers import keys
from providers.base import Endpoint
from providers.env_file import EnvFileRefused, others_may_read, read_env_file
from providers.keys import Key, UnreadableKey, find_key, find_setting, keyring_standing

NAME = "OPENAI_API_KEY"
Unlock = Callable[[KeyringBackend], None]


@pytest.fixture(autouse=True)
def nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    monkeypatch.delenv(f"{NAME}_FILE", raising=False)
    monkeypatch.setattr(keys, "_GIVEN", {})


@pytest.fixture
def unlock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Unlock]:
    """The machine has this keyring."""
    usual = keyring.get_keyring()

    def put(backend: KeyringBackend) -> None:
        keyring.set_keyring(backend)
        keys._found_backend.cache_clear()

    monkeypatch.setattr(keys, "PATIENCE", 0.2)
    yield put
    keyring.set_keyring(usual)
    keys._found_backend.cache_clear()
    keys._STUCK.clear()


def test_the_first_place_that_has_one_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unlock: Unlock) -> None:
    assert find_key(NAME) is None
    unlock(keyrings.Filled())
    assert find_key(NAME) == Key(NAME, "key-of-the-keyring", f"{NAME} in the keyring")
    keys.give({NAME: "key-of-the-env-file"}, ".env")
    assert find_key(NAME) == Key(NAME, "key-of-the-env-file", f"{NAME} in .env")
    (tmp_path / "key").write_text("key-of-the-file\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "key"))
    assert find_key(NAME) == Key(NAME, "key-of-the-file", f"the file that {NAME}_FILE names")
    monkeypatch.setenv(NAME, " key-of-the-environment\n")
    assert find_key(NAME) == Key(NAME, "key-of-the-environment", f"{NAME} in the environment")


def test_what_is_set_to_nothing_is_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(NAME, "  ")
    (tmp_path / "key").write_text("\n")
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path / "key"))
    with pytest.raises(UnreadableKey, match=f"the file that {NAME}_FILE names is empty"):
        find_key(NAME)
    keys.give({NAME: "another"}, ".env")
    found = find_key(NAME)
    assert found is not None and found.value == "another"


def test_a_folder_is_no_file_with_a_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(f"{NAME}_FILE", str(tmp_path))
    with pytest.raises(UnreadableKey, match="names a folder, not a file"):
        find_key(NAME)


@pytest.mark.parametrize(("content", "fault"), [(None, "is not there"), (b"\xff\xfe\x00", "is not text")])
def test_a_file_that_cannot_be_read_is_an_error_that_does_not_repeat_its_name(
    content: bytes | None, fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "canary-pasted-where-a-path-belongs"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(f"{NAME}_FILE", str(file))
    with pytest.raises(UnreadableKey) as unread:
        find_key(NAME)
    assert str(unread.value) == f"{NAME}_FILE names a file that {fault}"


@pytest.mark.parametrize("backend", [keyrings.Locked(), keyrings.Empty()])
def test_a_keyring_that_refuses_or_is_none_has_no_key(backend: KeyringBackend, unlock: Unlock) -> None:
    unlock(backend)
    assert find_key(NAME) is None


def test_a_keyring_that_keeps_us_waiting_is_left_and_not_asked_again(unlock: Unlock) -> None:
    unlock(keyrings.Silent())
    assert find_key(NAME) is None
    assert keyring_standing() == (False, "it did not answer within 0.2 seconds; is it locked?")
    assert keys._backend() is None


def test_a_keyring_that_would_ask_on_the_terminal_is_never_asked(
    unlock: Unlock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyrings.Filled, "__module__", "keyrings.alt.file")
    unlock(keyrings.Filled())
    assert find_key(NAME) is None
    assert keyring_standing()[0] is False


def test_the_address_of_a_server_is_found_where_keys_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    assert find_setting("OLLAMA_HOST") == ""
    keys.give({"OLLAMA_HOST": "10.0.0.7"}, ".env")
    assert find_setting("OLLAMA_HOST") == "10.0.0.7"
    monkeypatch.setenv("OLLAMA_HOST", "10.0.0.8")
    assert find_setting("OLLAMA_HOST") == "10.0.0.8"


def test_a_key_is_not_shown_by_what_holds_it() -> None:
    key = Key(NAME, "canary-value", f"{NAME} in the environment")
    endpoint = Endpoint("openai", "https://api.openai.com/v1", key.value, key.source)
    assert "canary" not in f"{key} {key!r} {endpoint} {endpoint!r} {[key, endpoint]} {endpoint.host}"
    try:
        raise RuntimeError(endpoint, key)
    except RuntimeError:
        assert "canary" not in traceback.format_exc()
    assert pickle.loads(pickle.dumps(key)) == key


# Files of keys


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1", {"A": "1"}),
        ("export A=1\n", {"A": "1"}),
        ("# none\n\n  A=1   # one\n", {"A": "1"}),
        ("A='1 # $x \\n'", {"A": "1 # $x \\n"}),
        ('A="one\\ttwo \\"three\\" \\$4"', {"A": 'one\ttwo "three" $4'}),
        ("A=\nB=   # nothing", {"A": "", "B": ""}),
        ("A=sk-a#b=c", {"A": "sk-a#b=c"}),
        ("a_1=${B}", {"a_1": "${B}"}),
        ("A='schlüssel'", {"A": "schlüssel"}),
    ],
)
def test_lines_of_an_env_file_are_read(text: str, values: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    assert read_env_file(tmp_path / ".env") == values


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A", "1:1 this is not KEY=VALUE"),
        ("A = canary", "1:1 this is not KEY=VALUE"),
        ("1A=canary", "1:1 this is not KEY=VALUE"),
        ("canary: 1", "1:1 this is not KEY=VALUE"),
        ("A= canary", "1:3 a space stands after the ="),
        ("A=canary two", "1:9 something follows the value"),
        ("A='canary'two", "1:11 something follows the value"),
        ("B=1\nA='canary", "2:3 this quote is never closed"),
        ('A="canary\\"', "1:3 this quote is never closed"),
        ("A=canary\nexport A=canary", "2:8 A is given twice"),
        ("A=1\r\n", "1:4 lines end as on Windows (CR LF)"),
    ],
)
def test_what_is_not_plain_is_refused_at_its_place_without_a_word_of_it(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(text.encode())
    with pytest.raises(EnvFileRefused) as refused:
        read_env_file(tmp_path / ".env")
    [problem] = refused.value.problems
    assert f"{problem.line}:{problem.column} {problem.message}" == said
    assert "canary" not in f"{refused.value} {problem} {refused.value.sources}"


@pytest.mark.parametrize("content", [b"A=1\r\n", b"\xef\xbb\xbfA=1\n"])
def test_no_hint_names_a_command_that_mends_no_such_file(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(EnvFileRefused) as refused:
        read_env_file(tmp_path / ".env")
    assert [problem.hint[:7] for problem in refused.value.problems] == ["save it"]
    assert "migrate" not in refused.value.problems[0].hint


def test_all_mistakes_of_an_env_file_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A\nB=1\nC= 2\n")
    with pytest.raises(EnvFileRefused) as refused:
        read_env_file(tmp_path / ".env")
    assert [problem.line for problem in refused.value.problems] == [1, 3]


def test_a_file_is_the_business_of_its_owner(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.touch(mode=0o600)
    assert not others_may_read(file)
    file.chmod(0o640)
    assert others_may_read(file)
