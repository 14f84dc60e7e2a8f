"""`atg serve`: the HTTP API, in one process or several."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.config import STARTUP_FAILURE

from atg_entrypoints.cli.command import run, settings_or_exit
from atg_entrypoints.cli.opening_database import prepare_database
from atg_entrypoints.settings import Settings
from atg_entrypoints.start_log import log_start, log_unread_variables
from atg_entrypoints.supervision import Supervisor

app = typer.Typer()

GRACE_SECONDS = 30
# Longer than nginx (60) and httpx (5) keep a connection: a request never meets one that is being closed.
_IDLE_SECONDS = 75
# What the start of a process may take where many start at once on a busy machine. It is the deadline of its first sign
# of life, and of each later one: a process that hangs is replaced after it.
_WORKER_SECONDS = 60

Host = Annotated[str | None, typer.Option(help="Address to listen on, instead of ATG_HOST")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on, instead of ATG_PORT")]
Workers = Annotated[int | None, typer.Option(min=1, max=64, help="Processes, instead of ATG_WORKERS")]


@app.command()
def serve(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve the HTTP API."""
    settings = serving_settings(host, port, workers)
    run(prepare_database(settings))
    serve_api(settings)


def serving_settings(host: str | None, port: int | None, workers: int | None) -> Settings:
    """Settings with the command's options, which the processes that serve read from the environment."""
    for name, value in (("ATG_HOST", host), ("ATG_PORT", port), ("ATG_WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)
    return settings_or_exit()


def serve_api(settings: Settings) -> None:
    """Runs the server until it is told to end."""
    # After its graceful shutdown uvicorn raises the signal once more; the process shall then end as it should, with 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log_start(settings)
    log_unread_variables()
    if settings.workers == 1:
        uvicorn.run("atg_entrypoints.asgi:create", **_options(settings))
        return
    _share_metrics(settings.home_path / "metrics")
    config = uvicorn.Config("atg_entrypoints.asgi:create", **_options(settings))
    supervisor = Supervisor(config, sockets=[config.bind_socket()])
    supervisor.run()
    if supervisor.has_failed:
        sys.exit(STARTUP_FAILURE)


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "factory": True,
        "http": "atg_entrypoints.http.deadlines:DeadlineProtocol",
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies,
        "timeout_graceful_shutdown": GRACE_SECONDS,
        "timeout_keep_alive": _IDLE_SECONDS,
        "timeout_worker_healthcheck": _WORKER_SECONDS,
    }


def _share_metrics(folder: Path) -> None:
    """Where prometheus-client adds up the numbers of several processes; those of an earlier start are gone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob("*.db"):
        old.unlink()
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
