"""The privacy wall holds before anything is performed: every step has a model that may see it."""

from __future__ import annotations

from app.document.suggest import listed
from app.document.values import strictest
from app.scenario.checks.inspection import Inspection, speakers
from app.scenario.privacy import HOSTED, candidates, class_of, may_see, runs_here


def check_model_classes(case: Inspection) -> None:
    """A model is as private as it says."""
    for name, choice in case.scenario.models.items():
        provider = choice.use.partition("/")[0]
        if choice.privacy != "local" or provider == "rehearsal":
            continue
        if provider in HOSTED:
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
    """No step is left without a model that may see it."""
    told: set[tuple[str, str]] = set()
    allowed = {
        name: {model: class_of(case.scenario, model) for model in candidates(case.scenario, agent)}
        for name, agent in case.scenario.agents.items()
    }
    most_private = {name: strictest(*classes.values()) for name, classes in allowed.items()}
    for place in case.places:
        for name, at in speakers(place):
            agent = case.scenario.agents.get(name)
            if agent is None:
                continue
            needed = case.privacy_at[place.name, name] = case.required_privacy(place, name)
            classes = allowed[name]
            if not classes or may_see(most_private[name], needed) or (place.name, name) in told:
                continue
            told.add((place.name, name))
            shown = listed(f"{model} ({found})" for model, found in classes.items())
            case.report.error(
                "privacy",
                f'no model may see this: it is {needed}, and "{name}" may use only {shown}',
                f"give {name} a model that is {needed}, such as one of ollama's",
                at=at,
            )
