"""What widgets tell the screen they are on."""

from __future__ import annotations

from textual.message import Message


class Inspect(Message):
    """Somebody wants to see one thing whole.

    It is named `agent:ID`, `call:ID`, `step:PATH`, `tool:ID`, `gate:ID`, `seq:N` or `limit:SCOPE`.
    """

    def __init__(self, thing: str) -> None:
        super().__init__()
        self.thing = thing
