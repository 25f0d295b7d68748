"""Every name stands for something: agents, cards, modes, tones, models, steps."""

from __future__ import annotations

from app.cast import Entry
from app.document import Path
from app.document.suggest import did_you_mean, listed
from app.scenario.checks.inspection import Inspection, speakers
from app.scenario.model import Agent, AgentStep, Routed
from providers.catalogue import services
from providers.naming import no_service_hint, probably_meant


def check_cards(case: Inspection) -> None:
    """Cards exist and are in order; modes and tones are the card's."""
    for name, agent in case.scenario.agents.items():
        if agent.card is None:
            continue
        at: Path = (
            ("agents", name, "card") if isinstance(case.report.root.data["agents"][name], dict) else ("agents", name)
        )
        entry = case.registry.find(agent.card)
        if entry is None:
            case.report.error("unknown-card", f'there is no card "{agent.card}"', case.registry.hint(agent.card), at=at)
            continue
        case.cast[name] = entry
        if entry.card is None:
            first = entry.problems[0]
            where = f"{first.file}:{first.line}" if first.line else first.file
            case.report.error("card", f'the card "{agent.card}" has errors: {first.message}', f"see {where}", at=at)
            continue
        _check_mode_and_tone(case, name, agent, entry)


def _check_mode_and_tone(case: Inspection, name: str, agent: Agent, entry: Entry) -> None:
    assert entry.card is not None
    modes, tones = entry.card.modes, entry.card.tones
    if agent.mode is not None and agent.mode not in modes:
        case.report.error(*_no_mode(entry, agent.mode), at=("agents", name, "mode"))
    if agent.tone is not None and agent.tone not in tones:
        otherwise = f"its tones are {listed(tones)}" if tones else "it has no tones"
        hint = did_you_mean(agent.tone, tones, otherwise)
        case.report.error("unknown-tone", f'{entry.name} has no tone "{agent.tone}"', hint, at=("agents", name, "tone"))


def _no_mode(entry: Entry, mode: str) -> tuple[str, str, str]:
    assert entry.card is not None
    hint = did_you_mean(mode, entry.card.modes, f"its modes are {listed(entry.card.modes)}")
    return "unknown-mode", f'{entry.name} has no mode "{mode}"', hint


def check_agents(case: Inspection) -> None:
    """Who speaks is in the cast, in a mode that its card has; all who are named elsewhere too."""
    agents = case.scenario.agents
    for place in case.places:
        for agent, at in speakers(place):
            _check_agent(case, agent, at)
        step = place.step
        if isinstance(step, AgentStep) and step.mode is not None and step.agent in agents:
            _check_step_mode(case, step, (*place.at, "mode"))
        if step.rehearsal is not None:
            present = [agent for agent, _ in speakers(place)]
            for agent in step.rehearsal.by:
                if agent not in present:
                    hint = did_you_mean(
                        agent, present, f"in it speaks {listed(present)}" if present else "no agent does; use reply:"
                    )
                    case.report.error(
                        "unknown-agent",
                        f'"{agent}" does not speak in this step',
                        hint,
                        at=(*place.at, "rehearsal", "by", agent, "@key"),
                    )
    for agent in case.scenario.cast_notes:
        _check_agent(case, agent, ("cast_notes", agent, "@key"))
    for index, expected in enumerate(case.scenario.expect):
        if expected.judged is not None:
            _check_agent(case, expected.judged.by, ("expect", index, "judged", "by"))


def _check_agent(case: Inspection, agent: str, at: Path) -> None:
    agents = case.scenario.agents
    if agent in agents:
        case.referred.add(("agents", agent))
        return
    if (entry := case.registry.find(agent)) is not None:
        name = agent.rpartition("/")[2]
        hint = f"put it in the cast:  agents: {{{name}: {{card: {entry.name}}}}}"
    elif not agents:
        hint = f"there is no cast yet; add  agents: {{{agent}: {{persona: ...}}}}"
    else:
        hint = did_you_mean(agent, agents, f"the cast is {listed(agents)}")
    case.report.error("unknown-agent", f'there is no agent "{agent}"', hint, at=at)


def _check_step_mode(case: Inspection, step: AgentStep, at: Path) -> None:
    entry = case.cast.get(step.agent)
    assert step.mode is not None
    if entry is None and case.scenario.agents[step.agent].card is None:
        case.report.error(
            "unknown-mode", f'"{step.agent}" has no card, so it has no modes', "write it into the prompt", at=at
        )
    elif entry is not None and entry.card is not None and step.mode not in entry.card.modes:
        case.report.error(*_no_mode(entry, step.mode), at=at)


def check_models(case: Inspection) -> None:
    """An agent's model is one of the scenario's, or names a provider itself."""
    for name, choice in case.scenario.models.items():
        _note_slip(case, choice.use, ("models", name, "use"), choice.base_url)
    for name, agent in case.scenario.agents.items():
        at: Path = ("agents", name, "model")
        match agent.model:
            case str(model):
                check_model_name(case, model, at)
            case Routed(route=route):
                for index, model in enumerate(route.among or ()):
                    check_model_name(case, model, (*at, "route", "among", index))
                for index, model in enumerate(route.fallback):
                    check_model_name(case, model, (*at, "route", "fallback", index))


def check_model_name(case: Inspection, model: str, at: Path, agent: str = "") -> None:
    """A model of the scenario, or provider/model; also where an agent is only varied to it."""
    models = case.scenario.models
    if model in models:
        case.referred.add(("models", model))
        return
    provider, slash, _ = model.partition("/")
    if not slash:
        hint = did_you_mean(
            model, models, f"known here: {listed(models)}" if models else "write provider/model, or add models:"
        )
        case.report.error("unknown-model", f'there is no model "{model}"', hint, at=at)
    elif provider not in services():
        case.report.error("unknown-provider", f'there is no provider "{provider}"', no_service_hint(provider), at=at)
    else:
        _note_slip(case, model, at)


def check_card_name(case: Inspection, card: str, at: Path, agent: str = "") -> None:
    """A card that an agent is varied to."""
    if case.registry.find(card) is None:
        case.report.error("unknown-card", f'there is no card "{card}"', case.registry.hint(card), at=at)


def check_mode_name(case: Inspection, mode: str, at: Path, agent: str) -> None:
    """A mode that an agent is varied to is one of its card's."""
    entry = case.cast.get(agent)
    if entry is None:
        told = f'"{agent}" has no card, so it has no modes'
        case.report.error("unknown-mode", told, "vary its prompt instead", at=at)
    elif entry.card is not None and mode not in entry.card.modes:
        case.report.error(*_no_mode(entry, mode), at=at)


def _note_slip(case: Inspection, use: str, at: Path, base_url: str | None = None) -> None:
    """New models appear every week, so a name that nobody knows is only worth a note."""
    if (near := probably_meant(use, base_url)) is not None:
        case.report.note("unheard-of-model", f'nobody here has heard of "{use}"', f'did you mean "{near}"?', at=at)


def check_needs(case: Inspection) -> None:
    """What a step waits for stands beside it, and is not the step itself."""
    for place in case.places:
        for index, need in enumerate(place.step.needs or ()):
            written = case.report.root
            for step in (*place.at, "needs"):
                written = written.child(step) or written
            at: Path = (*place.at, "needs", index) if written.items is not None else (*place.at, "needs")
            if need == place.id:
                case.report.error(
                    "self-need", f'"{need}" cannot wait for itself', "a step that repeats has a loop:", at=at
                )
            elif need not in place.block.steps:
                case.report.error("unknown-step", *_no_sibling(case, need, place.name), at=at)


def _no_sibling(case: Inspection, need: str, name: str) -> tuple[str, str]:
    elsewhere = [other for other in case.places if other.id == need]
    if elsewhere:
        around = [outer.id for outer in case.by_name[name].enclosing()]
        inside = elsewhere[0].block.owner
        if need in around:
            return f'"{need}" is the block around this step', "a step inside cannot wait for the whole"
        if inside is not None and inside.id in case.by_name[name].block.steps:
            return f'"{need}" is inside "{inside.id}"', f"wait for the whole block:  needs: {inside.id}"
        return f'"{need}" is not in the same block', "needs: names steps beside this one"
    known = case.by_name[name].block.steps
    return f'there is no step "{need}"', did_you_mean(
        need, (other for other in known if other != case.by_name[name].id)
    )


def check_expected_steps(case: Inspection) -> None:
    """What `expect:` is about exists."""
    for index, expected in enumerate(case.scenario.expect):
        if expected.step is not None and expected.step not in case.by_name:
            inside = [name for name in case.by_name if name.rpartition("/")[2] == expected.step]
            hint = f"write  step: {inside[0]}" if inside else did_you_mean(expected.step, case.by_name)
            case.report.error("unknown-step", f'there is no step "{expected.step}"', hint, at=("expect", index, "step"))
