"""Who may call a route. Every route says so in its own line; the application refuses to start if one does not."""

from dataclasses import dataclass, field
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute

from atg_core.errors import Forbidden, NotSignedIn
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.model import Role
from atg_core.throttling import Allowance, Limit
from atg_entrypoints.http.envelope import ALLOWANCE
from atg_entrypoints.http.errors import PROBLEM_JSON, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`signed_in`: an access token is needed; `roles`: and one of these roles."""

    name: str
    signed_in: bool = True
    roles: frozenset[Role] = field(default_factory=lambda: frozenset(Role))


PUBLIC = Policy(name="public", signed_in=False)
SIGNED_IN = Policy(name="signed in")
ADMIN = Policy(name="admin", roles=frozenset({Role.ADMIN}))
AUTHOR = Policy(name="instructor or admin", roles=frozenset({Role.ADMIN, Role.INSTRUCTOR}))

_DESCRIPTIONS = {
    400: "The request is malformed or invalid",
    401: "Not signed in, or no longer",
    403: "Not allowed",
    404: "Absent",
    409: "Conflicts with what is there",
    429: "Too many requests",
    413: "The body is larger than 1 MB",
    503: "A part of the service is away",
}


async def enforce_policy(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Litestar's guard for every route. Raises NotSignedIn, Forbidden.

    A signed-in caller is then `connection.user`, the token's claims `connection.auth`.
    """
    policy: Policy = handler.opt["policy"]
    if not policy.signed_in:
        await _limit(connection, connection.client.host if connection.client else "", handler)
        return
    token = bearer_token(connection)
    if token is None:
        raise NotSignedIn
    authenticate: Authenticate = connection.app.state.container.authenticate()
    caller, claims = await authenticate(token)
    await _limit(connection, str(caller.id), handler)
    if caller.role not in policy.roles:
        raise Forbidden
    connection.scope["user"], connection.scope["auth"] = caller, claims


async def _limit(connection: ASGIConnection[Any, Any, Any, Any], key: str, handler: BaseRouteHandler) -> None:
    """The general limit, for a user and else for an address. Raises TooMany; what is left is told in headers."""
    container = connection.app.state.container
    limit: Limit | None = container.request_limit()
    if limit is None or handler.opt.get("unlimited"):
        return
    allowance: Allowance = await container.throttle().take(limit, key)
    connection.scope["state"][ALLOWANCE] = allowance
    allowance.require()


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token of `Authorization: Bearer …` (RFC 6750, section 2.1)."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


class PolicyPlugin(ReceiveRoutePlugin):
    """Looks at every route as it is registered: it must name its policy, and its documentation follows from that."""

    def receive_route(self, route: BaseRoute) -> None:
        for handler in getattr(route, "route_handlers", None) or (route.route_handler,):  # type: ignore[attr-defined]
            if getattr(handler, "http_methods", None) == {HttpMethod.OPTIONS}:
                handler.opt["policy"] = PUBLIC  # made by Litestar for each path: tells the methods, nothing else
            if not isinstance(handler.opt.get("policy"), Policy):
                raise ImproperlyConfiguredException(f"The route {route.path} does not say who may call it")
            if isinstance(handler, HTTPRouteHandler):
                _document(handler, handler.opt["policy"], route)


def _document(handler: HTTPRouteHandler, policy: Policy, route: BaseRoute) -> None:
    statuses = set() if handler.opt.get("unlimited") else {429, 503}
    if policy.signed_in:
        handler.security = [{"bearer": []}]
        statuses |= {401}
    if len(policy.roles) < len(Role):
        statuses |= {403}
    if route.path_parameters:
        statuses |= {404}
    if "data" in handler.parsed_fn_signature.parameters:
        statuses |= {400, 413}
    statuses |= set(handler.opt.get("also", ()))
    handler.responses = {
        status: ResponseSpec(
            data_container=Problem, description=_DESCRIPTIONS[status], media_type=PROBLEM_JSON, generate_examples=False
        )
        for status in sorted(statuses)
    }
