"""A person's own models.yaml: it is laid over what is known, and what is wrong with it is told at its place."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.cli.problems import write_problems
from app.errors import ScenarioRefused
from app.events import Prices
from providers import catalogue
from providers.catalogue import built_in, insist_on_sound_file, known_models, lookup, services
from providers.own_models import ModelsRefused, _Model, _Prices, _Service, read_catalogue, read_own
from providers.readiness import needs_of, readiness_of

OURS = Path(catalogue.__file__).with_name("models.yaml")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "models.yaml"


def problems_of(text: str, tmp_path: Path, *, is_own: bool = True) -> list[str]:
    file = tmp_path / "models.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ModelsRefused) as refused:
        read_own(file) if is_own else read_catalogue(file)
    return [f"{one.line}:{one.column} {one.message} | {one.hint}" for one in refused.value.problems]


def test_it_has_the_form_of_the_one_that_is_built_in(tmp_path: Path) -> None:
    text = re.sub(r"^  rehearsal: .*\n", "", OURS.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    (tmp_path / "models.yaml").write_text(text, encoding="utf-8")
    read, known = read_own(tmp_path / "models.yaml"), built_in()
    assert read.services == {name: one for name, one in known.services.items() if name != "rehearsal"}
    for use, facts in read.models.items():
        told, ours = msgspec.to_builtins(facts), msgspec.to_builtins(known.models[use])
        assert (told["prices"] or {}) | {"source": ""} == (ours["prices"] or {}) | {"source": ""}
        assert told | {"prices": None} == ours | {"prices": None}


def test_every_key_of_the_catalogue_can_be_written() -> None:
    assert set(_Service.model_fields) == set(catalogue.Service.__struct_fields__) - {"name"}
    assert set(_Model.model_fields) == set(catalogue.ModelFacts.__struct_fields__) - {"use"}
    assert set(_Prices.model_fields) == {"input", "output", "cache_read", "cache_write"}


def test_what_it_says_counts_and_what_it_leaves_out_stays(own: Path) -> None:
    own.write_text(
        "services:\n  openai: {requests: 60}\n"
        "models:\n  openai/GPT-6-luna: {prices: {input: 0.08, output: 0.4}}\n  openai/gpt-5.5-2026-04-02: {speed: 99}\n"
    )
    openai, before = services()["openai"], built_in().services["openai"]
    assert (openai.requests, openai.base_url, openai.keys) == (60, before.base_url, before.keys)
    luna = lookup("openai/gpt-6-luna")
    assert luna is not None and luna.prices is not None
    assert (luna.prices.input, luna.prices.cache_read, luna.prices.cache_write) == (0.08, 0.08, 0.08)
    assert (luna.prices.source, luna.context) == ("your models.yaml", 1_050_000)
    own_output = own.with_name("output.yaml")
    own_output.write_text("models: {openai/gpt-6-luna: {prices: {output: 0.3}}}")
    assert read_catalogue(own_output).models["openai/gpt-6-luna"].prices == Prices(0.1, 0.3, 0.01, 0.125, "output.yaml")
    own_output.write_text("models: {openai/gpt-6-luna: {prices: {input: 0.08}}}")
    assert read_catalogue(own_output).models["openai/gpt-6-luna"].prices == Prices(0.08, 0.5, 0.08, 0.08, "output.yaml")
    dated = lookup("openai/gpt-5.5-2026-04-02")
    assert dated is not None and dated.prices is not None
    assert (dated.speed, dated.prices.output, dated.prices.source) == (99, 30, built_in().source)
    assert len(known_models()) == len(built_in().models) + 1


def test_without_it_what_is_built_in_counts(own: Path) -> None:
    assert services() == built_in().services
    assert not own.exists()
    insist_on_sound_file()


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "services: {}\n"])
def test_an_empty_one_says_nothing(text: str, own: Path) -> None:
    own.write_text(text)
    insist_on_sound_file()
    assert services() == built_in().services


def test_a_damaged_one_leaves_what_is_built_in_until_somebody_insists(own: Path) -> None:
    own.write_text("services: [")
    assert services() == built_in().services
    with pytest.raises(ScenarioRefused, match=r"models\.yaml has 1 error"):
        insist_on_sound_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("servces: {}", '1:1 "servces" is not a key here | did you mean "services"?'),
        ("services: {house: {requests: 3}}", '1:12 "house" has no adapter | such as  adapter: compatible'),
        ("services: {house: {adapter: compatable}}",
         '1:29 there is no adapter "compatable" | did you mean "compatible"?'),
        ("services: {house: {adapter: ../evil}}",
         "1:29 this is not the name of an adapter | such as  adapter: compatible"),
        ("services: {rehearsal: {requests: 1}}",
         "1:12 the rehearsal is always there, as it is | give yours another name"),
        ("services: {openai: {keys: OPENAI_API_KEY}}", "1:27 this needs a list, not the text \"OPENAI_API_KEY\" | "),
        ("services: {openai: {requests: 0}}", "1:31 0 must be more than 0 | "),
        ("services: {openai: {privacy: local}}",
         "1:30 this server is not on this machine, so it cannot be local | write  privacy: private"),
        ("services: {house: {adapter: compatible, base_url: localhost}}",
         '1:51 "localhost" is not a web address | it begins with http:// or https://'),
        ("services: {house: {adapter: compatible, base_url: \"https://x.example/v1?key=1\"}}",
         "1:51 a web address must hold no key, and nothing after a ? or # | name the key beside it"),
        ("models: {gpt: {}}", '1:10 "gpt" is not provider/model | such as "anthropic/claude-sonnet-5-5"'),
        ("models: {opnai/gpt: {}}", '1:10 there is no service "opnai" | did you mean "openai"?'),
        ("models: {openai/x: {tier: hihg}}", '1:27 "hihg" is not one of low, medium or high | did you mean "high"?'),
        ("models: {openai/x: {prices: {input: 1}}}", '1:21 "output" is missing | such as  {input: 3, output: 15}'),
        ("models: {openai/x: {prices: {input: -1, output: 1}}}", "1:37 -1 is too small: 0 is the limit | "),
        ("models: {openai/x: {context: lots}}", "1:30 this needs a whole number such as 1500, 200k or 1.5M | "),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place_with_what_was_meant(text: str, said: str, tmp_path: Path) -> None:
    assert problems_of(text, tmp_path) == [said]


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert len(problems_of("services: {a: {adapter: x}, b: {}}\nmodels: {c: {}, d/e: {}}\n", tmp_path)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "services: {openai: {keys: [canary-0123456789]}}",
        "services: {openai: {keys: [sk-canary0123456789012345]}}",
        "services: {openai: {base_url: \"https://me:canary@x.example/v1\"}}",
        "services: {openai: {base_url: \"https://x.example/sk-canary0123456789012345\"}}",
    ],
)  # fmt: skip
def test_a_key_that_was_written_there_is_not_repeated(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models.yaml").write_text(text)
    with pytest.raises(ModelsRefused) as refused:
        read_own(tmp_path / "models.yaml")
    import sys

    write_problems(refused.value.problems, refused.value.sources, sys.stdout)
    assert "canary" not in capsys.readouterr().out


def test_only_a_persons_own_file_names_a_module(tmp_path: Path) -> None:
    text = "services: {house: {adapter: corpus.telegraph}}"
    [said] = problems_of(text, tmp_path, is_own=False)
    assert said.startswith("1:29 only your own models.yaml may name a module | one of anthropic, compatible")
    assert read_own(tmp_path / "models.yaml").services["house"].adapter == "corpus.telegraph"


def test_a_list_of_prices_from_anywhere_has_its_name_as_the_source(tmp_path: Path) -> None:
    (tmp_path / "may.yaml").write_text(
        "models: {openai/gpt-5.5: {prices: {input: 1, output: 2}}, openai/gpt-6-luna: {}}"
    )
    read = read_catalogue(tmp_path / "may.yaml")
    assert {use: facts.prices and facts.prices.source for use, facts in read.models.items()} == {
        "openai/gpt-5.5": "may.yaml",
        "openai/gpt-6-luna": built_in().source,
    }


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_file_is_damage_and_not_absence(kind: str, own: Path) -> None:
    own.mkdir() if kind == "folder" else own.symlink_to(own.with_name("gone"))
    with pytest.raises(ScenarioRefused):
        insist_on_sound_file()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["services", "models", "openai", "openai/x", "keys", "prices", "adapter", "base_url", "input"]),
        inner, max_size=4),
    max_leaves=12,
))  # fmt: skip
def test_whatever_it_says_it_is_read_or_refused(tmp_path: Path, said: object) -> None:
    (tmp_path / "models.yaml").write_bytes(msgspec.json.encode(said))
    try:
        read_own(tmp_path / "models.yaml")
    except ModelsRefused as refused:
        assert refused.problems


def test_what_an_adapter_stands_on_is_read_from_its_text_as_it_is() -> None:
    from providers import adapter_of

    for name, service in services().items():
        assert needs_of(service) == getattr(adapter_of(name), "NEEDS", ""), name


def test_a_service_whose_adapter_is_not_there_is_not_ready(own: Path) -> None:
    own.write_text('services: {house: {adapter: no_such.module, base_url: "http://127.0.0.1:9"}}')
    standing = readiness_of(services()["house"])
    assert (standing.is_ready, standing.why) == (False, "its adapter no_such.module is not there")
