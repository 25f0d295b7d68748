"""The privacy wall holds before anything is performed: every step has a model that may see it."""

from __future__ import annotations

from collections.abc import Iterator

from app.document import Path
from app.document.suggest import listed
from app.document.values import Privacy, strictest
from app.scenario.checks.inspection import Inspection, speakers
from app.scenario.places import Place
from app.scenario.privacy import candidates, class_of, is_hosted, may_see, runs_here


def check_model_classes(case: Inspection) -> None:
    """A model is as private as it says."""
    for name, choice in case.scenario.models.items():
        provider = choice.use.partition("/")[0]
        if choice.privacy != "local" or provider == "rehearsal":
            continue
        if is_hosted(provider):
            message = f"{provider} is a hosted service, so it cannot be local"
            case.report.error(
                "privacy",
                message,
                "private is the most it can be, if you have such a contract",
                at=("models", name, "privacy"),
            )
        elif not runs_here(provider, choice):
            message = "this server is not on this machine, so it cannot be local"
            case.report.error("privacy", message, "write  privacy: private", at=("models", name, "privacy"))


def check_privacy(case: Inspection) -> None:
    """No step is left without a model that may see it, and neither is who judges its output."""
    classes = {
        name: {model: class_of(case.scenario, model) for model in candidates(case.scenario, agent)}
        for name, agent in case.scenario.agents.items()
    }
    most_private = {name: strictest(*found.values()) for name, found in classes.items()}
    for name, at, needed in _shown(case):
        if not classes[name] or may_see(most_private[name], needed):
            continue
        told = listed(f"{model} ({found})" for model, found in classes[name].items())
        case.report.error(
            "privacy",
            f'no model may see this: it is {needed}, and "{name}" may use only {told}',
            f"give {name} a model that is {needed}, such as one of ollama's",
            at=at,
        )


def _shown(case: Inspection) -> Iterator[tuple[str, Path, Privacy]]:
    """Each agent that is shown something, with where that is said and who may see it; once for each step."""
    for place in case.places:
        for name, at in dict(reversed(list(speakers(place)))).items():
            if name in case.scenario.agents:
                needed = case.privacy_at[place.name, name] = case.required_privacy(place, name)
                yield name, at, needed
    for index, expected in enumerate(case.scenario.expect):
        judged = case.by_name.get(expected.step or "")
        if expected.judged is not None and judged is not None and expected.judged.by in case.scenario.agents:
            by = expected.judged.by
            needed = strictest(case.required_privacy(judged, by), *_spoken_in(case, judged))
            case.privacy_at[judged.name, by] = needed
            yield by, ("expect", index, "judged", "by"), needed


def _spoken_in(case: Inspection, judged: Place) -> Iterator[Privacy]:
    """Who may see what is said in a step, in the steps inside it and in a scenario that it uses."""
    for place in case.places:
        if judged.name in (outer.name for outer in (place, *place.enclosing())):
            yield from (
                case.privacy_at[place.name, name] for name, _ in speakers(place) if name in case.scenario.agents
            )
            if place.name in case.used:
                yield from case.used[place.name].privacy_at.values()
