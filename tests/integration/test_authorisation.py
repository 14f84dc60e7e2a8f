"""Who may do what over HTTP, on SQLite."""

import pytest

from tests.authorisation.walk import AuthorisationContract


class TestAuthorisationOverSqlite(AuthorisationContract):
    @pytest.fixture
    def stocked_url(self, sqlite_url: str) -> str:
        """PostgreSQL is not put back in a moment; that it answers alike is proven context by context."""
        return sqlite_url
