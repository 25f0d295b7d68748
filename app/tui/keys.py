"""Every key there is, in one table: footer, help, palette, docs and a person's own keymap are made of it.

A key is named by its id, `stage.pause`; `keys.yaml` in the configuration folder may give an id other keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from textual.binding import Binding

Spot = Literal[
    "everywhere",
    "lists",
    "home",
    "launcher",
    "kiosk",
    "stage",
    "log",
    "timeline",
    "presenter",
    "speaker",
    "inspector",
    "runs",
    "compare",
    "cast",
    "models",
    "inbox",
    "batches",
    "batch",
    "help",
    "tables",
    "places",
]


@dataclass(frozen=True, slots=True)
class Key:
    """What one key does at one spot."""

    id: str
    keys: str  # as Textual names them, several with commas between
    says: str  # one or two words, for the footer
    action: str
    more: str = ""  # one sentence, for help
    rank: int = 0  # the lower, the longer it stays in a narrow footer; 0: never there

    @property
    def spot(self) -> str:
        """Where it counts."""
        return self.id.partition(".")[0]


KEYS: tuple[Key, ...] = (
    # Everywhere
    Key("everywhere.help", "question_mark,f1", "help", "help", "Every key that counts here.", 1),
    Key("everywhere.palette", "ctrl+p", "find", "command_palette", "Find anything by its name.", 9),
    Key("everywhere.back", "escape", "back", "back", "Back to where you came from."),
    Key("everywhere.quit", "q", "quit", "leave", "Leave; it asks what becomes of a run that is performed here.", 1),
    Key("everywhere.stop", "ctrl+c", "leave", "leave", "The same."),
    Key("everywhere.theme", "t", "theme", "next_theme", "The next theme; it is remembered."),
    Key("everywhere.density", "plus", "density", "next_density", "Comfortable or compact."),
    Key("everywhere.jump", "apostrophe", "jump", "jump", "Put a letter on everything that can be reached."),
    Key("everywhere.copy", "y", "copy", "copy", "Copy what is in front of you."),
    Key("everywhere.home", "alt+1", "Home", "go('home')", "The plays."),
    Key("everywhere.runs", "alt+2", "Runs", "go('runs')", "Everything that was performed."),
    Key("everywhere.cast", "alt+3", "Cast", "go('cast')", "The agents."),
    Key("everywhere.models", "alt+4", "Models", "go('models')", "The models and their services."),
    Key("everywhere.inbox", "alt+5", "Inbox", "go('inbox')", "What waits for a person."),
    Key("everywhere.batches", "alt+6", "Batches", "go('batches')", "Many runs at once, and what came of them."),
    Key("everywhere.stage", "alt+0", "stage", "stage", "Back to the run that is performed here."),
    # The places, for one another
    Key("places.home", "1", "Home", "go('home')", "The plays."),
    Key("places.runs", "2", "Runs", "go('runs')", "Everything that was performed."),
    Key("places.cast", "3", "Cast", "go('cast')", "The agents."),
    Key("places.models", "4", "Models", "go('models')", "The models and their services."),
    Key("places.inbox", "5", "Inbox", "go('inbox')", "What waits for a person."),
    Key("places.batches", "6", "Batches", "go('batches')", "Many runs at once, and what came of them."),
    Key("places.stage", "0", "stage", "stage", "Back to the run that is performed here."),
    # Lists, wherever they are
    Key("lists.down", "down,j", "down", "down", "One down."),
    Key("lists.up", "up,k", "up", "up", "One up."),
    Key("lists.first", "home,g", "first", "first", "To the first."),
    Key("lists.last", "end,G", "last", "last", "To the last."),
    Key("lists.page_down", "pagedown,ctrl+d", "page", "page_down", "A page down."),
    Key("lists.page_up", "pageup,ctrl+u", "page", "page_up", "A page up."),
    Key("lists.search", "slash", "search", "search", "Look for words in this list.", 3),
    # Tables: lists in columns, with a pane that tells of the chosen item
    Key("tables.sort", "S", "sort", "sort", "Sort by the next column."),
    Key("tables.turn", "I", "turn round", "turn_round", "The last becomes the first."),
    Key("tables.read_on", "J,shift+down", "read on", "read_on", "Read on in the pane."),
    Key("tables.read_back", "K,shift+up", "read back", "read_back", "Read back in the pane."),
    Key("tables.clear", "escape", "clear", "clear", "Show all again, mark none; then back to where you came from."),
    # Home
    Key("home.rehearse", "enter,r", "rehearse", "rehearse", "Perform it without models: no key, no cost.", 1),
    Key("home.play", "p", "play", "play", "Perform it with real models.", 2),
    Key("home.step", "s", "step", "step", "Rehearse it one effect at a time.", 5),
    Key("home.view", "v", "graph", "next_view", "The graph alone, and back.", 4),
    Key("home.last", "o", "last run", "open_last", "Open its last run.", 6),
    Key("home.runs", "O", "runs", "open_one", "Choose one of its earlier runs."),
    Key("home.batch", "b", "batch", "batch", "Perform it many times, and see what comes of it.", 8),
    Key("home.demo", "D", "demo", "go('launcher')", "The launcher: a tour, and every way to show something.", 3),
    Key("home.tags", "T", "tags", "choose_tag", "Show only one company, or what has one tag.", 7),
    Key("home.next_company", "right_square_bracket", "company", "company(1)", "To the next company."),
    Key("home.previous_company", "left_square_bracket", "company", "company(-1)", "To the company before."),
    Key("home.read_on", "J,shift+down", "read on", "read_on", "Read on in the playbill."),
    Key("home.read_back", "K,shift+up", "read back", "read_back", "Read back in the playbill."),
    Key("home.right", "right,l", "right", "pan(1)", "To the right of a graph that is wider than the screen."),
    Key("home.left", "left,h", "left", "pan(-1)", "Back to the left."),
    Key("home.clear", "escape", "clear", "clear", "Show all plays again; then back to where you came from."),
    # Launcher
    Key("launcher.start", "enter", "start", "start", "Start the chosen mode.", 1),
    Key("launcher.option", "tab", "options", "option(1)", "To what can be set; and on to the next of it.", 2),
    Key("launcher.option_back", "shift+tab", "options", "option(-1)", "To the one before."),
    Key("launcher.more", "right,l", "more", "change(1)", "The next pace, five seconds longer, on or off."),
    Key("launcher.less", "left,h", "less", "change(-1)", "The pace before, five seconds shorter, on or off."),
    Key("launcher.switch", "space", "switch", "change(1)", "On or off."),
    Key("launcher.other", "o", "another show", "other", "Choose another play, or another run.", 3),
    Key("launcher.times", "d", "dry run", "times", "How long it takes at every pace, and when each cue comes.", 4),
    Key("launcher.mode", "1,2,3,4,5,6,7,8,9", "mode", "mode({key})", "To the mode of that number."),
    Key("launcher.down", "down,j", "down", "move(1)", "The next mode."),
    Key("launcher.up", "up,k", "up", "move(-1)", "The mode before."),
    # Kiosk: what counts while everything else is locked
    Key("kiosk.pause", "space", "pause", "pause", "Stand still or go on.", 1),
    Key("kiosk.back", "left", "5 s", "seek(-5)", "Five seconds back.", 2),
    Key("kiosk.on", "right", "5 s", "seek(5)", "Five seconds on.", 2),
    Key("kiosk.cue", "n,pagedown", "next", "cue(1)", "To the next cue.", 3),
    Key("kiosk.cue_back", "p,pageup", "before", "cue(-1)", "To the cue before.", 3),
    Key("kiosk.start", "home", "again", "to_start", "From the beginning.", 4),
    # Stage
    Key("stage.pause", "space,k", "pause", "pause", "Stand still or go on. A rehearsal waits, a live run does not.", 1),
    Key("stage.step", "s", "step", "single_step", "Let the engine begin one thing, and hold it before the next.", 5),
    Key("stage.hold", "H", "hold", "hold", "Hold or release the engine.", 6),
    Key("stage.direct", "colon", "direct", "direct", "Whisper, mute, swap, raise, skip, pause, cancel.", 2),
    Key("stage.answer", "enter", "inspect", "inspect", "Answer what waits, or open what is in front of you.", 4),
    Key("stage.view", "v", "view", "next_view", "The timeline, the view for the room, and back.", 3),
    Key("stage.back", "left", "5 s", "seek(-5)", "Five seconds back."),
    Key("stage.on", "right", "5 s", "seek(5)", "Five seconds on."),
    Key("stage.far_back", "shift+left", "10%", "seek_share(-10)", "A tenth of the whole back."),
    Key("stage.far_on", "shift+right", "10%", "seek_share(10)", "A tenth of the whole on."),
    Key("stage.more_back", "j", "10 s", "seek(-10)", "Ten seconds back."),
    Key("stage.more_on", "l", "10 s", "seek(10)", "Ten seconds on."),
    Key("stage.tenths", "0,1,2,3,4,5,6,7,8,9", "seek", "to_tenth({key})", "To so many tenths of the whole."),
    Key("stage.start", "home", "start", "to_start", "To the beginning."),
    Key("stage.end", "end", "live edge", "to_end", "To the end, or to where a live run is now.", 8),
    Key("stage.next_cue", "n,pagedown,right_square_bracket", "cue", "cue(1)", "To the next cue.", 9),
    Key("stage.previous_cue", "p,pageup,left_square_bracket", "cue", "cue(-1)", "To the cue before."),
    Key("stage.next_event", "full_stop", "event", "event(1)", "One event on, and stay there."),
    Key("stage.previous_event", "comma", "event", "event(-1)", "One event back, and stay there."),
    Key("stage.next_handoff", "right_curly_bracket", "handoff", "handoff(1)", "To the next handoff."),
    Key("stage.previous_handoff", "left_curly_bracket", "handoff", "handoff(-1)", "To the handoff before."),
    Key("stage.next_error", "x", "error", "error(1)", "To the next error."),
    Key("stage.previous_error", "X", "error", "error(-1)", "To the error before."),
    Key("stage.go_to", "g", "go to", "go_to", "To a cue, a time, an event, a share, or words from the log.", 10),
    Key("stage.slower", "less_than_sign", "slower", "speed(-1)", "Slower."),
    Key("stage.faster", "greater_than_sign", "faster", "speed(1)", "Faster.", 7),
    Key("stage.pace", "P", "pace", "next_pace", "Another pace: brisk, real, theatrical, keynote."),
    Key("stage.fork", "F", "fork", "fork", "Begin a run of its own from this moment."),
    Key("stage.cue", "m", "add cue", "add_cue", "Give this moment a name, in a file of cues."),
    Key("stage.export", "e", "export", "export", "Have a film, a page or a table made of it."),
    Key("stage.blank", "b", "blank", "blank", "Show nothing, until a key is pressed."),
    Key("stage.lock", "L", "lock", "lock", "Let few keys count; hold q to unlock."),
    Key("stage.log", "slash", "log", "filter_log", "Look for words in the log."),
    Key("stage.follow", "f", "follow", "follow_log", "Let the log follow, or stand still."),
    Key("stage.clear", "escape", "clear", "clear", "Put away the last picture; then back to where you came from."),
    Key("stage.captions", "c", "captions", "captions", "Captions on or off."),
    Key("stage.next_panel", "tab", "panel", "next_panel", "The next part of the stage."),
    Key("stage.previous_panel", "shift+tab", "panel", "previous_panel", "The part before."),
    # The log on the stage, while it has the focus
    Key("log.inspect", "enter", "inspect", "inspect", "Open what the cursor stands on."),
    Key("log.follow", "f", "follow", "follow", "Let it follow, or stand still."),
    Key("log.level", "l", "level", "level", "All of it, only the story, only errors."),
    Key("log.all", "escape", "all", "give_up", "Show all of it again; then back to the stage."),
    # Timeline
    Key("timeline.view", "v", "view", "next_view", "The view for the room, then back to the stage.", 1),
    Key("timeline.inspect", "enter", "inspect", "inspect", "Open what the cursor stands on.", 2),
    Key("timeline.lanes", "a", "lanes", "lanes", "A lane for each agent, or for each step.", 3),
    Key("timeline.zoom_in", "z", "zoom", "zoom(1)", "Nearer.", 4),
    Key("timeline.zoom_out", "Z", "wider", "zoom(-1)", "Wider."),
    Key("timeline.fit", "equals_sign", "fit", "fit", "The whole run.", 5),
    Key("timeline.path", "c", "critical", "critical", "Mark what the run waited for.", 6),
    Key("timeline.left", "left,h", "left", "pan(-1)", "Earlier."),
    Key("timeline.right", "right,l", "right", "pan(1)", "Later."),
    Key("timeline.up", "up,k", "up", "lane(-1)", "The lane above."),
    Key("timeline.down", "down,j", "down", "lane(1)", "The lane below."),
    Key("timeline.next_bar", "tab,n", "next", "bar(1)", "The next thing in this lane."),
    Key("timeline.previous_bar", "shift+tab,p", "previous", "bar(-1)", "The thing before it."),
    Key("timeline.fold", "space", "fold", "fold", "Hide what is inside a step, or show it.", 7),
    Key("timeline.rates", "r", "rates", "rates", "Tokens and money as they add up, or as they are spent.", 8),
    Key("timeline.next_handoff", "right_curly_bracket", "handoff", "handoff(1)", "To the next handoff."),
    Key("timeline.previous_handoff", "left_curly_bracket", "handoff", "handoff(-1)", "To the handoff before."),
    Key("timeline.error", "x", "error", "next_error", "To the next error.", 9),
    Key("timeline.start", "home,g", "start", "to_start", "To the beginning."),
    Key("timeline.end", "end,G", "end", "to_end", "To the present, and stay there."),
    # Presenter: the keys of a clicker, and a few more
    Key("presenter.go", "space,pagedown,n", "GO", "give_go", "On from a hold or a blank, else to the next cue.", 1),
    Key("presenter.back", "p,pageup", "back", "back_a_cue", "To the cue that came last, or to the one before it.", 2),
    Key("presenter.blank", "b,full_stop", "blank", "blank", "Show nothing, or all of it again.", 3),
    Key("presenter.pause", "k", "pause", "pause", "Stand still, or go on."),
    Key("presenter.skip", "right_square_bracket", "skip", "skip", "To the next cue, whatever holds."),
    Key("presenter.previous", "left_square_bracket", "back", "back_a_cue", "The same as back."),
    Key("presenter.hold", "H", "hold", "hold", "Hold or release the engine."),
    Key("presenter.go_to", "g", "go to", "go_to", "To a cue, a time or an event.", 4),
    Key("presenter.standby", "s", "standby", "standby", "Name the next cue in the corner, or do not."),
    Key("presenter.lock", "L", "lock", "lock", "Let only GO, back and blank count; hold q to unlock.", 5),
    Key("presenter.answer", "enter", "stage", "next_view", "Back to the stage, where a question can be answered."),
    Key("presenter.view", "v", "view", "next_view", "Back to the stage.", 6),
    # Speaker: the same from a second terminal
    Key("speaker.go", "space,pagedown,n", "GO", "order('go')", "On from a hold or a blank, else to the next cue.", 1),
    Key("speaker.back", "p,pageup", "back", "order('back')", "To the cue that came last, or to the one before it.", 2),
    Key("speaker.blank", "b,full_stop", "blank", "order('blank')", "Show the room nothing, or all of it again.", 3),
    Key("speaker.hold", "H", "hold engine", "order('hold')", "Hold or release the engine.", 4),
    Key("speaker.go_to", "g", "go to", "go_to", "To a cue, a time or an event.", 5),
    Key("speaker.lock", "L", "lock", "order('lock')", "Lock the keys of the presenter, or unlock them.", 6),
    Key("speaker.down", "down,j", "read on", "read(1)", "Read on in the notes."),
    Key("speaker.up", "up,k", "read back", "read(-1)", "Read back in the notes."),
    # Inspector
    Key("inspector.next", "right,l", "next", "part(1)", "The next part: prompt, answer, receipt, events.", 1),
    Key("inspector.previous", "left,h", "previous", "part(-1)", "The part before."),
    Key("inspector.open", "enter", "open", "open", "Open what the cursor stands on.", 2),
    Key("inspector.link", "tab", "link", "link(1)", "To the next thing that can be opened."),
    Key("inspector.link_back", "shift+tab", "link", "link(-1)", "To the one before."),
    Key("inspector.found", "n", "next found", "found(1)", "To the next place where the words stand."),
    Key("inspector.found_back", "N", "found before", "found(-1)", "To the one before."),
    Key("inspector.fork", "F", "fork here", "fork", "Begin a run of its own from this moment.", 3),
    # Runs
    Key("runs.open", "enter", "open", "open", "On the stage.", 1),
    Key("runs.replay", "r", "replay", "replay", "From its beginning, at the pace of an audience.", 2),
    Key("runs.status", "s", "status", "next_status", "Only those that ended so.", 5),
    Key("runs.filter", "f", "filter", "filter", "Only those of one play, tag or batch.", 4),
    Key("runs.resume", "R", "resume", "resume", "Go on with it.", 6),
    Key("runs.fork", "F", "fork", "fork", "The command that begins a run of its own from a moment of this one.", 9),
    Key("runs.mark", "space", "mark", "mark", "Mark it, for what is done to several.", 7),
    Key("runs.compare", "C", "compare", "compare", "Two that are marked, or this one and its fork, side by side.", 9),
    Key("runs.remove", "d", "remove", "remove", "Remove it, or all that are marked.", 8),
    # Compare
    Key("compare.details", "enter", "step", "details", "One step alone, its texts side by side; and back.", 1),
    Key("compare.next", "d,n", "next", "differing(1)", "To the next step that differs.", 2),
    Key("compare.previous", "D,p", "before", "differing(-1)", "To the one before."),
    Key("compare.view", "v", "view", "next_view", "What came, what it took, who answered.", 4),
    Key("compare.left", "o", "A", "open('A')", "Open A on the stage, at this step.", 5),
    Key("compare.right", "O", "B", "open('B')", "Open B on the stage, at this step.", 6),
    Key("compare.swap", "x", "swap", "swap", "The other way round.", 7),
    # Batches
    Key("batches.open", "enter", "open", "open", "Every run of it, and how it comes along.", 1),
    Key("batches.resume", "r", "resume", "resume", "Go on with what is missing, in this process.", 2),
    Key("batches.stop", "s", "stop", "stop", "Begin nothing new; it can be gone on with later.", 3),
    # One batch
    Key("batch.open", "enter", "open", "open", "The run on the stage: as it is now, or as it was.", 1),
    Key("batch.replay", "R", "replay", "replay", "The run from its beginning."),
    Key("batch.next_failed", "n", "next failed", "next_failed(1)", "To the next that did not pass.", 3),
    Key("batch.previous_failed", "N", "failed before", "next_failed(-1)", "To the one before."),
    Key("batch.filter", "f", "filter", "filter", "Only those that stand so; after the last, all.", 4),
    Key("batch.search", "slash", "search", "search", "Look for a value, a repeat, an item, the id of a run.", 5),
    Key("batch.resume", "r", "resume", "resume", "Go on with what is missing, in this process.", 6),
    Key("batch.stop", "s", "stop", "stop", "Begin nothing new; it can be gone on with later.", 7),
    Key("batch.compare", "c", "compare", "compare", "Why some did not pass, and which arm does better, so far.", 8),
    Key("batch.view", "v", "figures", "view", "The figures, where there is no room for them beside the grid.", 2),
    Key("batch.right", "right,l", "right", "right", "The next item."),
    Key("batch.left", "left,h", "left", "left", "The item before."),
    Key("batch.down", "down,j", "down", "down", "A row down."),
    Key("batch.up", "up,k", "up", "up", "A row up."),
    Key("batch.page_down", "pagedown,ctrl+d", "page", "page_down", "A page down."),
    Key("batch.page_up", "pageup,ctrl+u", "page", "page_up", "A page up."),
    Key("batch.first", "home,g", "first", "first", "To the first item."),
    Key("batch.last", "end,G", "last", "last", "To the last item."),
    Key("batch.read_on", "J,shift+down", "read on", "read_on", "Read on in the figures."),
    Key("batch.read_back", "K,shift+up", "read back", "read_back", "Read back in the figures."),
    Key("batch.clear", "escape", "clear", "clear", "Show all again; then back to where you came from."),
    # Cast
    Key("cast.try", "enter", "try", "try_agent", "Let the agent answer one prompt.", 1),
    Key("cast.mode", "m", "mode", "next_mode", "Its next way of working.", 2),
    # Models
    Key("models.details", "enter", "details", "details", "All that is known of it.", 1),
    Key("models.test", "t", "test", "test", "Ask it for one word: a real call, paid for and kept.", 2),
    # Inbox
    Key("inbox.answer", "enter", "answer", "answer", "Answer the question.", 1),
    Key("inbox.open", "o", "stage", "open", "Open its run on the stage.", 2),
)  # fmt: skip

BY_ID = {key.id: key for key in KEYS}
OF_A_RECORDING = (
    "stage.pause", "stage.back", "stage.on", "stage.next_event", "stage.next_cue", "stage.go_to", "stage.faster",
    "stage.view", "stage.fork", "stage.export", "stage.answer", "stage.end",
)  # fmt: skip


def keys_of_a_recording() -> tuple[Key, ...]:
    """What the footer of the stage has where nobody performs: what leads through a run and keeps something of it."""
    shown = (replace(BY_ID[name], rank=rank) for rank, name in enumerate(OF_A_RECORDING, 1))
    return tuple(replace(key, says="end") if key.id == "stage.end" else key for key in shown)


def keys_of(*spots: str) -> tuple[Key, ...]:
    """The keys of some spots, in the order of the table."""
    return tuple(key for key in KEYS if key.spot in spots)


def bindings(*spots: str) -> list[Binding | tuple[str, str] | tuple[str, str, str]]:
    """The same as Textual wants them."""
    from textual.binding import Binding

    return [
        Binding(keys, action, key.says, show=False, id=key.id)
        for key in keys_of(*spots)
        for keys, action in _actions(key)
    ]


def _actions(key: Key) -> list[tuple[str, str]]:
    """What its keys do: the same, unless the action asks which of them it was."""
    if "{key}" not in key.action:
        return [(key.keys, key.action)]
    return [(each, key.action.replace("{key}", each)) for each in key.keys.split(",")]


def with_own(keys: Iterable[Key], own: Mapping[str, str]) -> tuple[Key, ...]:
    """The same with a person's own keys, where they have some."""
    return tuple(replace(key, keys=own[key.id]) if key.id in own else key for key in keys)


def named(key: str) -> str:
    """A key as Textual names it; it may be given as it is printed on the board."""
    return _PRINTED.get(key, key)


def shown(keys: str) -> str:
    """How a person calls the first of some keys: space, ctrl+p, ?."""
    first = keys.partition(",")[0]
    return _NAMES.get(first, first)


_NAMES = {
    "question_mark": "?", "colon": ":", "slash": "/", "apostrophe": "'", "full_stop": ".", "comma": ",",
    "less_than_sign": "<", "greater_than_sign": ">", "plus": "+", "equals_sign": "=",
    "left_curly_bracket": "{", "right_curly_bracket": "}", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup",
    "left_square_bracket": "[", "right_square_bracket": "]", "left": "←", "right": "→", "up": "↑", "down": "↓",
    "shift+left": "shift+←", "shift+right": "shift+→",
}  # fmt: skip
_PRINTED = {printed: name for name, printed in _NAMES.items() if len(printed) == 1}
