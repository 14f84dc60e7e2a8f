"""Account emails over HTTP on each database."""

from tests.contracts.databases import over_each_database
from tests.contracts.identity.http_account_emails import HttpAccountEmailsContract


@over_each_database
class TestAccountEmails(HttpAccountEmailsContract):
    pass
