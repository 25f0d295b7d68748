"""Reads the YAML files people write (scenarios, cards, themes) with a position for every value.

source = read_source(path)           # bytes to text: size, encoding, control characters
tree = parse(source)                 # text to nodes: YAML 1.2 core, no tags, no merge keys, bounded
report = Report(source, tree)        # collects problems and knows where each path stands
card = validate(Card, report)        # a pydantic model, or None with every complaint in the report
"""

from app.document.mistakes import validate
from app.document.report import Report
from app.document.source import Source, read_included, read_source
from app.document.tree import Node, Path, parse

__all__ = ["Node", "Path", "Report", "Source", "parse", "read_included", "read_source", "validate"]
