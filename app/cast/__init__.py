"""Who can be on stage: agent cards and the registry that finds them."""

from app.cast.card import Card, Mode
from app.cast.registry import Entry, Registry, read_card

__all__ = ["Card", "Entry", "Mode", "Registry", "read_card"]
