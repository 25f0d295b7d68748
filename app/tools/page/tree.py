"""A page of HTML read as browsers read it, and laid out flat for checks: elements in order, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_UNSEEN = frozenset({"script", "style", "template", "noscript", "title", "head"})
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@dataclass(slots=True)
class Element:
    """One element: its name, its attributes, where it stands and what is in it."""

    name: str
    attributes: dict[str, str]
    line: int
    depth: int
    place: int  # in the page's elements
    parent: int  # -1 at the top
    html: bool  # rather than SVG or MathML
    end: int = 0  # the place after the last element inside it
    words_from: int = 0  # its texts, among the page's
    words_to: int = 0
    own: str = ""  # the text directly in it

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()

    def has(self, name: str) -> bool:
        return name in self.attributes


class Page:
    """A page: its elements in order of appearance."""

    def __init__(self, html: str, url: str = "") -> None:
        from justhtml import JustHTML

        self.html, self.url = html, url
        root = JustHTML(html, sanitize=False, track_node_locations=True).root
        self.doctype = any(child.name == "!doctype" for child in root.children or ())
        self.elements: list[Element] = []
        self._pieces: list[tuple[int, str]] = []  # texts in order, each with the element it stands in
        self._lay_out(root)
        self._by_name: dict[str, list[Element]] = {}
        for element in self.elements:
            self._by_name.setdefault(element.name, []).append(element)
        self.named: dict[str, list[Element]] = {}  # by id; there should be one for each
        for element in self.elements:
            if name := element.get("id"):
                self.named.setdefault(name, []).append(element)
        self.words = _WORD.findall(self._visible().lower())

    def all(self, *names: str) -> list[Element]:
        """Return the elements of these names, in the order of the page."""
        found = [element for name in names for element in self._by_name.get(name, ())]
        return found if len(names) == 1 else sorted(found, key=lambda element: element.place)

    def first(self, name: str) -> Element | None:
        return next(iter(self._by_name.get(name, ())), None)

    def inside(self, element: Element) -> list[Element]:
        return self.elements[element.place + 1 : element.end]

    def ancestors(self, element: Element) -> Iterator[Element]:
        while element.parent >= 0:
            element = self.elements[element.parent]
            yield element

    def text(self, element: Element) -> str:
        """Return the text in an element, on one line."""
        pieces = self._pieces[element.words_from : element.words_to]
        return " ".join("".join(part for _, part in pieces).split())

    def meta(self, name: str, key: str = "name") -> list[Element]:
        return [element for element in self.all("meta") if element.get(key).lower() == name]

    def links(self, rel: str) -> list[Element]:
        return [element for element in self.all("link") if rel in element.get("rel").lower().split()]

    def label(self, element: Element) -> str:
        """Return what a screen reader would call it."""
        called = (self.named[word] for word in element.get("aria-labelledby").split() if word in self.named)
        named = (self.text(others[0]) for others in called)
        pictures = (inner.get("alt") for inner in self.inside(element) if inner.name in ("img", "svg"))
        own = element.get("aria-label") or " ".join(named) or self.text(element)
        return own or " ".join(filter(None, pictures)) or element.get("title")

    def _lay_out(self, root: Any) -> None:
        """Walk without recursion: a stranger's page may be a hundred thousand elements deep."""
        waiting: list[tuple[Any, int, int]] = [(child, -1, 0) for child in reversed(root.children or ())]
        open_elements: list[Element] = []
        while waiting:
            node, parent, depth = waiting.pop()
            while open_elements and open_elements[-1].depth >= depth:
                self._close(open_elements.pop())
            if node.name == "#text":
                self._pieces.append((parent, node.data or ""))
                if parent >= 0:
                    self.elements[parent].own += node.data or ""
                continue
            if node.name.startswith(("#", "!")):
                continue
            attributes = {name: value or "" for name, value in (node.attrs or {}).items()}
            element = Element(
                node.name,
                attributes,
                node.origin_line or 1,
                depth,
                len(self.elements),
                parent,
                node.namespace == "html",
            )
            element.words_from = len(self._pieces)
            self.elements.append(element)
            open_elements.append(element)
            waiting += [(child, element.place, depth + 1) for child in reversed(node.children or ())]
        for element in open_elements:
            self._close(element)

    def _close(self, element: Element) -> None:
        element.end = len(self.elements)
        element.words_to = len(self._pieces)

    def _visible(self) -> str:
        hidden = [False] * len(self.elements)
        for element in self.elements:
            above = element.parent >= 0 and hidden[element.parent] and self.elements[element.parent].name != "html"
            hidden[element.place] = above or element.name in _UNSEEN
        return " ".join(part for place, part in self._pieces if place >= 0 and not hidden[place])


def host_of(address: str) -> str:
    """Return the server that an address names, if it names one."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
