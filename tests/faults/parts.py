"""The parts of an installation, each stopped and hung for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.installation import Installation


@contextmanager
def database_stopped(installation: Installation) -> Iterator[None]:
    installation.postgres.stop()
    yield
    assert installation.postgres.start()


@contextmanager
def database_hanging(installation: Installation) -> Iterator[None]:
    with installation.postgres.hanging():
        yield


@contextmanager
def cache_stopped(installation: Installation) -> Iterator[None]:
    installation.redis.stop()
    yield
    installation.redis.start()


@contextmanager
def cache_hanging(installation: Installation) -> Iterator[None]:
    with installation.redis.hanging():
        yield


@contextmanager
def store_stopped(installation: Installation) -> Iterator[None]:
    assert installation.store
    installation.store.cut()
    yield
    installation.store.mend()


@contextmanager
def store_hanging(installation: Installation) -> Iterator[None]:
    assert installation.store
    installation.store.passes.clear()
    yield
    installation.store.passes.set()
