"""The formats of `footlights export`: what each is called, what it is made of, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from app.export.film import Film
    from app.journal.recording import Recording

Made = str | bytes
LARGE = 1_000_000  # bytes of a picture: pages take long to show more
SECONDS, ANIMATIONS = 30.0, 400  # of an SVG: more is hard work for a browser


@dataclass(frozen=True, slots=True)
class Format:
    """One of them."""

    says: str
    suffix: str
    takes: tuple[str, ...] = ()  # options that are for a few formats only


@dataclass(frozen=True, slots=True)
class OfFilms(Format):
    """Made of pictures."""

    make: Callable[[Film, argparse.Namespace], Made] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class OfRuns(Format):
    """Made of what happened."""

    make: Callable[[Recording, argparse.Namespace], str] = field(kw_only=True)


def _cast(film: Film, args: argparse.Namespace) -> str:
    from app.export.cast import cast

    return cast(film, version=3 if args.v3 else 2)


def _svg(film: Film, args: argparse.Namespace) -> str:
    from app.export.svg import animated

    return animated(film)


def _still(film: Film, args: argparse.Namespace) -> str:
    from app.export.svg import poster_of, still

    return still(film, 0.0 if args.at else poster_of(film))


def _html(film: Film, args: argparse.Namespace) -> str:
    from app.export.html import player

    return player(film)


def _gif(film: Film, args: argparse.Namespace) -> bytes:
    from app.export.raster import gif

    return gif(film)


def _webp(film: Film, args: argparse.Namespace) -> bytes:
    from app.export.raster import webp

    return webp(film)


def _png(film: Film, args: argparse.Namespace) -> bytes:
    from app.export.raster import png
    from app.export.svg import poster_of

    return png(film, 0.0 if args.at else poster_of(film))


def _markdown(recording: Recording, args: argparse.Namespace) -> str:
    from app.export.markdown import markdown

    return markdown(recording)


def _report(recording: Recording, args: argparse.Namespace) -> str:
    from app.export.report import report

    return report(recording)


def _csv(recording: Recording, args: argparse.Namespace) -> str:
    from app.export.tables import csv_of

    return csv_of(recording, args.table or "steps")


def _json(recording: Recording, args: argparse.Namespace) -> str:
    from app.journal.recording import lines_of

    return "".join(lines_of(recording))


FILMS = {
    "cast": OfFilms("a terminal recording, for asciinema", ".cast", ("v3",), make=_cast),
    "svg": OfFilms("a picture that moves, for a README", ".svg", ("both",), make=_svg),
    "still": OfFilms("one moment as a picture", ".still.svg", ("at", "both"), make=_still),
    "html": OfFilms("one page with a player, that needs no network", ".html", make=_html),
    "gif": OfFilms("a film for wherever SVG does not play", ".gif", make=_gif),
    "webp": OfFilms("the same, smaller", ".webp", make=_webp),
    "png": OfFilms("one moment as a picture of pixels", ".png", ("at",), make=_png),
}
RUNS = {
    "md": OfRuns("a report in Markdown", ".md", make=_markdown),
    "report": OfRuns("a report as a page", ".report.html", make=_report),
    "csv": OfRuns("a table for a spreadsheet", ".csv", ("table",), make=_csv),
    "json": OfRuns("the run itself, to be replayed elsewhere", ".run.jsonl", make=_json),
}
FORMATS: dict[str, Format] = {**FILMS, **RUNS}


def insist_on_the_extra(name: str) -> None:
    """Say before a film is made that nobody could develop it."""
    if name in ("gif", "webp", "png"):
        import app.export.raster  # noqa: F401 - raises what it needs


def warnings(name: str, made: Made, film: Film | None) -> Iterator[str]:
    """What whoever uses it should know."""
    if name == "svg" and film is not None and isinstance(made, str):
        from app.export.svg import animations

        moving = animations(made)
        if film.seconds > SECONDS or moving > ANIMATIONS:
            yield (
                f"it moves for {film.seconds:.0f} s, in {moving} places: that is much for a page; "
                "--from Q2 --to Q4 films a part of it, --fit 0:30 all of it in less time"
            )
    if name in ("gif", "webp") and len(made) > LARGE:
        yield "it is large for a page; --size 80x24, --fps 5, or --from and --to make it smaller"
