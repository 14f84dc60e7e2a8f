"""ASGI factory of `atg serve`, which gives uvicorn the protocol with deadlines (`http/deadlines.py`)."""

from typing import TYPE_CHECKING

from atg_entrypoints.environment import read_settings
from atg_entrypoints.garbage import without_garbage_collection
from atg_entrypoints.logs import configure_logs

if TYPE_CHECKING:
    from litestar.types import ASGIApp


def create() -> "ASGIApp":
    """The API and the console over what the environment says. It is imported here, in which nothing becomes garbage."""
    settings = read_settings()
    configure_logs(settings.log_level)
    with without_garbage_collection():
        from atg_entrypoints.console.app import create_app  # noqa: PLC0415
        from atg_entrypoints.container import create_container  # noqa: PLC0415

        container = create_container(settings)
        if not settings.in_memory:
            container.database().limit_waiting()
        return create_app(container)
