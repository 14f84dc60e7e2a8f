"""Email confirmation over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_email_confirmation import HttpEmailConfirmationContract


@over_each_database
class TestEmailConfirmation(HttpEmailConfirmationContract):
    pass
