"""Password change over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_passwords import HttpPasswordsContract


@over_each_database
class TestPasswords(HttpPasswordsContract):
    pass
