"""Servers that tests may use: PostgreSQL, Redis and an S3 store."""

import os
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
import redis as redis_client
from minio import Minio
from minio.error import MinioException
from urllib3.exceptions import HTTPError

from atg_adapters.minio.client import connect as connect_to_s3
from tests.conftest import optional

_DEFAULT_POSTGRES = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
)
_DEFAULT_REDIS = "redis://127.0.0.1:6379/15"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of a PostgreSQL where databases can be made; skips where there is none."""
    given = os.environ.get("ATG_TEST_DATABASE_URL")
    for url in (given,) if given else _DEFAULT_POSTGRES:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            continue
        return url
    optional("postgres", "no PostgreSQL answers at ATG_TEST_DATABASE_URL or on 127.0.0.1:5432")
    raise AssertionError


@pytest.fixture(scope="session")
def redis_server() -> str:
    """The URL of a Redis; skips where there is none."""
    url = os.environ.get("ATG_TEST_REDIS_URL", _DEFAULT_REDIS)
    try:
        with redis_client.Redis.from_url(url, socket_connect_timeout=2) as client:
            client.ping()
    except redis_client.RedisError:
        optional("redis", "no Redis answers at ATG_TEST_REDIS_URL or on 127.0.0.1:6379")
    return url


class S3Server(NamedTuple):
    """A real S3 store."""

    endpoint: str
    access_key: str
    secret_key: str

    def client(self) -> Minio:
        return connect_to_s3(self.endpoint, access_key=self.access_key, secret_key=self.secret_key, region="us-east-1")


@pytest.fixture(scope="session")
def s3_server() -> S3Server:
    """An S3 store where buckets can be made; skips where there is none."""
    server = S3Server(
        os.environ.get("ATG_TEST_S3_ENDPOINT", "http://127.0.0.1:9104"),
        os.environ.get("ATG_TEST_S3_ACCESS_KEY", "ATGACCESS"),
        os.environ.get("ATG_TEST_S3_SECRET_KEY", "atgsecretkey"),
    )
    try:
        server.client().list_buckets()
    except (MinioException, HTTPError):
        optional("s3", "no S3 store answers at ATG_TEST_S3_ENDPOINT or on 127.0.0.1:9104")
    return server


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> Iterator[str]:
    """A bucket of this test's own."""
    client, name = s3_server.client(), f"atg-test-{uuid4().hex[:12]}"
    client.make_bucket(bucket_name=name)
    yield name
    for found in client.list_objects(bucket_name=name, recursive=True):
        client.remove_object(bucket_name=name, object_name=found.object_name or "")
    client.remove_bucket(bucket_name=name)


def with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))
