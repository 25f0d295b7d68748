"""The language models Footlights can speak to: one file a provider, each importing its own SDK at first use."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from providers.base import Endpoint, Provider


_ADAPTERS = "docs/providers.md says what an adapter is"


def provider_at(endpoint: Endpoint) -> Provider:
    """Whoever speaks to an endpoint, with connections of its own; NoProvider when nobody here can."""
    from providers.wires.tool_names import PlainToolNames

    made: Provider = adapter_of(endpoint.service).open(endpoint)
    return made if endpoint.service == "rehearsal" else PlainToolNames(made)


def adapter_of(service: str) -> ModuleType:
    """The module that speaks a service's protocol; NoProvider when there is none, or what it stands on is missing."""
    from importlib import import_module
    from importlib.util import find_spec

    from providers.base import NoProvider
    from providers.catalogue import services

    known = services().get(service)
    if known is None:
        raise NoProvider(service)
    try:
        module = import_module(known.adapter if "." in known.adapter else f"providers.{known.adapter}")
    except ImportError as error:
        raise NoProvider(service, f"its adapter {known.adapter} cannot be imported: {error}", _ADAPTERS) from error
    needs: str = getattr(module, "NEEDS", "")
    if needs and find_spec(needs) is None:
        raise NoProvider(service, f"the package {needs} is not installed", f"pip install 'footlights[{needs}]' adds it")
    return module
