"""Where a service is: what its variable says, in all the forms that people write, else what the catalogue knows."""

from __future__ import annotations

import pytest

from app.document.addresses import wrong_with
from app.engine.reaching import endpoint_of
from providers.addresses import NoAddress, address_of
from providers.base import NoProvider
from providers.catalogue import services
from providers.readiness import readiness_of, without_login


@pytest.mark.parametrize(
    ("told", "address", "is_here"),
    [
        ("", "http://127.0.0.1:11434", True),
        ("0.0.0.0", "http://127.0.0.1:11434", True),
        ("0.0.0.0:8080", "http://127.0.0.1:8080", True),
        (":8080", "http://127.0.0.1:8080", True),
        ("localhost", "http://localhost:11434", True),
        ("[::1]", "http://[::1]:11434", True),
        ("[::1]:80", "http://[::1]:80", True),
        ("::1", "http://[::1]:11434", True),
        ("::", "http://[::1]:11434", True),
        ("[::]:80", "http://[::1]:80", True),
        ("10.0.0.7", "http://10.0.0.7:11434", False),
        ("10.0.0.0:9711", "http://10.0.0.0:9711", False),
        ("0.0.0.0.example.com", "http://0.0.0.0.example.com:11434", False),
        ("http://10.0.0.7:11434/", "http://10.0.0.7:11434", False),
        ("https://models.example.com", "https://models.example.com", False),
        ("https://models.example.com/ollama/", "https://models.example.com/ollama", False),
    ],
)
def test_ollama_is_where_its_variable_says_and_local_only_there(
    told: str, address: str, is_here: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", told)
    assert address_of(services()["ollama"]) == address
    assert readiness_of(services()["ollama"]).privacy == ("local" if is_here else "public")


@pytest.mark.parametrize("told", ["127.0.0.1:99999999", "http://[::1", "my host", "me:canary@h:x", "file:///x"])
def test_a_variable_that_holds_no_address_is_named_and_nobody_is_asked(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", told)
    with pytest.raises(NoAddress, match=r"OLLAMA_HOST: .* is no address of a server") as refused:
        address_of(services()["ollama"])
    assert "canary" not in refused.value.message
    standing = readiness_of(services()["ollama"])
    assert (standing.is_ready, standing.why, standing.address) == (False, refused.value.message, "")
    with pytest.raises(NoProvider, match="OLLAMA_HOST"):
        endpoint_of("ollama/qwen3", None)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://127.0.0.1:8000/v1", None),
        ("https://models.example.com", None),
        ("http://[::1]:80/v1", None),
        ("localhost:8000", "base-url"),
        ("file:///etc/passwd", "base-url"),
        ("http://", "base-url"),
        ("http://host:port/v1", "base-url"),
        ("http://[::1/v1", "base-url"),
        ("http://host/a b", "base-url"),
        ("http://me:canary@host/v1", "secret"),
        ("http://canary@host/v1", "secret"),
        ("https://host/v1?key=canary", "secret"),
        ("https://host/v1#canary", "secret"),
        ("https://host/sk-canary0123456789012345", "secret"),
        ("sk-canary0123456789012345", "base-url"),
    ],
)
def test_an_address_holds_no_secret_and_what_is_refused_is_not_repeated(address: str, code: str | None) -> None:
    wrong = wrong_with(address)
    assert (wrong and wrong.code) == code
    assert wrong is None or "canary" not in f"{wrong.message} {wrong.hint}"


@pytest.mark.parametrize(
    ("address", "shown"),
    [("http://me:canary@host:1/v1", "http://host:1/v1"), ("http://host/a@b", "http://host/a@b"), ("", "")],
)
def test_an_address_is_shown_without_a_login(address: str, shown: str) -> None:
    assert without_login(address) == shown
