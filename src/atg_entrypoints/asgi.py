"""ASGI factory of `atg serve`, which gives uvicorn the protocol with deadlines (`http/deadlines.py`)."""

from typing import TYPE_CHECKING

from atg_entrypoints.allocator import use_one_arena
from atg_entrypoints.environment import read_settings
from atg_entrypoints.garbage import without_garbage_collection
from atg_entrypoints.logs import configure_logs

if TYPE_CHECKING:
    from litestar.types import ASGIApp


def create() -> "ASGIApp":
    """The API and the console over what the environment says. It is imported here, in which nothing becomes garbage."""
    use_one_arena()
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format)
    with without_garbage_collection():
        from atg_entrypoints.console.app import create_app  # noqa: PLC0415
        from atg_entrypoints.container import create_container  # noqa: PLC0415

        container = create_container(settings)
        if not settings.in_memory:
            container.database().limit_waiting()
        container.error_reports()
        app = create_app(container)
        if spans := container.spans():
            from atg_entrypoints.http.tracing import TracingMiddleware  # noqa: PLC0415 - most processes trace nothing

            app = TracingMiddleware(app, spans.tracer)
        return app
