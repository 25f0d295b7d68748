"""`footlights cost`: what a run has cost and who spent it; and what it would have cost elsewhere."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from app.batch.whatif.attempts import Attempt, attempts_in
from app.batch.whatif.sums import BY
from app.cli.ink import Ink
from app.cli.said import as_json
from app.cli.workspaces import add_workspace, with_archive

if TYPE_CHECKING:
    from app.batch.whatif.sums import Offers
    from app.journal import Archive, RunRow
    from app.state import RunState

EXAMPLES = """
footlights cost last
footlights cost 4KXZ9Q2M --as anthropic/claude-haiku-5-5
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("run", metavar="RUN", help="an id, the end of one, or last")
    parser.add_argument("--by", choices=BY, metavar="WHAT", help=f"only by one of {', '.join(BY)}")
    parser.add_argument("--prices", metavar="FILE", help="what it would cost by a file of the form of models.yaml")
    parser.add_argument("--as", dest="model", metavar="MODEL", help="what it would cost with another provider/model")
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    add_workspace(parser)


def perform(args: argparse.Namespace) -> int:
    """Tell what it cost."""
    offers = _offers(args.prices, args.model)
    row, state, attempts = with_archive(args, lambda archive: _read(archive, args.run))
    from app.cli import cost_page

    ways = (args.by,) if args.by else ("agent", "model", "step")
    if args.json:
        data = cost_page.as_data(row, attempts, ways, offers)
        sys.stdout.write(as_json(data, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    ways_to_pay = (f"with {args.model}" if args.model else "", f"by {args.prices}" if args.prices else "")
    under = ", ".join(filter(None, ways_to_pay))
    lines = cost_page.lines(row, state, attempts, ways, offers, under, ink)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def _read(archive: Archive, name: str) -> tuple[RunRow, RunState, list[Attempt]]:
    from app.state import fold

    row = await archive.find(name)
    events = await archive.history(row)
    return row, fold(events), attempts_in(events)


def _offers(file: str | None, model: str | None) -> Offers | None:
    """Other prices for the models of a run, if any were asked for."""
    if file is None and model is None:
        return None
    from app.batch.whatif.prices import Offer, Terms, price_file

    terms = Terms(price_file(file))
    if model is not None:
        offer = terms.offer(model)
        return lambda use: offer
    return lambda use: None if (tariff := terms.price(use)) is None else Offer(tariff)
