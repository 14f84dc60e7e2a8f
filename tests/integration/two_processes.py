"""Two servers over one database, for requests at the same moment."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx

from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.conftest import SECRET
from tests.integration.running import serving


@asynccontextmanager
async def two_processes(
    url: str, home: Path, headers: Mapping[str, str] | None = None, **settings: str
) -> AsyncIterator[tuple[Container, list[httpx.AsyncClient]]]:
    """The container that arranges, and a client of each process, which sends `headers`."""
    container = create_container(Settings(database_url=url, secret_key=SECRET))
    environment = {"ATG_DATABASE_URL": url, "ATG_SECRET_KEY": SECRET, "ATG_RATE_LIMIT": "0", **settings}
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(home, **environment)) for _ in range(2)]
        async with AsyncExitStack() as clients:
            yield (
                container,
                [
                    await clients.enter_async_context(
                        httpx.AsyncClient(base_url=server.url, timeout=60, headers=headers)
                    )
                    for server in servers
                ],
            )
        for server in servers:
            assert "Traceback" not in server.log
    await close(container)
