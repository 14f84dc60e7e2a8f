"""How a command runs: its settings, and errors as a line on standard error."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn

import typer

from atg_core.errors import AtgError
from atg_entrypoints.causes import told
from atg_entrypoints.environment import read_settings
from atg_entrypoints.logs import configure_logs
from atg_entrypoints.settings import Settings
from atg_entrypoints.settings_checks import SettingsError

UNUSABLE = 2


def fail(message: str, code: int = UNUSABLE) -> NoReturn:
    typer.echo(f"atg: {message}", err=True)
    raise typer.Exit(code)


def settings_or_exit() -> Settings:
    try:
        settings = read_settings()
    except SettingsError as error:
        fail(str(error))
    configure_logs(settings.log_level, settings.log_format)
    return settings


def run[Result](work: Coroutine[Any, Any, Result]) -> Result:
    """Runs a command's coroutine; what the core refuses ends the command with a line that says why."""
    try:
        return asyncio.run(_or_stopped(work))
    except AtgError as error:
        fail(told(error))
    except SettingsError as error:
        fail(str(error))
    except KeyboardInterrupt:
        typer.echo("atg: stopped, nothing was stored", err=True)
        sys.exit(130)


async def _or_stopped[Result](work: Coroutine[Any, Any, Result]) -> Result:
    """What is interrupted in the middle of a statement may end with any error; it was stopped all the same."""
    try:
        return await work
    except Exception as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError from error
        raise
