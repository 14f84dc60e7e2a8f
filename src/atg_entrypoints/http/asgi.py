"""What an ASGI server loads: `uvicorn --factory atg_entrypoints.http.asgi:create`."""

import gc

from litestar.types import ASGIApp

from atg_entrypoints.container import create_container
from atg_entrypoints.http.app import create_app
from atg_entrypoints.logs import configure_logs
from atg_entrypoints.settings import read_settings


def create() -> ASGIApp:
    settings = read_settings()
    configure_logs(settings.log_level)
    app = create_app(create_container(settings))
    # What is there by now stays. To look through it for garbage takes a tenth of a second, in which nobody is answered.
    gc.collect()
    gc.freeze()
    return app
