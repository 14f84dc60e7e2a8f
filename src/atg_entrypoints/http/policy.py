"""Who may call a route. Every route says so in its own line; the application refuses to start if one does not."""

import hmac
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod, ScopeType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from atg_core.errors import Forbidden, NotSignedIn
from atg_core.identity.authenticate import Authenticate
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import AccessClaims, EmailNotVerified
from atg_core.throttling import Allowance, Limit
from atg_entrypoints.http.documenting import OrderedOperation
from atg_entrypoints.http.envelope import ALLOWANCE, CUSTOMER_CALLS, SERVICE_CALLS
from atg_entrypoints.http.errors import PROBLEM_JSON, Problem
from atg_entrypoints.http.repeating import RepeatableOperation, is_repeatable
from atg_entrypoints.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`signed_in`: an access token is needed; `roles`: and one of these roles.

    `optional`: whoever is signed in is known, and a token that is no longer good is as none.
    `services`: a service with its own token may call it, too; then nobody is signed in.
    `customers`: so may a customer of the shop, with a token that is good for nothing else; nobody is signed in then.
    `teaching`: a teacher needs a confirmed email, where ATG_REQUIRE_VERIFIED_EMAIL says so.
    """

    name: str
    signed_in: bool = True
    optional: bool = False
    services: bool = False
    customers: bool = False
    teaching: bool = False
    roles: frozenset[Role] = field(default_factory=lambda: frozenset(Role))


PUBLIC = Policy(name="public", signed_in=False)
ANYONE = Policy(name="anyone, who may be signed in", signed_in=False, optional=True)
SIGNED_IN = Policy(name="signed in")
SIGNED_IN_OR_SERVICE = Policy(name="signed in, or a service", services=True)
ADMIN = Policy(name="admin", roles=frozenset({Role.ADMIN}))
ADMIN_OR_SERVICE = Policy(name="admin, or a service", services=True, roles=frozenset({Role.ADMIN}))
SERVICE = Policy(name="a service", services=True, roles=frozenset())
SHOPPER = Policy(
    name="anyone; an admin, a service or a customer is known",
    signed_in=False,
    optional=True,
    services=True,
    customers=True,
)
CUSTOMER = Policy(name="customer, admin, or a service", services=True, customers=True, roles=frozenset({Role.ADMIN}))
TEACHER = Policy(name="teacher or admin", teaching=True, roles=frozenset({Role.ADMIN, Role.TEACHER}))
UPLOADER = Policy(
    name="instructor, admin or teacher",
    teaching=True,
    roles=frozenset({Role.ADMIN, Role.INSTRUCTOR, Role.TEACHER}),
)
AUTHOR = Policy(name="instructor or admin", roles=frozenset({Role.ADMIN, Role.INSTRUCTOR}))

_DESCRIPTIONS = {
    400: "The request is malformed or invalid",
    401: "Not signed in, or no longer",
    403: "Not allowed",
    404: "Absent",
    409: "Conflicts with what is there",
    429: "Too many requests",
    413: "The body is larger than 1 MB",
    422: "The Idempotency-Key was used for another request",
    502: "A provider failed",
    503: "A part of the service is away",
}


class PolicyMiddleware(ASGIMiddleware):
    """Lets a request through to its route if the route's policy allows it.

    A signed-in caller is then `request.user`, the token's claims `request.auth`.
    """

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        await _enforce(ASGIConnection(scope, receive, send), scope["route_handler"])
        await next_app(scope, receive, send)


async def _enforce(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raises NotSignedIn, Forbidden, EmailNotVerified, TooMany."""
    policy: Policy = handler.opt["policy"]
    caller: Caller | None = None
    if policy.services and (service := _service(connection)):
        await _limit(connection, service, handler)
        connection.scope["user"] = None
        connection.scope["state"][SERVICE_CALLS] = service
        return
    if policy.customers and (customer_id := _customer(connection)):
        await _limit(connection, f"customer {customer_id}", handler)
        connection.scope["user"] = None
        connection.scope["state"][CUSTOMER_CALLS] = customer_id
        return
    if policy.signed_in or policy.optional:
        try:
            caller, connection.scope["auth"] = await _authenticated(connection)
        except NotSignedIn:
            if policy.signed_in:
                raise
    address = connection.client.host if connection.client else ""
    await _limit(connection, str(caller.id) if caller else address, handler)
    if policy.signed_in and caller:
        _require_rights(policy, caller, connection.app.state.container.settings())
    connection.scope["user"] = caller


def _require_rights(policy: Policy, caller: Caller, settings: Settings) -> None:
    if caller.role not in policy.roles:
        raise Forbidden
    is_held_up = caller.role is Role.TEACHER and not caller.email_verified
    if policy.teaching and is_held_up and settings.require_verified_email:
        raise EmailNotVerified


def _service(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """Which of ATG_SERVICE_TOKENS the bearer token is, if any; compared in a time that tells nothing of them."""
    token = (bearer_token(connection) or "").encode()
    settings: Settings = connection.app.state.container.settings()
    same = [hmac.compare_digest(token, known.encode()) for known in settings.service_tokens]
    return f"service {same.index(True) + 1}" if any(same) else None


def _customer(connection: ASGIConnection[Any, Any, Any, Any]) -> int | None:
    token, container = bearer_token(connection), connection.app.state.container
    try:
        customer_id: int = container.customer_tokens().customer(token or "", container.clock()())
    except NotSignedIn:
        return None
    return customer_id


async def _authenticated(connection: ASGIConnection[Any, Any, Any, Any]) -> tuple[Caller, AccessClaims]:
    """Raises NotSignedIn."""
    token = bearer_token(connection)
    if token is None:
        raise NotSignedIn
    authenticate: Authenticate = connection.app.state.container.authenticate()
    return await authenticate(token)


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
                handler.after_request = _telling(route.methods)
            if not isinstance(handler.opt.get("policy"), Policy):
                raise ImproperlyConfiguredException(f"The route {route.path} does not say who may call it")
            if isinstance(handler, HTTPRouteHandler):
                _document(handler, handler.opt["policy"], route)


def _telling(methods: Collection[str]) -> Callable[[Response[Any]], Awaitable[Response[Any]]]:
    """What Litestar made with the first handler of a path knows nothing of those that were registered after it."""

    async def tell(response: Response[Any]) -> Response[Any]:
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response

    return tell


def _document(handler: HTTPRouteHandler, policy: Policy, route: BaseRoute) -> None:
    statuses = set() if handler.opt.get("unlimited") else {429, 503}
    if policy.signed_in:
        handler.security = [{"bearer": []}]
    if policy.optional:
        handler.security = [{}, {"bearer": []}]
    if policy.signed_in or policy.optional:
        statuses |= {401}
    if len(policy.roles) < len(Role):
        statuses |= {403}
    if route.path_parameters:
        statuses |= {400, 404}
    body = handler.parsed_fn_signature.parameters.get("data")
    if body:
        statuses |= {400, 413}
    operation: type[OrderedOperation] = OrderedOperation
    if is_repeatable(handler):
        operation = RepeatableOperation
        statuses |= {409, 422}
    told = {"needed": handler.opt.get("needs", ()), "bodiless": bool(body and body.has_default)}
    handler.operation_class = type(operation.__name__, (operation,), told)
    statuses |= set(handler.opt.get("also", ()))
    handler.responses = {
        status: ResponseSpec(
            data_container=Problem, description=_DESCRIPTIONS[status], media_type=PROBLEM_JSON, generate_examples=False
        )
        for status in sorted(statuses)
    }
    if HttpMethod.GET in handler.http_methods:
        handler.responses[304] = ResponseSpec(None, description="What If-None-Match names is the newest")
    handler.responses |= handler.opt.get("instead", {})
