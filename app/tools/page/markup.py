"""Structured data of schema.org: JSON-LD made from plain values, and checked for what search engines ask of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from app.tools.page.tree import Page

Markup = dict[str, Any]
Problem = dict[str, str]
MAKES = ("Article", "Product", "Organization", "LocalBusiness", "FAQPage", "Event", "BreadcrumbList")
_DEEPEST = 20
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?")
_PRICE = re.compile(r"\d+(?:\.\d+)?")


class Kind(NamedTuple):
    """What a type must have, what it should have, and of which it needs one."""

    required: tuple[str, ...]
    recommended: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


_ARTICLE = Kind(("headline",), ("author", "datePublished", "image", "dateModified"))
_BUSINESS = Kind(("name", "address"), ("telephone", "url", "openingHours", "geo", "priceRange"))
_KINDS: dict[str, Kind] = {
    "Article": _ARTICLE,
    "BlogPosting": _ARTICLE,
    "NewsArticle": _ARTICLE,
    "Product": Kind(("name",), ("image", "description", "brand", "sku"), ("offers", "review", "aggregateRating")),
    "Organization": Kind(("name", "url"), ("logo", "sameAs", "contactPoint")),
    "LocalBusiness": _BUSINESS,
    "FAQPage": Kind(("mainEntity",)),
    "Event": Kind(("name", "startDate", "location"), ("endDate", "description", "image", "offers", "organizer")),
    "BreadcrumbList": Kind(("itemListElement",)),
    "Question": Kind(("name", "acceptedAnswer")),
    "Answer": Kind(("text",)),
    "ListItem": Kind(("position", "name")),
    "Offer": Kind(("price", "priceCurrency"), ("availability",)),
    "AggregateRating": Kind(("ratingValue",), (), ("reviewCount", "ratingCount")),
    "PostalAddress": Kind(("streetAddress", "addressLocality"), ("postalCode", "addressCountry")),
    "Place": Kind(("address",), ("name",)),
    "Person": Kind(("name",)),
    "WebSite": Kind(("name", "url")),
}
_HOLDS = {
    "FAQPage": ("mainEntity", "Question"),
    "Question": ("acceptedAnswer", "Answer"),
    "BreadcrumbList": ("itemListElement", "ListItem"),
}
_DATES = ("datePublished", "dateModified", "startDate", "endDate")
_ADDRESSES = ("url", "image", "logo", "sameAs", "item")


def make_markup(kind: str, values: Markup) -> Markup:
    """Make JSON-LD of one of MAKES; plain values become what schema.org wants: a name becomes a Person."""
    if not all(name.strip() for name in values):
        raise ValueError("one of them has no name")
    values = dict(values)
    if kind == "FAQPage" and "questions" in values:
        values["mainEntity"] = [_question(one) for one in values.pop("questions")]
    if kind == "BreadcrumbList" and "crumbs" in values:
        values["itemListElement"] = [_crumb(number, one) for number, one in enumerate(values.pop("crumbs"), 1)]
    made = {name: _made(name, value) for name, value in values.items()}
    return {"@context": "https://schema.org", "@type": kind} | made


def script_of(markup: Markup) -> str:
    """Return JSON-LD as it stands in a page; what would end the script is written otherwise."""
    text = json.dumps(markup, ensure_ascii=False, indent=2).replace("</", "<\\/").replace("<!--", "<\\u0021--")
    return f'<script type="application/ld+json">\n{text}\n</script>'


def markups_of(page: Page) -> list[tuple[str, int]]:
    """Return the JSON-LD of a page, each with its line."""
    scripts = (one for one in page.all("script") if one.get("type").lower() == "application/ld+json")
    return [(script.own, script.line) for script in scripts]


def check_text(text: str) -> dict[str, Any]:
    """Check JSON-LD, alone or in a page."""
    if text.lstrip()[:1] in ("{", "["):
        return check_markup(text)
    found = markups_of(Page(text))
    if not found:
        return {"ok": False, "types": [], "problems": [_problem("page", "error", "there is no JSON-LD in it")]}
    checked = [(check_markup(markup), line) for markup, line in found]
    problems = [
        problem | {"path": f"line {line}: {problem['path']}"}
        for result, line in checked
        for problem in result["problems"]
    ]
    return {
        "ok": all(result["ok"] for result, _ in checked),
        "types": [kind for result, _ in checked for kind in result["types"]],
        "problems": problems[:30],
    }


def check_markup(text: str) -> dict[str, Any]:
    """Check JSON-LD: errors are what makes it useless, hints what would make it better."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}"
        return {"ok": False, "types": [], "problems": [_problem(place, "error", f"this is not JSON: {error.msg}")]}
    except (ValueError, RecursionError):
        return {
            "ok": False,
            "types": [],
            "problems": [_problem("line 1", "error", "this JSON is too deep or too long")],
        }
    problems: list[Problem] = []
    types: list[str] = []
    for item in given if isinstance(given, list) else [given]:
        if not isinstance(item, dict):
            problems.append(_problem("markup", "error", "this is no map"))
            continue
        if "schema.org" not in str(item.get("@context", "")):
            problems.append(_problem("@context", "error", 'it should be "https://schema.org"'))
        for entity in item["@graph"] if isinstance(item.get("@graph"), list) else [item]:
            kind = _kind(entity)
            types.append(kind or "?")
            problems += _checked(entity, kind or "markup", 0)
    return {
        "ok": not any(problem["severity"] == "error" for problem in problems),
        "types": types[:30],
        "problems": sorted(problems, key=lambda problem: problem["severity"])[:30],  # errors first
    }


def _checked(entity: Any, path: str, depth: int) -> Iterator[Problem]:
    """Check one entity and what is in it."""
    if depth > _DEEPEST or not isinstance(entity, dict):
        yield _problem(path, "error", "this is no map" if depth <= _DEEPEST else "this is nested too deep")
        return
    kind = _kind(entity)
    if kind is None:
        yield _problem(path, "error", "it has no @type")
        return
    known = _KINDS.get(kind)
    if known is None:
        if depth == 0:
            yield _problem(path, "hint", f"{kind} is not among the types that are checked here")
    else:
        yield from _lacking(entity, known, path)
    for name, value in entity.items():
        yield from _value_problems(name, value, f"{path}/{name}")
        for number, inner in enumerate(value if isinstance(value, list) else [value], 1):
            place = f"{path}/{name}" + (f"/{number}" if isinstance(value, list) else "")
            place_of, belongs = _HOLDS.get(kind, (None, None))
            if place_of == name and _kind(inner) != belongs:
                yield _problem(place, "error", f"{belongs} belongs here")
            elif isinstance(inner, dict) and not name.startswith("@"):
                yield from _checked(inner, place, depth + 1)
            elif kind == "BreadcrumbList" and name == "itemListElement":
                yield _problem(place, "error", "this is no map")
    if kind == "BreadcrumbList":
        yield from _out_of_order(entity, path)


def _lacking(entity: Markup, known: Kind, path: str) -> Iterator[Problem]:
    for name in known.required:
        if _empty(entity.get(name)):
            yield _problem(path, "error", f"{name} is missing")
    if known.one_of and all(_empty(entity.get(name)) for name in known.one_of):
        yield _problem(path, "error", f"one of {', '.join(known.one_of)} is missing")
    if useful := [name for name in known.recommended if _empty(entity.get(name))]:
        yield _problem(path, "hint", f"would help: {', '.join(useful)}")


def _value_problems(name: str, value: Any, path: str) -> Iterator[Problem]:
    if name in _DATES and not (isinstance(value, str) and _DATE.fullmatch(value)):
        yield _problem(path, "error", "a date is written as 2026-03-31, or with a time after T")
    if name in _ADDRESSES:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and not one.startswith(("https://", "http://")):
                yield _problem(path, "error", "an address is written in full, with https://")
    if name == "price" and not _PRICE.fullmatch(str(value)):
        yield _problem(path, "error", "a price is a number, without its currency")
    if name == "priceCurrency" and not re.fullmatch(r"[A-Z]{3}", str(value)):
        yield _problem(path, "error", "a currency has three letters, such as EUR")


def _out_of_order(entity: Markup, path: str) -> Iterator[Problem]:
    items = entity.get("itemListElement")
    positions = [one.get("position") for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    if positions and positions != list(range(1, len(positions) + 1)):
        yield _problem(f"{path}/itemListElement", "error", "positions count from 1, in order")


def _kind(entity: Any) -> str | None:
    kind = entity.get("@type") if isinstance(entity, dict) else None
    if isinstance(kind, list):
        kind = next((one for one in kind if isinstance(one, str) and one in _KINDS), None)
    return kind if isinstance(kind, str) else None


def _empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _problem(path: str, severity: str, what: str) -> Problem:
    return {"path": path[:200], "severity": severity, "what": what[:200]}


def _made(name: str, value: Any) -> Any:
    """Return a value as schema.org wants it; what already has a type stays."""
    if isinstance(value, list):
        return [_made(name, one) for one in value]
    if isinstance(value, dict) and "@type" in value:
        return value
    return _MAKERS[name](value) if name in _MAKERS else value


def _typed(kind: str, value: Any) -> Markup:
    return {"@type": kind} | (value if isinstance(value, dict) else {"name": value})


def _offer(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    offer = {{"currency": "priceCurrency"}.get(name, name): one for name, one in value.items()}
    if isinstance(state := offer.get("availability"), str) and not state.startswith("http"):
        offer["availability"] = f"https://schema.org/{state}"
    return {"@type": "Offer"} | offer


def _place(value: Any) -> Markup:
    place = _typed("Place", value)
    if isinstance(place.get("address"), dict):
        place["address"] = _typed("PostalAddress", place["address"])
    return place


def _question(one: Any) -> Markup:
    if not (isinstance(one, dict) and {"question", "answer"} <= set(one)):
        raise ValueError("each of questions is a map with question and answer")
    return {
        "@type": "Question",
        "name": one["question"],
        "acceptedAnswer": {"@type": "Answer", "text": one["answer"]},
    }


def _crumb(number: int, one: Any) -> Markup:
    if not (isinstance(one, dict) and "name" in one):
        raise ValueError("each of crumbs is a map with name, and url for all but the last")
    crumb = {"@type": "ListItem", "position": number, "name": one["name"]}
    return crumb | ({"item": one["url"]} if one.get("url") else {})


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "author": lambda value: _typed("Person", value),
    "publisher": lambda value: _typed("Organization", value),
    "organizer": lambda value: _typed("Organization", value),
    "brand": lambda value: _typed("Brand", value),
    "address": lambda value: _typed("PostalAddress", value) if isinstance(value, dict) else value,
    "location": _place,
    "offers": _offer,
}
