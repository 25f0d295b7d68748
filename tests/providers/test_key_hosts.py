"""Where a key may go: to whom it is for, to this machine, to whoever a scenario names; never in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.reaching import endpoint_of
from app.scenario.model import ModelChoice
from providers.base import NoProvider

KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def keys_are_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "GEMINI_API_KEY", "OTHER_KEY"):
        monkeypatch.setenv(name, KEY)


def choice(use: str, base_url: str | None, secret: str = "") -> ModelChoice:
    named = {"key": f"${{{{ secrets.{secret} }}}}"} if secret else {}
    return ModelChoice.model_validate({"use": use, **({"base_url": base_url} if base_url else {}), **named})


@pytest.mark.parametrize(
    ("use", "base_url", "secret"),
    [
        ("openai/gpt-5.5", None, ""),
        ("openai/gpt-5.5", "https://api.openai.com/v1", ""),
        ("openai/gpt-5.5", "https://eu.api.openai.com/v1", ""),
        ("openai/gpt-5.5", "http://127.0.0.1:9701/v1", ""),
        ("openai/gpt-5.5", "http://[::1]:9701/v1", ""),
        ("openai/gpt-5.5", "https://elsewhere.example.com/v1", "OTHER_KEY"),
        ("openai-compatible/x", "https://elsewhere.example.com/v1", "OTHER_KEY"),
    ],
)
def test_a_key_goes_where_it_belongs_or_is_sent_by_name(use: str, base_url: str | None, secret: str) -> None:
    assert endpoint_of(use, choice(use, base_url, secret)).key == KEY


@pytest.mark.parametrize(
    ("use", "base_url", "secret", "said"),
    [
        ("openai/gpt-5.5", "https://elsewhere.example.com/v1", "", "OPENAI_API_KEY is for api.openai.com, and this is"),
        ("openai/gpt-5.5", "https://api.openai.com.example.com/v1", "", "OPENAI_API_KEY is for api.openai.com"),
        ("openai/gpt-5.5", "https://another-api.openai.com/v1", "", "OPENAI_API_KEY is for api.openai.com"),
        ("openai/gpt-5.5", "http://api.openai.com/v1", "", "OPENAI_API_KEY would go to api.openai.com in the clear"),
        ("gemini/x", "https://api.openai.com/v1", "", "GEMINI_API_KEY is for generativelanguage.googleapis.com"),
        ("openai-compatible/x", "http://10.0.0.7:8000/v1", "OTHER_KEY", "OTHER_KEY would go to 10.0.0.7 in the clear"),
    ],
)
def test_it_goes_to_no_stranger_and_not_in_the_clear(use: str, base_url: str, secret: str, said: str) -> None:
    with pytest.raises(NoProvider) as refused:
        endpoint_of(use, choice(use, base_url, secret))
    assert refused.value.why.startswith(said)
    assert KEY not in str(refused.value)


def test_a_persons_own_file_says_where_a_service_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = 'services: {house: {adapter: compatible, base_url: "http://10.0.0.7:8000/v1", keys: [OTHER_KEY]}}\n'
    (tmp_path / "models.yaml").write_text(said)
    monkeypatch.setenv("FOOTLIGHTS_CONFIG", str(tmp_path))
    assert endpoint_of("house/x", None).key == KEY
    with pytest.raises(NoProvider, match=r"in the clear"):
        endpoint_of("house/x", choice("house/x", "http://10.0.0.8:8000/v1"))
    with pytest.raises(NoProvider, match=r"OTHER_KEY is for 10\.0\.0\.7"):
        endpoint_of("house/x", choice("house/x", "https://10.0.0.8:8000/v1"))
