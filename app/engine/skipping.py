"""Is a step performed at all? What stands against it, and whose work it is given."""

from __future__ import annotations

from app.engine.expressions import decides_itself, holds
from app.engine.outcomes import Ended, Giver
from app.engine.play import Scene
from app.scenario.expressions import Status
from app.scenario.places import Place


def incoming_of(needs: dict[str, Ended], scene: Scene) -> tuple[Giver, ...]:
    """Whose work a step is given: of the steps it waits for, or what the block around it was given."""
    if not needs:
        return scene.incoming
    found: dict[tuple[str, str], Giver] = {}
    for ended in needs.values():
        for giver in ended.givers:
            found.setdefault((giver.agent, giver.step), giver)
    return tuple(found.values())


def reason_to_skip(place: Place, scene: Scene, needs: dict[str, Ended], path: str) -> tuple[str, str]:
    """Why a step is not performed, and the failure behind that; nothing when it is."""
    step, performance = place.step, scene.play.performance
    if performance.is_skipped(path):
        return "a person said so", ""
    reason, behind = _trouble(needs, scene.path)
    if reason and not (step.if_ is not None and decides_itself(step.if_)):
        return reason, behind
    if step.if_ is not None and not holds(step.if_, scene.values, Status(success=not reason, failure=bool(behind))):
        return f"if: {step.if_} is false", behind
    if performance.is_muted(step):
        return "a person muted its agent", ""
    return "", ""


def _trouble(needs: dict[str, Ended], path: str) -> tuple[str, str]:
    """What stands against a step: one that it needs has failed or was skipped; and the failure behind that."""
    for name, ended in needs.items():
        if ended.failed:
            return f"{name} {_ending_words(ended)}", path + name
    left_out = {name: ended for name, ended in needs.items() if ended.outcome == "skipped" and not ended.tolerated}
    for name, ended in left_out.items():
        if ended.because:
            return f"{name} was skipped", ended.because
    return (f"{next(iter(left_out))} was skipped", "") if left_out else ("", "")


def _ending_words(ended: Ended) -> str:
    return {"cancelled": "was cancelled", "refused": "was refused", "exhausted": "reached a limit",
            "truncated": "was cut off"}.get(ended.outcome, "failed")  # fmt: skip
