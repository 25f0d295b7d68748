"""Untrusted text cannot drive, deceive or break a terminal, and keys do not show."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.safety import clean, looks_like_secret, mask_secrets, one_line, safe_text
from corpus.commands import ROOT
from corpus.probes import PROBES, is_obeyed

DECEIVES_A_READER = re.compile("[\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e0fff]")

KEYS = {
    "openai": "sk-proj-abcDEF123456ghiJKL7890",
    "anthropic": "sk-ant-api03-abcDEF123456ghiJKL7890",
    "google": "AIzaSyA1234567890abcdefghijklmnopqrstuv",
    "github": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "github app": "gho_abcdefghijklmnopqrstuvwxyz0123456789",
    "github fine-grained": "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz",
    "slack": "xoxb-1234567890-abcdefghijkl",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "json web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----",
}


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())
def test_no_probe_reaches_the_terminal_even_when_split_anywhere(probe: str) -> None:
    for cut in range(len(probe) + 1):
        assert not is_obeyed(safe_text(probe[:cut]) + safe_text(probe[cut:]))


def test_what_was_disarmed_stays_readable() -> None:
    assert safe_text("\x1b[2Jhello\x7f\x9b") == "␛[2Jhello␡<U+009B>"
    assert safe_text("\u202eevil\u2066") == "<U+202E>evil<U+2066>"
    assert safe_text("\ud800") == "<U+D800>"
    assert safe_text("\U000e0041") == "<U+E0041>"


@given(st.text(st.characters(codec=None), max_size=80))
def test_no_text_at_all_can_drive_a_terminal_or_hide_in_it(text: str) -> None:
    shown = safe_text(text)
    assert not is_obeyed(shown)
    assert not DECEIVES_A_READER.search(shown)
    shown.encode("utf-8")


@given(st.text(st.sampled_from("\x1b\x9b─█\u0301\u200d\ufe0f👩❤a \n"), max_size=60))
def test_controls_among_drawings_marks_and_emoji_are_found_too(text: str) -> None:
    assert not is_obeyed(safe_text(text))


@given(st.text(st.characters(codec=None), max_size=80))
def test_safe_text_is_left_alone_by_a_second_pass(text: str) -> None:
    once = safe_text(text)
    assert safe_text(once) == once


@pytest.mark.parametrize(
    "text", ["naïve café, 日本語, Ω ≈ ¾", "👩‍❤️‍👨 ✏️ 1️⃣ 🏳️‍🌈 👍🏽", "┌──────────────┐\n│\tok ✓\t│", "عربي हिन्दी"]
)
def test_honest_text_of_the_world_passes_unchanged(text: str) -> None:
    assert safe_text(text) == text


def test_a_joiner_or_a_selector_outside_an_emoji_is_shown() -> None:
    assert safe_text("pay\u200dpal") == "pay<U+200D>pal"
    assert safe_text("a\ufe0f") == "a<U+FE0F>"


def test_a_tower_of_combining_marks_is_cut_to_eight() -> None:
    assert safe_text("z" + "\u0301" * 5000 + "!") == "z" + "\u0301" * 8 + "!"
    assert safe_text("e\u0301\u0323" * 20) == "e\u0301\u0323" * 20


def test_text_for_one_line_shows_its_line_feeds_and_tabs() -> None:
    assert safe_text("a\nb\tc", newlines=False) == "a␊b␉c"


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_a_key_is_known_by_its_shape_and_only_its_beginning_is_kept(key: str) -> None:
    assert looks_like_secret(f"key: {key}")
    assert mask_secrets(f"before {key} after") == f"before {key[:4]}••• after"


@pytest.mark.parametrize("before", ["\x1b[2J", "\x1b[38;5;12m", r"line\n", r"\u001b", "key=", "%3D", '"', "\n"])
@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_a_key_is_found_right_behind_the_end_of_an_escape(before: str, key: str) -> None:
    assert mask_secrets(before + key) == f"{before}{key[:4]}•••"


def test_a_bearer_token_keeps_the_word_and_loses_the_token() -> None:
    assert mask_secrets("Authorization: Bearer abcd1234efgh5678ijkl") == "Authorization: Bearer abcd•••"


def test_a_private_key_without_an_end_is_hidden_to_the_end() -> None:
    assert mask_secrets("x -----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKC\nAQEA") == "x ----•••"


@pytest.mark.parametrize(
    "text",
    [
        "task-list-of-everything-we-need",
        "Bearer ${{ secrets.API_KEY }}",
        "the bearer internationalisation",
        "sk-SK and AIza",
        "OPENAI_API_KEY",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_ordinary_words_are_no_keys(text: str) -> None:
    assert not looks_like_secret(text)
    assert mask_secrets(text) == text


@pytest.mark.parametrize(
    "evil",
    [
        "eyJ",
        "eyJaaaaaaaa.",
        r"\neyJ",
        "[0meyJ",
        "%0AeyJ",
        "Bearer ",
        "sk-",
        "-----BEGIN PRIVATE KEY-----",
        "─",
        "a\u0301",
        "\u0301",
        "\x1b[",
    ],
)
def test_a_megabyte_of_anything_is_dealt_with_in_linear_time(evil: str) -> None:
    small, large = (evil * (size // len(evil)) for size in (100_000, 1_000_000))
    assert _seconds(large) < 40 * _seconds(small) + 0.5


def _seconds(text: str) -> float:
    started = time.thread_time()
    safe_text(mask_secrets(text))
    return time.thread_time() - started


def test_a_password_in_an_address_is_hidden_whole() -> None:
    assert mask_secrets("http://me:hunter2@localhost:8000/v1") == "http://me:•••@localhost:8000/v1"
    assert looks_like_secret("postgres://me:hunter2@db/x")
    assert not looks_like_secret("https://example.com:8000/a:b@c")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("gsk_abcdefghijklmnopqrstuvwxyz0123", "gsk_•••"),
        ("hf_abcdefghijklmnopqrstuvwxyz0123", "hf_a•••"),
        ("npm_abcdefghijklmnopqrstuvwxyz0123", "npm_•••"),
        ("xai-abcdefghijklmnopqrstuvwxyz0123", "xai-•••"),
        ("pplx-abcdefghijklmnopqrstuvwxyz0123", "pplx•••"),
        ("glpat-abcdefghij0123456789", "glpa•••"),
        ("sk_live_abcdefghijklmnopqrst", "sk_l•••"),
        ("rk_live_abcdefghijklmnopqrst", "rk_l•••"),
        ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key=•••"),
        ("DB_PASSWORD=hunter2hunter2", "DB_PASSWORD=•••"),
        ("passwd='hunter2hunter2'", "passwd='•••'"),
        ("?access_token=abcdefgh12&page=1", "?access_token=•••&page=1"),
        ("OPENAI_API_KEY=sk-proj-abcdefghijklmnop", "OPENAI_API_KEY=•••"),
        ("Authorization: Basic dXNlcjpodW50ZXIy", "Authorization: Basic dXNl•••"),
    ],
)
def test_keys_of_many_houses_and_what_is_said_to_be_secret_are_covered(text: str, shown: str) -> None:
    assert mask_secrets(f"it is {text} there") == f"it is {shown} there"
    assert looks_like_secret(text)
    assert mask_secrets(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "password: please",
        "the password=secret",
        "token=next_token(stream)",
        "password={password}",
        "secret=$SECRET_OF_MINE",
        "token=os.environ['TOKEN']",
        "max_tokens=123456789",
        "a basic understanding of it",
        "the half_of_everything_that_was_said_before",
    ],
)
def test_code_and_prose_about_secrets_stay_as_they_are(text: str) -> None:
    assert mask_secrets(text) == text


def test_nothing_in_what_ships_is_covered() -> None:
    for path in [*ROOT.glob("scenarios/**/*.yaml"), *ROOT.glob("agents/**/*.yaml"), *ROOT.glob("shows/*")]:
        text = path.read_text(encoding="utf-8")
        assert mask_secrets(text) == text, path


def test_text_of_anybody_is_disarmed_and_its_keys_are_covered_in_one() -> None:
    key = KEYS["github"]
    assert clean(f"first\r\n\x1b[2J{key}") == "first\n␛[2Jghp_•••"
    assert clean("first\nsecond", newlines=False) == "first␊second"


def test_text_of_anybody_on_one_line_has_single_blanks_and_only_its_beginning() -> None:
    assert one_line(f"  first\r\n\tsecond\x07  {KEYS['github']} ") == "first second␇ ghp_•••"
    assert one_line("abcdef", most=3) == "abc"
