"""What handlers are given of the container, and when that is opened and closed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from copy import copy
from functools import wraps
from inspect import signature
from typing import Any

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.plugins import InitPlugin
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from atg_entrypoints.allocator import free_memory_given_back
from atg_entrypoints.container import Container, close
from atg_entrypoints.http.draining import draining
from atg_entrypoints.http.embedded_worker import embedded_worker
from atg_entrypoints.metrics import shared_numbers
from atg_entrypoints.settings import Settings


class _AllRoutes(Router):
    """Litestar builds its routing anew for each thing that is registered: a router around all of them is one."""

    def __deepcopy__(self, _memo: dict[int, Any]) -> "_AllRoutes":
        """Litestar copies what it registers; this one is made for one application and need not be."""
        return self


class ContainerPlugin(InitPlugin):
    """Gives handlers what they name of the container, and closes what it has opened when the application ends."""

    def __init__(self, container: Container) -> None:
        self.container = container

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        handlers = [self._provided(handler) for handler in app_config.route_handlers]
        app_config.route_handlers = [_AllRoutes("/", route_handlers=handlers)]
        app_config.state["container"] = self.container
        app_config.lifespan.append(self._lifespan)
        return app_config

    def _provided(self, handler: ControllerRouterHandler) -> ControllerRouterHandler:
        if isinstance(handler, BaseRouteHandler):
            return copy(handler)(_bound(handler.fn, self._named(signature(handler.fn).parameters)))
        return self._with_dependencies(handler)

    def _named(self, parameters: Iterable[str]) -> dict[str, Callable[[], Any]]:
        return {name: self.container.providers[name] for name in parameters if name in self.container.providers}

    def _with_dependencies(self, handler: ControllerRouterHandler) -> ControllerRouterHandler:
        """A router or controller with what it names, and no more: Litestar compares all dependencies of a handler."""
        named = {name for function in _functions_of(handler) for name in signature(function).parameters}
        dependencies: dict[str, Provide | Callable[..., Any]] = {
            name: Provide(_providing(provider), sync_to_thread=False) for name, provider in self._named(named).items()
        }
        if isinstance(handler, Router):
            handler.dependencies = dependencies
        elif isinstance(handler, type):
            handler = type(handler.__name__, (handler,), {"dependencies": dependencies})
        return handler

    @asynccontextmanager
    async def _lifespan(self, app: Litestar) -> AsyncIterator[None]:
        settings: Settings = self.container.settings()
        # In a thread, and before the first request: TLS and the libraries for it take a while to load.
        await asyncio.to_thread(self.container.oauth_providers)
        try:
            end_streams = self.container.event_subscriptions().end_all
            async with (
                shared_numbers(self.container.process_metrics),
                draining(app.state, settings.drain, end_streams),
                embedded_worker(self.container),
                free_memory_given_back(),
            ):
                yield
        finally:
            await close(self.container)


def _functions_of(handler: ControllerRouterHandler) -> Iterator[Callable[..., Any]]:
    """Those of all routes of a router or a controller."""
    if isinstance(handler, Router):
        for route in handler.routes:
            for each in route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]:
                yield each.fn
    elif isinstance(handler, type):
        for each in vars(handler).values():
            if isinstance(each, BaseRouteHandler):
                yield each.fn


def _bound(function: Callable[..., Any], named: Mapping[str, Callable[[], Any]]) -> Callable[..., Any]:
    """The function of a handler with parameters of the container filled in; Litestar is shown the others only.

    It would resolve each as a dependency, in a group of tasks, for every request.
    """
    if not named:
        return function

    @wraps(function)
    async def bound(**given: Any) -> Any:
        for name, provider in named.items():
            given[name] = provider()
        return await function(**given)

    shown = signature(function)
    parameters = [each for each in shown.parameters.values() if each.name not in named]
    bound.__signature__ = shown.replace(parameters=parameters)  # type: ignore[attr-defined]
    bound.__annotations__ = {name: kind for name, kind in function.__annotations__.items() if name not in named}
    return bound


def _providing(provider: Any) -> Any:
    def provide() -> Any:
        return provider()

    return provide
