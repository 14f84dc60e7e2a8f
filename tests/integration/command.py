"""`atg` as operators call it: in this process, which is quick, or as a process, which has pipes and an exit code."""

import logging
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import structlog
from typer.testing import CliRunner

from atg_entrypoints.cli.main import app
from atg_entrypoints.logs import FORM
from tests.conftest import SECRET
from tests.integration.running import ATG, without_settings


class Ran(NamedTuple):
    """How a command has ended, and what it has printed."""

    returncode: int
    stdout: str
    stderr: str


def run_atg(home: Path, *arguments: str, given: str = "", **environment: str) -> Ran:
    """Runs the command line's application in this process, in a thread, since each command has an event loop.

    What the command does not handle is raised here.
    """
    with ThreadPoolExecutor(max_workers=1) as thread, ExitStack() as stack:
        stack.enter_context(chdir(home))
        stack.enter_context(patch.dict(os.environ, without_settings() | environment, clear=True))
        stack.enter_context(logs_restored())
        running = thread.submit(CliRunner().invoke, app, arguments, input=given, catch_exceptions=False)
        result = running.result(timeout=120)
    return Ran(result.exit_code, result.stdout, result.stderr)


def run_process(home: Path, *arguments: str, given: str = "", **environment: str) -> Ran:
    """Runs `atg` as a process of its own, with pipes."""
    run = subprocess.run(
        [ATG, *arguments],
        input=given,
        env={"PATH": "/usr/bin:/bin", **environment},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(run.returncode, run.stdout, run.stderr)


@contextmanager
def logs_restored() -> Iterator[None]:
    """A command configures logs for its whole process, here for as long as it runs.

    Loggers that structlog keeps after their first use could not be configured anew.
    """
    root = logging.getLogger()
    loggers = [each for each in root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    levels, handlers = {each: each.level for each in (root, *loggers)}, root.handlers
    was_configured, config = structlog.is_configured(), structlog.get_config()
    configure, was_json = structlog.configure, FORM.is_json

    def without_kept_loggers(**configuration: Any) -> None:
        configure(**configuration | {"cache_logger_on_first_use": False})

    try:
        with patch.object(structlog, "configure", without_kept_loggers):
            yield
    finally:
        root.handlers, FORM.is_json = handlers, was_json
        for logger, level in levels.items():
            logger.setLevel(level)
        structlog.reset_defaults()
        if was_configured:
            structlog.configure(**config)


class Atg:
    """The command over one database."""

    def __init__(self, database_url: str, home: Path) -> None:
        self.database_url, self.home = database_url, home

    @property
    def settings(self) -> dict[str, str]:
        return {"ATG_DATABASE_URL": self.database_url, "ATG_SECRET_KEY": SECRET, "ATG_HOME": str(self.home)}

    def __call__(self, *arguments: str, given: str = "", **environment: str) -> Ran:
        run = run_atg(self.home, *arguments, given=given, **self.settings | environment)
        assert "Traceback" not in run.stderr
        return run

    def process(self, *arguments: str, given: str = "", **environment: str) -> Ran:
        """As a process of its own."""
        run = run_process(self.home, *arguments, given=given, **self.settings | environment)
        assert "Traceback" not in run.stderr
        return run
