"""Events in the process, by PostgreSQL and by Redis; over both two processes hear of each other."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from msgspec import structs

from atg_core.events import MISSED
from atg_core.ids import new_id
from atg_entrypoints.container import Container, close, create_container
from atg_entrypoints.settings import Settings
from tests.contracts.events import STARTED, EventsContract, begun


class _InAnotherProcess:
    """Another container over the same is what another process has."""

    @pytest.fixture
    async def other(self, container: Container) -> AsyncIterator[Container]:
        made = create_container(container.settings())
        yield made
        await close(made)


class TestEventsInMemory(EventsContract):
    @pytest.fixture
    def database_url(self) -> str:
        return "memory://"


class TestEventsOfSqlite(EventsContract):
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url


class TestEventsByPostgres(_InAnotherProcess, EventsContract):
    @pytest.fixture
    def database_url(self, postgres_url: str) -> str:
        return postgres_url

    async def test_after_a_lost_connection_everybody_looks_again(
        self, container: Container, other: Container, postgres_url: str
    ) -> None:
        user = new_id()
        async with other.event_subscriptions().subscribe(user) as subscription:
            await begun(subscription)
            async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as admin:
                ended = await admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
                    " AND datname = current_database()"
                )
                assert ended.rowcount == 1
            assert await subscription.next(10) == [MISSED]
            await container.events().publish(STARTED, user_ids=[user])
            assert await subscription.next(5) == [STARTED]


class TestEventsByRedis(_InAnotherProcess, EventsContract):
    @pytest.fixture
    def database_url(self, sqlite_url: str) -> str:
        return sqlite_url

    @pytest.fixture
    def settings(self, settings: Settings, redis_server: str) -> Settings:
        return structs.replace(settings, redis_url=redis_server)
