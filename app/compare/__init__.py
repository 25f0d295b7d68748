"""Two runs side by side: what was changed, what came of it, what it cost. Pure: it reads recordings, and draws nothing.

found = compare(left, right)         # two recordings, or a run and its fork
found.measures, found.pairs          # the whole, and step by step
found.difference(pair)               # what two outputs say otherwise, to the word
"""

from app.compare.aligning import Pair, Shared, gathered
from app.compare.changes import ABSENT, Change
from app.compare.comparing import Comparison, Kinship, compare
from app.compare.halves import Half, Side
from app.compare.measures import Measure
from app.compare.texts import Block, Difference, Piece, difference

__all__ = [
    "ABSENT", "Block", "Change", "Comparison", "Difference", "Half", "Kinship", "Measure", "Pair", "Piece",
    "Shared", "Side", "compare", "difference", "gathered",
]  # fmt: skip
