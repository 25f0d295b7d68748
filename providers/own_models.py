"""The models.yaml of a person: services of their own, models nobody else knows, prices and limits they know better.

It has the form of the one beside this file and is laid over it: what it says of a service or a model counts, and what
it leaves out stays as it was. It is read with a place for every mistake, because people write it.
"""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import msgspec
from pydantic import AfterValidator

from app.document import Report, parse, read_source, validate
from app.document.addresses import wrong_with
from app.document.suggest import did_you_mean
from app.document.values import Count, Id, Section, Words, key, mistake, words
from app.errors import Problem, ScenarioRefused
from app.events import Prices
from app.safety import looks_like_secret
from providers.catalogue import OWN_FILE, Catalogue, ModelFacts, Privacy, Service, Tier, built_in, find_in, is_loopback


class ModelsRefused(ScenarioRefused):
    """A file of models has errors. Carries all of them, and its text."""

    def __init__(self, problems: tuple[Problem, ...], name: str, text: str) -> None:
        super().__init__(problems, {name: _covered(text, problems)})
        errors = sum(problem.severity == "error" for problem in self.problems)
        self.message = f"{name} has {errors} {'error' if errors == 1 else 'errors'}"
        self.args = (self.message,)


def read_own(path: Path) -> Catalogue:
    """A person's own file; it alone may name modules that speak to services of their own."""
    return _read(path, OWN_FILE, may_name_modules=True)


def read_catalogue(path: Path) -> Catalogue:
    """The services and models that any file of this form speaks of; raises `ModelsRefused` with all that is wrong.

    What it leaves out of a model that we know is as we know it; prices that are its own have its name as their source.
    Such a file may come from anywhere, so it names no module that would be imported.
    """
    return _read(path, path.name, may_name_modules=False)


def _read(path: Path, source: str, *, may_name_modules: bool) -> Catalogue:
    name = text = ""
    try:
        read = read_source(path)
        name, text = read.name, read.text
        report = Report(read, parse(read))
        written = validate(_File, report)
        if written is not None:
            for wrong in _mistakes(written, may_name_modules):
                report.error("models", wrong.message, wrong.hint, at=wrong.path)
    except ScenarioRefused as refused:
        if [problem.code for problem in refused.problems] == ["empty"]:
            return Catalogue(source)
        raise ModelsRefused(refused.problems, name or str(path), text) from refused
    if written is None or report.has_errors:
        raise ModelsRefused(tuple(report.problems), name, text)
    return _laid_over(written, source)


def _covered(text: str, problems: tuple[Problem, ...]) -> str:
    """The text as it may be shown beside what is wrong with it: without what may be a key."""
    lines = text.split("\n")
    for problem in problems:
        if problem.code == "secret" and problem.line is not None and problem.column is not None:
            line, start = lines[problem.line - 1], problem.column - 1
            lines[problem.line - 1] = line[:start] + "•" * problem.length + line[start + problem.length :]
    return "\n".join(lines)


def _laid_over(written: "_File", source: str) -> Catalogue:
    """What a file says, and beneath it what is known anyway."""
    known = built_in()
    services = {name: _service(name, said, known) for name, said in written.services.items()}
    models = {use.lower(): _model(use.lower(), said, known, source) for use, said in written.models.items()}
    return Catalogue(source, services, models)


def _service(name: str, said: "_Service", known: Catalogue) -> Service:
    told = said.model_dump(exclude_unset=True, exclude={"keys"})
    if "keys" in said.model_fields_set:
        told["keys"] = tuple(said.keys)
    return msgspec.structs.replace(known.services.get(name) or Service(name=name, title=name, adapter=""), **told)


def _model(use: str, said: "_Model", known: Catalogue, source: str) -> ModelFacts:
    told, before = said.model_dump(exclude_unset=True, exclude={"prices"}), find_in(known, use)
    if said.prices is not None:
        told["prices"] = said.prices.over(before.prices if before is not None else None, source)
    return msgspec.structs.replace(before or ModelFacts(), use=use, **told)


class _Wrong(NamedTuple):
    """What is wrong at a path of the file."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""


def _mistakes(written: "_File", may_name_modules: bool) -> Iterator[_Wrong]:
    """What can only be seen with the rest of the file, and of what is built in, in view."""
    known = built_in().services
    adapters = {service.adapter for service in known.values()}
    for name, said in written.services.items():
        at = ("services", name)
        if name == "rehearsal":
            yield _Wrong((*at, "@key"), "the rehearsal is always there, as it is", "give yours another name")
        if said.privacy == "local" and not is_loopback(said.base_url or known.get(name, said).base_url):
            yield _Wrong(
                (*at, "privacy"), "this server is not on this machine, so it cannot be local", "write  privacy: private"
            )
        if said.adapter is None and name not in known:
            yield _Wrong((*at, "@key"), f'"{name}" has no adapter', "such as  adapter: compatible")
        if said.adapter is not None and "." in said.adapter and not may_name_modules:
            yield _Wrong((*at, "adapter"), "only your own models.yaml may name a module", _one_of(adapters))
        elif said.adapter is not None and "." not in said.adapter and said.adapter not in adapters:
            hint = did_you_mean(said.adapter, adapters, _one_of(adapters))
            yield _Wrong((*at, "adapter"), f'there is no adapter "{said.adapter}"', hint)
    there = {*known, *written.services}
    for use, model_said in written.models.items():
        if (lacking := _lacking(use.lower(), model_said.prices)) is not None:
            yield _Wrong(("models", use, "prices"), f'"{lacking}" is missing', "such as  {input: 3, output: 15}")
        service, slash, model = use.partition("/")
        if not slash or not model.strip():
            yield _Wrong(
                ("models", use, "@key"), f'"{use}" is not provider/model', 'such as "anthropic/claude-sonnet-5-5"'
            )
        elif service not in there:
            yield _Wrong(("models", use, "@key"), f'there is no service "{service}"', did_you_mean(service, there))


def _lacking(use: str, prices: "_Prices | None") -> str | None:
    """The price that neither the file nor the catalogue says."""
    facts = find_in(built_in(), use)
    if prices is None or (facts is not None and facts.prices is not None):
        return None
    return next((name for name in ("input", "output") if getattr(prices, name) is None), None)


def _one_of(adapters: set[str]) -> str:
    return f"one of {', '.join(sorted(adapters))}"


def _address(text: str) -> str:
    if (wrong := wrong_with(text)) is not None:
        raise mistake(wrong.code, wrong.message, wrong.hint)
    return text.rstrip("/")


def _adapter(text: str) -> str:
    if not re.fullmatch(r"[a-z_]\w*(\.[A-Za-z_]\w*)*", text):
        raise mistake("adapter", "this is not the name of an adapter", "such as  adapter: compatible")
    return text


def _variable(text: str) -> str:
    """What is no name of a variable may be a key that was pasted here: it is not repeated."""
    if looks_like_secret(text) or not re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}", text):
        raise mistake("secret", "this is not the name of a variable", "a key never stands in a file, only its name")
    return text


_Variable = Annotated[str, AfterValidator(_variable)]


class _Service(Section):
    """Who serves models."""

    title: Words = key("", says="Its name, for people.", example="Our own vLLM")
    adapter: Annotated[str, AfterValidator(_adapter)] | None = key(
        None, says="Who speaks its protocol; a dotted name is a module of your own.", example="compatible"
    )
    base_url: Annotated[str, AfterValidator(_address)] = key(
        "", says="Where it is.", example="http://127.0.0.1:8000/v1", max_length=500
    )
    address: _Variable = key("", says="The variable that may hold another base_url.", example="VLLM_HOST")
    keys: list[_Variable] = key([], says="Variables that may hold its key.", example="[VLLM_KEY]", max_length=8)
    privacy: Privacy = key("public", says="What it may be shown at most.", example="private")
    prices: Id = key("", says="Its name in genai-prices.", example="openai")
    requests: float = key(0.0, says="Requests it takes a minute.", example="60", gt=0, le=1e6, allow_inf_nan=False)
    tokens: float = key(0.0, says="Tokens it takes a minute.", example="200000", gt=0, le=1e12, allow_inf_nan=False)
    at_a_time: int = key(0, says="Calls it is given at the same time; left out, 8.", example="32", ge=1, le=1000)


class _Prices(Section):
    """US dollars for a million tokens."""

    input: float | None = key(None, says="Tokens read fresh.", example="3.00", ge=0, le=100_000)
    output: float | None = key(None, says="Tokens written.", example="15.00", ge=0, le=100_000)
    cache_read: float | None = key(None, says="Tokens read from the cache.", example="0.30", ge=0, le=100_000)
    cache_write: float | None = key(None, says="Tokens written to the cache.", example="3.75", ge=0, le=100_000)

    def over(self, known: Prices | None, source: str) -> Prices:
        """What is left out stays as it is known; but beside a new price of fresh tokens a cache is no cheaper."""
        fresh = self.input if self.input is not None else known.input if known is not None else 0.0
        written = self.output if self.output is not None else known.output if known is not None else 0.0
        kept = known if self.input is None else None
        read, write = (kept.cache_read, kept.cache_write) if kept is not None else (fresh, fresh)
        return Prices(
            fresh,
            written,
            read if self.cache_read is None else self.cache_read,
            write if self.cache_write is None else self.cache_write,
            source,
        )


class _Model(Section):
    """One model."""

    tier: Tier = key("medium", says="How hard the work may be.", example="high")
    context: Count = key(0, says="Its context window, in tokens.", example="128k")
    max_output: Count = key(0, says="The most it writes in one answer.", example="8k")
    speed: float = key(0.0, says="Tokens a second.", example="60", gt=0, le=1e6, allow_inf_nan=False)
    prices: _Prices | None = key(None, says="What it costs.", example="{input: 3, output: 15}")
    tools: bool = key(True, says="Can it ask for tools?", example="false")
    data: bool = key(True, says="Can it be held to a JSON Schema?", example="false")
    thinks: bool = key(False, says="Do its answers need room for what it says to itself?", example="true")


class _File(Section):
    """The file."""

    source: Words = key("", says="A note on where its prices come from.", example="our contract of May")
    services: dict[Id, _Service] = key({}, says="Who serves models.", max_length=100)
    models: dict[Annotated[str, words(200)], _Model] = key({}, says="Models, by provider/model.", max_length=1000)
