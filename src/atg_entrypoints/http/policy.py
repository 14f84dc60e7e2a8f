"""Access policies: every route declares one; the application refuses to start if a route does not."""

import hmac
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.enums import HttpMethod
from litestar.exceptions import ImproperlyConfiguredException
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.plugins import ReceiveRoutePlugin
from litestar.routes import BaseRoute
from litestar.types import ASGIApp, Receive, Scope, Send

from atg_core.client_address import network_of
from atg_core.errors import Forbidden, NotSignedIn
from atg_core.identity import staff
from atg_core.identity.model import Caller, Role
from atg_core.identity.ports import EmailNotVerified
from atg_core.importing.imports import WHO_IMPORTS
from atg_core.rate_limit import Allowance, RateLimit
from atg_entrypoints.container import Container
from atg_entrypoints.http.head_method import allowed
from atg_entrypoints.http.idempotency import IdempotentOperation, takes_idempotency_key
from atg_entrypoints.http.openapi import OrderedOperation
from atg_entrypoints.http.outer_middleware import ALLOWANCE_KEY, CUSTOMER_KEY, SERVICE_KEY
from atg_entrypoints.http.problem import PROBLEM_JSON, Problem
from atg_entrypoints.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`signed_in`: requires an access token, of a user with one of `roles`.

    `optional`: a valid access token is used if present; an invalid one is ignored.
    `services`: also allows service tokens (ATG_SERVICE_TOKENS); there is no caller then.
    `customers`: also allows customer tokens of the shop; there is no caller then.
    `teaching`: teachers need a verified email if ATG_REQUIRE_VERIFIED_EMAIL is set.
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
SERVICE = Policy(name="a service", services=True, roles=frozenset())
VISITOR = Policy(
    name="anyone; marketing, an admin or a service is known", signed_in=False, optional=True, services=True
)
SHOPPER = Policy(
    name="anyone; staff of the shop, an admin, a service or a customer is known",
    signed_in=False,
    optional=True,
    services=True,
    customers=True,
)
READER = Policy(
    name="anyone, who may be signed in; a customer, or a service that names one, is known",
    signed_in=False,
    optional=True,
    services=True,
    customers=True,
)
KNOWN_READER = Policy(name="signed in, a customer, or a service", services=True, customers=True)
TRAINING = Policy(name="training department or admin", roles=staff.TRAINING_STAFF)
COURSE_STAFF = Policy(name="instructor, training department or admin", roles=staff.COURSE_STAFF)
PEOPLE_STAFF = Policy(name="training department, support or admin", roles=staff.PEOPLE_STAFF)
SHOP = Policy(name="shop or admin", roles=staff.SHOP_STAFF)
SHOP_OR_SERVICE = Policy(name="shop, admin, or a service", services=True, roles=staff.SHOP_STAFF)
TICKETS_OR_SERVICE = Policy(name="shop, support, admin, or a service", services=True, roles=staff.TICKET_STAFF)
CUSTOMER = Policy(name="customer, shop, admin, or a service", services=True, customers=True, roles=staff.SHOP_STAFF)
CUSTOMER_OR_SUPPORT = Policy(
    name="customer, shop, support, admin, or a service", services=True, customers=True, roles=staff.TICKET_STAFF
)
MARKETING = Policy(name="marketing or admin", roles=staff.MARKETING_STAFF)
MARKETING_OR_SERVICE = Policy(name="marketing, admin, or a service", services=True, roles=staff.MARKETING_STAFF)
TEACHER = Policy(name="teacher or admin", teaching=True, roles=frozenset({Role.ADMIN, Role.TEACHER}))
UPLOADER = Policy(
    name="instructor, admin, teacher or shop",
    teaching=True,
    roles=frozenset({Role.ADMIN, Role.INSTRUCTOR, Role.TEACHER, Role.SHOP}),
)
AUTHOR = Policy(name="instructor or admin", roles=frozenset({Role.ADMIN, Role.INSTRUCTOR}))
IMPORTER = Policy(name="who imports", roles=WHO_IMPORTS)

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


def enforcing(handler: BaseRouteHandler, container: Container) -> Callable[[ASGIApp], ASGIApp]:
    """Middleware of a route: enforces its policy.

    Sets the caller as `request.user` and the token's claims as `request.auth`.
    """
    policy: Policy = handler.opt["policy"]
    limited = not handler.opt.get("unlimited")

    def around(app: ASGIApp) -> ASGIApp:
        async def enforced(scope: Scope, receive: Receive, send: Send) -> None:
            await _enforce(policy, scope, container, limited=limited)
            await app(scope, receive, send)

        return enforced

    return around


async def _enforce(policy: Policy, scope: Scope, container: Container, *, limited: bool) -> None:
    """Raises NotSignedIn, Forbidden, EmailNotVerified, TooMany."""
    scope["user"] = caller = None
    if policy.services and (service := _service(scope, container.settings())):
        scope["state"][SERVICE_KEY] = key = service
    elif policy.customers:
        caller, customer_id = await _caller_or_customer(policy, scope, container)
        key = str(caller.id) if caller else f"customer {customer_id}" if customer_id else _network(scope)
        if customer_id:
            scope["state"][CUSTOMER_KEY] = customer_id
    else:
        caller = await _caller(policy, scope, container)
        key = str(caller.id) if caller else _network(scope)
    if limited:
        await _limit(scope, container, key)
    if caller:
        scope["user"] = caller  # also where the rights are missing: who is refused is told so in their language
        if policy.signed_in:
            _require_rights(policy, caller, container)


async def _caller_or_customer(policy: Policy, scope: Scope, container: Container) -> tuple[Caller | None, int | None]:
    """Where anyone may call, a token is first taken as that of a user, as most are. Raises what _caller raises."""
    caller = await _caller(policy, scope, container) if policy.optional else None
    customer_id = await _customer(scope, container) if caller is None else None
    if not (policy.optional or customer_id):
        caller = await _caller(policy, scope, container)
    return caller, customer_id


async def _caller(policy: Policy, scope: Scope, container: Container) -> Caller | None:
    """Raises NotSignedIn where the policy requires a caller."""
    if not (policy.signed_in or policy.optional):
        return None
    token, authenticate = _bearer_token(scope), container.authenticate()
    if token is None:
        if policy.signed_in:
            raise NotSignedIn
        return None
    try:
        caller, scope["auth"] = await authenticate(token)
    except NotSignedIn:
        if policy.signed_in:
            raise
        return None
    return caller


def _require_rights(policy: Policy, caller: Caller, container: Container) -> None:
    if caller.role not in policy.roles:
        raise Forbidden
    is_held_up = policy.teaching and caller.role is Role.TEACHER and not caller.email_verified
    if is_held_up and container.settings().require_verified_email:
        raise EmailNotVerified


def _service(scope: Scope, settings: Settings) -> str | None:
    """The service whose token (ATG_SERVICE_TOKENS) is presented, if any; compared in constant time."""
    token = (_bearer_token(scope) or "").encode()
    same = [hmac.compare_digest(token, known.encode()) for known in settings.service_tokens]
    return f"service {same.index(True) + 1}" if any(same) else None


async def _customer(scope: Scope, container: Container) -> int | None:
    """The customer who presents a token, unless they were deactivated since it was issued."""
    try:
        customer_id: int = container.customer_tokens().customer(_bearer_token(scope) or "", container.clock()())
    except NotSignedIn:
        return None
    return customer_id if await container.shop_queries().is_active_customer(customer_id) else None


async def _limit(scope: Scope, container: Container, key: str) -> None:
    """The general rate limit, by user or else by address. Raises TooMany; headers show the remaining requests."""
    limit: RateLimit | None = container.request_limit()
    if limit is None:
        return
    allowance: Allowance = await container.rate_limiter().hit(limit, key)
    scope["state"][ALLOWANCE_KEY] = allowance
    allowance.require()


def _network(scope: Scope) -> str:
    client = scope.get("client")
    return network_of(client[0]) if client else ""


def _bearer_token(scope: Scope) -> str | None:
    given = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return _token_of(given.decode("latin-1"))


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str | None:
    """The token of `Authorization: Bearer …` (RFC 6750, section 2.1)."""
    return _token_of(connection.headers.get("authorization", ""))


def _token_of(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def handlers_of_route(route: BaseRoute) -> Sequence[BaseRouteHandler]:
    return getattr(route, "route_handlers", None) or (route.route_handler,)  # type: ignore[attr-defined]


class PolicyPlugin(ReceiveRoutePlugin):
    """Checks that every registered route declares a policy, and documents its responses accordingly."""

    def receive_route(self, route: BaseRoute) -> None:
        for handler in handlers_of_route(route):
            if isinstance(handler, HTTPRouteHandler) and handler.http_methods == {HttpMethod.OPTIONS}:
                handler.opt["policy"] = PUBLIC  # made by Litestar for each path: returns the allowed methods only
                handler.after_request = _telling(route.methods)
            if not isinstance(handler.opt.get("policy"), Policy):
                raise ImproperlyConfiguredException(f"The route {route.path} does not say who may call it")
            if isinstance(handler, HTTPRouteHandler):
                _document(handler, handler.opt["policy"], route)


def _telling(methods: Collection[str]) -> Callable[[Response[Any]], Awaitable[Response[Any]]]:
    """Sets `Allow` to all methods: Litestar's own handler knows only the first one registered for a path."""

    async def tell(response: Response[Any]) -> Response[Any]:
        response.headers["Allow"] = allowed(methods)
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
    form = handler.opt.get("form")
    if body or form:
        statuses |= {400, 413}
    operation: type[OrderedOperation] = OrderedOperation
    if takes_idempotency_key(handler):
        operation = IdempotentOperation
        statuses |= {409, 422}
    told = {"needed": handler.opt.get("needs", ()), "bodiless": bool(body and body.has_default), "form": form}
    # A class takes 8 KiB, and most routes tell nothing.
    handler.operation_class = type(operation.__name__, (operation,), told) if any(told.values()) else operation
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
