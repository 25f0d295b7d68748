"""The sentences that the understudy puts together when nobody wrote any: content, in the manner of the house.

Braces are filled from the prompt: {topic} and {Topic} (at the start of a sentence), {handed}, {number}, {question},
{place}. A sentence with a brace that the prompt does not fill is not said. Sentences about things that a prompt may not
have (a customer, a server) are left out on purpose: these have to be true of anything.
"""

from __future__ import annotations

OPENINGS: dict[str, tuple[str, ...]] = {
    "greet": (
        "Welcome to {place}.",
        "Come in, and welcome to {place}; the best seats are the ones near the light.",
        "Good evening, and welcome to {place}: you are early, which in this house means on time.",
        "Good evening, and take any seat; we start when you have found it.",
        "Welcome, and mind the step; everybody trips over it once and nobody twice.",
    ),
    "plan": (
        "{Topic}, in two pieces that never wait for each other.",
        "I read the request twice and chose the smaller meaning of {topic}.",
        "The plan for {topic} is short, because the last long one was fiction.",
        "First the piece of {topic} that can fail, then the pieces that only take time.",
        "{Topic} comes apart at one seam, and that seam is where I would cut.",
        "Three steps, and each of them can be the last for today.",
    ),
    "judge": (
        "I looked at {topic} with the wrong hand, twice, and late.",
        "Accept with changes: two small, one that would have found us at night.",
        "{Topic} holds, as far as I was shown it.",
        "I looked for a reason to send {topic} back and found one, and it is cheap.",
        "Better than I expected, and not yet something I would want to be called about.",
    ),
    "decide": (
        "We keep it simple, and look again in ninety days.",
        "On {topic} I would take the choice that can be undone.",
        "Of the ways to settle {topic}, I take the one whose mistake is the cheapest.",
        "I decide for the smaller step, and say what would change my mind.",
        "The honest answer to “{question}” is: yes, in the smallest form that teaches us something.",
        "Yes to {topic}, with one condition and a date.",
    ),
    "find": (
        "The short answer on {topic}: less than we were told, and more than nothing.",
        "I went through {topic} in the order in which it happened, not in the order in which it was told.",
        "About {topic} three things are known, one is believed, and one is hoped.",
        "What I found on {topic} fits on a page, and half of it is what I did not find.",
        "The loudest suspect in {topic} is innocent, as loud ones often are.",
    ),
    "make": (
        "Here is {topic}, in the smallest form that I would put my name to.",
        "{Topic} is done, and it is shorter than I expected.",
        "I kept {topic} to what was asked, and wrote down what I left out.",
        "This is {topic}; somebody who was not in the room can use it without asking.",
        "{Topic}, first as plain as it gets, then with the one thing that makes it pleasant.",
    ),
    "mend": (
        "Mended at the cause, and the cause was not where it hurt.",
        "Three lines changed, two of them removed; {topic} is quieter now.",
        "I mended {topic} and nothing else, although there was something else.",
        "It was one mistake in two places, so it is one change with two tests.",
        "{Topic} is mended; what broke it is now refused by name.",
    ),
    "tell": (
        "In short, about {topic}: it is smaller than it looks, and it has one sharp edge.",
        "{Topic}, told the way I would tell it on the stairs.",
        "The one sentence on {topic}: it works, it costs little, and somebody has to own it.",
        "What matters about {topic} fits on a card, and here is the card.",
        "I will say it plainly, and leave the details to those who ask.",
    ),
}  # fmt: skip

HANDED: tuple[str, ...] = (
    "I started from what I was given: “{handed}”.",
    "“{handed}”: I took that at its word and built on it.",
    "What came to me begins with “{handed}”, and most of it stands.",
    "The line I kept coming back to is this one: “{handed}”.",
    "I read “{handed}” twice, the second time as somebody who has to live with it.",
)

MIDDLES: dict[str, tuple[str, ...]] = {
    "greet": (
        "Whatever happens tonight was written down beforehand, except for the parts that matter.",
        "You will see who hands what to whom, and what it costs; nobody here works in the dark.",
        "Somewhere between the first light and the last one, something will go wrong on purpose.",
        "Nothing here needs a key, and nothing you press can break it for good.",
    ),
    "plan": (
        "Between the pieces stand one contract, four fields and two errors, written down before lunch.",
        "Done means that a colleague who was not in this room uses it without asking.",
        "The unknown is who still depends on the old way; it is one question, and it decides the rest.",
        "I count {number} in the request and plan backwards from there.",
        "With half the time I would drop the second piece and keep the first whole.",
        "The edge that will hurt is the second device, the second click and the second person.",
    ),
    "judge": (
        "The expensive finding first: done twice, it does not end where it ended once.",
        "Empty, it behaves; late, it behaves; out of order, it tells a small lie.",
        "What I liked: it can be taken back in one line.",
        "The message says that something is wrong, and not what; I had to guess, and I am paid to.",
        "I tried it with {number} and with one more, which is where things usually end.",
        "I was not shown what happens when the thing it leans on is slow, so I do not vouch for that.",
    ),
    "decide": (
        "What decided it: going back costs a morning, and going on without knowing costs a quarter.",
        "Known: the need. Believed: the size of it. Hoped: that nobody does both at once.",
        "The other side is right about the first day, and I am thinking of the hundredth.",
        "At {number} I would decide the same; at ten times that I would not.",
        "Splitting the difference would be worse than either end, so I did not.",
    ),
    "find": (
        "Two sources agree, and they copied from each other, so I count them as one.",
        "The figure that everybody quotes has a source, and the source has a footnote.",
        "Take {number}: it is right, and it counts something else than we thought.",
        "It began before the thing that everybody blames for it.",
        "What I could not find is as telling: nobody has written down who decides.",
        "Compared with the same week of other years, it is ordinary.",
    ),
    "make": (
        "The part that took the time is the edge: empty, twice, and late.",
        "It says what it does, does it once, and can be asked to do it again without harm.",
        "I worked backwards from {number}, since that was the only thing nobody argued about.",
        "There is one decision in it, and it stands in the first line, where it can be found.",
        "I wrote the refusal first, because that is the sentence people will read at night.",
    ),
    "mend": (
        "Each cause has a test now that fails without the change; I took the change out to see it fail.",
        "The symptom was loud and the cause was a default that two places disagreed about.",
        "What was stored wrongly in the meantime is put right, and counted.",
        "I touched nothing next to it, and I had to hold my own hand.",
    ),
    "tell": (
        "It helps those who do it every day, and it asks something of those who do it once a year.",
        "The number to remember is {number}; the rest follows, or does not matter.",
        "Two things are certain, the third is likely, and I would not bet on a fourth.",
        "Nothing in it is new, and it has not been put side by side before.",
        "Whoever has to act on it needs the first half only.",
    ),
}  # fmt: skip

CLOSINGS: dict[str, tuple[str, ...]] = {
    "greet": (
        "The house lights go down now.",
        "If you get lost, press nothing and watch.",
        "We begin.",
    ),
    "plan": (
        "If we are late, cut the second wish, not the tests.",
        "Out of scope, kindly: everything that was not asked for.",
        "The thin path works by tomorrow, ugly and complete; then we make it pretty.",
    ),
    "judge": (
        "I would merge it an hour after the first point is closed.",
        "Praise, once and specifically: the failure path has a test.",
        "Until I have seen the rest, this is a review of half of it.",
    ),
    "decide": (
        "It reopens if two people wait for each other twice in a month.",
        "The dissent is written down with its owner, who may be right in a year.",
        "I look at it again on the first of the month, by myself, with coffee.",
    ),
    "find": (
        "The figure I would check tonight is the largest one.",
        "I would not spend anything before the next count.",
        "What would change this answer: one more week, or one honest log.",
    ),
    "make": (
        "What I did not touch: anything that nobody mentioned.",
        "Whoever takes this over can start without asking me.",
        "If one line has to go, let it be the last one.",
    ),
    "mend": (
        "Try it at night.",
        "It cannot come back by that road.",
        "The next thing I would look at is next door, and it can wait.",
    ),
    "tell": (
        "The rest is detail, and I have it if anybody asks.",
        "If only one line of this is read, let it be the first.",
        "Ask me again in a week, when we know.",
    ),
}  # fmt: skip

# What a prompt may wish for by name; said beside the rest.
WISHES: dict[str, tuple[str, ...]] = {
    "secret": (
        "One secret of the house: the safety curtain has a small hole, and everybody has looked through it.",
        "And a secret: the loudest line of the evening was added in pencil, the day before.",
        "The secret is that nobody here knows the ending; we only know the cues.",
    ),
    "joke": (
        "An understudy walks into a bar, and nobody notices; that is the whole art of it.",
        "How many agents does it take to change a bulb? Two, and a third to ask whether it was dark.",
    ),
    "question": (
        "What I would ask first: who notices when this is wrong, and how long does it take them?",
        "One question back: what would we stop doing if this works?",
    ),
    "risk": (
        "The risk nobody wants to name: it works, and then everybody needs it.",
        "The risk is in the second week, when nobody is looking any more.",
    ),
    "haiku": ("Lights go down at nine. Somebody forgets a line. Rain keeps perfect time.",),
    "poem": ("The house is dark, the cue is near, the prompter holds her breath to hear.",),
    "number": ("If it has to be one number, take three: few enough to remember.",),
}  # fmt: skip

# What an item of a list says, by what is listed. Longer lists begin again, with a number.
ITEMS: dict[str, tuple[str, ...]] = {
    "reason": (
        "It can be undone in a morning, and the others cannot.",
        "It asks nothing of people who did not ask for {topic}.",
        "We would learn within a week whether it was wrong.",
        "It needs no new part, only less of an old one.",
    ),
    "finding": (
        "Done twice in a row, the second time wins without saying so.",
        "With nothing in it, the first view is blank and looks broken.",
        "The refusal does not name the field, so people try the same thing again.",
        "A slow answer and no answer look alike for four seconds.",
    ),
    "risk": (
        "Old versions still in use may read the new form wrongly.",
        "One person knows how the middle part works, and goes on leave.",
        "It is quick while it is small, and nobody has tried it large.",
        "Everybody agrees on {topic}, and no two mean the same by it.",
    ),
    "task": (
        "Build the thin path through {topic} first, ugly and complete.",
        "Write one good and one refused example before any code.",
        "Count who still depends on the old way, and tell them.",
        "Take the way back once, on purpose, before anybody needs it.",
    ),
    "idea": (
        "Do less of {topic}, and do it on the first screen.",
        "Let people undo it for a minute instead of asking them twice.",
        "Show the number that everybody asks for, and hide the rest.",
        "Try {topic} with ten people who did not ask for it.",
    ),
    "question": (
        "Who notices first when {topic} goes wrong?",
        "What would we stop doing if this works?",
        "How long until we would know that we were mistaken?",
        "Which part of it must not change?",
    ),
    "fact": (
        "{Topic} has grown slowly for years, and nobody wrote it down.",
        "Two of three people have met it, and one of them remembers.",
        "Most of the cost is in the first week.",
        "The largest part of it happens before noon.",
    ),
    "dissent": (
        "The other view, fairly: the small step will be paid for twice.",
        "One of us would wait for a number before doing anything.",
    ),
    "place": ("Vienna", "Porto", "Utrecht", "Aarhus"),
    "name": ("Overture", "Second Cue", "Quiet Hands", "Lamplight"),
}  # fmt: skip

# Which of these a field asks for, by a word in its name; the first that fits.
ITEM_OF: tuple[tuple[str, str], ...] = (
    ("dissent", "dissent"), ("reason", "reason"), ("why", "reason"), ("rationale", "reason"), ("argument", "reason"),
    ("because", "reason"), ("justif", "reason"), ("pro", "reason"), ("strength", "reason"),
    ("finding", "finding"), ("issue", "finding"), ("bug", "finding"), ("defect", "finding"), ("error", "finding"),
    ("gap", "finding"), ("mistake", "finding"), ("observ", "finding"), ("con", "risk"), ("weak", "risk"),
    ("risk", "risk"), ("concern", "risk"), ("threat", "risk"), ("caveat", "risk"), ("objection", "risk"),
    ("task", "task"), ("step", "task"), ("action", "task"), ("todo", "task"), ("next", "task"), ("plan", "task"),
    ("fix", "task"), ("change", "task"), ("work", "task"), ("instruct", "task"), ("test", "task"),
    ("idea", "idea"), ("suggest", "idea"), ("option", "idea"), ("proposal", "idea"), ("recommend", "idea"),
    ("improve", "idea"), ("opportun", "idea"), ("question", "question"), ("ask", "question"),
    ("fact", "fact"), ("claim", "fact"), ("source", "fact"), ("evidence", "fact"), ("point", "fact"),
    ("insight", "fact"), ("trend", "fact"), ("highlight", "fact"), ("city", "place"), ("place", "place"),
    ("country", "place"), ("region", "place"), ("market", "place"), ("location", "place"),
    ("name", "name"), ("title", "name"), ("headline", "name"), ("label", "name"), ("brand", "name"),
)  # fmt: skip

# What a text field says that is none of these: {Field} is its name in words.
FIELDS: tuple[str, ...] = (
    "{Field}: the smallest one that somebody can try, with the way back written down.",
    "{Field}: whatever can be undone in a morning; the rest can wait.",
    "{Field}: one good example, one refused one, and nothing between them.",
    "{Field}: not the loudest one, but the one that was there first.",
    "{Field}: as it stands today, bent a little towards {topic}.",
    "{Field}: what people see in the first second, before anything else of {topic}.",
)
POSITIONS: tuple[str, ...] = (
    "the small step first",
    "yes, behind a flag",
    "not yet: one more number",
    "keep it in one place",
)
