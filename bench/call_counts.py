"""How many Python functions one warm request of each hot route calls: `python -m bench.call_counts DATABASE [REDIS]`.

Unlike times, the numbers are the same on every machine and under every load. `tests/integration/test_call_counts.py`
compares them with call_counts.json; `python -m bench.call_counts --write` (`make bench-counts`) writes that anew.
The database has the example data; what else is needed is added to it.
"""

import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from types import CodeType
from typing import Any

from bench.hot_requests import Request, hot_requests
from tests.throwaway_postgres import throwaway_postgres

FILE = Path(__file__).with_suffix(".json")
SECRET = "a key for counting alone and of more than 32 bytes"
_TEST = "tests/integration/test_call_counts.py"
_WARM, _COUNTED = 2, 2
_TOOL = sys.monitoring.PROFILER_ID

type App = Callable[[Any, Any, Any], Awaitable[None]]


async def call(app: App, request: Request) -> bytes:
    """The body of the reply, as uvicorn would get it. Raises AssertionError if the request is refused."""
    path, _, query = request.path.partition("?")
    headers = [(b"host", b"atg.test"), (b"user-agent", b"counting"), *request.headers]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.7", 1234),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    sent: list[dict[str, Any]] = []
    waiting = [{"type": "http.request", "body": request.body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else await asyncio.Future()

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    assert sent[0]["status"] < 300, f"{request.method} {request.path}: {sent[0]['status']} {body[:500]!r}"
    return body


async def counted(app: App, request: Request) -> int:
    """How many Python functions the request calls, in all threads."""
    calls = 0

    def count(_code: CodeType, _offset: int) -> None:
        nonlocal calls
        calls += 1

    sys.monitoring.use_tool_id(_TOOL, "call counts")
    sys.monitoring.register_callback(_TOOL, sys.monitoring.events.PY_START, count)
    sys.monitoring.set_events(_TOOL, sys.monitoring.events.PY_START)
    try:
        await call(app, request)
    finally:
        sys.monitoring.set_events(_TOOL, 0)
        sys.monitoring.free_tool_id(_TOOL)
    return calls


async def count_all(database_url: str, redis_url: str, home: str) -> dict[str, int]:
    """The least of several requests, by route."""
    from atg_entrypoints.container import close, create_container  # noqa: PLC0415 - after the logs are configured
    from atg_entrypoints.http.app import create_app  # noqa: PLC0415
    from atg_entrypoints.settings import Settings  # noqa: PLC0415

    settings = Settings(
        database_url=database_url, redis_url=redis_url, home=home, secret_key=SECRET, pool_per_teacher=0
    )
    container = create_container(settings)
    app = create_app(container)
    requests = await hot_requests(container, lambda request: call(app, request), _WARM + _COUNTED)
    counts = {}
    for name, repeated in requests.items():
        for request in repeated[:_WARM]:
            await call(app, request)
        counts[name] = min([await counted(app, request) for request in repeated[_WARM:]])
    await close(container)
    return counts


def _write() -> int:
    """Runs the test, which writes what it counts if it is told so."""
    with ExitStack() as stack:
        if "ATG_TEST_DATABASE_URL" not in os.environ:
            os.environ["ATG_TEST_DATABASE_URL"] = stack.enter_context(throwaway_postgres()) or ""
        environment = os.environ | {"ATG_TEST_WRITE_CALL_COUNTS": "1"}
        command = [sys.executable, "-m", "pytest", "--quiet", "--numprocesses=0", _TEST]
        return subprocess.run(command, cwd=FILE.parents[1], env=environment, check=False).returncode


def main(arguments: list[str]) -> int:
    if arguments == ["--write"]:
        return _write()
    from atg_entrypoints.logs import configure_logs  # noqa: PLC0415

    gc.disable()  # what is called when garbage is found does not belong to a request
    configure_logs("INFO")
    database_url, redis_url = [*arguments, ""][:2]
    with tempfile.TemporaryDirectory() as home:
        print(json.dumps(asyncio.run(count_all(database_url, redis_url, home))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
