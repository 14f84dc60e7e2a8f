"""The application: handlers, policies, errors, documentation, and the container behind them."""

from collections.abc import Set
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Response, Router
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import QueryParameter
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from atg_entrypoints import browser_packages
from atg_entrypoints.container import Container
from atg_entrypoints.health import VERSION
from atg_entrypoints.http import health, identity, info
from atg_entrypoints.http.compression import CompressionMiddleware
from atg_entrypoints.http.concurrency_limit import ConcurrencyLimitMiddleware, Refuse
from atg_entrypoints.http.container_plugin import ContainerPlugin
from atg_entrypoints.http.contexts import handlers_of
from atg_entrypoints.http.errors import EXCEPTION_HANDLERS, problem
from atg_entrypoints.http.handlers import MAX_BODY_BYTES, Handlers
from atg_entrypoints.http.head_method import HeadMiddleware
from atg_entrypoints.http.idempotency import HEADER
from atg_entrypoints.http.json_body import JsonRequest
from atg_entrypoints.http.json_response import JsonResponse
from atg_entrypoints.http.metrics import metrics
from atg_entrypoints.http.openapi import SCHEMAS, OpenAPIJson
from atg_entrypoints.http.outer_middleware import OuterMiddleware
from atg_entrypoints.http.policy import PUBLIC, PolicyPlugin
from atg_entrypoints.http.route_middleware import RouteMiddlewarePlugin
from atg_entrypoints.http.wire import InstantSchema, Paging
from atg_entrypoints.settings import Settings

_MAX_PAGE_SIZE = 100
_EXPOSED_HEADERS = [
    *("Accept-Ranges", "Content-Range", "Content-Length", "Content-Encoding", "ETag", "Content-Disposition"),
    *("X-Request-ID", "Retry-After", "WWW-Authenticate"),
]


def _paging(
    page: Annotated[int, QueryParameter(name="page", ge=1, le=1_000_000)] = 1,
    size: Annotated[
        int, QueryParameter(name="size", ge=1, description="At most 100; a larger size is taken as 100")
    ] = 20,
) -> Paging:
    return Paging(page=page, size=min(size, _MAX_PAGE_SIZE))


def _cors(settings: Settings) -> CORSConfig:
    return CORSConfig(
        allow_origins=settings.cors_origins,
        allow_credentials=settings.cors_allow_credentials,
        allow_headers=["Authorization", "Content-Type", "If-None-Match", "If-Range", "Range", "X-Request-ID", HEADER],
        expose_headers=_EXPOSED_HEADERS,
    )


async def _no_html(response: Response[Any]) -> Response[Any]:
    """Litestar answers unknown paths below that of its schema with a page; ours are problems everywhere."""
    return problem(HTTPStatus.NOT_FOUND, "Not found") if response.status_code == HTTPStatus.NOT_FOUND else response


def create_api(container: Container, others: Handlers = ()) -> Litestar:
    """The API over a container, with `others` that are no part of it.

    Raises ImproperlyConfiguredException if a route does not name its policy.
    """
    settings: Settings = container.settings()
    assets = create_static_files_router(
        "/docs",
        [Path(__file__).parent / "assets", browser_packages.FOLDER / "swagger"],
        html_mode=True,
        opt={"policy": PUBLIC},
        name="docs",
    )
    document = OpenAPIJson()
    return Litestar(
        route_handlers=[
            *handlers_of(settings),
            health.health,
            Router("/api", route_handlers=[health.health], include_in_schema=False),
            health.ready,
            info.root,
            info.info,
            metrics,
            assets,
            *others,
        ],
        plugins=[
            ContainerPlugin(container),
            PolicyPlugin(),
            RouteMiddlewarePlugin(container),
            InstantSchema(),
            *SCHEMAS,
        ],
        dependencies={"paging": Provide(_paging, sync_to_thread=False)},
        exception_handlers=EXCEPTION_HANDLERS,
        request_class=JsonRequest,
        response_class=JsonResponse,
        request_max_body_size=MAX_BODY_BYTES,
        allowed_hosts=_allowed_hosts(settings),
        cors_config=_cors(settings) if settings.cors_origins else None,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="ATG",
            version=VERSION,
            description=(
                "Employee training, live lessons, homework, viewing campaigns, a shop for Telegram.\n\n"
                "Sign in with `POST /auth/login`, and give its `token` to “Authorize”, which remembers it. "
                "The demo (`make run`) has a user of each role (`admin`, `training`, `instructor`, `employee`, "
                "`teacher`, `student`, `shop`, `marketing`, `support`), and prints their passwords."
            ),
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            openapi_router=Router(
                "/openapi.json",
                route_handlers=[],
                include_in_schema=False,
                opt={"policy": PUBLIC},
                before_request=document.rendered,
                after_request=_no_html,
            ),
            render_plugins=[document],
            use_handler_docstrings=True,
        ),
    )


def _allowed_hosts(settings: Settings) -> AllowedHostsConfig | None:
    """Who looks whether the process lives, and what it counts, asks it by its address."""
    if not settings.allowed_hosts:
        return None
    return AllowedHostsConfig(settings.allowed_hosts, exclude="^/(health|ready|metrics)$")


def create_app(container: Container) -> ASGIApp:
    """The API as a server serves it."""
    api = create_api(container)
    return finished(limited(container, api, identity.HASHING_PATHS), api)


def finished(app: ASGIApp, api: Litestar) -> ASGIApp:
    """With what every reply has: its number, headers, a line in the log, and compression for who takes it.

    `HEAD` works wherever `GET` does.
    """
    return OuterMiddleware(HeadMiddleware(CompressionMiddleware(app), api))


def limited(container: Container, api: Litestar, paths: Set[str], refuse: Refuse | None = None) -> ASGIApp:
    """With the concurrency limit of the paths that hash a password."""
    return ConcurrencyLimitMiddleware(api, paths, container.sign_in_concurrency_limit, container.words, refuse)
