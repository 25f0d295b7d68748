"""`footlights whatif`: what a history of runs would have cost, and who would have answered, under other terms."""

from __future__ import annotations

import argparse
import re
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from app.cli.figures import read_past
from app.cli.ink import Ink
from app.cli.said import narrate
from app.cli.workspaces import add_workspace, with_archive
from app.document.suggest import did_you_mean, listed, shortened
from app.errors import UsageError

if TYPE_CHECKING:
    from app.batch.whatif.answers import Answer, Policy, Question, Swap
    from app.journal import Archive, RunRow

EXAMPLES = """
footlights whatif --since 30d --as anthropic/claude-haiku-5-5
footlights whatif --scenario market-scan --prefer cost --without openai
"""
WAYS = ("model", "agent", "scenario", "month", "call")
_YEARS = range(2020, 2100)  # that somebody can have prices of


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add = parser.add_argument
    add("runs", metavar="RUN", nargs="*", help="ids, ends of them, or last; or say which with what follows")
    add("--batch", metavar="ID", help="the runs of a batch")
    add("--scenario", metavar="NAME", help="the runs of a scenario")
    add("--since", metavar="TIME", help="the runs since: 2h, 30d, 2026-11-03")
    add("--all", action="store_true", help="every run there is, but for the tests of models")
    add("--prices", metavar="FILE", help="other prices, from a file of the form of models.yaml")
    add("--on", metavar="DATE", help="the prices of a date, such as 2026-03-01")
    add("--as", dest="model", metavar="MODEL", help="every call with this provider/model")
    add("--swap", action="append", default=[], metavar="OLD=NEW", help="one model for another, or agent:NAME=MODEL")
    add("--prefer", metavar="WHAT", help="route again, by what counts first: cost,speed,quality,privacy")
    add("--privacy", metavar="LEVEL", help="route again, with all of it public, private or local")
    add("--complexity", metavar="TIER", help="route again, all work being of low, medium or high complexity")
    add("--without", action="append", default=[], metavar="PROVIDER", help="route again, where nobody can ask this one")
    add("--reroute", action="store_true", help="route again as each call was, by the other prices")
    add("--by", choices=WAYS, metavar="WAY", help=f"only by one of {', '.join(WAYS)}")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print it as JSON")
    forms.add_argument("--csv", action="store_true", help="print every call as a row of a table")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Ask, and tell what comes of it."""
    if args.csv and args.by:
        raise UsageError("--csv has every call, so there is nothing to choose with --by", "leave out one of them")
    question = _question(args)
    now = time.time_ns() // 1000
    since = read_past(args.since, now) if args.since else None
    if not (args.runs or args.batch or args.scenario or since or args.all):
        raise UsageError("say which runs are meant", "name some, or --since 30d, --scenario NAME, --batch ID or --all")

    async def read(archive: Archive) -> tuple[list[RunRow], list[Answer]]:
        from app.batch.whatif.answering import ask

        rows = await _rows(archive, args, since)
        return rows, await ask(archive, rows, question)

    nothing: tuple[list[RunRow], list[Answer]] = [], []
    rows, answers = with_archive(args, read, before_the_first=nothing)
    if not answers:
        narrate("no model was called in them" if rows else "no run is like that")
    if answers or args.json or args.csv:  # a program reads that there is nothing, too
        _tell(args, question, rows, answers)
    return 0


def _tell(args: argparse.Namespace, question: Question, rows: list[RunRow], answers: list[Answer]) -> None:
    from app.batch.whatif.report import Report

    report = Report(len(rows), answers)
    ways = (args.by,) if args.by else WAYS
    if args.csv:
        from app.cli.supposing.data import as_table

        sys.stdout.write(as_table(answers))
    elif args.json:
        from app.cli.said import as_json
        from app.cli.supposing.data import as_data

        sys.stdout.write(as_json(as_data(question, report, ways), indent=2))
    else:
        from app.cli.supposing.page import lines

        sys.stdout.write("\n".join(lines(question, report, ways, Ink.for_stream(sys.stdout))) + "\n")


async def _rows(archive: Archive, args: argparse.Namespace, since: int | None) -> list[RunRow]:
    """The runs that are meant, the earliest first, each once."""
    if args.runs:
        if args.batch or args.scenario or since or args.all:
            raise UsageError("runs that are named are looked for no further", "leave out their names, or the rest")
        found = {row.run: row for row in [await archive.find(name) for name in args.runs]}
        return sorted(found.values(), key=lambda row: row.started)
    batch = (await archive.batch(args.batch)).batch if args.batch else None
    tests = args.scenario == "test"
    return (await archive.runs(scenario=args.scenario, batch=batch, since=since, tests=tests, limit=None))[::-1]


# What is to be otherwise


def _question(args: argparse.Namespace) -> Question:
    from app.batch.whatif.answers import Policy, Question
    from app.batch.whatif.prices import Terms, price_file

    terms = Terms(price_file(args.prices), _moment(args.on) if args.on else None)
    policy = _policy(args)
    if policy is not None and args.model:
        raise UsageError("--as says who answers, so there is nothing to route", "leave out one of them")
    if not (args.model or args.swap or policy or args.prices or args.on):
        hint = "such as --as MODEL, --swap OLD=NEW, --prefer cost, --without PROVIDER, --prices FILE or --on DATE"
        raise UsageError("say what is to be otherwise", hint)
    if policy == Policy() and not terms.are_other:
        raise UsageError("--reroute alone has nothing to choose by", "add --prices FILE or --on DATE")
    return Question(args.model or "", tuple(map(_swap, args.swap)), policy, terms)


def _policy(args: argparse.Namespace) -> Policy | None:
    from app.batch.whatif.answers import Policy
    from providers.catalogue import Privacy, Tier
    from providers.routing import Preference

    if not (args.prefer or args.privacy or args.complexity or args.without or args.reroute):
        return None
    words = (args.prefer or "").replace(",", " ").split()
    return Policy(
        tuple(dict.fromkeys(_one_of(word, get_args(Preference), "--prefer") for word in words)),
        _one_of(args.privacy, get_args(Privacy), "--privacy") if args.privacy else None,
        _one_of(args.complexity, get_args(Tier), "--complexity") if args.complexity else None,
        frozenset(map(_provider, args.without)),
    )


def _one_of(word: str, known: tuple[Any, ...], option: str) -> Any:
    if word not in known:
        hint = did_you_mean(word, known, otherwise=f"one of {listed(known, 'or')}")
        raise UsageError(f'{option}: there is no "{shortened(word)}"', hint)
    return word


def _provider(name: str) -> str:
    from providers.catalogue import services
    from providers.naming import no_service_hint

    if name not in services():
        raise UsageError(f'--without: there is no provider "{shortened(name)}"', no_service_hint(name))
    return name


def _swap(written: str) -> Swap:
    from app.batch.whatif.answers import Swap

    old, equals, new = (part.strip() for part in written.partition("="))
    if not equals or not old or not new:
        hint = "write --swap openai/gpt-5.5=anthropic/claude-haiku-5-5, or --swap agent:cto=MODEL"
        raise UsageError(f'--swap: "{shortened(written)}" does not say what takes whose place', hint)
    agent = old.removeprefix("agent:") if old.startswith("agent:") else ""
    return Swap(new, agent=agent) if agent else Swap(new, model=old)


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        if re.match(r"\d{4}-\d\d-\d\d", text.strip()):
            raise UsageError(f"--on: there is no {shortened(text.strip())} in the calendar") from None
        raise UsageError(f'--on: "{shortened(text)}" is no date', "write it as 2026-03-01") from None
    if found.year not in _YEARS:
        known = f"{_YEARS[0]} to {_YEARS[-1]} can be asked"
        raise UsageError(f"--on: nobody has prices of the year {found.year}", known)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
