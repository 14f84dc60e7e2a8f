"""An installation: two API processes behind nginx and a worker, over PostgreSQL, Redis and an S3 store.

Each of its parts can be stopped or made to hang without anybody else on this machine noticing.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.account_pool import UNLIMITED
from tests.conftest import SECRET, optional
from tests.contracts.shop.bot import SERVICE
from tests.integration.fronting import fronting
from tests.integration.running import Server, free_port, launch, wait_until_healthy
from tests.integration.wire import Wire
from tests.servers import S3Server
from tests.throwaway_postgres import ThrowawayPostgres, throwaway_server
from tests.throwaway_redis import ThrowawayRedis, throwaway_redis

LEASE_SECONDS = 6
DRAIN_SECONDS = 5
"""As by default in production."""
_SETTINGS = {
    "ATG_SECRET_KEY": SECRET,
    "ATG_RATE_LIMIT": "0",
    "ATG_ACCESS_TTL": "86400",
    "ATG_JOB_LEASE": str(LEASE_SECONDS),
    "ATG_DRAIN_SECONDS": str(DRAIN_SECONDS),
    "ATG_START_EARLY_MINUTES": "1440",
    "ATG_SERVICE_TOKENS": SERVICE,
    "ATG_TRUSTED_PROXIES": "127.0.0.1",
    **{f"ATG_{name.upper()}": str(value) for name, value in UNLIMITED.items()},
}


@dataclass
class Installation:
    """`url`: of nginx. `store`: the wire to the S3 store; None where files are in a folder."""

    home: Path
    environment: Mapping[str, str]
    postgres: ThrowawayPostgres
    redis: ThrowawayRedis
    store: Wire | None
    url: str = ""
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    apis: list[Server] = field(default_factory=list)
    workers: list[Server] = field(default_factory=list)
    ended: list[Server] = field(default_factory=list)
    """Processes that were replaced, for their logs."""

    def start_api(self, number: int, **environment: str) -> Server:
        """In the place of the one that served there; waits until it is healthy."""
        server = launch(self.home, port=self.ports[number], **self.environment, **environment)
        if number < len(self.apis):
            self.ended.append(self.apis[number])
            self.apis[number] = server
        else:
            self.apis.append(server)
        wait_until_healthy(server)
        return server

    def start_worker(self) -> None:
        self.ended += self.workers
        self.workers[:] = [launch(self.home, "worker", **self.environment, ATG_WORKER_PORT="0")]

    @property
    def servers(self) -> list[Server]:
        return [*self.apis, *self.workers]

    @property
    def logs(self) -> str:
        """What all processes have said."""
        return "".join(server.log for server in (*self.ended, *self.servers))

    def stop(self) -> None:
        for server in self.servers:
            server.process.terminate()
        for server in self.servers:
            server.process.wait(timeout=30)


def kill(server: Server) -> None:
    server.process.kill()
    server.process.wait()


@contextmanager
def parts(home: Path, s3: tuple[S3Server, str] | None) -> Iterator[Installation]:
    """What an installation stands on; nothing of it runs yet. `s3`: the store and a bucket."""
    with ExitStack() as stack:
        # What is acknowledged has to survive the death of PostgreSQL's processes; that of the machine is not tried.
        postgres = stack.enter_context(throwaway_server(synchronous_commit="on"))
        if postgres is None:
            optional("postgres", "initdb is not installed")
        redis = stack.enter_context(throwaway_redis())
        if redis is None:
            optional("redis", "redis-server is not installed")
        environment, wire = _SETTINGS | {"ATG_DATABASE_URL": postgres.url, "ATG_REDIS_URL": redis.url}, None
        if s3:
            server, bucket = s3
            place = urlsplit(server.endpoint)
            wire = Wire((place.hostname or "127.0.0.1", place.port or 80))
            stack.callback(wire.cut)
            environment |= {
                "ATG_S3_ENDPOINT": f"http://127.0.0.1:{wire.port}",
                "ATG_S3_ACCESS_KEY": server.access_key,
                "ATG_S3_SECRET_KEY": server.secret_key,
                "ATG_S3_BUCKET": bucket,
            }
        yield Installation(home, environment, postgres, redis, wire)


@contextmanager
def running(installation: Installation) -> Iterator[Installation]:
    """Over a database that has its schema."""
    try:
        for number in range(2):
            installation.start_api(number, ATG_AUTO_MIGRATE="false")
        installation.start_worker()
        with fronting(installation.home, *(server.url for server in installation.apis)) as installation.url:
            yield installation
    finally:
        installation.stop()
