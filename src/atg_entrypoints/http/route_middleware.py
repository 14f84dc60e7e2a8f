"""The middleware of each route: what it needs, decided when it is registered."""

from litestar.enums import HttpMethod
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute
from litestar.types import Middleware

from atg_entrypoints.container import Container
from atg_entrypoints.http.etag import tagging
from atg_entrypoints.http.idempotency import idempotent, takes_idempotency_key
from atg_entrypoints.http.policy import enforcing, handlers_of_route
from atg_entrypoints.http.request_metrics import PATH, counting_progress


class RouteMiddlewarePlugin(ReceiveRoutePlugin):
    """Gives every handler its middleware; Litestar's own would ask for each request whether it is needed."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def receive_route(self, route: BaseRoute) -> None:
        for handler in handlers_of_route(route):
            handler.middleware = self._middleware(handler, route)

    def _middleware(self, handler: BaseRouteHandler, route: BaseRoute) -> list[Middleware]:
        """The outermost first."""
        middleware: list[Middleware] = [] if route.path == PATH else [counting_progress]
        if isinstance(handler, HTTPRouteHandler) and HttpMethod.GET in handler.http_methods:
            middleware.append(tagging)
        middleware.append(enforcing(handler, self._container))
        if takes_idempotency_key(handler):
            middleware.append(idempotent(self._container))
        return middleware
