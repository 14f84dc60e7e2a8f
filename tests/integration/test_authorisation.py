"""The authorisation table over HTTP, in memory and on SQLite."""

import pytest

from tests.authorisation.mass_assignment import ForgingContract
from tests.authorisation.walk import AuthorisationContract
from tests.contracts.databases import in_memory


@in_memory
class TestAuthorisationOverMemory(AuthorisationContract):
    pass


@in_memory
class TestForgedBodies(ForgingContract):
    pass


class TestAuthorisationOverSqlite(AuthorisationContract):
    @pytest.fixture
    def stocked_url(self, sqlite_url: str) -> str:
        """PostgreSQL is not put back in a moment; that it answers alike is proven context by context."""
        return sqlite_url
