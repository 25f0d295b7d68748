"""Checks of a page's head, of its headings and of what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from app.tools.page.checks import Found, Subject, check, here, short
from app.tools.page.tree import Element

_LANGUAGE = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?|x-default)", re.IGNORECASE)
_ZOOM = re.compile(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*(?:0|1(?![0-9]))", re.IGNORECASE)
_FILLING = re.compile(r"lorem ipsum|\btodo\b|\bxxx+\b|\[(?:insert|your) [^\]]*\]", re.IGNORECASE)
_TITLE, _DESCRIPTION = (15, 60), (70, 160)
_LONG_HEADING, _LONG_PARAGRAPH, _FEW_WORDS, _NEEDS_SUBHEADINGS = 70, 150, 300, 300
_FIRST_WORDS = 100
_MOST_OFTEN = 0.03


def _title(subject: Subject) -> str:
    return next((subject.page.text(element) for element in subject.page.all("title") if element.html), "")


def _description(subject: Subject) -> str:
    return next((element.get("content") for element in subject.page.meta("description")), "")


def _headings(subject: Subject) -> list[Element]:
    return subject.page.all("h1", "h2", "h3", "h4", "h5", "h6")


@check("doctype", "head", "error", "Begin the file with <!doctype html>.")
def _doctype(subject: Subject) -> Iterator[Found]:
    if not subject.page.doctype:
        yield Found("no doctype: browsers fall back to the rules of 1998", 1)


@check("language", "head", "error", 'Say the language: <html lang="en">.')
def _language(subject: Subject) -> Iterator[Found]:
    html = subject.page.first("html")
    if html and not html.get("lang"):
        yield here(html, "the page does not say its language")


@check("language-code", "head", "warning", "Use a code such as en, de-AT or zh-Hant.")
def _language_code(subject: Subject) -> Iterator[Found]:
    for element in subject.page.elements:
        if element.get("lang") and not _LANGUAGE.fullmatch(element.get("lang")):
            yield here(element, f'lang="{short(element.get("lang"))}" is no code of a language')


@check("charset", "head", "error", 'Put <meta charset="utf-8"> first into the head.')
def _charset(subject: Subject) -> Iterator[Found]:
    start = subject.page.html[:1024].lower()
    if "charset" not in start:
        yield Found("the encoding is not named in the first 1,024 characters")


@check("title", "head", "error", "Give the page a title that says what it is about.")
def _has_title(subject: Subject) -> Iterator[Found]:
    if not _title(subject):
        yield Found("there is no title")


@check("title-length", "head", "warning", f"Say it in {_TITLE[0]} to {_TITLE[1]} characters; the rest is cut off.")
def _title_length(subject: Subject) -> Iterator[Found]:
    title = _title(subject)
    if title and not _TITLE[0] <= len(title) <= _TITLE[1]:
        yield Found(f'the title has {len(title)} characters: "{short(title)}"')


@check("title-once", "head", "error", "Keep one title.")
def _title_once(subject: Subject) -> Iterator[Found]:
    titles = [element for element in subject.page.all("title") if element.html]
    if len(titles) > 1:
        yield here(titles[1], f"there are {len(titles)} titles")


@check("description", "head", "error", "Write a description: it is what people read before they come.")
def _has_description(subject: Subject) -> Iterator[Found]:
    if not _description(subject):
        yield Found("there is no description")


@check("description-length", "head", "warning", f"Use {_DESCRIPTION[0]} to {_DESCRIPTION[1]} characters.")
def _description_length(subject: Subject) -> Iterator[Found]:
    description = _description(subject)
    if description and not _DESCRIPTION[0] <= len(description) <= _DESCRIPTION[1]:
        yield Found(f"the description has {len(description)} characters")


@check("description-once", "head", "warning", "Keep the best one.")
def _description_once(subject: Subject) -> Iterator[Found]:
    if len(found := subject.page.meta("description")) > 1:
        yield here(found[1], f"there are {len(found)} descriptions")


@check("description-own", "head", "hint", "Say in the description what the title has no room for.")
def _description_own(subject: Subject) -> Iterator[Found]:
    if _title(subject) and _title(subject).lower() == _description(subject).lower():
        yield Found("title and description are the same")


@check("viewport", "head", "error", 'Add <meta name="viewport" content="width=device-width, initial-scale=1">.')
def _viewport(subject: Subject) -> Iterator[Found]:
    if not subject.page.meta("viewport"):
        yield Found("there is no viewport, so telephones show the page as if from far away")


@check("zoom", "accessibility", "warning", "Let people enlarge the page: no user-scalable=no, no maximum-scale=1.")
def _zoom(subject: Subject) -> Iterator[Found]:
    for element in subject.page.meta("viewport"):
        if _ZOOM.search(element.get("content")):
            yield here(element, f"the page cannot be enlarged: {short(element.get('content'))}")


@check("canonical", "head", "warning", 'Name the one address: <link rel="canonical" href="https://...">.')
def _canonical(subject: Subject) -> Iterator[Found]:
    if not subject.page.links("canonical"):
        yield Found("no canonical address: copies compete with the page")


@check("canonical-once", "head", "error", "Keep one; with two, none counts.")
def _canonical_once(subject: Subject) -> Iterator[Found]:
    if len(found := subject.page.links("canonical")) > 1:
        yield here(found[1], f"there are {len(found)} canonical addresses")


@check("canonical-whole", "head", "warning", "Write the address in full, with https://.")
def _canonical_whole(subject: Subject) -> Iterator[Found]:
    for element in subject.page.links("canonical"):
        if not element.get("href").startswith(("https://", "http://")):
            yield here(element, f'the canonical address is "{short(element.get("href"))}"')


@check("indexed", "head", "error", "Take noindex out before the page is published.")
def _indexed(subject: Subject) -> Iterator[Found]:
    for element in subject.page.meta("robots"):
        if re.search(r"\b(?:noindex|none)\b", element.get("content"), re.IGNORECASE):
            yield here(element, "the page asks not to be found")


@check("alternates", "head", "warning", "Give each language its code and its address in full.")
def _alternates(subject: Subject) -> Iterator[Found]:
    for element in subject.page.links("alternate"):
        code = element.get("hreflang")
        if code and not (_LANGUAGE.fullmatch(code) and element.get("href").startswith("http")):
            yield here(element, f'hreflang="{short(code)}" to "{short(element.get("href"))}"')


@check("refresh", "head", "warning", "Let the server redirect, with status 301.")
def _refresh(subject: Subject) -> Iterator[Found]:
    for element in subject.page.meta("refresh", "http-equiv"):
        yield here(element, "the page sends people away by itself")


@check("icon", "head", "hint", 'Add <link rel="icon" href="...">.')
def _icon(subject: Subject) -> Iterator[Found]:
    if not subject.page.links("icon"):
        yield Found("there is no icon for tabs and bookmarks")


@check("h1", "headings", "error", "Begin the text with one h1.")
def _h1(subject: Subject) -> Iterator[Found]:
    if not subject.page.first("h1"):
        yield Found("there is no h1")


@check("h1-once", "headings", "warning", "Make the others h2.")
def _h1_once(subject: Subject) -> Iterator[Found]:
    if len(found := subject.page.all("h1")) > 1:
        yield here(found[1], f"there are {len(found)} h1")


@check("heading-length", "headings", "hint", f"Say it in {_LONG_HEADING} characters.")
def _heading_length(subject: Subject) -> Iterator[Found]:
    for element in _headings(subject):
        if len(text := subject.page.text(element)) > _LONG_HEADING:
            yield here(element, f'{element.name} has {len(text)} characters: "{short(text)}"')


@check("heading-order", "headings", "warning", "Go down one level at a time: h2, then h3.")
def _heading_order(subject: Subject) -> Iterator[Found]:
    for above, below in pairwise(_headings(subject)):
        if int(below.name[1]) > int(above.name[1]) + 1:
            yield here(below, f"{below.name} follows {above.name}")


@check("heading-empty", "headings", "warning", "Fill it or take it out.")
def _heading_empty(subject: Subject) -> Iterator[Found]:
    for element in _headings(subject):
        if not subject.page.label(element):
            yield here(element, f"an empty {element.name}")


@check("heading-twice", "headings", "hint", "Say what is different about each part.")
def _heading_twice(subject: Subject) -> Iterator[Found]:
    seen: set[str] = set()
    for element in _headings(subject):
        text = subject.page.text(element).lower()
        if text and text in seen:
            yield here(element, f'a second heading "{short(text)}"')
        seen.add(text)


@check("subheadings", "headings", "warning", "Put an h2 before each new thought.")
def _subheadings(subject: Subject) -> Iterator[Found]:
    words = len(subject.page.words)
    if words > _NEEDS_SUBHEADINGS and not subject.page.first("h2"):
        yield Found(f"{words} words without an h2")


@check("length", "content", "warning", f"Say enough to be worth the visit: {_FEW_WORDS} words, or a good reason.")
def _length(subject: Subject) -> Iterator[Found]:
    if len(subject.page.words) < _FEW_WORDS:
        yield Found(f"{len(subject.page.words)} words")


@check("paragraphs", "content", "hint", f"Break it up; nobody reads {_LONG_PARAGRAPH} words without a pause.")
def _paragraphs(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("p"):
        if (words := len(subject.page.text(element).split())) > _LONG_PARAGRAPH:
            yield here(element, f"a paragraph of {words} words")


@check("filling", "content", "error", "Replace it with what is meant.")
def _filling(subject: Subject) -> Iterator[Found]:
    for element in subject.page.elements:
        if element.name not in ("script", "style") and (match := _FILLING.search(element.own)):
            yield here(element, f'a placeholder: "{short(match[0])}"')


@check("keyword-title", "content", "warning", "Put the words that people search for into the title.")
def _keyword_title(subject: Subject) -> Iterator[Found]:
    if subject.keyword and not _says(_title(subject), subject.keyword):
        yield Found(f'"{short(subject.keyword)}" is not in the title')


@check("keyword-h1", "content", "warning", "Say it in the h1 as well, in a sentence for people.")
def _keyword_h1(subject: Subject) -> Iterator[Found]:
    texts = [subject.page.text(element) for element in subject.page.all("h1")]
    if subject.keyword and not any(_says(text, subject.keyword) for text in texts):
        yield Found(f'"{short(subject.keyword)}" is not in the h1')


@check("keyword-description", "content", "hint", "Say it in the description: it is shown in bold there.")
def _keyword_description(subject: Subject) -> Iterator[Found]:
    if subject.keyword and not _says(_description(subject), subject.keyword):
        yield Found(f'"{short(subject.keyword)}" is not in the description')


@check("keyword-early", "content", "hint", f"Come to it within {_FIRST_WORDS} words.")
def _keyword_early(subject: Subject) -> Iterator[Found]:
    if subject.keyword and not _says(" ".join(subject.page.words[:_FIRST_WORDS]), subject.keyword):
        yield Found(f'"{short(subject.keyword)}" is not among the first {_FIRST_WORDS} words')


@check("keyword-often", "content", "warning", "Say it in other words now and then; people notice.")
def _keyword_often(subject: Subject) -> Iterator[Found]:
    words = subject.page.words
    if not subject.keyword or len(words) < _FIRST_WORDS:
        return
    times = f" {' '.join(words)} ".count(f" {subject.keyword} ")
    if times * len(subject.keyword.split()) / len(words) > _MOST_OFTEN:
        yield Found(f'"{short(subject.keyword)}" stands there {times} times in {len(words)} words')


def _says(text: str, keyword: str) -> bool:
    """Say whether all words of the keyword stand in a text, in any order."""
    return set(keyword.split()) <= set(re.findall(r"[^\W_]+(?:['’.-][^\W_]+)*", text.lower()))
