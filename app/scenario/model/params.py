"""What a scenario may pass on to a model: everything, but what the engine itself says, and more answers than one."""

from typing import Any

from app.document.values import mistake

_OURS = {
    "model": "a model is named under  use:",
    "messages": "an agent is asked by its persona and the step's prompt",
    "input": "an agent is asked by its persona and the step's prompt",
    "contents": "an agent is asked by its persona and the step's prompt",
    "tools": "an agent is given tools under  tools:",
    "stream": "answers are always streamed",
    "stream_options": "answers are always streamed",
}
_ANSWERS = frozenset({"n", "best_of", "candidate_count", "candidateCount", "num_completions"})
_INSIDE = frozenset({"generationConfig", "extra_body", "options"})


def insist_on_params(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters, or a mistake at the first that nobody may pass on."""
    for name, value in params.items():
        if name in _OURS:
            raise mistake(
                "params", f'"{name}" is set by Footlights', f"leave it out: {_OURS[name]}", at=name, on_key=True
            )
        inside = value if name in _INSIDE and isinstance(value, dict) else {name: value}
        for one in _ANSWERS & inside.keys():
            if inside[one] not in (1, None):
                raise mistake("params", f'"{one}" asks for several answers, each paid for', "a step has one", at=name)
    return params
