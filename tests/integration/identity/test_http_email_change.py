"""Email change over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_email_change import HttpEmailChangeContract


@over_each_database
class TestEmailChange(HttpEmailChangeContract):
    pass
