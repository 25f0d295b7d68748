"""The command line: finds the command you named and performs it. Help and version load nothing but this page.

Each command is a module of this folder, imported when it is named. It offers `EXAMPLES`, `configure(parser)` and
`perform(args) -> exit code`. To add a command, add its file and a line in the table below.
"""

from __future__ import annotations

import sys

from footlights import __version__

GROUPS = {
    "perform": {
        "demo": "open the launcher: a tour, and every other way to see a show",
        "play": "perform a scenario on the stage; --rehearse needs no key, no money",
        "run": "perform a scenario here and now, in lines",
        "batch": "perform many runs: every scenario, cell, repeat; reports for CI",
        "resume": "go on with a run that was interrupted or paused",
        "fork": "branch off a run at a moment, with something changed",
        "inbox": "list the questions that wait for a person",
        "answer": "answer a question that a run waits for",
        "direct": "act on a run: whisper, mute, swap, raise, skip, pause, cancel",
        "attach": "open the stage on a run that another process performs",
    },
    "what was performed": {
        "replay": "show a run again on the stage, at any pace",
        "present": "show a run to a room, cue by cue; notes in a second terminal",
        "serve": "open the house in a browser, or show a run to an audience",
        "runs": "list, search, remove and erase runs",
        "batches": "list batches; the summary and the reports of one",
        "show": "show a run whole, or one step, call or event of it",
        "tail": "follow the events of a run",
        "cost": "say what a run cost, and who spent it; or would have, elsewhere",
        "whatif": "say what many runs would have cost, and with whom, by other rules",
        "export": "make a film, a picture, a page or a table of a run, to be sent",
        "compare": "hold two runs side by side, or a run and its fork",
    },
    "a scenario file": {
        "check": "find every mistake in a scenario, before it costs anything",
        "explain": "show the plan: the graph, the cast, the limits, what it needs",
        "schema": "write the JSON Schema that gives your editor completion",
        "new": "start a scenario from a commented example",
        "migrate": "bring an older file up to the current format",
    },
    "what there is": {
        "cast": "list the agents, or show one",
        "scenarios": "list the scenarios, or show one",
        "models": "list services and models, what each costs; test one, or fetch one",
        "tools": "list what agents can do, or show one tool",
        "themes": "list how the stage can look, or show one theme",
    },
    "the archive": {
        "verify": "prove that runs are as they were written",
        "audit": "ask every invariant of the log, of one run or all",
        "backup": "copy the archive while others write to it",
        "restore": "put a backup in the place of the archive",
        "salvage": "take out of a damaged archive what can be read",
    },
    "this machine": {
        "doctor": "say what is set up, what is missing and how to get it",
        "completion": "write the completion script for your shell",
    },
}
COMMANDS: dict[str, str] = {name: summary for commands in GROUPS.values() for name, summary in commands.items()}


def main(argv: list[str]) -> int:
    """Perform the command in `argv` and return its exit code; without one, open the house where there is a terminal."""
    if not argv and _has_terminal():
        from app.cli.home import open_house

        return open_house()
    if not argv or argv[0] in ("-h", "--help", "help"):
        return _write_help()
    if argv[0] in ("-V", "--version"):
        sys.stdout.write(f"footlights {__version__}\n")
        return 0
    name, *words = argv
    if name not in COMMANDS:
        _refuse(name)
    from app.cli.parser import command_module, command_parser

    return command_module(name).perform(command_parser(name).parse_args(words))


def _has_terminal() -> bool:
    """Can the house be opened here? It is to be seen, so it is not for who has the screen read to them."""
    import os

    if os.environ.get("TERM") == "dumb" or os.environ.get("FOOTLIGHTS_SCREEN_READER", "") not in ("", "0"):
        return False
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def _write_help() -> int:
    from app.cli.ink import Ink

    ink = Ink.for_stream(sys.stdout)
    lines = [
        f"{ink.paint('footlights', 'bold')} {__version__}: a theatre for multi-agent LLM workflows, in your terminal",
        "",
        "  footlights run feature-sprint --rehearse",
        "  footlights new my-first-play",
    ]
    for title, commands in GROUPS.items():
        lines += ["", ink.paint(title, "bold")]
        lines += [f"  {ink.paint(f'{name:<12}', 'accent')}{summary}" for name, summary in commands.items()]
    lines += ["", "footlights COMMAND -h shows two examples and every option."]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def _refuse(name: str) -> None:
    from difflib import get_close_matches

    from app.errors import UsageError

    kind = "option" if name.startswith("-") else "command"
    near = get_close_matches(name, ["--help", "--version"] if kind == "option" else COMMANDS, n=1)
    hint = f'did you mean "{near[0]}"?' if near else "footlights --help lists what there is"
    raise UsageError(f'there is no {kind} "{name}"', hint)
