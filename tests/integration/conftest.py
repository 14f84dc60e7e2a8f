"""Integration tests run over SQLite and PostgreSQL; unit tests have run over memory."""

import pytest

from tests.conftest import stocked_url_of


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def stocked_url(request: pytest.FixtureRequest) -> str:
    return stocked_url_of(request.param, request)
