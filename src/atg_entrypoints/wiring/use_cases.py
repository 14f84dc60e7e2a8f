"""How use cases are wired: a field gets the provider of its name, unless the wiring gives it another one."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from dependency_injector import containers, providers

use_case = providers.Singleton


def wired[Container: containers.DeclarativeContainer](container: type[Container]) -> type[Container]:
    """Completes every use case of the container. Raises AttributeError for a field without a provider."""
    every: Any = container.traverse  # its types forget the class method
    for provider in list(every()):
        if isinstance(provider, providers.Singleton) and is_dataclass(provider.cls):
            provider.add_kwargs(**{name: getattr(container, name) for name in _missing(provider)})
    return container


def _missing(provider: providers.Singleton[Any]) -> Iterator[str]:
    for field in fields(provider.cls)[len(provider.args) :]:
        if field.default is MISSING and field.default_factory is MISSING and field.name not in provider.kwargs:
            yield field.name
