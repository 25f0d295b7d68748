"""`footlights schema`: the JSON Schema that gives an editor completion, descriptions and red lines."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from app.scenario.schema import card_schema, scenario_schema

EXAMPLES = """
footlights schema > footlights.schema.json
footlights schema --card > footlights-card.schema.json
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--card", action="store_true", help="the schema of agent cards instead")
    parser.add_argument("-o", "--output", metavar="FILE", help="write it to a file")


def perform(args: argparse.Namespace) -> int:
    """Print the schema, or write it."""
    text = json.dumps(card_schema() if args.card else scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    if args.output:
        Path(args.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0
