"""The tool servers of a person: `mcp.yaml` in their configuration folder says which there are and what they may do.

A scenario names a server and never says how to start one: what runs on this machine is its owner's decision alone.
"""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.document import Report, parse, read_source, validate
from app.document.addresses import wrong_with
from app.document.values import Duration, Id, Section, Words, key, mistake, shaped
from app.errors import Problem, ScenarioRefused
from app.safety import looks_like_secret

Variable = Annotated[str, shaped(r"[A-Za-z_][A-Za-z0-9_]{0,99}", "is no name of a variable", "such as DOCS_TOKEN")]
SECONDS = 30.0


class ToolServer(Section):
    """One server: a command that is started here, or an address."""

    command: list[Words] | None = key(
        None,
        says="What starts it, word by word; it speaks on its standard input and output.",
        example="[uvx, my-tool]",
        min_length=1,
        max_length=100,
    )
    url: str | None = key(None, says="Where it listens instead.", example="http://127.0.0.1:3001/mcp")
    env: dict[Variable, str | None] = key(
        {}, says="Variables it is given besides the usual few; null passes on your own.", example="{NOTES_TOKEN: null}"
    )
    bearer: Variable | None = key(None, says="The variable that holds its token, for an address.", example="DOCS_TOKEN")
    tools: list[Words] | None = key(
        None, says="Those of its tools that may be used; left out, all of them.", example="[search]", max_length=200
    )
    writes: Literal["ask", "allow", "refuse"] = key(
        "ask",
        says="What is done about tools that do not say that they only read: ask a person before each use, allow them, "
        "or refuse to offer them.",
        example="refuse",
    )
    timeout: Duration | None = key(None, says="How long one answer may take; 30 s if left out.", example="2m")

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.command is None) == (self.url is None):
            raise mistake("server", "a server has a command or a url", "write one of the two")
        if self.url is not None and (wrong := wrong_with(self.url)) is not None:
            raise mistake(wrong.code, wrong.message, wrong.hint, at="url")
        if _holds_secret(self.command or []):
            raise mistake(
                "secret", "a word of the command looks like a secret", "give it by env: {NAME: null}", at="command"
            )
        if self.bearer is not None and self.url is None:
            raise mistake("server", "a command is given its token by env", "write  env: {NAME: null}", at="bearer")
        if self.bearer is not None and self.url is not None and not _is_guarded(self.url):
            raise mistake(
                "plain-http", "a token would go over plain http, where all on the way can read it",
                "write https://, or reach the server through an address of this machine", at="url",
            )  # fmt: skip
        for name, value in self.env.items():
            if value is not None and looks_like_secret(f"{name}={value}"):
                raise mistake(
                    "secret", f"{name} looks like a secret", f"write  {name}: null  and set it outside", at="env"
                )
        return self

    @property
    def seconds(self) -> float:
        """How long one answer may take."""
        return SECONDS if self.timeout is None else self.timeout

    def offers(self, tool: str) -> bool:
        """May this tool of it be used?"""
        return self.tools is None or tool in self.tools


class ServersRefused(ScenarioRefused):
    """The file of servers has errors. Carries all of them."""

    def __init__(self, problems: tuple[Problem, ...], name: str, text: str) -> None:
        super().__init__(problems, {name: text})
        self.message = f"{name} has {len(self.problems)} {'error' if len(self.problems) == 1 else 'errors'}"
        self.args = (self.message,)


class _File(Section):
    format: Literal["footlights-mcp/v1"] = key(
        alias="schema", says="The version of this format.", example="footlights-mcp/v1"
    )
    servers: dict[Id, ToolServer] = Field(default={}, max_length=100)


def _holds_secret(command: list[str]) -> bool:
    """Tell whether a word looks like a secret, by itself or as what `--token` and its like are given."""
    given = [
        f"{word.lstrip('-').replace('-', '_')}={value}" for word, value in pairwise(command) if word.startswith("-")
    ]
    return any(map(looks_like_secret, [*command, *given]))


def _is_guarded(url: str) -> bool:
    from providers.catalogue import is_loopback

    return url.startswith("https://") or is_loopback(url)


def servers_file() -> Path:
    """Where it stands."""
    from app.settings import config_folder

    return config_folder() / "mcp.yaml"


def read_servers(path: Path) -> dict[str, ToolServer]:
    """The servers of a file, none when there is no file; raises ServersRefused with all that is wrong."""
    if not path.exists():
        return {}
    try:
        source = read_source(path)
        report = Report(source, parse(source))
    except ScenarioRefused as refused:
        raise ServersRefused(refused.problems, str(path), "") from refused
    written = validate(_File, report)
    if written is None or report.has_errors:
        raise ServersRefused(tuple(report.problems), source.name, source.text)
    return dict(written.servers)
