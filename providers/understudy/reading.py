"""What a prompt is about, as far as a quick reader can tell: what is asked, of what, and with what in hand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from providers.base import Request

READ = 6000  # characters: the rest of a very long prompt is not what it is about
_TOPIC_WORDS = 8
_QUOTED = 110

KINDS = {
    "greet": "welcome greet introduce open present invite thank",
    "plan": "plan split design propose outline prepare organise organize schedule break divide map sketch structure",
    "judge": "review check verify audit test inspect critique assess evaluate rate score challenge try "
    "examine validate",
    "decide": "decide choose pick select vote rank judge recommend settle rule argue debate prioritise prioritize",
    "find": "find look search research investigate trace read compare analyse analyze estimate count measure watch "
    "classify extract identify collect gather diagnose locate sort study",
    "make": "write build draft create implement code compose deliver make produce generate develop add invent sing",
    "mend": "fix mend repair revise improve correct rewrite shorten edit polish refactor update change adapt cut undo",
    "tell": "summarise summarize explain describe say tell list name answer report translate give state show note "
    "call speak respond reply ask",
}
_KIND_OF = {verb: kind for kind, verbs in KINDS.items() for verb in verbs.split()}
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "single": 1}

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?!\s|$)[^.!?\n]*)*[.!?]?")
_QUOTES = re.compile(r'"([^"\n]{2,60})"|“([^”\n]{2,60})”|«([^»\n]{2,60})»')
_NUMBER = re.compile(r"(?<![\w.])\d[\d.,]*\d?\s?(?:%|€|ms\b|minutes?\b|hours?\b|days?\b|weeks?\b|euros?\b|dollars?\b)?")
_LABEL = re.compile(r"^\W*([A-Z][\w' ]{1,60}?):\s*(\S.{7,})?$")
_LABEL_WORDS = 4  # of one whose text follows on the same line
_END_OF_TOPIC = re.compile(
    r"[,;:.!?()\n]|\s(?:so that|so|which|that (?:can|will|is|are|people)|into|and (?:say|tell|give|one|name)|with|"
    r"in (?:one|two|three|four|five|at most)|from \d|at most|using|as (?:a|an|one|data)|before|unless|because|where|"
    r"when|if)\s"
)
_WANTED = re.compile(
    r"\b(one|two|three|four|five|six|single|[1-9])(?: short| plain| brief| clear)? "
    r"(sentences?|lines?|ideas?|findings?|reasons?|points?|bullets?|names?|options?|questions?|risks?|words?|items?|"
    r"examples?|titles?|headlines?|suggestions?|things?|steps?)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(-?\d+(?:\.\d+)?) (?:to|and|-|–) (-?\d+(?:\.\d+)?)")
_SAID = re.compile(r"[\"“]([^\"”\n]{12,})[\"”]")
_LEADING = "at for into through out up back down over on about to us me"
_ASKING = _LEADING + " what why how who where when which should does do did is are was were can could would will shall"
_TRAILING = "the a an of for to and or in on at by with from as"
_PRONOUNS = "it them they we you he she i this that these those each yes no nothing"
_CLAUSES = ("what ", "how ", "why ", "whether ", "who ", "if ")  # told about, they make no subject of a sentence
_ARTICLES = "the a an our your my"
_NOTHING = frozenset({"nothing", "none", "null", "n/a", "[]", "{}", "nothing yet", "not known", "unknown", "-", '""'})


@dataclass(frozen=True, slots=True)
class Reading:
    """What was understood of a prompt; anything may be empty."""

    kind: str = "tell"
    topic: str = ""  # what it is about: "dark mode", the rollout plan
    handed: str = ""  # the beginning of what came along with it
    number: str = ""
    question: str = ""
    sentences: int = 0  # how many were asked for; 0: nobody said
    items: tuple[int, str] = (0, "")  # three ideas
    text: str = ""

    def range_for(self, field: str) -> tuple[float, float] | None:
        """The range that the prompt gives for a field: risk, from 1 to 5."""
        at = self.text.lower().find(field.lower().replace("_", " "))
        found = _RANGE.search(self.text, at, at + len(field) + 40) if at >= 0 else None
        return (float(found[1]), float(found[2])) if found and float(found[1]) < float(found[2]) else None


def read(request: Request) -> Reading:
    """Read what was asked."""
    last = request.messages[-1].content if request.messages else ""
    prompt = _clean(request.script.prompt or last)
    instructions, material = _parts(prompt)
    if last and request.script.prompt not in last:
        material.insert(0, _clean(last))  # what a tool answered, or what somebody said in between
    sentences = [text.strip() for text in _SENTENCE.findall(instructions) if text.strip()]
    kind, object_ = _asked(sentences)
    question = next((text for text in sentences if text.endswith("?")), "")
    quotes = [next(filter(None, found)) for found in _QUOTES.findall(instructions) or _QUOTES.findall(prompt)]
    sentences_wanted, items = _wanted(instructions)
    number = _NUMBER.search(instructions)
    return Reading(
        kind=kind or ("decide" if question else "tell"),
        topic=_topic("" if kind == "tell" and object_.startswith(_CLAUSES) else object_, question, quotes),
        handed=next(filter(None, map(_first_of, material)), ""),
        number=number[0].strip(" .,") if number else "",
        question=question,
        sentences=sentences_wanted,
        items=items,
        text=prompt,
    )


def _clean(text: str) -> str:
    return text[:READ].encode("utf-8", "replace").decode()


def _parts(prompt: str) -> tuple[str, list[str]]:
    """Tell what is asked from what was handed over: that stands after a label, up to an empty line."""
    instructions: list[str] = []
    material: list[str] = []
    inside = False
    for line in prompt.splitlines():
        label = _LABEL.match(line.strip())
        if not line.strip():
            inside = False
        elif inside:
            material[-1] += line.strip() + "\n"
        elif label and label[1].split()[0].lower() not in _KIND_OF and _is_label(label):
            material.append((label[2] or "") + "\n")
            inside = not label[2]
        elif label and label[2] is None:
            instructions.append(line.strip().rstrip(":") + ".")
            material.append("")
            inside = True
        else:
            instructions.append(line.strip())
    return " ".join(instructions), [text.strip() for text in material]


def _is_label(found: re.Match[str]) -> bool:
    return found[2] is None or len(found[1].split()) <= _LABEL_WORDS


def _asked(sentences: list[str]) -> tuple[str, str]:
    for sentence in sentences:
        first, _, rest = sentence.partition(" ")
        kind = _KIND_OF.get(first.lower().strip(":,"))
        if kind is not None and rest:
            return kind, rest
        if kind is not None:
            return kind, ""
    return "", ""


def _topic(object_: str, question: str, quotes: list[str]) -> str:
    """A few words for what it is about, fit to stand in a sentence."""
    if topic := _short(_without(object_, _LEADING)):
        return topic
    if quotes:
        return f"“{quotes[0]}”"
    asked = _without(question.rstrip("?"), _ASKING)
    return _short(asked) if asked.lower().startswith(tuple(f"{article} " for article in _ARTICLES.split())) else ""


def _without(words: str, leading: str) -> str:
    picked = words.split()
    while picked and picked[0].lower() in leading.split():
        picked.pop(0)
    return " ".join(picked)


def _short(words: str) -> str:
    """The first few words that make sense alone."""
    quoted = _QUOTES.search(words)
    if (
        quoted
        and len(words[: quoted.start()].split()) < _TOPIC_WORDS
        and not _END_OF_TOPIC.search(words, 0, quoted.start())
    ):
        picked = words[: quoted.end()].split()
    else:
        words = re.split('["“«]', words)[0]
        end = _END_OF_TOPIC.search(words)
        picked = (words[: end.start()] if end else words).split()[:_TOPIC_WORDS]
    while picked and picked[-1].lower() in _TRAILING.split():
        picked.pop()
    if not picked or picked[0].lower() in _PRONOUNS.split() or (len(picked) == 1 and len(picked[0]) < 4):
        return ""
    return " ".join(_turned(word) for word in picked).replace('"', "“", 1).replace('"', "”", 1)


def _turned(word: str) -> str:
    """What is yours to who asks is mine to who answers."""
    return {"your": "my", "yours": "mine", "you": "me", "yourself": "myself", "my": "your", "me": "you"}.get(
        word.lower(), word
    )


def _wanted(instructions: str) -> tuple[int, tuple[int, str]]:
    sentences, items = 0, (0, "")
    for count, what in _WANTED.findall(instructions):
        number = _COUNTS.get(count.lower()) or int(count)
        if what.lower().startswith(("sentence", "line")):
            sentences = sentences or number
        elif not items[0] and number > 1 and not what.lower().startswith("word"):
            items = (number, what.lower())
    return sentences, items


def _first_of(material: str) -> str:
    """The beginning of what was handed over, short enough to be quoted; of data, its first text."""
    text = material.strip()
    if text.lower().rstrip(".") in _NOTHING:
        return ""
    if text[:1] in "[{":
        said = _SAID.search(text.replace('\\"', "”"))
        text = said[1] if said else ""
    sentence = _SENTENCE.search(text.lstrip("#-*•> "))
    words = sentence[0].strip().rstrip(".") if sentence else ""
    if len(words) > _QUOTED:
        words = words[:_QUOTED].rsplit(" ", 1)[0].rstrip(",;:") + " …"
    return words.replace("“", "‘").replace("”", "’").replace('"', "’") if len(words) > 3 else ""
