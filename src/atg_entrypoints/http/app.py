"""The application: handlers, policies, errors, documentation, and the container behind them."""

from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from litestar import Litestar, Response, Router
from litestar.config.allowed_hosts import AllowedHostsConfig
from litestar.config.cors import CORSConfig
from litestar.di import Provide
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import QueryParameter
from litestar.plugins.prometheus import PrometheusConfig
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from atg_entrypoints.container import Container
from atg_entrypoints.http import entering, identity, operations
from atg_entrypoints.http.container_plugin import ContainerPlugin
from atg_entrypoints.http.contexts import MOST_BODY_BYTES, handlers_of
from atg_entrypoints.http.envelope import Envelope
from atg_entrypoints.http.errors import EXCEPTION_HANDLERS, problem
from atg_entrypoints.http.etag import ETagMiddleware
from atg_entrypoints.http.in_line import InLine
from atg_entrypoints.http.metrics import Metrics
from atg_entrypoints.http.policy import PUBLIC, PolicyMiddleware, PolicyPlugin
from atg_entrypoints.http.repeating import HEADER, RepeatableMiddleware
from atg_entrypoints.http.schemas import SCHEMAS
from atg_entrypoints.http.wire import InstantSchema, Paging
from atg_entrypoints.settings import Settings

_MOST_PAGE_SIZE = 100
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
    return Paging(page=page, size=min(size, _MOST_PAGE_SIZE))


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


def create_api(container: Container) -> Litestar:
    """The API over a container. Raises ImproperlyConfiguredException if a route does not name its policy."""
    settings: Settings = container.settings()
    assets = create_static_files_router(
        "/docs", [Path(__file__).parent / "assets"], html_mode=True, opt={"policy": PUBLIC}, name="docs"
    )
    metrics = PrometheusConfig(app_name="atg", prefix="atg", group_path=True, exclude=["^/metrics"])
    return Litestar(
        route_handlers=[
            *handlers_of(settings),
            operations.health,
            operations.ready,
            Metrics,
            assets,
        ],
        plugins=[ContainerPlugin(container), PolicyPlugin(), InstantSchema(), *SCHEMAS],
        dependencies={"paging": Provide(_paging, sync_to_thread=False)},
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=[metrics.middleware, ETagMiddleware(), PolicyMiddleware(), RepeatableMiddleware()],
        request_max_body_size=MOST_BODY_BYTES,
        allowed_hosts=AllowedHostsConfig(settings.allowed_hosts) if settings.allowed_hosts else None,
        cors_config=_cors(settings) if settings.cors_origins else None,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="ATG",
            version=operations.VERSION,
            description="Employee training, viewing campaigns, a shop for Telegram. Sign in with `POST /auth/login`.",
            components=Components(
                security_schemes={"bearer": SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")}
            ),
            openapi_router=Router(
                "/openapi.json",
                route_handlers=[],
                include_in_schema=False,
                opt={"policy": PUBLIC},
                after_request=_no_html,
            ),
            render_plugins=[JsonRenderPlugin(path="/")],
            use_handler_docstrings=True,
        ),
    )


def create_app(container: Container) -> ASGIApp:
    """What a server serves."""
    dear = identity.log_in.paths | entering.enter_by_email.paths
    return Envelope(InLine(create_api(container), dear, container.sign_in_places))
