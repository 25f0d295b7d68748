"""What an endpoint refused is remembered: beside what others learn, for a month, and not at any price."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from app.settings import data_home
from providers.wires.capabilities import LASTS, Ability, Learned, capabilities_of, refused_by

URL = "https://models.example/v1"


def written() -> Any:
    return json.loads((data_home() / "endpoints.json").read_text())


def test_everything_is_possible_until_it_was_refused_and_only_there() -> None:
    known = capabilities_of(URL, "small")
    assert known.can("json_schema")
    known.cannot("json_schema")
    assert not capabilities_of(URL, "small").can("json_schema")
    assert capabilities_of(URL, "small").can("strict")
    assert capabilities_of(URL, "large").can("json_schema")
    assert capabilities_of("https://others.example/v1", "small").can("json_schema")


def test_what_is_left_out_for_now_is_remembered_only_when_that_helped() -> None:
    first = capabilities_of(URL, "small")
    first.leave_out("strict")
    assert not first.can("strict")
    assert capabilities_of(URL, "small").can("strict")
    first.helped()
    assert not capabilities_of(URL, "small").can("strict")


def test_after_a_month_a_server_gets_a_second_chance() -> None:
    now = 1_000_000_000.0
    capabilities_of(URL, "small", lambda: now).cannot("strict")
    assert not capabilities_of(URL, "small", lambda: now + LASTS - 1).can("strict")
    assert capabilities_of(URL, "small", lambda: now + LASTS + 1).can("strict")
    capabilities_of(URL, "large", lambda: now + LASTS + 1).cannot("strict")
    assert list(written()) == [f"{URL} large"]


def test_the_file_is_private_and_holds_no_secret_of_an_address() -> None:
    capabilities_of("https://someone:s3cret@models.example/v1/?key=s3cret", "small").cannot("strict")
    file = data_home() / "endpoints.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(written()) == [f"{URL} small"]
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_a_new_process_knows_what_an_earlier_one_learned(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    Learned(file).add("there small", "strict", 1.0)
    assert Learned(file).refusals("there small") == {"strict": 1.0}


def test_two_processes_keep_what_both_have_learned(tmp_path: Path) -> None:
    file = tmp_path / "endpoints.json"
    first, second = Learned(file), Learned(file)
    first.add("there small", "strict", 1.0)
    second.add("there small", "temperature", 2.0)
    second.add("there large", "strict", 3.0)
    first.add("elsewhere small", "strict", 4.0)
    assert json.loads(file.read_text()) == {
        "there small": {"strict": 1.0, "temperature": 2.0},
        "there large": {"strict": 3.0},
        "elsewhere small": {"strict": 4.0},
    }


@pytest.mark.parametrize(
    "damaged", [b"", b"{", b"[]", b"\xff\xfe", b'{"there small": [1], "b": {"strict": "today"}}', b"[" * 100_000]
)
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, damaged: bytes) -> None:
    file = tmp_path / "endpoints.json"
    file.write_bytes(damaged)
    learned = Learned(file)
    assert learned.refusals("there small") == {}
    learned.add("there small", "strict", 1.0)
    assert Learned(file).refusals("there small") == {"strict": 1.0}


def test_where_nothing_can_be_written_it_is_known_in_memory(tmp_path: Path) -> None:
    (tmp_path / "in the way").touch()
    learned = Learned(tmp_path / "in the way" / "endpoints.json")
    learned.add("there small", "strict", 1.0)
    assert learned.refusals("there small") == {"strict": 1.0}


CHAT: tuple[Ability, ...] = ("usage_in_stream", "strict", "json_schema", "max_tokens", "temperature", "effort")
REFUSALS = [
    ("usage_in_stream", {"error": {"message": "Unknown field: stream_options", "param": "stream_options"}}),
    (
        "usage_in_stream",
        {
            "detail": [
                {"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
            ]
        },
    ),
    (
        "strict",
        {"error": {"message": "Invalid schema for response_format 'answer': 'additionalProperties' has to be false."}},
    ),
    ("json_schema", {"error": {"message": "This response_format type is unavailable now"}}),
    ("json_schema", {"error": "This model does not support response format `json_schema`."}),
    (
        "max_tokens",
        {
            "error": {
                "message": "Unsupported parameter: 'max_tokens' is not supported with this model. "
                "Use 'max_completion_tokens' instead.",
                "param": "max_tokens",
                "code": "unsupported_parameter",
            }
        },
    ),
    (
        "temperature",
        {
            "error": {
                "message": "Unsupported value: 'temperature' does not support 0.2. Only the default (1) is supported."
            }
        },
    ),
    ("effort", {"error": {"message": "Unrecognized request argument supplied: reasoning_effort"}}),
    ("usage_in_stream", "stream_options: not supported"),
]


@pytest.mark.parametrize(("ability", "answer"), REFUSALS)
def test_an_error_that_refuses_what_can_be_left_out_is_understood(ability: Ability, answer: Any) -> None:
    body = answer if isinstance(answer, str) else json.dumps(answer)
    assert refused_by(body.encode(), CHAT) == ability
    assert refused_by(body.encode(), [one for one in CHAT if one != ability]) != ability


@pytest.mark.parametrize(
    "answer",
    [
        {
            "error": {
                "message": "max_tokens is too large: 100000. This model takes at most 4096.",
                "param": "max_tokens",
            }
        },
        {"error": {"message": "temperature: must be at most 2", "param": "temperature"}},
        {"error": {"message": "The model 'smal' does not exist", "code": "model_not_found"}},
        {"detail": [{"type": "missing", "loc": ["body", "messages"], "input": {"note": "unknown stream_options"}}]},
        {},
        [],
        None,
    ],
)
def test_an_error_about_anything_else_is_no_refusal(answer: Any) -> None:
    assert refused_by(json.dumps(answer).encode(), CHAT) is None


def test_whatever_a_server_sends_as_an_error_it_is_read() -> None:
    for body in (b"", b"\xff\xfe", b"[" * 100_000, b'{"error":' * 5000, b"<html>502</html>"):
        assert refused_by(body, CHAT) is None
