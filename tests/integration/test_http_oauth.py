"""Signing in with providers over HTTP, on SQLite and PostgreSQL."""

from tests.contracts.http_oauth import HttpOAuthContract
from tests.contracts.http_oauth_refused import HttpOAuthRefusedContract


class TestOAuthOverSql(HttpOAuthContract):
    pass


class TestOAuthRefusedOverSql(HttpOAuthRefusedContract):
    pass
