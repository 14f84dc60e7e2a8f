"""Signing in with providers over HTTP, in memory."""

from tests.contracts.http_oauth import HttpOAuthContract
from tests.contracts.http_oauth_refused import HttpOAuthRefusedContract


class TestOAuthOverMemory(HttpOAuthContract):
    pass


class TestOAuthRefusedOverMemory(HttpOAuthRefusedContract):
    pass
