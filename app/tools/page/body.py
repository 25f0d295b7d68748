"""Checks of a page's links and images, and of what people need who do not see it or do not use a mouse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from app.tools.page.checks import Found, Subject, check, here, short
from app.tools.page.tree import Element, host_of

_VAGUE = frozenset(
    ("click here", "here", "more", "read more", "learn more", "link", "this", "details", "hier", "mehr", "weiterlesen")
)
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|svg|avif)|(?:img|dsc|image|screenshot)[ _-]?\d*", re.IGNORECASE)
_LONG_ALT, _MANY_LINKS, _AT_ONCE = 125, 150, 3
_UNLABELLED_TYPES = frozenset({"hidden", "submit", "reset", "button", "image"})


def _links(subject: Subject) -> list[Element]:
    return [element for element in subject.page.all("a") if element.html and element.has("href")]


def _own_host(subject: Subject) -> str:
    canonical = next((element.get("href") for element in subject.page.links("canonical")), "")
    return host_of(subject.page.url or canonical)


@check("link-text", "links", "error", "Write what is behind it.")
def _link_text(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        if not subject.page.label(element):
            yield here(element, f'a link without words, to "{short(element.get("href"))}"')


@check("link-words", "links", "warning", "Say where it leads: links are read out without what is around them.")
def _link_words(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        if (text := subject.page.label(element).lower().strip(" .…»>→")) in _VAGUE:
            yield here(element, f'a link that says "{text}"')


@check("link-target", "links", "warning", "Give it an address, or make it a button.")
def _link_target(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        if element.get("href") in ("", "#") or element.get("href").lower().startswith("javascript:"):
            yield here(element, f'"{short(subject.page.text(element))}" leads to "{short(element.get("href"))}"')


@check("link-secure", "links", "warning", "Link to https.")
def _link_secure(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        if element.get("href").lower().startswith("http://"):
            yield here(element, short(element.get("href")))


@check("link-window", "links", "hint", 'Add rel="noopener", or leave the window to the reader.')
def _link_window(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        if element.get("target") == "_blank" and not {"noopener", "noreferrer"} & set(element.get("rel").split()):
            yield here(element, f'"{short(subject.page.text(element))}" opens a window')


@check("link-anchor", "links", "warning", "Give the part that is meant this id.")
def _link_anchor(subject: Subject) -> Iterator[Found]:
    for element in _links(subject):
        anchor = element.get("href").removeprefix("#")
        if element.get("href").startswith("#") and anchor and anchor not in subject.page.named:
            yield here(element, f'nothing on the page is called "#{short(anchor)}"')


@check("link-names", "links", "hint", "Call different places by different names.")
def _link_names(subject: Subject) -> Iterator[Found]:
    places: dict[str, str] = {}
    for element in _links(subject):
        text, address = subject.page.label(element).lower(), element.get("href")
        if text and text not in _VAGUE and places.setdefault(text, address) != address:
            yield here(element, f'"{short(text)}" leads to two places')


@check("link-inside", "links", "hint", "Link to two or three pages of your own that go on from here.")
def _link_inside(subject: Subject) -> Iterator[Found]:
    own = _own_host(subject)
    places = (urljoin(f"https://{own or 'localhost'}/", element.get("href")) for element in _links(subject))
    if not any(host_of(place) == (own or "localhost") for place in places):
        yield Found("no link to another page of your own")


@check("link-count", "links", "hint", "Keep those that somebody would miss.")
def _link_count(subject: Subject) -> Iterator[Found]:
    if (count := len(_links(subject))) > _MANY_LINKS:
        yield Found(f"{count} links")


@check("image-alt", "images", "error", 'Say what is to be seen; for decoration, alt="".')
def _image_alt(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if not element.has("alt") and element.get("role") != "presentation":
            yield here(element, f'no alt: "{short(element.get("src"))}"')


@check("image-alt-length", "images", "hint", f"Say it in {_LONG_ALT} characters, or in a caption.")
def _image_alt_length(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if len(element.get("alt")) > _LONG_ALT:
            yield here(element, f"an alt of {len(element.get('alt'))} characters")


@check("image-alt-name", "images", "warning", "Say what is to be seen; the name of the file does not.")
def _image_alt_name(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if _FILE_NAME.fullmatch(element.get("alt")):
            yield here(element, f'alt="{short(element.get("alt"))}"')


@check("image-source", "images", "error", "Name the file.")
def _image_source(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if not element.get("src") and not element.get("srcset"):
            yield here(element, "an image without a file")


@check("image-size", "images", "warning", "Say width and height, so that the text does not jump when it loads.")
def _image_size(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if not (element.get("width") and element.get("height")):
            yield here(element, f'no size: "{short(element.get("src"))}"')


@check("image-lazy", "images", "hint", 'Add loading="lazy" to what is further down.')
def _image_lazy(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img")[_AT_ONCE:]:
        if element.get("loading") != "lazy":
            yield here(element, f'loaded at once: "{short(element.get("src"))}"')


@check("image-format", "images", "hint", "Save it as WebP or AVIF, or draw it as SVG.")
def _image_format(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("img"):
        if element.get("src").lower().partition("?")[0].endswith((".bmp", ".tif", ".tiff", ".gif")):
            yield here(element, short(element.get("src")))


@check("form-label", "accessibility", "error", 'Give each field a label: <label for="...">.')
def _form_label(subject: Subject) -> Iterator[Found]:
    labelled = {element.get("for") for element in subject.page.all("label") if subject.page.text(element)}
    for element in subject.page.all("input", "select", "textarea"):
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("title")
        if element.get("type").lower() in _UNLABELLED_TYPES or named or element.get("id") in labelled - {""}:
            continue
        if not any(above.name == "label" for above in subject.page.ancestors(element)):
            yield here(element, f'a field without a label: "{short(element.get("name") or element.name)}"')


@check("button-name", "accessibility", "error", "Write on it what it does.")
def _button_name(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("button"):
        if not subject.page.label(element):
            yield here(element, "a button without words")


@check("id-once", "accessibility", "warning", "Give each its own id.")
def _id_once(subject: Subject) -> Iterator[Found]:
    for name, elements in subject.page.named.items():
        if len(elements) > 1:
            yield here(elements[1], f'{len(elements)} elements are called "{short(name)}"')


@check("tab-order", "accessibility", "warning", "Use tabindex 0 or -1; the order is that of the page.")
def _tab_order(subject: Subject) -> Iterator[Found]:
    for element in subject.page.elements:
        if re.fullmatch(r"[1-9]\d*", element.get("tabindex")):
            yield here(element, f'tabindex="{short(element.get("tabindex"))}"')


@check("table-heads", "accessibility", "warning", "Mark the heads of rows and columns with th.")
def _table_heads(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("table"):
        if element.get("role") != "presentation" and not any(one.name == "th" for one in subject.page.inside(element)):
            yield here(element, "a table without heads")


@check("frame-title", "accessibility", "warning", "Say in a title what is shown in it.")
def _frame_title(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("iframe"):
        if not (element.get("title") or element.get("aria-label")):
            yield here(element, f'a frame without a title: "{short(element.get("src"))}"')


@check("main", "accessibility", "hint", "Put the text into <main>, so that people can jump to it.")
def _main(subject: Subject) -> Iterator[Found]:
    if not subject.page.first("main") and not any(one.get("role") == "main" for one in subject.page.elements):
        yield Found("nothing says where the text begins")


@check("aria-target", "accessibility", "warning", "Name an id that is on the page.")
def _aria_target(subject: Subject) -> Iterator[Found]:
    for element in subject.page.elements:
        for name in ("aria-labelledby", "aria-describedby", "aria-controls"):
            for word in element.get(name).split():
                if word not in subject.page.named:
                    yield here(element, f'{name} names "{short(word)}", which is not there')


@check("hidden-focus", "accessibility", "error", "What can be reached by keys must be there for everybody.")
def _hidden_focus(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("a", "button", "input", "select", "textarea"):
        if element.get("aria-hidden") == "true" and element.get("tabindex") != "-1":
            yield here(element, f"a hidden {element.name} that keys still reach")


@check("autoplay", "accessibility", "warning", "Let people start it.")
def _autoplay(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("video", "audio"):
        if element.has("autoplay") and not element.has("muted"):
            yield here(element, f"{element.name} begins by itself, with sound")


@check("captions", "accessibility", "warning", "Add a track with what is said.")
def _captions(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("video"):
        if not any(one.name == "track" for one in subject.page.inside(element)):
            yield here(element, "a film without captions")
