"""Spans of commands to Redis, by their names alone."""

from typing import Any

from redis.asyncio.client import Pipeline

from atg_adapters.opentelemetry.sql import Child
from atg_adapters.redis.client import Client
from atg_adapters.redis.outage import Outage
from atg_adapters.redis.pool import BoundedPool


class TracedClient(Client):
    def __init__(self, pool: BoundedPool, outage: Outage, child: Child) -> None:
        super().__init__(pool, outage)
        self._child = child

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Raises RedisError, OSError."""
        with self._child(str(args[0]), _attributes(str(args[0]))):
            return await super().execute_command(*args, **options)

    def pipeline(self, transaction: bool = True, shard_hint: str | None = None) -> Pipeline:
        pipeline = super().pipeline(transaction, shard_hint)
        execute = pipeline.execute

        async def traced(*args: Any, **options: Any) -> Any:
            with self._child("PIPELINE", _attributes("PIPELINE")):
                return await execute(*args, **options)

        pipeline.execute = traced  # type: ignore[method-assign]
        return pipeline


def _attributes(operation: str) -> dict[str, str | int]:
    return {"db.system.name": "redis", "db.operation.name": operation}
