"""Whole numbers as options take them, each refused in its own words."""

from __future__ import annotations

import argparse

_HIGHEST_SEED = 2**31 - 1


def count(text: str) -> int:
    """How many of something, which may be none."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f'"{text}" is no count: a count is a whole number from 0')
    return int(text)


def some(text: str) -> int:
    """How many of something, which is one at least."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'"{text}" is not a number above zero')
    return int(text)


def seed(text: str) -> int:
    """What chance begins with."""
    if not text.isdecimal() or int(text) > _HIGHEST_SEED:
        raise argparse.ArgumentTypeError(f'"{text}" is no seed: a seed is a whole number from 0 to {_HIGHEST_SEED}')
    return int(text)
