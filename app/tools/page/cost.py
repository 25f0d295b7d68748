"""Checks of a page's structured data, of how it looks when it is shared, and of what makes it slow."""

from __future__ import annotations

from collections.abc import Iterator

from app.tools.page.checks import Found, Subject, check, here, short
from app.tools.page.markup import check_markup, markups_of
from app.tools.page.tree import Element, host_of

_HEAVY, _MUCH_CODE, _MUCH_STYLE = 150_000, 20_000, 20_000
_MANY_ELEMENTS, _DEEP, _MANY_SHEETS, _MANY_STYLES, _MANY_HOSTS = 1_500, 32, 4, 10, 6
_OLD = ("font", "center", "marquee", "blink", "frameset", "frame", "big", "strike", "tt")
_LOADED = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src"}


@check("markup", "structured data", "warning", "Add JSON-LD of schema.org; page.markup makes it.")
def _markup(subject: Subject) -> Iterator[Found]:
    if not markups_of(subject.page):
        yield Found("there is no structured data")


@check("markup-valid", "structured data", "error", "Mend it: what is wrong here is not read at all.")
def _markup_valid(subject: Subject) -> Iterator[Found]:
    for text, line in markups_of(subject.page):
        for problem in check_markup(text)["problems"]:
            if problem["severity"] == "error":
                yield Found(f"{problem['path']}: {problem['what']}", line)


@check("markup-whole", "structured data", "hint", "Add what you know; each makes the page easier to show.")
def _markup_whole(subject: Subject) -> Iterator[Found]:
    for text, line in markups_of(subject.page):
        for problem in check_markup(text)["problems"]:
            if problem["severity"] == "hint":
                yield Found(f"{problem['path']}: {problem['what']}", line)


def _shared(subject: Subject, name: str) -> str:
    return next((element.get("content") for element in subject.page.meta(name, "property")), "")


@check("share-title", "social", "warning", "Add og:title, as it should read when somebody shares it.")
def _share_title(subject: Subject) -> Iterator[Found]:
    if not _shared(subject, "og:title"):
        yield Found("no og:title")


@check("share-text", "social", "hint", "Add og:description.")
def _share_text(subject: Subject) -> Iterator[Found]:
    if not _shared(subject, "og:description"):
        yield Found("no og:description")


@check("share-image", "social", "warning", "Add og:image, 1200 by 630, with its address in full.")
def _share_image(subject: Subject) -> Iterator[Found]:
    image = _shared(subject, "og:image")
    if not image.startswith(("https://", "http://")):
        yield Found(f'og:image is "{short(image)}"' if image else "no og:image")


@check("share-address", "social", "hint", "Add og:url; it is the canonical address.")
def _share_address(subject: Subject) -> Iterator[Found]:
    address = _shared(subject, "og:url")
    canonical = next((element.get("href") for element in subject.page.links("canonical")), "")
    if not address:
        yield Found("no og:url")
    elif canonical and canonical != address:
        yield Found("og:url is not the canonical address")


@check("share-kind", "social", "hint", "Add og:type: article, product or website.")
def _share_kind(subject: Subject) -> Iterator[Found]:
    if not _shared(subject, "og:type"):
        yield Found("no og:type")


@check("share-card", "social", "hint", "Add twitter:card: summary_large_image.")
def _share_card(subject: Subject) -> Iterator[Found]:
    if not subject.page.meta("twitter:card"):
        yield Found("no twitter:card")


def _in_head(subject: Subject, element: Element) -> bool:
    return any(above.name == "head" for above in subject.page.ancestors(element))


@check("script-blocks", "performance", "warning", "Add defer: the page is shown before the script is fetched.")
def _script_blocks(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all("script"):
        waits = element.has("defer") or element.has("async") or element.get("type") == "module"
        if element.get("src") and not waits and _in_head(subject, element):
            yield here(element, f'"{short(element.get("src"))}" is fetched before anything is shown')


@check("script-inside", "performance", "hint", "Put long code into a file, which is fetched once.")
def _script_inside(subject: Subject) -> Iterator[Found]:
    size = sum(len(element.own) for element in subject.page.all("script"))
    if size > _MUCH_CODE:
        yield Found(f"{size:,} characters of code in the page")


@check("style-inside", "performance", "hint", "Put it into a file, which is fetched once.")
def _style_inside(subject: Subject) -> Iterator[Found]:
    size = sum(len(element.own) for element in subject.page.all("style"))
    if size > _MUCH_STYLE:
        yield Found(f"{size:,} characters of styles in the page")


@check("style-sheets", "performance", "hint", "Join them; each is a request that the page waits for.")
def _style_sheets(subject: Subject) -> Iterator[Found]:
    if (count := len(subject.page.links("stylesheet"))) > _MANY_SHEETS:
        yield Found(f"{count} style sheets")


@check("style-attributes", "performance", "hint", "Use a class.")
def _style_attributes(subject: Subject) -> Iterator[Found]:
    styled = [element for element in subject.page.elements if element.get("style") and element.html]
    if len(styled) > _MANY_STYLES:
        yield here(styled[0], f"{len(styled)} elements have styles of their own")


@check("weight", "performance", "warning", "Leave out what is not seen.")
def _weight(subject: Subject) -> Iterator[Found]:
    if (size := len(subject.page.html.encode())) > _HEAVY:
        yield Found(f"{size:,} bytes before any image")


@check("elements", "performance", "hint", "Take out wrappers that do nothing.")
def _elements(subject: Subject) -> Iterator[Found]:
    if (count := len(subject.page.elements)) > _MANY_ELEMENTS:
        yield Found(f"{count:,} elements")


@check("depth", "performance", "hint", "Take out wrappers that do nothing.")
def _depth(subject: Subject) -> Iterator[Found]:
    deepest = max(subject.page.elements, key=lambda element: element.depth, default=None)
    if deepest and deepest.depth > _DEEP:
        yield here(deepest, f"elements stand {deepest.depth} deep in each other")


@check("hosts", "performance", "hint", "Serve it yourself, or do without: each stranger is asked first.")
def _hosts(subject: Subject) -> Iterator[Found]:
    addresses = (element.get(_LOADED[element.name]) for element in subject.page.all(*_LOADED))
    sheets = (element.get("href") for element in subject.page.links("stylesheet"))
    hosts = {host for address in (*addresses, *sheets) if (host := host_of(address))}
    if len(hosts) > _MANY_HOSTS:
        yield Found(f"things come from {len(hosts)} other servers")


@check("loaded-secure", "performance", "error", "Fetch it over https; browsers refuse the rest.")
def _loaded_secure(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all(*_LOADED):
        if element.get(_LOADED[element.name]).lower().startswith("http://"):
            yield here(element, short(element.get(_LOADED[element.name])))


@check("old-elements", "performance", "warning", "Use CSS; these are no longer part of HTML.")
def _old_elements(subject: Subject) -> Iterator[Found]:
    for element in subject.page.all(*_OLD):
        if element.html:
            yield here(element, f"<{element.name}>")
