"""What handlers are given of the container, and when that is opened and closed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from copy import copy
from inspect import signature
from typing import Any

from litestar import Litestar, Router
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler
from litestar.plugins import InitPlugin
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from atg_entrypoints.container import Container, close
from atg_entrypoints.http.background import background
from atg_entrypoints.http.draining import draining
from atg_entrypoints.settings import Settings


class ContainerPlugin(InitPlugin):
    """Gives handlers what they name of the container, and closes what it has opened when the application ends."""

    def __init__(self, container: Container) -> None:
        self.container = container

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        app_config.route_handlers = [self._provided(handler) for handler in app_config.route_handlers]
        app_config.state["container"] = self.container
        app_config.lifespan.append(self._lifespan)
        return app_config

    def _provided(self, handler: ControllerRouterHandler) -> ControllerRouterHandler:
        """With what it names and nothing else: Litestar compares all dependencies of a handler with each other."""
        named = {name for function in _functions_of(handler) for name in signature(function).parameters}
        dependencies: dict[str, Provide | Callable[..., Any]] = {
            name: Provide(_providing(provider), sync_to_thread=False)
            for name, provider in self.container.providers.items()
            if name in named
        }
        if isinstance(handler, Router):
            handler.dependencies = dependencies
        elif isinstance(handler, BaseRouteHandler):
            handler = copy(handler)
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
            async with draining(app.state, settings.drain_seconds), background(self.container):
                yield
        finally:
            await close(self.container)


def _functions_of(handler: ControllerRouterHandler) -> Iterator[Callable[..., Any]]:
    """Those of a route, or of all routes of a router or a controller."""
    if isinstance(handler, BaseRouteHandler):
        yield handler.fn
    elif isinstance(handler, Router):
        for route in handler.routes:
            for each in route.route_handlers if isinstance(route, HTTPRoute) else [route.route_handler]:
                yield each.fn
    elif isinstance(handler, type):
        for each in vars(handler).values():
            if isinstance(each, BaseRouteHandler):
                yield each.fn


def _providing(provider: Any) -> Any:
    def provide() -> Any:
        return provider()

    return provide
