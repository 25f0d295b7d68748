"""`footlights cost`: what a run has cost and who spent it; and what it would have cost elsewhere."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.costing import BY, Attempt, attempts_in
from app.cli.displays import as_json
from app.cli.ink import Ink
from app.cli.workspaces import add_workspace, with_archive
from app.document.suggest import did_you_mean, shortened
from app.errors import NotFound, UsageError

if TYPE_CHECKING:
    from app.cli.costing import Pricing
    from app.journal import Archive, RunRow
    from app.state import RunState
    from providers.catalogue import Catalogue
    from providers.pricing import Tariff

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
    pricing = _pricing(args.prices, args.model)
    row, state, attempts = with_archive(args, lambda archive: _read(archive, args.run))
    from app.cli import cost_page

    ways = (args.by,) if args.by else ("agent", "model", "step")
    if args.json:
        data = cost_page.as_data(row, state, attempts, ways, pricing)
        sys.stdout.write(as_json(data, indent=2))
        return 0
    ink = Ink.for_stream(sys.stdout)
    ways_to_pay = (f"with {args.model}" if args.model else "", f"by {args.prices}" if args.prices else "")
    under = ", ".join(filter(None, ways_to_pay))
    lines = cost_page.lines(row, state, attempts, ways, pricing, under, ink)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


async def _read(archive: Archive, name: str) -> tuple[RunRow, RunState, list[Attempt]]:
    from app.state import fold

    row = await archive.find(name)
    events = await archive.history(row)
    return row, fold(events), attempts_in(events)


def _pricing(file: str | None, model: str | None) -> Pricing | None:
    """Other prices for the models of a run, if any were asked for."""
    if file is None and model is None:
        return None
    listed = _price_file(file)
    if model is None:
        return lambda use: _priced(listed, use)
    tariff = _priced(listed, model) or _known_price(model)
    return lambda use: tariff


def _price_file(file: str | None) -> Catalogue:
    from providers.catalogue import Catalogue

    if file is None:
        return Catalogue()
    from providers.own_models import read_catalogue

    return read_catalogue(Path(file))


def _priced(listed: Catalogue, use: str) -> Tariff | None:
    """The price of a model in a file; none where the file has none of its own for it."""
    from providers.catalogue import find_in

    facts = find_in(listed, use)
    prices = facts.prices if facts is not None else None
    return None if prices is None or prices.source != listed.source else lambda read, at: prices


def _known_price(model: str) -> Tariff:
    """The price of a model, by whoever knows it: a person's own list, today's, the catalogue."""
    from providers import price_list
    from providers.catalogue import known_models, services
    from providers.naming import no_service_hint
    from providers.pricing import is_in_doubt, tariff_of

    service, slash, name = model.partition("/")
    if not slash or not name:
        raise UsageError(f'"{shortened(model)}" names no model', "write provider/model, such as openai/gpt-5.5")
    if service not in services():
        raise UsageError(f'there is no provider "{shortened(service)}"', no_service_hint(service))
    if is_in_doubt(model, today=True):
        price_list.load_now()
    tariff = tariff_of(model, today=True)
    if tariff is None:
        near = did_you_mean(model, [facts.use for facts in known_models()], otherwise="")
        hint = near or "write its price into a file, and name that with --prices"
        raise NotFound(f"nobody knows what {shortened(model)} costs", hint)
    return tariff
